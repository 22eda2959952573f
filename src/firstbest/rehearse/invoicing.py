"""Invoices of a house: meters over its facts, outside events, cards, and months closed in order.

The facts are those of a rehearsal, or those of a live book (`invoicing_live`); nothing below asks which. They are read
month by month. What one month leaves to the next (units on shelves, their ages) is folded again from the first month
on, so nothing stands between the facts and an invoice but pure functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.billing import Carried, meter_month, nothing_carried
from firstbest.operate.billing_basis import Basis, Window, basis_of
from firstbest.operate.billing_stock import Layers, Shelves
from firstbest.rehearse.explain import name_of
from firstbest.rehearse.folder import OUTPUT
from firstbest.rent.card import Card
from firstbest.rent.lines import month_name
from firstbest.rent.tally import Period
from firstbest.rent.usage import Names, Usage, joined
from firstbest.store.compile_network import compile_network, log_order_names
from firstbest.store.extensions import Extension, extensions_of
from firstbest.store.extensions_judged import used
from firstbest.store.network_digest import network_digest
from firstbest.store.rate_cards import FOLDER, cards_of
from firstbest.store.usage_book import BillingBook, BillingError, Event, bills_of
from firstbest.store.usage_closing import Closed, Given, close, last_closing, working_state
from firstbest.store.usage_events import extended, services_of, told_instant, usage_of_events
from firstbest.store.usage_facts import FactsOf, facts_of_folder
from firstbest.store.usage_files import events_of
from firstbest.store.workspace import Workspace, load
from firstbest.world.network import Network
from firstbest.world.units import SECOND_US
from firstbest.world.words import Service

SNAPSHOT_DAY: Final = 15
"""Of each month: the day on which ages are counted, as marketplaces do."""
CLASSES: Final = ("A", "B", "C")
MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Cards = tuple[tuple[Card, ...], tuple[str, ...]]
"""Cards and their texts."""


class House(NamedTuple):
    """A workspace, and the rehearsal that stands in it or the book that is served from it."""

    folder: Path
    workspace: Workspace
    network: Network
    basis: Basis
    names: Names
    output: Path  # where facts and cubes stand
    bills: Path  # where the billing book stands
    digest: str  # of the facts of a rehearsal; of a book, which book it is
    scale: float
    order_name: Callable[[int], str]  # an order's code as a person reads it
    titles: tuple[str, ...]  # of the tenants, as sellers.csv names them
    now: int  # the clock of a rehearsal stands at its end, that of a book on the wall
    reached: int  # all facts before this instant are there
    live: bool = False

    @property
    def meters(self) -> tuple[Extension, ...]:
        """Of other packages."""
        return tuple(each for each in extensions_of(self.workspace) if each.port == "meter")

    @property
    def zone(self) -> ZoneInfo:
        """Months are those of the workspace's time zone."""
        return ZoneInfo(self.workspace.time_zone)

    @property
    def facts(self) -> FactsOf:
        """Facts of a month."""
        return facts_of_folder(self.output)


class NothingToBill(Exception):  # noqa: N818 - it names a state of the folder
    """There is no rehearsal to bill, or not of that month."""


def house_of(folder: Path) -> House:
    """The house of a rehearsed folder. Raises `NothingToBill`, or `WorkspaceFaulty` with every fault."""
    run = folder / OUTPUT / "run.json"
    again = f"firstbest rehearse {folder}"
    if not run.is_file():
        raise NothingToBill(f"{folder} needs a rehearsal first: {again}")
    told = json.loads(run.read_text(encoding="utf-8"))
    if not told["digest"]:
        raise NothingToBill(f"the last rehearsal of {folder} kept no facts; run it again: {again}")
    workspace = load(folder)
    network, nature = compile_network(workspace, told["scale"], told["days"])
    if network_digest(network).hex() != told["network"]:
        raise NothingToBill(f"{folder} was edited since its last rehearsal; run it again: {again}")
    names, basis = named(workspace, network)
    orders = log_order_names(workspace, told["scale"], told["days"]) if len(nature.log.at_us) else ()
    ends = network.calendar.end_us
    return House(
        folder, workspace, network, basis, names, folder / OUTPUT, bills_of(folder), told["digest"], told["scale"],
        lambda code: name_of(code, orders, network), titles_of(workspace), ends, ends,
    )  # fmt: skip


def titles_of(workspace: Workspace) -> tuple[str, ...]:
    """The tenants as sellers.csv names them."""
    sellers = workspace.frame("sellers")
    return tuple(name or code for code, name in zip(sellers.texts("seller"), sellers.texts("name"), strict=True))


def named(workspace: Workspace, network: Network) -> tuple[Names, Basis]:
    """The lists behind the codes of usage, and the meters' basis: tenants are the sellers, the owner first."""
    nodes = workspace.frame("nodes")
    of_node = dict(zip(nodes.texts("node"), nodes.texts("region"), strict=True))
    listed = tuple(dict.fromkeys(region for name in network.texts.nodes if (region := of_node.get(name, ""))))
    codes = {region: code for code, region in enumerate(listed)}
    regions = np.array([codes.get(of_node.get(name, ""), -1) for name in network.texts.nodes], np.int64)
    services = tuple(service.name.lower() for service in Service)
    names = Names(network.texts.sellers, CLASSES, network.texts.nodes, listed, services)
    return names, basis_of(network, regions, cases_of(workspace, network))


def cases_of(workspace: Workspace, network: Network) -> NDArray[np.int64]:
    """[I] Units of the case of packs.csv by item, 0 where none is stated."""
    packs = workspace.frame("packs")
    rows = zip(packs.texts("item"), packs.texts("level"), packs.numbers("quantity"), strict=True)
    units = {item: int(quantity) for item, level, quantity in rows if level == "case"}
    return np.array([units.get(item, 0) for item in network.texts.items], np.int64)


# ------------------------------------------------------------------------------------------------------------- months
def periods(house: House, *, running: bool = False) -> list[Period]:
    """The months that are over, in order, and with `running` the one that is not.

    Of a rehearsal whole months only; the first month of a live house begins on the day on which its book was opened,
    since what happened in it is owed.
    """
    start = house.network.calendar.start_us
    day = (_EPOCH + timedelta(microseconds=start)).astimezone(house.zone).date()
    first = date(day.year, day.month, 1) if day.day == 1 or house.live else _next(day)
    found = []
    while _instant(_next(first) if not running else first, house.zone) <= house.reached:
        after = _next(first)
        begins, number = max(_instant(first, house.zone), start), 12 * first.year + first.month - 1
        found.append(Period(number, begins, _instant(after, house.zone), (after - first).days))
        first = after
    return found


def window_of(house: House, period: Period) -> Window:
    """The month as the meters see it."""
    year, month = divmod(period.month, 12)
    snapshot = (date(year, month + 1, SNAPSHOT_DAY) - date(1970, 1, 1)).days
    return Window(period.begins, period.ends, house.network.calendar.first_day, (snapshot,))


def _next(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _instant(day: date, zone: ZoneInfo) -> int:
    moment = datetime(day.year, day.month, day.day, tzinfo=zone)
    return round((moment - _EPOCH).total_seconds()) * SECOND_US


class Metering(NamedTuple):
    """A month's usage, and what its meters leave to the next."""

    period: Period
    usage: Usage
    carried: Carried


def metered(house: House, last: Period, after: tuple[Period, Carried] | None = None) -> Iterator[Metering]:
    """The usage of each month up to `last`: from the first on, or from the month behind `after`."""
    begins = house.network.calendar.start_us
    carried = after[1] if after else nothing_carried(house.basis)
    for period in periods(house, running=True):
        if after and period.month <= after[0].month:
            continue
        if period.begins > begins and carried.shelves.days == 0:
            before = Window(begins, period.begins, house.network.calendar.first_day)
            carried = meter_month(house.facts(before), house.basis, before, carried).carried
        window = window_of(house, period)
        facts, meters = house.facts(window), house.meters
        usage, carried = meter_month(facts, house.basis, window, carried)
        usage = joined([usage, *(used(each, facts, house.basis, window) for each in meters)])
        yield Metering(period, usage, carried)
        if period.month == last.month:
            return


def carried_bytes(carried: Carried) -> bytes:
    """What one month leaves to the next, as the billing book keeps it."""
    shelves, parts, received = carried
    file = BytesIO()
    np.savez_compressed(
        file, on_hand=shelves.on_hand, held=shelves.held, picked=shelves.picked, days=np.array([shelves.days]),
        item=shelves.layers.item, at=shelves.layers.at, quantity=shelves.layers.quantity, parts=parts,
        received=received,
    )  # fmt: skip
    return file.getvalue()


def carried_from(data: bytes) -> Carried:
    """What `carried_bytes` wrote."""
    with np.load(BytesIO(data)) as found:
        layers = Layers(found["item"], found["at"], found["quantity"])
        shelves = Shelves(found["on_hand"], found["held"], found["picked"], int(found["days"][0]), layers)
        # A month that was closed before containers were counted in left no parts of any.
        received = found["received"] if "received" in found else np.zeros_like(found["parts"])
        return Carried(shelves, found["parts"], received)


def asked_month(house: House, label: str) -> Period:
    """The month of a label such as 2026-10. Raises `NothingToBill` where it was not rehearsed as a whole."""
    if not MONTH.fullmatch(label):
        raise NothingToBill(f"expected a month such as 2026-10, found '{label}'")
    known = periods(house)
    for period in known:
        if month_name(period.month) == label:
            return period
    span = f"{month_name(known[0].month)} to {month_name(known[-1].month)}" if known else ""
    if house.live:
        over = f"{span} are over" if known else "none is over yet"
        raise NothingToBill(
            f"month {label}: expected one that is over in the book, found one that is not; {over}, and the "
            f"book reaches to {told_instant(house.reached)} (firstbest serve runs what fell due since)"
        )
    whole = f"one of {span}, which were" if known else "one that was"
    end = "" if known else "; no whole month was rehearsed"
    raise NothingToBill(f"expected {whole} rehearsed as a whole, found {label}{end}")


def cards_of_house(house: House) -> Cards:
    """The rate cards of the workspace. Raises `NothingToBill` where there are none, `CardsFaulty` with all faults."""
    read = cards_of(house.folder, house.zone)
    if not read.cards:
        raise NothingToBill(f"{house.folder}/{FOLDER} needs a rate card (NAME.toml), has none")
    foreign = [card.label for card in read.cards if card.currency != house.workspace.currency]
    if foreign:
        told = ", ".join(foreign)
        raise NothingToBill(
            f"rate cards: expected the workspace's currency, {house.workspace.currency}, not so: {told}"
        )
    paths = (house.folder / read.files[card.family, card.version] for card in read.cards)
    return read.cards, tuple(path.read_text(encoding="utf-8") for path in paths)


def cards_of_texts(texts: Sequence[str], zone: ZoneInfo) -> tuple[Card, ...]:
    """Cards of texts that the billing book kept."""
    with TemporaryDirectory() as parent:
        folder = Path(parent) / FOLDER
        folder.mkdir()
        for number, text in enumerate(texts):
            (folder / f"{number:04d}.toml").write_text(text, encoding="utf-8")
        return cards_of(Path(parent), zone).cards


def close_until(
    house: House, book: BillingBook, label: str, cards: Cards, progress: Callable[[float], None] | None = None
) -> list[Closed]:
    """Close every open month up to the one asked for; answers the closings made, none where it was closed before."""
    last = asked_month(house, label)
    before = last_closing(book)
    if before and before.facts != house.digest:
        other = "book" if house.live else "rehearsal"
        again = "" if house.live else ", or rehearse as it was: seed, scale and files"
        raise BillingError(
            f"months up to {before.label} were closed on another {other}; begin a new billing book with --restart "
            f"(the old one is kept beside it){again}"
        )
    tenants = before.names.tenants if before else ()
    if house.names.tenants[: len(tenants)] != tenants:
        expected = "the tenants of the closed months first, in their order; add new ones below"
        raise BillingError(f"sellers.csv: expected {expected}")
    books, state = working_state(book)
    closed: list[Closed] = []
    if books.periods and books.periods[-1].month >= last.month:
        return []
    after = (books.periods[-1], carried_from(state)) if books.periods and state else None
    total = max(last.month - (books.periods[-1].month if after else periods(house)[0].month - 1), 1)
    for number, month in enumerate(metered(house, last, after), start=1):
        if not books.periods or month.period.month > books.periods[-1].month:
            made, books = close(book, house.bills, given_for(house, book, month, cards), books)
            closed.append(made)
        if progress is not None:
            progress(number / total)
    return closed


def given_for(house: House, book: BillingBook, month: Metering, cards: Cards) -> Given:
    """What a closing is given: the month's meters, and outside events that have come and that no closing took."""
    book.admit(events_of(book, month.period))
    waiting = [event for event in book.events() if json.loads(event.body)["at"] < month.period.ends]
    return given_of(house, month, cards, (waiting, book.events(waiting=False)))


def given_of(house: House, month: Metering, cards: Cards, events: tuple[Sequence[Event], Sequence[Event]]) -> Given:
    """What a closing is given. `events`: those it takes, and all that name services, classes and channels."""
    waiting, everything = events
    known, services = extended(house.names, everything), services_of(everything)
    whole = joined([month.usage, usage_of_events(waiting, known, services)])
    return Given(
        month.period, whole, known, services, *cards, house.digest, f"{house.scale:g}",
        tuple(event.number for event in waiting), carried_bytes(month.carried),
    )  # fmt: skip
