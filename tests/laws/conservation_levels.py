"""Laws of cases and pallets, told from the facts alone: units in all levels are those of the book, fact by fact."""

from __future__ import annotations

from collections import Counter, defaultdict

from firstbest.world import facts as f
from firstbest.world import tables as t
from tests.laws.conservation import Row, each, held
from tests.laws.history import History

Shelf = tuple[int, int]
IN = (f.OPENED, f.RECEIVED, f.RESTOCKED)


def all_levels_come_to_the_stock(history: History) -> list[str]:
    """Pallets, cases and single units come to what is on hand and not handed out, on each shelf at any time.

    Levels are counted here one fact at a time: no level falls below nothing, no case is opened while enough lies
    singly, and what the table holds in the end is what was counted.
    """
    rules = history.network.detail.levels
    if rules is None or rules.pallet_units is None:
        return []
    count = Count(
        {n: int(u) for n, u in enumerate(rules.case_units)}, {n: int(u) for n, u in enumerate(rules.pallet_units)}
    )
    by_number: dict[int, list[tuple[str, Row]]] = defaultdict(list)
    for fact in (
        *IN,
        f.TASKED,
        f.PICKED,
        f.COUNTED,
        f.EXPIRED,
        f.REPLENISHED,
        f.CASE_BROKEN,
        f.PALLET_BROKEN,
        f.LEVELLED,
    ):
        for row in each(history, fact):
            by_number[row["number"]].append((fact.name, row))
    for number in sorted(by_number):
        for name, row in by_number[number]:
            count.take(name, row)
        count.look(number)
    nodes = len(history.network.nodes.kind)
    for row in held(history, t.PALLET_T):
        shelf = row["key"] // nodes, row["key"] % nodes
        there = count.whole[shelf], count.cases[shelf], count.single[shelf], count.owed[shelf]
        if there != (row["whole"], row["cases"], row["single"], row["owed"]):
            count.wrong.append(f"shelf {shelf}: the table holds {row}, counted {there}")
    stock = {row["key"]: row["on_hand"] for row in held(history, t.STOCK_T)}
    for shelf, units in count.on_hand.items():
        if units != stock.get(shelf[0] * nodes + shelf[1], 0):
            count.wrong.append(
                f"shelf {shelf}: {units} counted on hand, {stock.get(shelf[0] * nodes + shelf[1])} in the book"
            )
    return count.wrong


class Count:
    """Levels and stock, counted fact by fact."""

    def __init__(self, case: dict[int, int], pallet: dict[int, int]) -> None:
        """Nothing is there yet."""
        self.case, self.pallet = case, pallet
        self.whole, self.cases, self.single = Counter[Shelf](), Counter[Shelf](), Counter[Shelf]()
        self.owed, self.on_hand, self.handed = Counter[Shelf](), Counter[Shelf](), Counter[Shelf]()
        self.touched: set[Shelf] = set()
        self.wrong: list[str] = []

    def take(self, name: str, row: Row) -> None:
        """One fact."""
        item = row["item"]
        shelf = item, row["from_node" if name == f.REPLENISHED.name else "node"]
        if not self.case[item] and not self.pallet[item]:
            return
        self.touched.add(shelf)
        if name in (f.CASE_BROKEN.name, f.PALLET_BROKEN.name, f.LEVELLED.name):
            self.take_level(name, row, shelf)
        elif name in (f.OPENED.name, f.RECEIVED.name):
            self.put_up(shelf, row["quantity"])
        elif name == f.RESTOCKED.name:
            self.on_hand[shelf] += row["quantity"]
            self.single[shelf] += row["quantity"]
        elif name == f.TASKED.name:
            self.handed[shelf] += row["quantity"]
            self.single[shelf] -= row["quantity"]
        elif name == f.PICKED.name:
            self.handed[shelf] -= row["quantity"] + row["short"]
            self.on_hand[shelf] -= row["quantity"] + row["written_off"]
            self.single[shelf] += row["short"] - row["written_off"]
        elif name == f.COUNTED.name:
            more = row["quantity"] - row["book"]
            self.on_hand[shelf] += more
            (self.single if more > 0 else self.owed)[shelf] += abs(more)
        elif name == f.EXPIRED.name or not row["bought"]:
            self.on_hand[shelf] -= row["quantity"]
            self.owed[shelf] += row["quantity"]

    def put_up(self, shelf: Shelf, units: int) -> None:
        """Goods that come: pallets, then cases, then single units."""
        self.on_hand[shelf] += units
        for level, size in ((self.whole, self.pallet[shelf[0]]), (self.cases, self.case[shelf[0]]), (self.single, 1)):
            level[shelf] += units // size if size else 0
            units %= size or units + 1

    def take_level(self, name: str, row: Row, shelf: Shelf) -> None:
        """A level is opened, or goes whole."""
        case, pallet = self.case[shelf[0]], self.pallet[shelf[0]]
        if name == f.CASE_BROKEN.name:
            self.cases[shelf] -= row["cases"]
            self.single[shelf] += row["cases"] * case
        elif name == f.PALLET_BROKEN.name:
            self.whole[shelf] -= row["pallets"]
            (self.cases if case else self.single)[shelf] += row["pallets"] * (pallet // case if case else pallet)
        else:
            self.whole[shelf] -= row["pallets"]
            self.cases[shelf] -= row["cases"]
            self.single[shelf] += row["pallets"] * pallet + row["cases"] * case + row["missing"]
            self.owed[shelf] += row["missing"]

    def look(self, number: int) -> None:
        """What must hold of shelves after a number's facts."""
        for shelf in self.touched:
            levels = self.whole[shelf], self.cases[shelf], self.single[shelf], self.owed[shelf]
            units = levels[0] * self.pallet[shelf[0]] + levels[1] * self.case[shelf[0]] + levels[2] - levels[3]
            if min(levels) < 0 or units != self.on_hand[shelf] - self.handed[shelf]:
                there = f"{self.on_hand[shelf]} on hand, {self.handed[shelf]} handed out"
                self.wrong.append(f"at {number} shelf {shelf}: levels {levels} and {there}")
        self.touched.clear()
