"""Reading `flywheel.toml`: every fault at once, with file, line, what was expected and what was found."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from firstbest.flywheel.dimensions import PURE, Judge, Unit, UnitFaulty, product, unit_of, unit_text
from firstbest.flywheel.expressions import (
    FUNCTIONS,
    STATEFUL,
    EquationFaulty,
    Expression,
    Number,
    calls_of,
    names_of,
    parsed,
)
from firstbest.flywheel.model import (
    ASSUMED,
    Arrow,
    Circular,
    Constant,
    Lookup,
    Loop,
    Model,
    Span,
    Stock,
    Variable,
    ordered,
    readings,
)
from firstbest.store.faults import Fault, WorkspaceFaulty, nearest, shown
from firstbest.store.flywheel_schema import FLYWHEEL
from firstbest.store.workspace_settings import Document, Entry, read_document, typed_settings

FILE: Final = "flywheel.toml"
STEPS_MAX: Final = 100_000
THINGS_MAX: Final = 2_000
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
_KINDS: Final = ("constant", "stock", "flow", "auxiliary", "lookup")


def read_model(path: Path) -> Model:
    """The model in a file. Raises `WorkspaceFaulty` with every fault."""
    faults: list[Fault] = []
    document = read_document(path, path.name, faults)
    model = _Reading(document, faults).model() if document else None
    if faults or model is None:
        raise WorkspaceFaulty(sorted(set(faults), key=lambda each: each.row))
    return model


def check_model(folder: Path) -> tuple[Fault, ...]:
    """The faults of a workspace's model; none where there is no model."""
    path = folder / FILE
    if not path.is_file():
        return ()
    try:
        read_model(path)
    except WorkspaceFaulty as faulty:
        return faulty.faults
    return ()


class _Reading:
    """One file on its way to a model."""

    def __init__(self, document: Document, faults: list[Fault]) -> None:
        self.document, self.faults = document, faults
        self.read = typed_settings(document, FLYWHEEL, ZoneInfo("UTC"), faults)
        head = self.read["model"]
        assert isinstance(head, dict)
        self.head = head[""]
        self.time = str(self.head["time_unit"])
        self.bases = frozenset((*self.head["units"], self.time))
        self.line: dict[str, int] = {}
        self.units: dict[str, Unit] = {}

    def entries(self, kind: str) -> tuple[Entry, ...]:
        """The entries of a list."""
        found = self.read[kind]
        assert isinstance(found, tuple)
        return found

    def tell(self, line: int, where: str, expected: str, found: str) -> None:
        """A fault."""
        self.faults.append(Fault(self.document.file, line, where, expected, found))

    def model(self) -> Model | None:
        """The model, if no fault was found so far that would make others follow."""
        self.names()
        constants = tuple(self.constant(each) for each in self.entries("constant"))
        stocks = tuple(self.stock(each) for each in self.entries("stock"))
        variables = tuple(
            Variable(each["name"], each["unit"], self.equation(each, kind, "is"), kind == "flow", each["words"])
            for kind in ("flow", "auxiliary")
            for each in self.entries(kind)
        )
        lookups = tuple(self.lookup(each) for each in self.entries("lookup"))
        if self.faults:
            return None
        outcomes = (self.head["sold"], self.head["money"])
        model = Model(self.head["title"], self.span(), constants, stocks, variables, lookups, (), outcomes)
        model = model._replace(
            shown=self.known(
                "shown", self.head["shown"], [each.name for each in variables] + [each.name for each in stocks]
            )
        )
        self.check_equations(model)
        self.check_flows(model)
        self.check_units(model)
        self.check_order(model)
        self.known("sold", (outcomes[0],), [each.name for each in variables])
        self.known("money", (outcomes[1],), [each.name for each in variables])
        return model._replace(
            loops=tuple(self.loop(each, model) for each in self.entries("loop")),
            arrows=tuple(self.arrow(each, model) for each in self.entries("arrow")),
            every=int(self.head["every"]),
        )

    def names(self) -> None:
        """Names are unique over all kinds, and plain."""
        kinds: Counter[str] = Counter()
        for kind in _KINDS:
            for each in self.entries(kind):
                name = each["name"]
                if not _NAME.match(name) or name in FUNCTIONS or name == "time":
                    self.tell(
                        each.line, f"{kind}.name", "small letters, digits, underscores; no function's name", shown(name)
                    )
                if kinds[name] and self.line[name] != each.line:
                    self.tell(
                        each.line, f"{kind}.name", "a name of its own", f"{shown(name)}, as in line {self.line[name]}"
                    )
                kinds[name] += 1
                self.line.setdefault(name, each.line)
                self.units[name] = self.unit(each, kind, "unit")
                if kind == "lookup":
                    self.units[f"{name}()"] = self.unit(each, kind, "unit_x")
        if len(kinds) > THINGS_MAX:
            self.tell(0, "", f"{THINGS_MAX:,} names at most", f"{len(kinds):,}")

    def unit(self, entry: Entry, kind: str, key: str) -> Unit:
        """A unit made of declared base units."""
        try:
            unit = unit_of(str(entry[key]))
        except UnitFaulty:
            self.tell(entry.line, f"{kind}.{key}", "a unit like order/month, or 1", shown(entry[key]))
            return PURE
        for base, _ in unit:
            if base not in self.bases:
                found = shown(base) + nearest(base, self.bases)
                self.tell(entry.line, f"{kind}.{key}", f"units of {', '.join(sorted(self.bases))}", found)
        return unit

    def equation(self, entry: Entry, kind: str, key: str) -> Expression:
        """The tree of an equation."""
        try:
            return parsed(str(entry[key]))
        except EquationFaulty as faulty:
            self.tell(
                entry.line, f"{kind}.{key} of {entry['name']}, character {faulty.at}", faulty.expected, faulty.found
            )
            return Number(0.0)

    def constant(self, entry: Entry) -> Constant:
        """A coefficient; its range holds its value."""
        value, ends = entry["value"], entry["range"]
        low, high = (ends[0], ends[1]) if len(ends) == 2 else (value, value)  # noqa: PLR2004 - low and high
        if len(ends) == 1 or not low <= value <= high:
            self.tell(entry.line, "constant.range", f"[low, high] around {value:g}", shown(list(ends)))
        if entry["mark"] == ASSUMED and not ends:
            self.tell(entry.line, "constant.range", f"the range of {entry['name']}, which is ASSUMED", "none")
        keys = ("unit", "mark", "source", "words", "book")
        return Constant(entry["name"], value, low, high, *(entry[key] for key in keys))

    def stock(self, entry: Entry) -> Stock:
        """What accumulates."""
        start = self.equation(entry, "stock", "start")
        floor = entry["floor"] == "zero"
        return Stock(entry["name"], entry["unit"], start, entry["in"], entry["out"], entry["words"], floor)

    def lookup(self, entry: Entry) -> Lookup:
        """Points; x rises."""
        x, y = entry["x"], entry["y"]
        if len(x) != len(y):
            self.tell(entry.line, "lookup.y", f"{len(x)} numbers", f"{len(y)}")
        if any(after <= before for before, after in pairwise(x)):
            self.tell(entry.line, "lookup.x", "rising numbers", shown(list(x)))
        return Lookup(entry["name"], x, y, entry["unit_x"], entry["unit"])

    def span(self) -> Span:
        """Time."""
        head = self.head
        start, stop, step = head["start"], head["stop"], head["step"]
        line = self.document.line("model", 0, "step")
        if not step > 0 or not stop > start:
            self.tell(
                line, "model.step", "a step above 0 and a stop behind the start", f"{step:g}, {start:g} to {stop:g}"
            )
            return Span(self.time, 0, 1, 1)
        if (stop - start) / step > STEPS_MAX:
            self.tell(line, "model.step", f"{STEPS_MAX:,} steps at most", f"{(stop - start) / step:,.0f}")
        return Span(self.time, start, stop, step, head["method"])

    def known(self, key: str, names: tuple[str, ...], among: list[str]) -> tuple[str, ...]:
        """Names that the head lists."""
        for name in names:
            if name not in among:
                self.tell(
                    self.document.line("model", 0, key),
                    f"model.{key}",
                    "a stock or variable",
                    shown(name) + nearest(name, among),
                )
        return tuple(names)

    # -------------------------------------------------------------------------------------------------- whole model
    def check_equations(self, model: Model) -> None:
        """Equations read what there is, and call what there is with the right number of arguments."""
        readable = {"time", *model.labels()}
        lookups = {each.name: (1, 1) for each in model.lookups}
        trees = [(each.name, each.equation) for each in model.variables]
        for name, tree in [*trees, *((each.name, each.start) for each in model.stocks)]:
            for read in names_of(tree):
                if read not in readable:
                    found = shown(read) + nearest(read, readable)
                    self.tell(self.line[name], f"equation of {name}", "a constant, stock, variable or time", found)
            for call in calls_of(tree):
                bounds = (lookups | dict(FUNCTIONS)).get(call.function)
                if bounds is None:
                    found = shown(call.function) + nearest(call.function, [*FUNCTIONS, *lookups])
                    self.tell(
                        self.line[name], f"equation of {name}", f"a lookup or one of {', '.join(FUNCTIONS)}", found
                    )
                elif not bounds[0] <= len(call.arguments) <= bounds[1]:
                    wanted = " to ".join(str(bound) for bound in dict.fromkeys(bounds))
                    self.tell(
                        self.line[name],
                        f"equation of {name}",
                        f"{wanted} arguments of {call.function}",
                        str(len(call.arguments)),
                    )
        for each in model.stocks:
            if any(call.function in STATEFUL for call in calls_of(each.start)):
                self.tell(
                    self.line[each.name], f"start of {each.name}", "a start without functions that remember", "one"
                )

    def check_flows(self, model: Model) -> None:
        """Stocks are filled and drained by flows."""
        flows = [each.name for each in model.variables if each.flow]
        for stock in model.stocks:
            for flow in (*stock.inflows, *stock.outflows):
                if flow not in flows:
                    self.tell(
                        self.line[stock.name],
                        f"stock {stock.name}",
                        "names of flows",
                        shown(flow) + nearest(flow, flows),
                    )

    def check_units(self, model: Model) -> None:
        """Both sides of every equation have one unit; a flow has its stock's unit over time."""
        if self.faults:
            return
        time = unit_of(self.time)
        sides = [(each.name, each.equation) for each in model.variables] + [
            (each.name, each.start) for each in model.stocks if not isinstance(each.start, Number)
        ]
        for name, tree in sides:

            def tell(expected: str, found: str, name: str = name) -> None:
                self.tell(self.line[name], f"units of {name}", expected, found)

            found = Judge(self.units, time, tell).unit(tree)
            if found is not None and found != self.units[name]:
                tell(unit_text(self.units[name]), f"{unit_text(found)} from its equation")
        for stock in model.stocks:
            wanted = product(self.units[stock.name], time, -1)
            for flow in (*stock.inflows, *stock.outflows):
                if self.units[flow] != wanted:
                    self.tell(
                        self.line[flow],
                        f"units of {flow}",
                        f"{unit_text(wanted)}, as it fills or drains {stock.name}",
                        unit_text(self.units[flow]),
                    )

    def check_order(self, model: Model) -> None:
        """No equation needs itself at one instant, neither on the way nor at the start."""
        equations = {each.name: names_of(each.equation) for each in model.variables}
        starts = {each.name: names_of(each.start) for each in model.stocks}
        for needs, when in ((equations, ""), ({**equations, **starts}, " at the start")):
            try:
                ordered(needs)
            except Circular as circular:
                self.tell(
                    self.line[circular.way[0]],
                    f"equation of {circular.way[0]}",
                    f"a stock on the way{when}",
                    str(circular),
                )
                return

    def loop(self, entry: Entry, model: Model) -> Loop:
        """A closed way along arrows that are there, cut at one of its arrows into an equation."""
        way: tuple[str, ...] = entry["way"]
        there = set(readings(model))
        pairs = list(zip(way, (*way[1:], *way[:1]), strict=True))
        for pair in pairs:
            if pair not in there:
                self.tell(
                    entry.line,
                    f"loop {entry['name']}",
                    "names each read by the next",
                    f"{pair[1]} does not read {pair[0]}",
                )
        cut: Any = tuple(entry["cut"])
        if cut not in pairs or model.equation(cut[-1]) is None:
            self.tell(
                entry.line,
                f"loop {entry['name']}",
                "a cut of two neighbours, the second with an equation",
                shown(" ".join(cut)),
            )
        return Loop(entry["name"], entry["kind"] == "reinforcing", way, cut, entry["words"])

    def arrow(self, entry: Entry, model: Model) -> Arrow:
        """An arrow between things that are there."""
        things = [*(each.name for each in model.stocks), *(each.name for each in model.variables)]
        for key in ("from", "to"):
            if entry[key] not in things:
                self.tell(
                    entry.line, f"arrow.{key}", "a stock or variable", shown(entry[key]) + nearest(entry[key], things)
                )
        known = [each.name for each in model.constants]
        if entry["by"] and entry["by"] not in known:
            self.tell(entry.line, "arrow.by", "a constant", shown(entry["by"]) + nearest(entry["by"], known))
        return Arrow(entry["from"], entry["to"], entry["by"], entry["sign"] == "+")
