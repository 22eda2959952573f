"""What stands in a workspace about bets: `bets/*.md`, `evidence/*.md`, `goals.toml`, metric definitions, the record."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from firstbest.mechanisms.bets import Bet, Page, metrics_of
from firstbest.mechanisms.bets_text import split
from firstbest.mechanisms.claims import Known
from firstbest.mechanisms.goals import Goal, Owner
from firstbest.mechanisms.records import Anecdote
from firstbest.mechanisms.seals import Entry
from firstbest.store.bets_front import head_of, is_day, typed_head
from firstbest.store.faults import Fault, WorkspaceFaulty, shown
from firstbest.store.goals import read_goals
from firstbest.store.record import chain_faults, parsed

BETS: Final = "bets"
EVIDENCE: Final = "evidence"
METRICS: Final = "metrics.toml"
FILES_MAX: Final = 5_000
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")

Definitions = Mapping[str, Mapping[str, Any]]
"""By key of a metric: what it means, as `metrics.toml` or the catalog of figures says."""


class Shelf(NamedTuple):
    """Everything of this room in a folder, typed."""

    folder: Path
    pages: tuple[Page, ...]
    evidence: tuple[Anecdote, ...]
    goals: tuple[Goal, ...]
    owners: tuple[Owner, ...]
    metrics: Definitions
    declared: Definitions  # those of metrics.toml alone
    entries: tuple[Entry, ...]

    def page(self, name: str) -> Page:
        """The bet of that name; raises `WorkspaceFaulty` where there is none."""
        for page in self.pages:
            if page.bet.bet == name:
                return page
        known = ", ".join(page.bet.bet for page in self.pages) or "none"
        raise WorkspaceFaulty([Fault(f"{BETS}/{name}.md", 0, "", f"a bet (there is {known})", "nothing")])


def read_shelf(folder: Path, figures: Definitions, faults: list[Fault]) -> Shelf:
    """All of it; faults of files that cannot be read are added, and what they hold is left out.

    `figures`: what a rehearsal measures without being told to; `metrics.toml` comes before it.
    """
    goals, owners = read_goals(folder, faults)
    evidence = _evidence(folder, faults)
    entries, broken = parsed(folder)
    faults += broken or chain_faults(entries)
    declared = declared_metrics(folder, faults)
    pages = []
    for path in _markdown(folder / BETS, faults):
        page = read_page(path, faults)
        if page:
            pages.append(page)
    return Shelf(folder, tuple(pages), evidence, goals, owners, {**figures, **declared}, declared, tuple(entries))


def shelf_of(folder: Path, figures: Definitions) -> Shelf:
    """All of it; raises `WorkspaceFaulty` with every fault of a file that cannot be read."""
    faults: list[Fault] = []
    shelf = read_shelf(folder, figures, faults)
    if faults:
        raise WorkspaceFaulty(faults)
    return shelf


def known_of(shelf: Shelf) -> Known:
    """What a text may refer to."""
    supports: dict[str, tuple[str, ...]] = {}
    contradicts: dict[str, tuple[str, ...]] = {}
    for each in shelf.evidence:
        for claim in each.supports:
            supports[claim] = (*supports.get(claim, ()), f"{EVIDENCE}/{each.name}.md")
        for claim in each.contradicts:
            contradicts[claim] = (*contradicts.get(claim, ()), f"{EVIDENCE}/{each.name}.md")
    files = frozenset(f"{EVIDENCE}/{each.name}.md" for each in shelf.evidence)
    return Known(frozenset(shelf.metrics), supports, contradicts, files)


def definitions_of(shelf: Shelf, bet: Bet) -> dict[str, Any]:
    """Definitions of every metric that a bet rests on, as they are sealed with it; who answers for one is no part."""
    return {key: meaning_of(shelf, key) for key in metrics_of(bet) if key in shelf.metrics}


def meaning_of(shelf: Shelf, key: str) -> dict[str, Any]:
    """What a metric means, without who answers for it."""
    return {field: value for field, value in shelf.metrics[key].items() if field != "owner"}


def read_page(path: Path, faults: list[Fault]) -> Page | None:
    """One bet, from its file."""
    if not NAME.fullmatch(path.stem):
        expected = "a name of small letters, digits, - and _"
        faults.append(Fault(f"{BETS}/{path.name}", 0, "", expected, shown(path.stem)))
        return None
    return page_of(path.stem, path.read_bytes(), faults)


def page_of(name: str, content: bytes, faults: list[Fault]) -> Page | None:
    """One bet, from the bytes of its file as they are or as they were sealed."""
    file = f"{BETS}/{name}.md"
    head = head_of(content, file, faults)
    bet = typed_head(head, Bet, file, faults) if head else None
    if head is None or bet is None:
        return None
    if bet.bet != name:
        faults.append(Fault(file, head.lines.get("bet", 2), "bet", f"the name of the file, '{name}'", shown(bet.bet)))
    wrong = [(key, day) for key, day in _days(bet) if day and not is_day(day)]
    if wrong:
        expected = "a date like 2026-11-30"
        faults += [Fault(file, head.lines.get(key, 0), key, expected, shown(day)) for key, day in wrong]
        return None
    title, sections = split(head.body, head.body_line)
    return Page(bet=bet, title=title, sections=tuple(sections), lines=dict(head.lines), file=file, content=head.content)


def _days(bet: Bet) -> list[tuple[str, str]]:
    promised = [("success", day) for each in bet.success for day in (each.start, each.by)]
    return [*promised, *(("kill", each.by) for each in bet.kill)]


def _evidence(folder: Path, faults: list[Fault]) -> tuple[Anecdote, ...]:
    found = []
    for path in _markdown(folder / EVIDENCE, faults):
        file = f"{EVIDENCE}/{path.name}"
        head = head_of(path.read_bytes(), file, faults)
        if head is None:
            continue
        text = " ".join(" ".join(section.text for section in split(head.body, head.body_line)[1]).split())
        if not text:
            faults.append(Fault(file, head.body_line, "", "what was said, verbatim", "nothing"))
        whole = head._replace(values={**head.values, "name": path.stem, "words": text.strip("> ").replace(" > ", " ")})
        each = typed_head(whole, Anecdote, file, faults)
        if each and not is_day(each.when):
            faults.append(Fault(file, head.lines.get("when", 0), "when", "a date like 2026-11-30", shown(each.when)))
        if each:
            found.append(each)
    return tuple(found)


def _markdown(folder: Path, faults: list[Fault]) -> list[Path]:
    paths = sorted(folder.glob("*.md"))
    if len(paths) > FILES_MAX:
        faults.append(Fault(f"{folder.name}/", 0, "", f"{FILES_MAX:,} files at most", f"{len(paths):,}"))
    return [path for path in paths[:FILES_MAX] if path.name.casefold() != "readme.md"]


def declared_metrics(folder: Path, faults: list[Fault]) -> dict[str, dict[str, Any]]:
    """Entries of metrics.toml by key, as they are written; whether they make sense is asked by the weekly review."""
    path = folder / METRICS
    if not path.is_file():
        return {}
    try:
        tree = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(METRICS, 0, "", "valid TOML", str(error)))
        return {}
    listed = tree.get("metric", [])
    entries = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {str(each["key"]): _plain(each) for each in entries if "key" in each}


def currency_of(folder: Path) -> str:
    """The currency that the workspace is kept in; USD where it does not say."""
    path = folder / "firstbest.toml"
    try:
        tree = tomllib.loads(path.read_text("utf-8-sig")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return "USD"
    section = tree.get("workspace", {})
    return str(section.get("currency", "USD")) if isinstance(section, dict) else "USD"


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry as JSON can hold it: days as texts."""
    plain = (str, int, float, bool)
    return {
        key: value
        if isinstance(value, plain)
        else [str(each) for each in value]
        if isinstance(value, list)
        else str(value)
        for key, value in entry.items()
    }
