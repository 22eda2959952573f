"""What a book knows of the world outside at an instant: the view from which physics is resumed.

Most of it stands in the tables. What was begun and is not done yet stands partly in facts alone: who picked what when,
which van a parcel is on, when a cargo left, which shelves were to be counted. A few days of those facts suffice; what
they lack is taken as the tables allow, and said to be so where it is.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import All, State
from firstbest.rehearse.resume import FREIGHT, PARCEL
from firstbest.rehearse.returns import COMING
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import FactType
from firstbest.world.network import Network
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE, SENT_AGAIN_FIRST
from firstbest.world.words import Mode, ReturnStage, ReturnWay, SentStage, Stage

Rows = NDArray[np.void]
I64 = NDArray[np.int64]

NEEDED: Final = {f.PICKED: 3, f.VANNED: 30, f.MOVED: 120, f.COUNT_ASKED: 14, f.COUNTED: 14}
"""Facts that are needed beside the tables, and how many days of them."""


class View(NamedTuple):
    """Tables and facts as of an instant; nothing under way had come about before `not_before`."""

    not_before: int
    stock: Rows
    orders: Rows
    lines: Rows
    shipments: Rows
    cargo: Rows
    roster: Rows
    hours: Rows
    featured: Rows
    told: dict[str, Rows]  # by the name of the fact
    returns: Rows | None = None
    sent: Rows | None = None

    def facts(self, fact: FactType) -> Rows:
        """The facts of a type, in the order of sealing."""
        found = self.told.get(fact.name)
        return np.zeros(0, fact.dtype) if found is None else found

    def of_customers(self) -> Rows:
        """Orders of customers, who may cancel them; the house's own that send goods again are not among them."""
        found: Rows = self.orders[self.orders["key"] < SENT_AGAIN_FIRST]
        return found

    def at_stage(self, stage: Stage) -> Rows:
        """Shipments at a stage, by key."""
        found: Rows = self.shipments[self.shipments["stage"] == stage]
        return found


def view_of(state: State, told: dict[str, Rows], now: int) -> View:
    """What is known now."""
    return View(
        not_before=now,
        stock=state.read(All(t.STOCK_T)).rows,
        orders=state.read(All(t.ORDER_T)).rows,
        lines=state.read(All(t.LINE_T)).rows,
        shipments=state.read(All(t.SHIPMENT_T)).rows,
        cargo=state.read(All(t.CARGO_T)).rows,
        roster=state.read(All(t.ROSTER_T)).rows,
        hours=state.read(All(t.HOURS_T)).rows,
        featured=state.read(All(t.FEATURED_T)).rows,
        told=told,
        returns=state.read(All(t.RETURN_T)).rows,
        sent=state.read(All(t.SENT_T)).rows,
    )


def shipment_keys(rows: Rows) -> I64:
    """Keys of the shipments that facts are about."""
    order = rows["order"].astype(np.int64)
    keys: I64 = (order * MAX_NODE + rows["node"]) * MAX_ATTEMPT + rows["attempt"]
    return keys


def parcels(network: Network, rows: Rows, at: I64) -> Rows:
    """Shipments as rows of PARCEL; `at` [n] is when they reached their stage."""
    made = np.zeros(len(rows), PARCEL)
    made["order"] = rows["key"] // MAX_ATTEMPT // MAX_NODE
    made["attempt"] = rows["key"] % MAX_ATTEMPT
    for name in ("tie", "node", "carrier", "place", "lane", "lines"):
        made[name] = rows[name]
    made["at"] = at
    made["units"] = np.maximum(rows["units"] - np.where(rows["stage"] < Stage.PACKED, rows["short"], 0), 0)
    # The carrier may be a faster one than was planned, with a zone of its own.
    made["zone"] = network.arcs.zone[rows["carrier"], rows["node"], rows["place"]]
    return made


def own_van(network: Network, rows: Rows) -> NDArray[np.bool_]:
    """Which shipments go by own van."""
    found: NDArray[np.bool_] = network.carriers.mode[rows["carrier"]] == Mode.OWN_VAN
    return found


def on_vans(network: Network, view: View) -> Rows:
    """Shipments that were given to a van, with station, stop and when; unknown where the fact is too long ago."""
    rows = view.at_stage(Stage.DEPARTED)
    rows = rows[own_van(network, rows)]
    made, facts = parcels(network, rows, rows["departed_at"]), view.facts(f.VANNED)
    made["station"] = np.maximum(network.lanes.destination[rows["lane"]], 0)
    made["stops"] = 1
    place = latest(shipment_keys(facts), rows["key"])
    there = place >= 0
    fact = facts[place[there]]
    made["van_at"][there] = fact["at"]
    made["station"][there], made["stop"][there] = fact["station"], fact["stop"]
    days, which, count = np.unique(
        np.stack([facts["at"], facts["station"].astype(np.int64)], axis=1), axis=0, return_inverse=True,
        return_counts=True,
    )  # fmt: skip
    if len(days):
        made["stops"][there] = count[which.reshape(-1)][place[there]]
    return made


def latest(keys: I64, wanted: I64) -> I64:
    """[n] The place of the last of `keys` that is the wanted one, -1: none."""
    if not len(keys):
        return np.full(len(wanted), -1, np.int64)
    order = np.argsort(keys, kind="stable")
    spot = np.searchsorted(keys[order], wanted, side="right") - 1
    there = (spot >= 0) & (keys[order[spot]] == wanted)
    return np.where(there, order[spot], -1)


def picked(network: Network, view: View) -> tuple[Rows, I64, Rows]:
    """Shipments that wait for a packer, in the order in which they came; then the parcel and the lines of each pick."""
    rows, facts = view.at_stage(Stage.PICKED), view.facts(f.PICKED)
    keys = shipment_keys(facts)
    place = latest(keys, rows["key"])
    at = np.where(place >= 0, facts["at"][place] if len(facts) else 0, rows["released_at"])
    order = np.lexsort((rows["tie"], at))
    made, sorted_keys = parcels(network, rows, at)[order], rows["key"][order]
    mine = np.isin(keys, sorted_keys)
    owner = position(sorted_keys, keys[mine])
    found = np.bincount(owner[facts["quantity"][mine] > 0], minlength=len(made))
    made["lines"] = np.where(found > 0, found, np.minimum(made["lines"], np.maximum(made["units"], 1)))
    return made, owner, facts[mine]


def position(keys: I64, wanted: I64) -> I64:
    """[n] The place of each wanted key among unique keys that are in any order."""
    order = np.argsort(keys, kind="stable")
    found: I64 = order[np.searchsorted(keys[order], wanted)]
    return found


def released(network: Network, view: View) -> tuple[Rows, I64, Rows]:
    """Shipments on the pickers' list, in the order in which they came; then the parcel and the lines of each task."""
    rows = view.at_stage(Stage.RELEASED)
    rows = rows[np.lexsort((rows["tie"], rows["ship_by"], rows["released_at"]))]
    made, lines = parcels(network, rows, rows["released_at"]), view.lines
    order = lines["key"] // MAX_LINE
    keys = (order * MAX_NODE + lines["node"]) * MAX_ATTEMPT + lines["attempt"]
    mine = np.isin(keys, rows["key"])
    tasks = np.zeros(int(mine.sum()), f.TASKED.dtype)
    tasks["line"], tasks["item"] = lines["key"][mine] % MAX_LINE, lines["item"][mine]
    tasks["quantity"] = lines["quantity"][mine]
    return made, position(rows["key"], keys[mine]), tasks


def freight(view: View) -> Rows:
    """Goods on order, on their way and on docks, as rows of FREIGHT."""
    rows, facts = view.cargo, view.facts(f.MOVED)
    made = np.zeros(len(rows), FREIGHT)
    made["cargo"], made["at"] = rows["key"], rows["ordered_at"]
    for name in ("quantity", "ready_at", "due_at", "item", "lane", "to_node", "stage"):
        made[name] = rows[name]
    place = latest(facts["cargo"].astype(np.int64), rows["key"])
    made["left_at"] = np.where(place >= 0, facts["at"][place] if len(facts) else 0, rows["ready_at"])
    return made


def coming(rows: Rows) -> Rows:
    """Lines that customers send back, out of RETURN_AUTHORISED facts."""
    rows = rows[rows["way"] == ReturnWay.SEND_BACK]
    made = np.zeros(len(rows), COMING)
    for name in ("order", "tie", "at", "quantity", "line", "item", "reason"):
        made[name] = rows[name]
    made["node"] = rows["to_node"]
    return made


def returning(view: View, stage: ReturnStage, lapses_us: int = 0) -> Rows:
    """Lines on their way back, or at the desk; `at` is when they were authorised, or came."""
    rows = np.zeros(0, t.RETURN) if view.returns is None else view.returns
    rows = rows[rows["stage"] == stage]
    made = np.zeros(len(rows), COMING)
    for name in ("tie", "quantity", "item", "node", "reason"):
        made[name] = rows[name]
    made["order"], made["line"] = rows["key"] // MAX_LINE, rows["key"] % MAX_LINE
    made["at"] = rows["ready_at"] - lapses_us
    return made


def open_claims(view: View, now: int) -> Rows:
    """Claims that no carrier has answered, as facts filed now: what waits forgets how long it has."""
    rows = np.zeros(0, t.SENT) if view.sent is None else view.sent
    rows = rows[rows["stage"] == SentStage.CLAIMED]
    made = np.zeros(len(rows), f.CLAIM_FILED.dtype)
    made["order"], made["attempt"] = rows["key"] // MAX_ATTEMPT // MAX_NODE, rows["key"] % MAX_ATTEMPT
    made["node"], made["tie"], made["amount"] = rows["key"] // MAX_ATTEMPT % MAX_NODE, rows["tie"], rows["claimed"]
    made["at"] = now
    return made


def to_count(view: View) -> Rows:
    """Counts that were asked for and have not come."""
    asked, counted = view.facts(f.COUNT_ASKED), view.facts(f.COUNTED)
    names = [facts["item"].astype(np.int64) * MAX_NODE + facts["node"] for facts in (asked, counted)]
    last = latest(names[1], names[0])
    done = last >= 0
    if len(counted):
        done &= counted["at"][last] >= asked["at"]
    kept = asked[~done]
    _, first = np.unique(names[0][~done], return_index=True)
    return kept[np.sort(first)]


def true_units(network: Network, wrong: I64, view: View) -> I64:
    """[I * N] What is truly on the shelves: what the book says and, where nobody has counted, what it is wrong by."""
    uncounted = view.stock["counted_us"] <= network.calendar.start_us
    units: I64 = np.maximum(view.stock["on_hand"] + np.where(uncounted, wrong, 0), 0)
    return units
