"""A change in stages: networks between the one without it and the one with it.

By node: what stands in rows of a building (people, cut-off, pick-ups, prices of its roof, lanes that leave it, its
timers) is that of the change at the nodes of a stage, and as before everywhere else. By share of orders: what a
decision on arrival sees (promises, the price of lateness, cut-offs) is that of the change for treated orders; all else
is as before. Where a change touches what cannot be staged so, `NotStaged` names it. The same two functions make the
networks of a rehearsal and of a running house.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

import numpy as np

from firstbest.world.network import Arms, Calendar, Network
from firstbest.world.ties import text_hash
from firstbest.world.words import Timer

BY_NODE: Final[dict[str, dict[str, int]]] = {
    "nodes": {},
    "labour": {},
    "fleet": {},
    "calendar": {"cut_off_us": 0, "pick_up_us": 1},
    "arcs": {"zone": 1, "distance_km": 0},
}
"""Parts that have rows of nodes: field to the axis of nodes; {}: every field, axis 0."""
TIMERS: Final = ("timers_us", "timers_kind", "timers_key")
NODE_PARTS: Final = "what stands at a node: people, shifts, cut-off, pick-ups, space, costs, vans, lanes that leave it"
ARM_PARTS: Final = "what is decided when an order arrives: promises, late_day_penalty, cut-offs"


class NotStaged(ValueError):  # noqa: N818 - it says what cannot be done
    """A change touches what cannot be staged as it asks; it says what, and what can."""

    def __init__(self, expected: str, found: str) -> None:
        """What can be staged so, and what was found."""
        super().__init__(f"expected {expected}, found {found}")
        self.expected, self.found = expected, found


def no_arms() -> Arms:
    """No change is tried on a share of the orders."""
    none, day = np.zeros(0, np.int16), np.zeros((0, 0), np.int64)
    return Arms(0, 0, 0, none, none, none, np.zeros((0, 0), np.int8), day)


def differing(base: Network, changed: Network) -> list[str]:
    """Names of what is not the same in two networks: "part.field"."""
    parts: Iterator[tuple[str, Any, Any]] = zip(base._fields[:-1], base[:-1], changed[:-1], strict=True)
    return [
        f"{name}.{field}"
        for name, one, other in parts
        for field, before, after in zip(one._fields, one, other, strict=True)
        if not np.array_equal(before, after)
    ]


def refuse(names: Collection[str], how: str, can: str) -> None:
    """Raise where names are left that cannot be staged so."""
    if names:
        raise NotStaged(
            f"{can} (staged by {how})",
            f"{', '.join(sorted(names))}; without stages it goes to the whole network at once",
        )


def same_names(base: Network, changed: Network) -> None:
    """Raise where a change adds or takes away a name."""
    if base.texts != changed.texts:
        raise NotStaged(f"operations on names that are there ({NODE_PARTS}; {ARM_PARTS})", "a new name")


def armed(base: Network, changed: Network, share_ppm: int, name: str) -> Network:
    """The network in which a change holds for a share of the orders; `name` of the change keys who is treated.

    Raises `NotStaged` where the change touches more than decisions on arrival see.
    """
    same_names(base, changed)
    own = {"promises.pad_days", "promises.low_days", "promises.high_days", "promises.carriers"}
    own |= {"policy.late_day_penalty", "calendar.cut_off_us"}
    refuse(set(differing(base, changed)) - own, "share of orders", ARM_PARTS)
    promises = changed.promises
    arms = Arms(
        share_ppm,
        text_hash(name) >> 1,
        changed.policy.late_day_penalty,
        promises.pad_days,
        promises.low_days,
        promises.high_days,
        promises.carriers,
        changed.calendar.cut_off_us,
    )
    return base._replace(arms=arms)


def by_node(base: Network, changed: Network, nodes: Collection[int]) -> Network:
    """The network in which a change holds at some nodes, by their codes.

    Raises `NotStaged` where the change touches what belongs to no node.
    """
    same_names(base, changed)
    chosen = np.zeros(len(base.nodes.kind), np.bool_)
    chosen[list(nodes)] = True
    parts: dict[str, Any] = {
        name: getattr(base, name)._replace(**dict(_rows(getattr(base, name), getattr(changed, name), chosen, axes)))
        for name, axes in BY_NODE.items()
    }
    of_lane = chosen[base.lanes.origin]
    parts["lanes"] = base.lanes._replace(**dict(_rows(base.lanes, changed.lanes, of_lane, {})))
    parts["calendar"] = _timers(parts["calendar"], changed.calendar, (chosen, of_lane))
    made = base._replace(**parts)
    everywhere = base._replace(**{name: getattr(changed, name) for name in (*BY_NODE, "lanes")})
    left = {each for each in differing(everywhere, changed) if each not in {f"calendar.{name}" for name in TIMERS}}
    apart = {name for name in differing(base, changed) if _is_whole(name)}
    refuse(left | apart, "node", NODE_PARTS)
    return made


def _is_whole(name: str) -> bool:
    """Whether a field of a part that has rows of nodes belongs to none of them."""
    part, _, field = name.partition(".")
    return bool(BY_NODE.get(part)) and field not in BY_NODE[part] and field not in TIMERS


def _rows(base: Any, changed: Any, chosen: np.ndarray[Any, Any], axes: dict[str, int]) -> Iterator[tuple[str, Any]]:
    """Fields of a part whose rows of the chosen are those of the change."""
    for field, before, after in zip(base._fields, base, changed, strict=True):
        if axes and field not in axes:
            continue
        where = np.expand_dims(chosen, tuple(n for n in range(before.ndim) if n != axes.get(field, 0)))
        yield field, np.ascontiguousarray(np.where(where, after, before).astype(before.dtype))


def _timers(base: Calendar, changed: Calendar, chosen: tuple[Any, Any]) -> Calendar:
    """Departures of lanes and of vans of the chosen (nodes, lanes) by the change, all other timers as before."""
    nodes, lanes = chosen

    def own(calendar: Calendar) -> Any:
        kind, key = calendar.timers_kind, calendar.timers_key
        lane, node = np.minimum(key, len(lanes) - 1), np.minimum(key, len(nodes) - 1)
        return ((kind == Timer.DEPART) & lanes[lane]) | ((kind == Timer.DISPATCH) & nodes[node])

    stay, come = ~own(base), own(changed)
    columns = [np.concatenate([getattr(base, name)[stay], getattr(changed, name)[come]]) for name in TIMERS]
    order = np.lexsort((columns[2], columns[1], columns[0]))
    instants, kinds, keys = (column[order] for column in columns)
    return base._replace(timers_us=instants, timers_kind=kinds, timers_key=keys)
