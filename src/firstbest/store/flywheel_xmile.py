"""XMILE 1.0 in and out, so that a model moves between this house, Stella, Vensim and PySD.

Out: stocks, flows, auxiliaries, constants (as auxiliaries, their range and source in `doc`), lookups, units, method.
In: the same. What is not known here (arrays, modules, macros, conveyors, queues, ovens, functions beyond those listed)
is a fault with the variable's name; nothing is guessed. Names compare as XMILE says: blanks and underscores are one,
capitals small. A name in quotes may hold any sign there; here it has to be letters, digits and underscores, since what
is written of "A-B" would be read as a difference.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from firstbest.flywheel.expressions import (
    FUNCTIONS,
    STATEFUL,
    Call,
    EquationFaulty,
    Expression,
    Name,
    Number,
    Unary,
    calls_of,
    names_of,
    parsed,
    plain,
    written,
)
from firstbest.flywheel.model import GIVEN, Circular, Constant, Lookup, Model, Span, Stock, Variable, ordered
from firstbest.store.faults import Fault, WorkspaceFaulty, shown

SPACE: Final = "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"
BYTES_MAX: Final = 20_000_000
_NS: Final = f"{{{SPACE}}}"
_METHODS: Final = {"euler": "euler", "rk4": "rk4", "": "euler"}
_REFUSED: Final = ("module", "macro", "group", "conveyor", "queue", "oven", "dimensions", "element", "array")
_LIKE_NOT: Final = re.compile(r"\b(not\w+)")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
_DOCTYPE: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


# ------------------------------------------------------------------------------------------------------------- out
def xmile_text(model: Model) -> str:
    """The model as an XMILE document."""
    ET.register_namespace("", SPACE)
    root = ET.Element(f"{_NS}xmile", version="1.0")
    header = ET.SubElement(root, f"{_NS}header")
    for name, text in (("name", model.title), ("vendor", "firstbest"), ("product", "firstbest flywheel")):
        ET.SubElement(header, f"{_NS}{name}").text = text
    header[-1].set("version", "1.0")
    span = model.span
    specs = ET.SubElement(root, f"{_NS}sim_specs", method=span.method.upper() if span.method == "rk4" else "Euler")
    specs.set("time_units", span.unit)
    for name, value in (("start", span.start), ("stop", span.stop), ("dt", span.step)):
        ET.SubElement(specs, f"{_NS}{name}").text = _number(value)
    things = ET.SubElement(ET.SubElement(root, f"{_NS}model"), f"{_NS}variables")
    for stock in model.stocks:
        node = _thing(things, "stock", stock.name, stock.unit, stock.words)
        ET.SubElement(node, f"{_NS}eqn").text = _equation(stock.start)
        for kind, flows in (("inflow", stock.inflows), ("outflow", stock.outflows)):
            for flow in flows:
                ET.SubElement(node, f"{_NS}{kind}").text = _equation(Name(flow))
        if stock.floor:
            ET.SubElement(node, f"{_NS}non_negative")
    used = _write_variables(model, things)
    for each in model.constants:
        spread = f"; {each.low:g} to {each.high:g}" if each.low < each.high else ""
        node = _thing(things, "aux", each.name, each.unit, f"{each.mark}{spread}: {each.source}")
        ET.SubElement(node, f"{_NS}eqn").text = _number(each.value)
    for lookup in model.lookups:
        if lookup.name not in used:
            _points(_thing(things, "gf", lookup.name, lookup.unit, ""), lookup)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _write_variables(model: Model, things: ET.Element) -> set[str]:
    """Flows and auxiliaries; answers the lookups that stand inside the only variable that uses them."""
    calls = [call.function for each in model.variables for call in calls_of(each.equation)]
    tables = {lookup.name: lookup for lookup in model.lookups if calls.count(lookup.name) == 1}
    used = set()
    for each in model.variables:
        node = _thing(things, "flow" if each.flow else "aux", each.name, each.unit, each.words)
        equation = each.equation
        table = tables.get(equation.function) if isinstance(equation, Call) else None
        if isinstance(equation, Call) and table is not None:
            equation = equation.arguments[0]
            used.add(table.name)
        ET.SubElement(node, f"{_NS}eqn").text = _equation(equation)
        if table is not None:
            _points(ET.SubElement(node, f"{_NS}gf"), table)
    return used


def _thing(things: ET.Element, kind: str, name: str, unit: str, words: str) -> ET.Element:
    node = ET.SubElement(things, f"{_NS}{kind}", name=name)
    ET.SubElement(node, f"{_NS}units").text = unit
    if words:
        ET.SubElement(node, f"{_NS}doc").text = words
    return node


def _points(node: ET.Element, lookup: Lookup) -> None:
    node.set("type", "continuous")
    for kind, values in (("xpts", lookup.x), ("ypts", lookup.y)):
        ET.SubElement(node, f"{_NS}{kind}").text = ",".join(map(_number, values))


def _equation(tree: Expression) -> str:
    """An equation in which names that begin like NOT stand in quotes: some readers take the word for the sign."""
    return _LIKE_NOT.sub(r'"\1"', written(tree))


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


# -------------------------------------------------------------------------------------------------------------- in
def read_xmile(path: Path) -> Model:
    """The model of an XMILE file. Raises `WorkspaceFaulty` with every fault."""
    faults: list[Fault] = []
    model = None
    data = path.read_bytes()
    if len(data) > BYTES_MAX:
        faults.append(Fault(path.name, 0, "", f"{BYTES_MAX // 1_000_000} megabytes at most", f"{len(data) / 1e6:.0f}"))
    elif _DOCTYPE.search(data):
        faults.append(Fault(path.name, 0, "", "XMILE without a document type", "a document type declaration"))
    else:
        try:
            model = _Document(ET.fromstring(data), path.name, faults).model()  # noqa: S314 - entities are refused above
        except ET.ParseError as error:
            faults.append(Fault(path.name, error.position[0], "", "valid XML", str(error)))
    if faults or model is None:
        raise WorkspaceFaulty(faults)
    return model


class _Document:
    """One XMILE document on its way to a model."""

    def __init__(self, root: ET.Element, file: str, faults: list[Fault]) -> None:
        self.root, self.file, self.faults = root, file, faults
        self.constants: list[Constant] = []
        self.stocks: list[Stock] = []
        self.variables: list[Variable] = []
        self.lookups: list[Lookup] = []

    def tell(self, name: str, expected: str, found: str) -> None:
        """A fault of a variable."""
        self.faults.append(Fault(self.file, 0, name, expected, found))

    def model(self) -> Model | None:
        """The whole."""
        for node in self.root.iter():
            kind = _kind(node)
            if kind in _REFUSED:
                self.tell(
                    plain(node.get("name", kind)), "stocks, flows, auxiliaries and graphical functions", f"<{kind}>"
                )
        found = self.root.find(f"{_NS}model/{_NS}variables")
        if found is None:
            self.tell("", "<model> with <variables> in the namespace of XMILE 1.0", _kind(self.root))
            return None
        for node in found:
            kind, name = _kind(node), plain(node.get("name", ""))
            if kind == "stock":
                self.stock(node, name)
            elif kind in ("flow", "aux"):
                self.variable(node, name, flow=kind == "flow")
            elif kind == "gf":
                self.lookup(node, name, _text(node, "units"))
        span = self.span()
        self.check()
        if self.faults or span is None:
            return None
        title = self.root.findtext(f"{_NS}header/{_NS}name") or self.file
        flows = [each.name for each in self.variables if each.flow] or [each.name for each in self.variables]
        outcomes = tuple(flows[:1] * 2)
        shown_ = tuple(each.name for each in self.stocks)
        return Model(
            title,
            span,
            tuple(self.constants),
            tuple(self.stocks),
            tuple(self.variables),
            tuple(self.lookups),
            outcomes=outcomes,
            shown=shown_,
        )

    def equation(self, node: ET.Element, name: str) -> Expression:
        """The tree of <eqn>."""
        text = re.sub(r"\{[^}]*\}", " ", _text(node, "eqn")).replace("\n", " ").strip()
        try:
            return parsed(text)
        except EquationFaulty as faulty:
            self.tell(f"{name}, character {faulty.at}", faulty.expected, faulty.found)
            return Number(0.0)

    def stock(self, node: ET.Element, name: str) -> None:
        """What accumulates."""
        flows = [
            tuple(plain((each.text or "").replace('"', "")) for each in node.findall(f"{_NS}{kind}"))
            for kind in ("inflow", "outflow")
        ]
        floor = _holds(node)
        self.stocks.append(
            Stock(name, _text(node, "units"), self.equation(node, name), flows[0], flows[1], _text(node, "doc"), floor)
        )

    def variable(self, node: ET.Element, name: str, *, flow: bool) -> None:
        """A flow or an auxiliary; a number alone is a constant."""
        tree, unit, words = self.equation(node, name), _text(node, "units"), _text(node, "doc")
        table = node.find(f"{_NS}gf")
        if table is not None:
            self.lookup(table, f"{name}_curve", unit)
            tree = Call(f"{name}_curve", (tree,))
        if flow and _holds(node):
            tree = Call("max", (tree, Number(0.0)))
        value = _literal(tree)
        if value is not None and not flow:
            self.constants.append(Constant(name, value, value, value, unit, GIVEN, words or "XMILE"))
        else:
            self.variables.append(Variable(name, unit, tree, flow, words))

    def lookup(self, node: ET.Element, name: str, unit: str) -> None:
        """Points of a graphical function."""
        if node.get("type", "continuous") != "continuous":
            self.tell(name, "a continuous graphical function", str(node.get("type")))
        try:
            y = _numbers(node, "ypts")
            scale = node.find(f"{_NS}xscale")
            if scale is None:
                x = _numbers(node, "xpts")
            else:
                low, high = float(scale.get("min", "")), float(scale.get("max", ""))
                step = (high - low) / (len(y) - 1)
                x = (*(low + step * place for place in range(len(y) - 1)), high)
        except (ValueError, ZeroDivisionError):
            self.tell(name, "points of a graphical function", "none that can be read")
            return
        if len(x) != len(y) or any(after <= before for before, after in pairwise(x)):
            self.tell(name, "as many y as x, x rising", f"{len(x)} x and {len(y)} y")
        self.lookups.append(Lookup(name, x, y, "", unit))

    def span(self) -> Span | None:
        """Time."""
        specs = self.root.find(f"{_NS}sim_specs")
        if specs is None:
            self.tell("", "<sim_specs>", "none")
            return None
        method = specs.get("method", "").casefold()
        if method not in _METHODS:
            self.tell("sim_specs", "method Euler or RK4", shown(method))
        try:
            start, stop = (float(_text(specs, kind)) for kind in ("start", "stop"))
            node = specs.find(f"{_NS}dt")
            step = float(_text(specs, "dt") or "1")
            if node is not None and node.get("reciprocal", "").casefold() == "true":
                step = 1.0 / step
        except (ValueError, ZeroDivisionError):
            self.tell("sim_specs", "numbers for start, stop and dt", "others")
            return None
        if not (step > 0 and stop > start):
            self.tell("sim_specs", "a dt above 0 and a stop behind the start", f"{step:g}, {start:g} to {stop:g}")
            return None
        return Span(specs.get("time_units", "unit"), start, stop, step, _METHODS.get(method, "euler"))

    def names(self) -> None:
        """Names are plain, and each stands for one thing."""
        named = [each.name for each in self.constants] + [each.name for each in self.stocks]
        named += [each.name for each in self.variables] + [each.name for each in self.lookups]
        seen: set[str] = set()
        for name in named:
            if not _NAME.match(name) or name == "time":
                self.tell(name, "a name of letters from a to z, digits and underscores", shown(name))
            if name in seen:
                self.tell(name, "a name of its own", "a second thing of this name")
            seen.add(name)

    def check(self) -> None:
        """Names are plain; equations read what there is; flows are there; nothing needs itself at one instant."""
        self.names()
        readable = {"time", *(each.name for each in self.constants)}
        readable |= {each.name for each in self.stocks} | {each.name for each in self.variables}
        tables = {each.name for each in self.lookups}
        trees = {each.name: each.equation for each in self.variables}
        starts = {each.name: each.start for each in self.stocks}
        for name, tree in (*trees.items(), *starts.items()):
            for read in names_of(tree):
                if read not in readable:
                    self.tell(name, "names of the model", shown(read))
            for call in calls_of(tree):
                if call.function not in tables and call.function not in FUNCTIONS:
                    self.tell(name, f"one of {', '.join(FUNCTIONS)} or a graphical function", shown(call.function))
                elif name in starts and call.function in STATEFUL:
                    self.tell(name, "a start without functions that remember", shown(call.function))
        for stock in self.stocks:
            for flow in (*stock.inflows, *stock.outflows):
                if flow not in trees:
                    self.tell(stock.name, "names of flows", shown(flow))
        try:
            ordered({name: names_of(tree) for name, tree in {**trees, **starts}.items()})
        except Circular as circular:
            self.tell(circular.way[0], "a stock on the way", str(circular))


def _kind(node: ET.Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _text(node: ET.Element, kind: str) -> str:
    return (node.findtext(f"{_NS}{kind}") or "").strip()


def _holds(node: ET.Element) -> bool:
    """Whether <non_negative/> stands there and is not taken back."""
    found = node.find(f"{_NS}non_negative")
    return found is not None and "false" not in (found.text or "").casefold()


def _numbers(node: ET.Element, kind: str) -> tuple[float, ...]:
    found = node.find(f"{_NS}{kind}")
    if found is None or not found.text:
        raise ValueError(kind)
    return tuple(float(each) for each in found.text.split(found.get("sep", ",")) if each.strip())


def _literal(tree: Expression) -> float | None:
    """The value of a number alone, also below zero."""
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Unary) and tree.sign == "-" and isinstance(tree.of, Number):
        return -tree.of.value
    return None
