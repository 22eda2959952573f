"""rates check, rates compare, rates learn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstbest.cli.making import stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from firstbest.rent.card import Card
    from firstbest.rent.compare import Change
    from firstbest.store.faults import Fault
    from firstbest.store.rate_log import Log

app = typer.Typer(help="Rate cards: check one, compare two, learn from an invoice.", no_args_is_help=True)

_ROWS = 20


def _told(faults: list[Fault], what: str) -> typer.Exit:
    count = len(faults)
    head = f"{what}: {count} {'fault' if count == 1 else 'faults'}, nothing was written"
    return stop("\n".join([head, *(f"  {fault}" for fault in faults)]))


def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise stop(f"--zone: expected a time zone such as America/New_York, found '{name}'") from None


def _cards(path: Path, zone: ZoneInfo) -> tuple[Card, ...]:
    """Cards of a file, of a folder of files, or of a workspace."""
    from firstbest.store.rate_cards import FOLDER, CardsFaulty, read_cards

    folder = path / FOLDER if (path / FOLDER).is_dir() else path
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise stop(f"expected a rate card, or a folder with rate cards, found none at '{path}'")
    try:
        return read_cards(files, zone).cards
    except CardsFaulty as faulty:
        raise _told(list(faulty.faults), str(path)) from None


Zone = Annotated[str, typer.Option("--zone", help="Time zone in which a card's days begin.")]


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A rate card, a folder of them, or a workspace.")],
    zone: Zone = "America/New_York",
) -> None:
    """Find every fault of a card, exactly. Overlaps, holes, rules that never hold, prices that fall; not by samples."""
    from firstbest.present.rates import check_lines

    for line in check_lines(_cards(path, _zone(zone))):
        typer.echo(line)


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="The card that holds now, or a folder.")],
    new: Annotated[Path, typer.Argument(help="The card that may come, or a folder.")],
    log: Annotated[
        Path, typer.Option("--on", help="A log of usage, CSV or Parquet; or a workspace, for its closed months.")
    ],
    zone: Zone = "America/New_York",
) -> None:
    """Rate a log under two cards. Who would pay more, who less, and for what."""
    from firstbest.present.rates import compare_lines
    from firstbest.rent.compare import summed

    place = _zone(zone)
    both = _cards(old, place), _cards(new, place)
    if len({card.currency for cards in both for card in cards}) > 1:
        raise stop("expected cards of one currency, found several")
    found: list[Change] = []
    events = months = 0
    for part in _logs(log, place):
        found, names = summed(found, _changed(part, both, log)), part.names
        events, months = events + part.usage.rows, months + len(part.periods)
    for line in compare_lines(names, found, both[0][0].currency, (events, months)):
        typer.echo(line)


def _logs(path: Path, zone: ZoneInfo) -> Iterator[Log]:
    """The log of a file, or that of each closed month of a workspace: at least one."""
    from firstbest.store.rate_log import closed_logs, read_log
    from firstbest.store.usage_book import bills_of, book_path

    if path.is_dir():
        bills = [bills_of(path, live=live) for live in (True, False)]
        kept = next((each for each in bills if book_path(each).is_file()), None)
        parts = list(closed_logs(kept)) if kept else []
        if not parts:
            raise stop(f"--on: expected closed months, found none in '{path}' (firstbest invoice closes them)")
        yield from (part() for part in parts)
        return
    faults: list[Fault] = []
    if not path.is_file():
        raise stop(f"--on: expected a log of usage or a workspace, found nothing at '{path}'")
    read = read_log(path, zone, faults)
    if read is None:
        raise _told(faults, str(path))
    yield read


def _changed(part: Log, both: tuple[tuple[Card, ...], tuple[Card, ...]], log: Path) -> list[Change]:
    """What one log costs under both: a single card as if it had always held for everybody, several as dated."""
    from firstbest.rent.compare import as_if_always, changes
    from firstbest.rent.tally import Unrated

    begins = part.periods[0].begins
    before, after = ((as_if_always(cards[0], begins),) if len(cards) == 1 else cards for cards in both)
    try:
        return changes(before, after, part.names, part.periods, part.usage)
    except Unrated as unrated:
        raise stop(
            f"{log}: some events have no price\n" + "\n".join(f"  {fault}" for fault in unrated.faults)
        ) from None


@app.command()
def learn(
    invoice: Annotated[Path, typer.Argument(help="A carrier's or warehouse's invoice, CSV or Parquet.")],
    amount: Annotated[str, typer.Option(help="The column of amounts.")] = "",
    charge: Annotated[str, typer.Option(help="The column that says what each line is for.")] = "",
    reference: Annotated[str, typer.Option(help="The column that names the shipment or order.")] = "",
) -> None:
    """Back the effective rates out of an invoice. With the fit and the lines that they do not explain."""
    from firstbest.present.rates import learn_lines
    from firstbest.rent.learn import learn as learned
    from firstbest.store.rate_invoice import Asked, read_invoice

    faults: list[Fault] = []
    if not invoice.is_file():
        raise stop(f"expected an invoice, found nothing at '{invoice}'")
    bill = read_invoice(invoice, Asked(amount, charge, reference), faults)
    if bill is None:
        raise _told(faults, str(invoice))
    for line in learn_lines(bill, learned(bill)):
        typer.echo(line)
