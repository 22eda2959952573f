"""Stages of a change file: where, or for which share of orders, a change holds from which day on.

A file with `[[stage]]` tables is brought in step by step, rehearsed and applied alike: each stage says on which day
after the beginning it starts, and either which buildings join (`nodes`, `regions` of nodes.csv), or the share of orders
for which the change now holds (`orders_percent`), or `everywhere`. What no stage says stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from firstbest.store.faults import Fault, nearest, shown
from firstbest.store.staging import armed, by_node
from firstbest.store.workspace_settings import Document
from firstbest.store.workspace_typed import Workspace
from firstbest.world.network import Network
from firstbest.world.units import PPM

STAGES_MAX: Final = 20
DAYS_MAX: Final = 1_000
KEYS: Final[Mapping[str, str]] = {
    "day": "days after the beginning on which the stage starts; 0: at once",
    "nodes": "buildings at which the change holds from then on, beside those of earlier stages",
    "regions": "the same for all buildings of regions of nodes.csv",
    "orders_percent": "share of orders for which it holds from then on, above 0 and below 100",
    "everywhere": "true: it holds everywhere, for all orders",
}
"""Keys of `[[stage]]`, for the reader and for the docs."""
_EXTENTS: Final = ("nodes", "regions", "orders_percent", "everywhere")
NOT_STAGED: Final = frozenset({"open_node", "close_node", "add_lane", "demand", "shock"})
"""Operations that hold for all or not at all."""


class Step(NamedTuple):
    """One stage: its day, and how far the change reaches."""

    day: int
    nodes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    share_ppm: int = 0
    everywhere: bool = False
    line: int = 0  # of the file

    @property
    def words(self) -> str:
        """How far, for a person."""
        if self.everywhere:
            return "everywhere"
        if self.share_ppm:
            return f"{self.share_ppm * 100 / PPM:g} % of the orders"
        return "at " + ", ".join((*self.nodes, *(f"all of {each}" for each in self.regions)))


def read_steps(document: Document, faults: list[Fault]) -> tuple[Step, ...]:
    """The stages of a change file; each that is wrong is a fault."""
    given = document.tree.get("stage", [])
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        faults.append(Fault(document.file, document.line("stage", 0, ""), "stage", "[[stage]] tables", shown(given)))
        return ()
    if len(given) > STAGES_MAX:
        faults.append(Fault(document.file, 0, "stage", f"{STAGES_MAX} stages or fewer", f"{len(given)}"))
        return ()
    before, steps = len(faults), []
    for number, each in enumerate(given):
        steps.append(_step(document, number, each, faults))
    if len(faults) == before:
        faults.extend(_disordered(document.file, steps))
    return tuple(steps) if len(faults) == before else ()


def _step(document: Document, number: int, given: Mapping[str, Any], faults: list[Fault]) -> Step:
    def wrong(key: str, expected: str, found: str) -> None:
        row = document.line("stage", number, key)
        faults.append(Fault(document.file, row, f"stage {number + 1}, {key}", expected, found))

    for key in given:
        if key not in KEYS:
            wrong(key, f"one of {', '.join(KEYS)}", shown(key) + nearest(key, KEYS))
    said = [key for key in _EXTENTS if key in given]
    if len(said) != 1:
        wrong("day", f"one of {', '.join(_EXTENTS)}", " and ".join(said) or "none")
    day, percent = given.get("day"), given.get("orders_percent", 0)
    if not isinstance(day, int) or isinstance(day, bool) or not 0 <= day <= DAYS_MAX:
        wrong("day", f"whole days after the beginning, 0 to {DAYS_MAX}", shown(day))
    if "orders_percent" in given and not (isinstance(percent, (int, float)) and 0 < percent < 100):  # noqa: PLR2004
        wrong("orders_percent", "a number above 0 and below 100", shown(percent))
        percent = 0
    names: dict[str, tuple[str, ...]] = {}
    for key in ("nodes", "regions"):
        value = given.get(key, [])
        named = isinstance(value, list) and all(isinstance(each, str) for each in value)
        if not named or (key in said and not value):
            wrong(key, "a list of names", shown(value))
            value = []
        names[key] = tuple(value)
    if given.get("everywhere", True) is not True:
        wrong("everywhere", "true", shown(given["everywhere"]))
    line = document.line("stage", number, "")
    return Step(
        day if isinstance(day, int) else 0, names["nodes"], names["regions"], round(percent * PPM / 100),
        "everywhere" in given, line,
    )  # fmt: skip


def _disordered(file: str, steps: Sequence[Step]) -> list[Fault]:
    """Stages out of order: days rise, shares grow, buildings and shares are not mixed, `everywhere` comes last."""
    found = []
    for number, (one, other) in enumerate(pairwise(steps), start=2):
        label = f"stage {number}"
        if other.day <= one.day:
            found.append(Fault(file, other.line, label, f"a day after day {one.day}", f"day {other.day}"))
        if one.everywhere:
            found.append(Fault(file, other.line, label, "'everywhere' in the last stage", "one that follows it"))
        elif not other.everywhere and bool(one.share_ppm) != bool(other.share_ppm):
            found.append(Fault(file, other.line, label, "buildings or shares of orders in one file", "both"))
        elif not other.everywhere and other.share_ppm < one.share_ppm:
            expected = f"{one.share_ppm * 100 / PPM:g} % or more"
            found.append(Fault(file, other.line, label, expected, f"{other.share_ppm * 100 / PPM:g} %"))
    return found


def unknown_places(file: str, steps: Sequence[Step], workspace: Workspace) -> list[Fault]:
    """Buildings and regions of stages that the workspace does not have."""
    frame, found = workspace.frame("nodes"), []
    known = {"nodes": frame.texts("node"), "regions": [each for each in frame.texts("region") if each]}
    named = [
        (number, step.line, key, name)
        for number, step in enumerate(steps, start=1)
        for key, names in (("nodes", step.nodes), ("regions", step.regions))
        for name in names
    ]
    for number, line, key, name in named:
        if name not in known[key]:
            expected = f"one of {', '.join(dict.fromkeys(known[key])) or 'none: nodes.csv names no region'}"
            found.append(Fault(file, line, f"stage {number}, {key}", expected, shown(name) + nearest(name, known[key])))
    return found


def staged(pair: tuple[Network, Network], steps: Sequence[Step], workspace: Workspace, name: str) -> Network:
    """The network of the last of some stages that have begun; pair: without and with the change, `name` keys arms.

    Raises `NotStaged` where the change cannot be brought in so.
    """
    without, with_ = pair
    last = steps[-1]
    if last.everywhere:
        return with_
    if last.share_ppm:
        return armed(without, with_, last.share_ppm, name)
    regions = workspace.frame("nodes").texts("region")
    nodes = {without.texts.nodes.index(each) for step in steps for each in step.nodes}
    wanted = {each for step in steps for each in step.regions}
    return by_node(without, with_, nodes | {code for code, region in enumerate(regions) if region in wanted})
