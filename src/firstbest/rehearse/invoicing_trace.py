"""One line of an invoice walked back to the single events it was counted from: which order or item, when, how much.

The usage of the closed month is rated again, a few events at a time, by the same kernel that rated the month; an event
belongs to the line where it lands in the line's own slot. So the walk cannot tell another story than the invoice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

import duckdb
import numpy as np

from firstbest.operate.billing_orders import PARCELS_MAX, REFUND_PARTS, REMOVED_BY
from firstbest.rehearse.invoicing import House, periods
from firstbest.rent.card import Blocks, Percent, Rule
from firstbest.rent.lines import Invoice, Line, LineKind
from firstbest.rent.meters import METER_CODES, METERS
from firstbest.rent.price import step_label
from firstbest.rent.program import Compiled, SlotName
from firstbest.rent.rate import (
    EVENTS,
    FLAWS,
    QUANTITY_HIGH,
    QUANTITY_LOW,
    STEPS_HIGH,
    STEPS_LOW,
    TALLY_COLUMNS,
    Sums,
    rate_events,
)
from firstbest.rent.tally import Period
from firstbest.rent.usage import SOURCE_BOOK, Usage, rows_of
from firstbest.store.sink_writer import quoted
from firstbest.store.usage_book import BillingBook, BillingError
from firstbest.store.usage_closing import Closed

CHUNK: Final = 256
FACT_OF: Final = {
    "units_shipped": ("picked",), "sales": ("picked", "refunded"), "lines_shipped": ("departed",),
    "orders_shipped": ("departed",), "cartons_shipped": ("departed",), "pallets_shipped": ("departed",),
    "parcels_carried": ("departed",), "units_picked": ("packed",), "labels_printed": ("packed",),
    "units_returned": ("returned",), "sales_returned": ("refunded", "returned"),
    "units_removed": ("disposed", "expired"), "promises_due": ("completed",), "promises_kept": ("completed",),
    "distance_m": ("vanned",), "van_s": ("delivered",),
}  # fmt: skip
"""Facts of an order behind a meter's events; an event is of the first that bears its name."""
OF_ITEM: Final = ("picked", "returned", "refunded", "disposed", "expired")
PARTS: Final = {
    ("parcels_carried", "departed"): PARCELS_MAX, ("sales", "refunded"): REFUND_PARTS,
    ("sales_returned", "refunded"): REFUND_PARTS, ("units_removed", "disposed"): REMOVED_BY,
    ("units_removed", "expired"): REMOVED_BY,
}  # fmt: skip
"""Where a fact has several events, they are named by its ordinal times this."""
CARGO_OF: Final = {
    "receipts": "received", "units_received": "received", "cartons_received": "received",
    "pallets_received": "received", "weight_moved_g": "moved", "containers_moved": "moved",
    "containers_received": "arrived",
}  # fmt: skip


class Traced(NamedTuple):
    """One event of a line; money in exact millionths."""

    at: int
    about: str
    quantity: int
    steps: int
    exact: Fraction
    name: tuple[int, int, int]


class Trace(NamedTuple):
    """A line, the events shown, and what else it stands on."""

    line: Line
    place: int  # on its invoice
    events: tuple[Traced, ...]
    of_lines: tuple[tuple[int, Line], ...]  # of the same invoice, for shares, minimums and caps
    said: str  # about the rule, in the card's own words


def line_of(closed: Closed, label: str) -> tuple[Invoice, int, Line]:
    """The line of a label such as 2026-10/apparel/3. Raises `BillingError` where there is none."""
    number, _, place = label.rpartition("/")
    for invoice in closed.invoices:
        if invoice.number == number and place.isdigit() and 1 <= int(place) <= len(invoice.lines):
            wanted = invoice.lines[int(place) - 1]
            return invoice, int(place), next(line for line in closed.lines if line.number == wanted)
    own = next((each for each in closed.invoices if each.number in {number, label}), None)
    if own is not None:
        raise BillingError(f"expected a line of {own.number}, 1 to {len(own.lines)}, found '{label}'")
    known = ", ".join(f"{each.number}/1" for each in closed.invoices[:8]) or "none"
    raise BillingError(f"expected a line of an invoice of {closed.label} ({known} ...), found '{label}'")


def trace(house: House, book: BillingBook, what: tuple[Closed, Usage, Compiled], label: str, most: int) -> Trace:
    """A line with at most `most` of its events, by instant. `what`: the closing, its usage, its cards."""
    closed, usage, compiled = what
    invoice, place, line = line_of(closed, label)
    card = compiled.card(line.family, line.version)
    charge = next((each for each in card.charges if each.name == line.charge), None)
    rule = next((each for each in charge.rules if each.name == line.rule), None) if charge else None
    events: list[Traced] = []
    if line.events.events and rule is not None and not (isinstance(rule.amount, Percent) and not line.step):
        period = next((each for each in periods(house) if each.month == line.usage_month), closed.period)
        found = _events(compiled, _candidates(usage, line, period), _slots(compiled, line, rule))
        events = [_traced(line, each) for _, each in zip(range(most), found, strict=False)]
    said = " · ".join(each for each in (rule.source if rule else "", rule.certainty if rule else "") if each)
    meter = line.meter
    if line.kind == LineKind.SERVICE_CREDIT:
        meter, said = "promises_due", _kept(usage, line)
        events = _missed(usage, line)[:most]
    told = About(house, book).of(meter, [(each.name, each.at) for each in events])
    events = [each._replace(about=told[each.name]) for each in events]
    return Trace(line, place, tuple(events), tuple(_of_lines(invoice, closed, line, rule)), said)


def _promises(usage: Usage, line: Line, meter: str) -> Usage:
    return rows_of(usage, (usage.tenant == line.tenant) & (usage.meter == METER_CODES[meter]))


def _kept(usage: Usage, line: Line) -> str:
    due, kept = (_promises(usage, line, meter).rows for meter in ("promises_due", "promises_kept"))
    return f"promises kept for {kept:,} of {due:,} orders, {100 * kept / max(due, 1):.2f} %; the orders missed:"


def _missed(usage: Usage, line: Line) -> list[Traced]:
    """Orders whose promise was due and not kept."""
    due, kept = (_promises(usage, line, meter) for meter in ("promises_due", "promises_kept"))
    names = set(zip(kept.source.tolist(), kept.number.tolist(), kept.ordinal.tolist(), strict=True))
    rows = zip(due.source.tolist(), due.number.tolist(), due.ordinal.tolist(), due.at.tolist(), strict=True)
    return [Traced(at, "", 1, 0, Fraction(0), name) for *parts, at in rows if (name := tuple(parts)) not in names]


def _of_lines(invoice: Invoice, closed: Closed, line: Line, rule: Rule | None) -> Iterator[tuple[int, Line]]:
    """Lines of the same invoice that a share is taken of."""
    if line.kind != LineKind.PERCENT or rule is None or not isinstance(rule.amount, Percent):
        return
    by_number = {each.number: each for each in closed.lines}
    for place, number in enumerate(invoice.lines, start=1):
        other = by_number[number]
        same = (other.family, other.version) == (line.family, line.version)
        if same and other.charge == (line.step or other.charge) and other.charge in rule.amount.of:
            yield place, other


def _candidates(usage: Usage, line: Line, period: Period) -> Usage:
    """Events of the line's tenant, meter and month of use, by instant."""
    mine = (usage.tenant == line.tenant) & (usage.at >= period.begins) & (usage.at < period.ends)
    if line.meter:
        mine &= usage.meter == METER_CODES[line.meter]
    rows = np.flatnonzero(mine)
    return rows_of(usage, rows[np.lexsort((usage.ordinal[rows], usage.number[rows], usage.at[rows]))])


def _slots(compiled: Compiled, line: Line, rule: Rule) -> list[int]:
    """The slots that the line adds up."""
    return [place for place, slot in enumerate(compiled.slots) if _is_of(slot, line, rule)]


def _is_of(slot: SlotName, line: Line, rule: Rule) -> bool:
    if (slot.family, slot.version, slot.charge, slot.rule) != (line.family, line.version, line.charge, line.rule):
        return False
    if isinstance(rule.amount, Percent):
        return slot.of == line.step
    if isinstance(rule.amount, Blocks):
        return True
    return step_label(rule.amount, slot.table, slot.step) == line.step


class _Found(NamedTuple):
    at: int
    name: tuple[int, int, int]
    quantity: int
    steps: int


def _events(compiled: Compiled, usage: Usage, slots: list[int]) -> Iterator[_Found]:
    """Events that land in the slots: looked for in chunks, then one by one."""
    shape = (len(compiled.names.tenants), len(compiled.slots), TALLY_COLUMNS)
    sums = Sums(np.zeros(shape, np.int64), np.zeros((FLAWS, len(compiled.charges), 4), np.int64))
    for start in range(0, usage.rows, CHUNK):
        chunk = rows_of(usage, np.arange(start, min(start + CHUNK, usage.rows)))
        if not _rated(compiled, chunk, sums, slots)[0]:
            continue
        for row in range(chunk.rows):
            one = rows_of(chunk, np.arange(row, row + 1))
            count, quantity, steps = _rated(compiled, one, sums, slots)
            if count:
                name = (int(one.source[0]), int(one.number[0]), int(one.ordinal[0]))
                yield _Found(int(one.at[0]), name, quantity, steps)


def _rated(compiled: Compiled, usage: Usage, sums: Sums, slots: list[int]) -> tuple[int, int, int]:
    """Events, quantity and quantity x steps of some events in the slots."""
    tenant = int(usage.tenant[0])
    sums.tally[tenant] = 0
    rate_events(compiled.program, usage, int(usage.at.min()), int(usage.at.max()) + 1, sums)
    rows = sums.tally[tenant, slots].sum(axis=0)
    quantity = (int(rows[QUANTITY_HIGH]) << 32) + int(rows[QUANTITY_LOW])
    return int(rows[EVENTS]), quantity, (int(rows[STEPS_HIGH]) << 32) + int(rows[STEPS_LOW])


def _traced(line: Line, found: _Found) -> Traced:
    """An event with its share of the line's exact amount."""
    if line.meter:
        exact = found.quantity * line.rate + found.steps * line.step_rate
    else:
        exact = Fraction(0)
    return Traced(found.at, "", found.quantity, found.steps if line.steps else 0, exact, found.name)


def _may_be(meter: str, place: int, name: tuple[int, int, int]) -> bool:
    """Goods removed are told apart by the rest of their names; else the first fact that bears the name."""
    return meter != "units_removed" or name[2] % REMOVED_BY == place


class About:
    """What events are about, in words: orders by name, items and nodes."""

    def __init__(self, house: House, book: BillingBook) -> None:
        """Facts are read where they are asked for."""
        self.house = house
        self.book = book

    def of(self, meter: str, events: Sequence[tuple[tuple[int, int, int], int]]) -> Mapping[tuple[int, int, int], str]:
        """Words for each event's name."""
        outside = {event.number: event for event in self.book.events(waiting=False)}
        own = [name for name, _ in events if name[0] == SOURCE_BOOK]
        told = {name: f"event {outside[name[1]].name} of {outside[name[1]].service}" for name, _ in events if name[0]}
        if meter in FACT_OF:
            return told | self._orders(meter, own)
        if meter in CARGO_OF:
            return told | self._cargo(CARGO_OF[meter], own)
        return told | {name: self._stored(meter, name[2]) for name in own}

    def _stored(self, meter: str, ordinal: int) -> str:
        texts = self.house.network.texts
        if meter in {"storage_cm3_days", "pallet_days"}:
            item, node = divmod(ordinal, len(texts.nodes))
            return f"item {texts.items[item]} at {texts.nodes[node]}"
        if meter == "aged_units":
            return f"item {texts.items[ordinal >> 16]}, {ordinal & 0xFFFF} days old"
        return METERS[METER_CODES[meter]].what if meter else "event"

    def _orders(self, meter: str, names: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int, int], str]:
        told: dict[tuple[int, int, int], str] = {}
        for place, fact in enumerate(FACT_OF[meter]):
            left = [name for name in names if name not in told and _may_be(meter, place, name)]
            if not left:
                continue
            per = PARTS.get((meter, fact), 1)
            columns = ("-1" if fact == "expired" else '"order"') + (", item" if fact in OF_ITEM else ", -1")
            found = self._facts(fact, columns, left, per)
            told |= {
                name: self._order(*found[name[1], name[2] // per])
                for name in left
                if (name[1], name[2] // per) in found
            }
        return told

    def _order(self, order: int, item: int) -> str:
        what = f"item {self.house.network.texts.items[item]}" if item >= 0 else ""
        return ", ".join(part for part in (f"order {self.house.order_name(order)}" if order >= 0 else "", what) if part)

    def _cargo(self, fact: str, names: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int, int], str]:
        if not names:
            return {}
        node = "to_node" if fact == "moved" else "node"
        found = self._facts(fact, f"item, {node}", names, 1)
        texts = self.house.network.texts
        return {
            name: f"item {texts.items[found[name[1], name[2]][0]]} to {texts.nodes[found[name[1], name[2]][1]]}"
            for name in names
        }

    def _facts(
        self, fact: str, columns: str, names: Sequence[tuple[int, int, int]], per: int
    ) -> dict[tuple[int, int], tuple[int, int]]:
        """Two columns of the facts that carry these names."""
        numbers = ", ".join(str(number) for number in {name[1] for name in names})
        files = quoted(self.house.output / "facts" / fact)
        wanted = {(name[1], name[2] // per) for name in names}
        with duckdb.connect() as engine:
            rows = engine.execute(
                f"SELECT number, ordinal, {columns} FROM read_parquet('{files}/*.parquet') "  # noqa: S608 - own names
                f"WHERE number IN ({numbers}) ORDER BY number, ordinal"
            ).fetchall()
        return {(row[0], row[1]): (row[2], row[3]) for row in rows if (row[0], row[1]) in wanted}
