"""What came of the laws that a package was asked, on a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Protocol

from rich.text import Text

_MARKS: Final = {"holds": "holds", "broken": "BROKEN", "does not apply": "-"}
_VERDICT: Final = 8
_LAW: Final = 24


class _Law(Protocol):
    """As `rehearse.conform_ports.Law`."""

    @property
    def extension(self) -> str: ...
    @property
    def law(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def expected(self) -> str: ...
    @property
    def found(self) -> str: ...


def conformity_screen(package: str, laws: Sequence[_Law], milliseconds: Sequence[tuple[str, float]]) -> Text:
    """Laws by extension, each with its verdict; what broke says what was expected and found; then the times."""
    page, before = Text(no_wrap=True), ""
    for law in laws:
        if law.extension != before:
            page.append(f"\n{law.extension}\n", style="bold")
            before = law.extension
        broken = law.verdict == "broken"
        page.append(f"  {_MARKS[law.verdict]:<{_VERDICT}}", style="bold red" if broken else "")
        page.append(f"{law.law:<{_LAW}}")
        page.append(f"{law.expected}\n", style="" if broken else "dim")
        if broken:
            page.append(f"  {'':<{_VERDICT}}{'':<{_LAW}}found {law.found}\n", style="bold")
    asked = [law for law in laws if law.verdict != "does not apply"]
    count = sum(law.verdict == "broken" for law in asked)
    told = f"{len(asked)} laws hold" if not count else f"{count} of {len(asked)} laws broken"
    page.append(f"\n{package}: {told}\n", style="bold" if not count else "bold red")
    for name, spent in milliseconds:
        shown = "no answer" if math.isnan(spent) else f"{spent:.2f} ms a call"
        page.append(f"  {name}: {shown} (told, not judged)\n", style="dim")
    page.rstrip()
    return page
