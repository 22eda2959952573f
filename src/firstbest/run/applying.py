"""Changes applied to a running house: typed operations that compile to another network, in force from an instant on.

What was applied is a document of the book (`THING`, kind "applied"): the text of the change file, the instant, the
decision on record that names it, its kill criteria. The networks are made from those documents whenever the book is
opened, in the order in which they were applied; the fact `adopted` says when each came into force.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from firstbest.run.house import Phase
from firstbest.run.world import World, dated
from firstbest.store.beside import SidePut
from firstbest.store.book_live import BookReader
from firstbest.store.changes import load_changed
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.sides import THING
from firstbest.world.network import Network

KIND = "applied"
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


def phases_of(first: World, folder: Path, applied: Sequence[Applied]) -> list[Phase]:
    """The worlds from the beginning on: a new one wherever a change begins or ends."""
    phases = [Phase(first.network.calendar.start_us, first)]
    instants = sorted({at for each in applied for at in (each.at_us, each.until_us) if at})
    for at in instants:
        holding = [each for each in applied if each.at_us <= at and (not each.until_us or at < each.until_us)]
        phases.append(Phase(at, changed_world(first, folder, holding)))
    return phases


def changed_world(first: World, folder: Path, holding: Sequence[Applied]) -> World:
    """The world in which these changes hold, from the files that the book began with.

    Raises `WorkspaceFaulty` where a change cannot be applied to a running house.
    """
    if not holding:
        return first
    with tempfile.TemporaryDirectory(prefix="firstbest-") as scratch:
        path = Path(scratch) / "applied.toml"
        path.write_text(joined(holding), encoding="utf-8")
        try:
            changed = load_changed(folder, path)
        except WorkspaceFaulty as faulty:
            name = holding[-1].name
            renamed = [fault._replace(file=name) if fault.file == path.name else fault for fault in faulty.faults]
            raise WorkspaceFaulty(renamed) from None
    workspace = dated(changed.workspaces[-1].workspace, first.span)
    network, nature = compile_network(workspace)
    if network.texts != first.network.texts:
        name = holding[-1].name
        expected = "operations on nodes, lanes, items and carriers that are there"
        raise WorkspaceFaulty([Fault(name, 0, "operation", expected, "one that adds or takes away a name")])
    if keeps(network) != keeps(first.network):
        expected = "returns.on and care.on as they were when the book was opened"
        raise WorkspaceFaulty([Fault(holding[-1].name, 0, "operation", expected, "another")])
    return World(workspace, network, nature, first.span)


def keeps(network: Network) -> tuple[bool, ...]:
    """What of the trade's detail is kept."""
    return tuple(part is not None for part in network.detail)


def joined(holding: Sequence[Applied]) -> str:
    """The changes that hold as one change: operations in the order in which they were applied, for good."""
    import tomllib  # noqa: PLC0415 - here alone

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
