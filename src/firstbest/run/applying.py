"""Changes applied to a running house: typed operations that compile to another network, in force from an instant on.

What was applied is a document of the book (`THING`, kind "applied"): the text of the change file, the instant, the
decision on record that names it, its kill criteria. The networks are made from those documents whenever the book is
opened, in the order in which they were applied; the fact `adopted` says when each came into force.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from firstbest.run.house import Phase
from firstbest.run.world import World, dated
from firstbest.store.beside import SidePut
from firstbest.store.book_live import BookReader
from firstbest.store.changes import load_changed
from firstbest.store.changes_read import read_change
from firstbest.store.changes_stages import Step, read_steps, staged, unknown_places
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.sides import THING
from firstbest.store.staging import NotStaged
from firstbest.store.workspace_settings import Document
from firstbest.world.network import Network

KIND = "applied"
ON_NAMES_THERE: Final = (
    "an operation on names that are there: a book numbers shelves by item and node, so a running house adds none; a "
    "node to come stands in nodes.csv, with a late 'opens', when the book begins, and a 'set' of 'opens' lets it in; "
    "docs/running-live.md says what to do with others"
)
"""What is told where a change would need another set of names."""
ADDING: Final = ("open_node", "add_lane")
APPLIED_MOST = 200
"""Changes of one house."""


class Applied(NamedTuple):
    """A change that is, or was, in force."""

    name: str  # of the change file
    text: str
    at_us: int  # in force from
    until_us: int  # and before this instant; 0: still
    decision: str  # number of the decision on record that names the file, or "emergency: reason"
    by: str
    door: str = "two-way"
    kill: tuple[str, ...] = ()  # "shipped_on_time < 0.9": looked at each day, and the change ends if one holds


def applied_of(book: BookReader) -> list[Applied]:
    """All changes ever applied, by instant."""
    rows = book.side_where(THING, APPLIED_MOST, kind=KIND, tenant=0)
    body = THING.names.index("body")
    found = [Applied(**row[body]) for row in rows]
    return sorted((each._replace(kill=tuple(each.kill)) for each in found), key=lambda each: each.at_us)


class NotApplied(ValueError):  # noqa: N818 - it says what did not happen
    """Why a change is not applied, in words."""


def standing_in(book: BookReader, name: str) -> Applied:
    """The change of that name that is in force, or will be."""
    mine = [each for each in applied_of(book) if each.name == name and not each.until_us]
    if not mine:
        known = ", ".join(each.name for each in applied_of(book) if not each.until_us) or "none"
        raise NotApplied(f"expected a change that is in force ({known}), found '{name}'")
    return mine[-1]


def as_put(applied: Applied, now_us: int) -> SidePut:
    """The document of a change, new or again."""
    values: dict[str, Any] = {
        "kind": KIND, "tenant": 0, "id": f"{applied.at_us:020d} {applied.name}", "version": 1, "updated_us": now_us,
        "body": applied._asdict(),
    }  # fmt: skip
    return SidePut(THING, [tuple(values[name] for name in THING.names)])


def checked(applied: Applied) -> None:
    """Raise `WorkspaceFaulty` where a change's text is none, or can never be applied to a running house."""
    faults: list[Fault] = []
    with tempfile.TemporaryDirectory(prefix="firstbest-") as scratch:
        path = Path(scratch) / "applied.toml"
        path.write_text(applied.text, encoding="utf-8")
        given = read_change(path, faults)
    faults.extend(
        Fault(given.file, each.place("kind").line, each.place("kind").label, ON_NAMES_THERE, f"'{each.kind}'")
        for each in given.operations
        if each.kind in ADDING
    )
    if faults:
        raise WorkspaceFaulty([each._replace(file=applied.name) for each in faults])


def steps_of(applied: Applied) -> tuple[Step, ...]:
    """The stages of a change, none where it goes to the whole network; raises `WorkspaceFaulty` with their faults."""
    faults: list[Fault] = []
    try:
        tree = tomllib.loads(applied.text)
    except tomllib.TOMLDecodeError as wrong:
        raise WorkspaceFaulty([Fault(applied.name, 0, "", "valid TOML", str(wrong))]) from None
    steps = read_steps(Document(applied.name, tree, {}), faults)
    if faults:
        raise WorkspaceFaulty(faults)
    return steps


def instants_of(applied: Applied, network: Network) -> list[int]:
    """When each stage of a change starts: as many local days after it came into force, at the same time of day."""
    midnight = network.calendar.midnight_us[0]
    day = max(int(np.searchsorted(midnight, applied.at_us, side="right")) - 1, 0)
    last, since = len(midnight) - 1, applied.at_us - int(midnight[day])
    days = [step.day for step in steps_of(applied)] or [0]
    return [int(midnight[min(day + each, last)]) + since for each in days]


def begun(applied: Applied, network: Network, now: int) -> tuple[Step, ...]:
    """The stages of a change that have started by an instant."""
    instants = instants_of(applied, network)
    return tuple(step for step, at in zip(steps_of(applied), instants, strict=False) if at <= now)


def in_force(applied: Applied, network: Network, now: int) -> bool:
    """Whether a change holds anywhere at an instant."""
    return instants_of(applied, network)[0] <= now and (not applied.until_us or now < applied.until_us)


def phases_of(first: World, folder: Path, applied: Sequence[Applied]) -> list[Phase]:
    """The worlds from the beginning on: a new one wherever a change, or a stage of one, begins or ends."""
    network = first.network
    phases = [Phase(network.calendar.start_us, first)]
    instants = {at for each in applied for at in instants_of(each, network) if not each.until_us or at < each.until_us}
    instants |= {each.until_us for each in applied if each.until_us}
    made: dict[str, World] = {"": first}
    for at in sorted(instants):
        holding = [each for each in applied if in_force(each, network, at)]
        phases.append(Phase(at, changed_world(made, folder, holding, at)))
    return phases


def changed_world(made: dict[str, World], folder: Path, holding: Sequence[Applied], at: int) -> World:
    """The world in which these changes hold at an instant, from the files that the book began with.

    `made`: worlds by the text of their changes, "" the first. Raises `WorkspaceFaulty` where a change cannot be applied
    to a running house, or where two are in stages at once.
    """
    network = made[""].network
    partly = [each for each in holding if (steps := begun(each, network, at)) and not steps[-1].everywhere]
    if not partly:
        return whole_world(made, folder, holding)
    if len(partly) > 1:
        names = " and ".join(each.name for each in partly)
        expected = "one change in stages at a time (revert the other, or wait for its last stage)"
        raise WorkspaceFaulty([Fault(partly[-1].name, 0, "stage", expected, names)])
    tried, steps = partly[0], begun(partly[0], network, at)
    without = whole_world(made, folder, [each for each in holding if each is not tried])
    with_ = whole_world(made, folder, holding)
    unknown = unknown_places(tried.name, steps, with_.workspace)
    if unknown:
        raise WorkspaceFaulty(unknown)
    try:
        staged_network = staged((without.network, with_.network), steps, with_.workspace, tried.name)
    except NotStaged as wrong:
        raise WorkspaceFaulty([Fault(tried.name, 0, "stage", wrong.expected, wrong.found)]) from None
    return with_._replace(network=staged_network)


def whole_world(made: dict[str, World], folder: Path, holding: Sequence[Applied]) -> World:
    """The world in which all of these changes hold everywhere."""
    text = joined(holding) if holding else ""
    if text not in made:
        made[text] = compiled_world(made[""], folder, holding, text)
    return made[text]


def compiled_world(first: World, folder: Path, holding: Sequence[Applied], text: str) -> World:
    """The world of some changes, compiled."""
    name = holding[-1].name
    with tempfile.TemporaryDirectory(prefix="firstbest-") as scratch:
        path = Path(scratch) / "applied.toml"
        path.write_text(text, encoding="utf-8")
        try:
            changed = load_changed(folder, path)
        except WorkspaceFaulty as faulty:
            renamed = [fault._replace(file=name) if fault.file == path.name else fault for fault in faulty.faults]
            raise WorkspaceFaulty(renamed) from None
    workspace = dated(changed.workspaces[-1].workspace, first.span)
    network, nature = compile_network(workspace)
    if network.texts != first.network.texts:
        raise WorkspaceFaulty([Fault(name, 0, "operation", ON_NAMES_THERE, "one that adds or takes away a name")])
    if keeps(network) != keeps(first.network):
        expected = "returns, care, lots and levels on or off as they were when the book was opened"
        raise WorkspaceFaulty([Fault(name, 0, "operation", expected, "another")])
    return World(workspace, network, nature, first.span)


def keeps(network: Network) -> tuple[bool, ...]:
    """What of the trade's detail is kept."""
    levels, care = network.detail.levels, network.detail.care
    parts = (part is not None for part in network.detail)
    return (*parts, levels is not None and levels.pallet_units is not None, care is not None and care.replaces > 0)


def joined(holding: Sequence[Applied]) -> str:
    """The changes that hold as one change: operations in the order in which they were applied, for good."""
    parts = ['title = "applied"', 'note = ""']
    for each in holding:
        for operation in tomllib.loads(each.text).get("operation", []):
            parts.append("[[operation]]")
            parts.extend(f"{key} = {_toml(value)}" for key, value in operation.items() if key not in ("from", "until"))
    return "\n".join(parts) + "\n"


def _toml(value: Any) -> str:
    """A value of a change file as TOML."""
    import json  # noqa: PLC0415 - here alone

    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if isinstance(value, (str, bool, int, float)):
        return json.dumps(value)
    return str(value)
