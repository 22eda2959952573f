"""What a change would make of a workspace: `load_changed` reads and checks, `scenario_of` compiles.

A change (changes/NAME.toml) is a list of typed operations; `changes_words` declares them. The rehearsed time falls into
phases at the instants where operations begin or end. Each phase is a workspace of its own, written and checked as if a
person had edited the files; nodes and lanes stand in all of them, so that they have one code, and are shut before
their time. Decisions adopt the next phase's network at its first instant; the physics is that of the last phase,
which is why only what decisions alone read may change on the way (`changes_words.LATER`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from firstbest.store.changes_draft import Draft
from firstbest.store.changes_kinds import Phase, write
from firstbest.store.changes_log import raised_log
from firstbest.store.changes_nodes import MINUTES_DAY, opens_later, prepared
from firstbest.store.changes_read import Operation, Read, read_change
from firstbest.store.changes_stages import Step, staged, unknown_places
from firstbest.store.compile_network import compile_network
from firstbest.store.compile_plan import Plan, plan
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.staging import NotStaged
from firstbest.store.workspace import Files, Workspace, check, read, typed_workspace
from firstbest.world.nature import Nature
from firstbest.world.network import I64, Network

PHASES_MAX = 50


class Stage(NamedTuple):
    """The workspace from an instant on: local minutes since the epoch, None the start."""

    at: int | None
    workspace: Workspace
    shut: tuple[str, ...]  # lanes that are not there yet, or no more


class OneOff(NamedTuple):
    """What is paid once, in whole currency units."""

    title: str
    amount: float


class Surge(NamedTuple):
    """Orders of the days [first, until), days since the epoch, times a factor."""

    first: int
    until: int
    factor: float


class Changed(NamedTuple):
    """A workspace with a change in it."""

    title: str
    note: str
    workspaces: tuple[Stage, ...]
    one_off: tuple[OneOff, ...]
    demand: tuple[Surge, ...]
    notes: tuple[str, ...]  # what a reader should know of how the change is rehearsed
    steps: tuple[Step, ...] = ()  # in which it is brought in
    name: str = ""  # of the file: the key by which orders are treated

    @property
    def one_off_cost(self) -> float:
        """All that is paid once."""
        return sum(each.amount for each in self.one_off)


def load_changed(folder: Path, change: Path) -> Changed:
    """The workspace in `folder` with the change file `change` in it.

    Raises `WorkspaceFaulty`: with the faults of the workspace if it has any, else with all faults of the change, each
    with its line and its operation. An operation that changes nothing is a fault.
    """
    faults: list[Fault] = []
    files = read(folder, faults)
    before = typed_workspace(files, faults)
    if faults:
        raise WorkspaceFaulty(check(folder))
    given = read_change(change, faults)
    start, end = before.start_day * MINUTES_DAY, (before.start_day + before.days) * MINUTES_DAY
    faults.extend(fault for each in given.operations for fault in _times(given.file, each, start, end))
    if faults:
        raise WorkspaceFaulty(faults)
    if given.steps:
        # It holds from just after the start on: what the physics is made of cannot be brought in by stages.
        given = given._replace(operations=tuple(replace(each, begins=start + 1) for each in given.operations))
        faults.extend(unknown_places(given.file, given.steps, before))
    stages = []
    for at in _instants(given.operations, start, end):
        stage, found = _stage(files, given, Phase(at, start, end))
        faults.extend(each for each in found if each not in faults)
        stages.append(stage)
    if faults:
        raise WorkspaceFaulty(faults)
    return Changed(
        given.title, given.note, tuple(stages), _one_off(given), _surges(given), _notes(given, start), given.steps,
        change.name,
    )  # fmt: skip


def scenario_of(
    changed: Changed, scale: float = 1.0, days: int | None = None
) -> tuple[Network, Nature, tuple[tuple[int, Network], ...]]:
    """The network and nature of a rehearsal, and the networks that decisions adopt at instants, microseconds.

    The first network holds every node and lane and is the one that the physics and the pages stand on. Where the
    change is there from the start, nothing is adopted; otherwise the first adoption is at the start.
    """
    last = changed.workspaces[-1]
    network, nature = compile_network(last.workspace, scale, days)
    nature = nature._replace(
        demand=nature.demand._replace(orders_day=_raised(changed, network, nature)),
        log=raised_log(nature.log, network, changed.demand),
    )
    if len(changed.workspaces) == 1:
        return network, nature, ()
    made = plan(last.workspace, scale, days)
    if changed.steps:
        return network, nature, _staged(changed, (scale, days), network, made)
    adoptions = []
    for stage in changed.workspaces:
        own = network if stage is last else compile_network(stage.workspace, scale, days)[0]
        assert own.texts == network.texts, "names keep their codes in all phases of a change"
        at = network.calendar.start_us
        if stage.at is not None:
            at = made.instant(0, stage.at // MINUTES_DAY, stage.at % MINUTES_DAY)
        if at < network.calendar.end_us:
            adoptions.append((at, _without(own, stage.shut)))
    return network, nature, tuple(adoptions)


def _staged(
    changed: Changed, how: tuple[float, int | None], network: Network, made: Plan
) -> tuple[tuple[int, Network], ...]:
    """The networks of the stages of a change, from the start on; raises `WorkspaceFaulty` where it cannot be staged."""
    base = compile_network(changed.workspaces[0].workspace, *how)[0]
    start, first_day = network.calendar.start_us, changed.workspaces[0].workspace.start_day
    adoptions = {start: base}
    for count, step in enumerate(changed.steps, start=1):
        at = made.instant(0, first_day + step.day, 0) if step.day else start
        if at < network.calendar.end_us:
            try:
                workspace = changed.workspaces[0].workspace
                adoptions[at] = staged((base, network), changed.steps[:count], workspace, changed.name)
            except NotStaged as wrong:
                raise WorkspaceFaulty(
                    [Fault(changed.name, step.line, f"stage {count}", wrong.expected, wrong.found)]
                ) from None
    return tuple(sorted(adoptions.items(), key=lambda each: each[0]))


def _times(file: str, operation: Operation, start: int, end: int) -> list[Fault]:
    """Operations that begin after the end, or end before they begin."""
    found = []
    if operation.begins is not None and operation.begins >= end:
        place = operation.place("from")
        found.append(Fault(file, place.line, place.label, "an instant before the rehearsal ends", "a later one"))
    if operation.ends is not None and operation.ends <= max(operation.begins or start, start):
        place = operation.place("until")
        found.append(Fault(file, place.line, place.label, "an instant after 'from' and the start", "an earlier one"))
    return found


def _instants(operations: tuple[Operation, ...], start: int, end: int) -> list[int]:
    """First local minutes of the phases: the start, and wherever an operation begins, ends or is got ready for."""
    found = {start}
    for each in operations:
        if each.kind in {"demand", "shock"}:
            continue
        found |= {at for at in (each.begins, each.ends) if at is not None}
        if each.kind == "open_node" and opens_later(each, start):
            found.add(prepared(each))
        if each.kind == "add_lane":
            found.add(_runs_from(each, operations))
    return sorted(at for at in found if start <= at < end)[:PHASES_MAX]


def _stage(files: Files, given: Read, phase: Phase) -> tuple[Stage, list[Fault]]:
    """The workspace of one phase, and what is wrong with it."""
    draft = Draft(files, given.file)
    for operation in given.operations:
        write(operation, draft, phase)
    found: list[Fault] = []
    workspace = typed_workspace(draft.files(), found)
    # What is said of the change itself comes first, and explains what follows from it.
    faults = draft.faults or draft.located(found) or _unfed(given, workspace, phase)
    lanes = [each for each in given.operations if each.kind == "add_lane"]
    shut = tuple(
        each["lane"]
        for each in lanes
        if phase.at < _runs_from(each, given.operations) or (each.ends is not None and phase.at >= each.ends)
    )
    return Stage(None if phase.at == phase.start else phase.at, workspace, shut), faults


def _runs_from(lane: Operation, operations: tuple[Operation, ...]) -> int:
    """The local minute from which a new lane runs; lanes of a node that opens later run while it is got ready."""
    begins = lane.begins or 0
    ends = {lane.tables["columns"].get(each) for each in ("origin", "destination")}
    ready = [prepared(each) for each in operations if each.kind == "open_node" and each["node"] in ends and each.begins]
    return min([begins, *ready])


def _unfed(given: Read, workspace: Workspace, phase: Phase) -> list[Fault]:
    """Open centres that are fed by a node which the change closes, and networks without an open centre."""
    closed = {
        each["node"]: each
        for each in given.operations
        if each.kind == "close_node" and (not opens_later(each, phase.start) or phase.at >= (each.begins or 0))
    }
    nodes, found = workspace.frame("nodes"), []
    rows = list(zip(nodes.texts("node"), nodes.texts("kind"), nodes.texts("fed_by"), strict=True))
    for node, _, fed_by in rows:
        if fed_by in closed and node not in closed:
            place = closed[fed_by].place("node")
            expected = f"another 'fed_by' for '{node}' (kind 'set', file 'nodes')"
            found.append(Fault(given.file, place.line, place.label, expected, f"'{fed_by}', which closes"))
    if not any(kind == "fulfilment" and node not in closed for node, kind, _ in rows):
        found.append(Fault(given.file, 0, "operation", "one fulfilment centre or more that stays open", "none"))
    return found


def _without(network: Network, shut: tuple[str, ...]) -> Network:
    """The network without the ends of some lanes, so that no decision uses them."""
    if not shut:
        return network
    lanes, gone = network.lanes, [network.texts.lanes.index(each) for each in shut]
    destination, following, share = lanes.destination.copy(), lanes.path_next.copy(), lanes.share_ppm.copy()
    destination[gone], following[gone], share[gone] = -1, -1, 0
    return network._replace(lanes=lanes._replace(destination=destination, path_next=following, share_ppm=share))


def _raised(changed: Changed, network: Network, nature: Nature) -> I64:
    """Mean orders by local day with the change's factors: [D]."""
    orders = nature.demand.orders_day.copy()
    days = network.calendar.first_day + np.arange(len(orders))
    for surge in changed.demand:
        within = (days >= surge.first) & (days < surge.until)
        orders[within] = np.rint(orders[within] * surge.factor).astype(np.int64)
    return orders


def _one_off(given: Read) -> tuple[OneOff, ...]:
    found = []
    for each in given.operations:
        if each["one_off_cost"] > 0:
            what = next((each[key] for key in ("node", "lane", "key", "carrier") if key in each.values), "")
            found.append(OneOff(f"{each.kind} {what}".replace("_", " ").strip(), float(each["one_off_cost"])))
    return tuple(found)


def _surges(given: Read) -> tuple[Surge, ...]:
    return tuple(
        Surge((each.begins or 0) // MINUTES_DAY, (each.ends or 0) // MINUTES_DAY, float(each["factor"]))
        for each in given.operations
        if each.kind == "demand"
    )


def _notes(given: Read, start: int) -> tuple[str, ...]:
    kinds = {each.kind for each in given.operations}
    found = []
    if kinds & {"demand", "shock"}:
        found.append("Demand and shocks can be rehearsed, not applied.")
    if any(each.kind == "open_node" and opens_later(each, start) for each in given.operations):
        found.append(
            "A node that opens later hires from 30 days before; its stock grows with its forecast, from nothing."
        )
    if any(each.kind == "close_node" and opens_later(each, start) for each in given.operations):
        found.append("Stock in a node that closes on the way stays there and is not sold.")
    return tuple(found)
