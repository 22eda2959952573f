"""Rules for every text of the repository: no leftovers, no path of one machine, one title, no address in the pins."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.tidy.sources import Offence

# Spelled with a class of one letter each, so that this file passes its own rules.
_LEFTOVER = re.compile(r"\b(?:F[I]XME|X[X]X|T[O]DO)\b")
_MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:wor[k]|far[m]|roo[t]|tm[p])/")
_CODE = frozenset({".py", ".md", ".toml", ".sql", ".css", ".js", ".html", ".yml", ".yaml", ".sh", ""})
_FENCE = re.compile(r"^\s*(```|~~~)")


def leftovers(path: str, text: str) -> Iterator[Offence]:
    """Notes to oneself in code and documents."""
    if PurePosixPath(path).suffix in _CODE and path != "LICENSE":
        yield from _lines_with("leftover", _LEFTOVER, path, text)


def machine_paths(path: str, text: str) -> Iterator[Offence]:
    """Absolute paths that exist on somebody's machine only."""
    yield from _lines_with("machine_path", _MACHINE_PATH, path, text)


def titles(path: str, text: str) -> Iterator[Offence]:
    """Markdown files without exactly one `# Title`; fenced code does not count."""
    if not path.endswith(".md"):
        return
    fenced, count = False, 0
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        count += not fenced and line.startswith("# ")
    if count != 1:
        yield Offence("title", path, count, f"{count} titles")


def addresses(path: str, text: str) -> Iterator[Offence]:
    """Registry addresses and options in pinned requirements."""
    if PurePosixPath(path).name.startswith("requirements"):
        yield from _lines_with("address", re.compile(r"://|^\s*(?:--(?!hash=)|-[a-z]\b)"), path, text)


def _lines_with(rule: str, pattern: re.Pattern[str], path: str, text: str) -> Iterator[Offence]:
    for number, line in enumerate(text.splitlines(), start=1):
        found = pattern.search(line)
        if found:
            yield Offence(rule, path, 1, f"line {number}: {found.group().strip()}")
