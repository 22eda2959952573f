"""review: the week's deck, on the screen of a terminal, as a page, on paper, as data."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer
from rich.console import Console

from firstbest.cli.making import faults_told, require_folder, stop
from firstbest.mechanisms.deck import Deck
from firstbest.mechanisms.deck_boxes import YEAR

if TYPE_CHECKING:
    from firstbest.store.review import Desk

ENDINGS = (".html", ".pdf", ".json")
SIGNALS_SHOWN = 8


class Asked(NamedTuple):
    """What the command line asked for."""

    folder: Path
    week: str | None
    output: Path | None
    as_of: str | None
    data: Path | None
    seal: bool


class Word(NamedTuple):
    """An owner's word against a signal."""

    metric: str
    because: str
    by: str


def review(asked: Asked) -> None:
    """Make the deck, write it, seal it if asked, and say what stands out."""
    if asked.output is not None and asked.output.suffix not in ENDINGS:
        raise stop(f"expected --output to end in {', '.join(ENDINGS)}, found '{asked.output}'")
    deck, warnings = made(asked)
    if asked.seal:
        sealed(asked.folder, deck)
    path = asked.output or default_path(asked, deck)
    write(deck, path)
    console = Console(highlight=False)
    for line in told(deck, path):
        console.print(line, soft_wrap=True, markup=False)
    for warning in warnings:
        Console(stderr=True, highlight=False).print(f"warning: {warning}", soft_wrap=True, markup=False)


def made(asked: Asked) -> tuple[Deck, tuple[str, ...]]:
    """The deck of the folder's metrics, or of a WBR App's files where it holds those."""
    from firstbest.mechanisms.calendar import WeekUnknown
    from firstbest.store.metrics_marks import instant_us

    config = wbr_config(asked.folder)
    if config is not None:
        from firstbest.store.wbr_app import read_wbr
        from firstbest.store.wbr_deck import deck_of

        with faults_told(config):
            return deck_of(read_wbr(config, wbr_data(config, asked.data))), ()
    require_folder(asked.folder)
    as_of = instant_us(asked.as_of) if asked.as_of else None
    if asked.as_of and as_of is None:
        raise stop(f"expected --as-of such as 2026-11-16 07:00, found '{asked.as_of}'")
    from firstbest.store.review import review as read_review

    with faults_told(asked.folder), from_book(asked.folder) as desk:
        try:
            found = read_review(asked.folder, asked.week, as_of, desk)
        except WeekUnknown as unknown:
            raise stop(str(unknown)) from None
    return found.deck, found.warnings


@contextmanager
def from_book(folder: Path) -> Iterator[Desk | None]:
    """Where metrics.toml has a source in the live book: its days that are over, written where the source says.

    Answers the door desk of the live book; None where no source is in it. The book is only read; it may be in use.
    """
    from firstbest.store.metrics_file import read_definitions

    homes = [each.book for each in read_definitions(folder).sources if each.book]
    if not homes:
        yield None
        return
    from firstbest.cli.serving import reading
    from firstbest.run.open import NotOpened
    from firstbest.run.reviewing import desk, live_of, write_days

    with reading(folder, None) as reader:
        try:
            live = live_of(reader)
        except NotOpened as unopened:
            raise stop(str(unopened)) from None
        for home in homes:
            write_days(live, folder / home)
        yield lambda start, end: desk(reader, live, start, end)


def wbr_config(folder: Path) -> Path | None:
    """The YAML of a WBR App's deck: the file itself, or the only one in a folder without a metrics.toml."""
    if folder.is_file() and folder.suffix in {".yaml", ".yml"}:
        return folder
    if not folder.is_dir() or (folder / "metrics.toml").is_file():
        return None
    found = sorted(path for path in (*folder.glob("*.yaml"), *folder.glob("*.yml")) if "testconfig" not in path.name)
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise stop(f"expected metrics.toml or one YAML deck in '{folder}', found {names}; name one of them")
    return found[0] if found else None


def wbr_data(config: Path, data: Path | None) -> Path:
    """The CSV of a deck: as named, or the only one beside it."""
    if data is not None:
        return data
    found = sorted(config.parent.glob("*.csv"))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise stop(f"expected one CSV beside '{config.name}', found {names}; name it by --data")
    return found[0]


def default_path(asked: Asked, deck: Deck) -> Path:
    """`reviews/WEEK.html` in the folder."""
    home = asked.folder if asked.folder.is_dir() else asked.folder.parent
    (home / "reviews").mkdir(exist_ok=True)
    return home / "reviews" / f"{deck.week}.html"


def sealed(folder: Path, deck: Deck) -> None:
    """Put the deck on record."""
    from firstbest.store.reviews import AlreadySealed, seal

    if deck.imported:
        raise stop("an imported deck cannot be sealed: its file does not say when its rows became known")
    with faults_told(folder):
        try:
            seal(folder, deck)
        except AlreadySealed as already:
            raise stop(str(already)) from None


def write(deck: Deck, path: Path) -> None:
    """The deck in the form that the path's ending names."""
    if path.suffix == ".json":
        from firstbest.mechanisms.deck import packed

        path.write_bytes(packed(deck))
    elif path.suffix == ".pdf":
        from firstbest.present.deck_paper import paper
        from firstbest.store.paper import PaperUnavailable, pdf

        found = paper(deck)
        try:
            path.write_bytes(pdf(found.source, found.drawings))
        except PaperUnavailable as unavailable:
            raise stop(str(unavailable)) from None
    else:
        from firstbest.present.deck_page import page

        path.write_text(page(deck), encoding="utf-8")


def told(deck: Deck, path: Path) -> list[str]:
    """What stands out, in a few lines."""
    from firstbest.present import deck_words

    mark = f" {deck.imported}" if deck.imported else " REHEARSED" if deck.rehearsed else ""
    lines = [f"{deck.title}, week {deck.week}{mark}, as known on {deck_words.instant(deck.as_of_us)}"]
    for card in deck.cards:
        if card.need:
            last, year = card.boxes[0], card.boxes[YEAR // 2]
            value = deck_words.score(last, card, deck.currency)
            lines.append(
                f"  {card.need:<10} {card.title}: {value} last week, year on year {deck_words.difference(year)}"
            )
    if deck.judged:
        expected = deck_words.expected(deck.expected_false)
        count = len(deck.signals)
        said = f"{count} of {deck.judged} metrics {'is a signal' if count == 1 else 'are signals'}"
        lines.append(f"{said}; {expected} would be by chance alone")
    for signal in deck.signals[:SIGNALS_SHOWN]:
        value, usual = (
            deck_words.value(number, signal.unit, deck.currency, signal.decimals)
            for number in (signal.value, signal.expected)
        )
        over = f" (overruled by {signal.overruled_by})" if signal.overruled_by else ""
        lines.append(f"  {signal.direction:<5} {signal.title}: {value}, expected {usual}{over}")
    if len(deck.signals) > SIGNALS_SHOWN:
        lines.append(f"  and {len(deck.signals) - SIGNALS_SHOWN} more")
    lacking = [card for card in deck.cards if any(note.startswith(("incomplete", "stale")) for note in card.notes)]
    lines += [f"  {card.title}: {'; '.join(card.notes)}" for card in lacking[:SIGNALS_SHOWN]]
    if deck.restatements:
        lines.append(f"{len(deck.restatements)} numbers differ from what sealed decks showed")
    return [*lines, f"deck: {path}"]


def overrule(folder: Path, week: str | None, word: Word) -> None:
    """Log an owner's word against a signal of the week's deck."""
    from firstbest.store.reviews import Overruling
    from firstbest.store.reviews import overrule as log

    deck, _ = made(Asked(folder, week, None, None, None, seal=False))
    if word.metric not in {signal.key for signal in deck.signals}:
        known = ", ".join(signal.key for signal in deck.signals) or "none"
        raise stop(f"expected a signal of week {deck.week} ({known}), found '{word.metric}'")
    at = time.time_ns() // 1000
    with faults_told(folder):
        log(folder, Overruling(week=deck.week, metric=word.metric, by=word.by, because=word.because, at_us=at))
    typer.echo(f"{word.by}'s word on {word.metric} stands in the deck of {deck.week}, beside the signal.")
