"""The track of an order: what happened to it, over all modes, in one vocabulary; for the API and for webhooks."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from firstbest.world.network import Network
from firstbest.world.words import Grade, LateCause, Outcome, Reason, ReturnRefusal

Blocks = dict[str, NDArray[np.void]]
TRACK: Final = {
    "ordered": "promised", "planned": "planned", "refused": "refused", "cancelled": "cancelled",
    "released": "released", "picked": "picked", "packed": "packed", "departed": "departed", "rolled": "left_behind",
    "vanned": "out_for_delivery", "delivered": "delivered", "completed": "completed", "closed": "closed",
    "unplanned": "dropped", "return_authorised": "return_authorised", "return_refused": "return_refused",
    "returned": "returned", "inspected": "inspected", "refunded": "refunded", "restocked": "restocked",
    "contacted": "contacted", "made_good": "made_good", "claim_filed": "claim_filed", "claim_settled": "claim_settled",
    "replaced": "sent_again", "replacement_ended": "replacement_ended",
    "held": "held", "backordered": "waits_for_stock", "filled": "stock_found", "lapsed": "waits_no_more",
    "withdrawn": "withdrawn", "rechosen": "chosen_again",
}  # fmt: skip
"""One vocabulary for every mode: what a fact is called on an order's track."""
REASON_CODES: Final = {int(reason): reason.name.lower() for reason in Reason}


def reason_of(code: int) -> str:
    """A reason as a lower-case code."""
    return REASON_CODES[code]


def event_of(network: Network, name: str, row: np.void) -> dict[str, Any]:
    """One event of an order's track. `again`: code of the order that sends a shipment again, no name is known here."""
    columns = row.dtype.names or ()
    event: dict[str, Any] = {"at_us": int(row["at"]), "event": TRACK.get(name, name), "number": int(row["number"])}
    if name == "held" and not int(row["on"]):
        event["event"] = "goes_on"
    if "node" in columns and name not in ("ordered", "completed") and int(row["node"]) >= 0:
        event["node"] = network.texts.nodes[int(row["node"])]
    if "attempt" in columns:
        event["attempt"] = int(row["attempt"])
    for column in ("line", "quantity", "short", "cartons"):
        if column in columns and name not in ("ordered", "planned"):
            event[column] = int(row[column])
    if "carrier" in columns and name in ("planned", "departed", "delivered"):
        event["carrier"] = network.texts.carriers[int(row["carrier"])]
    if name == "backordered":
        event["until_us"] = int(row["until"])
    if name == "filled":
        event |= {"lines": int(row["lines"]), "left": int(row["left"]), "deliver_by_us": int(row["deliver_by"])}
    if name == "rechosen":
        event |= {"shipments": int(row["shipments"]), "deliver_by_us": int(row["deliver_by"])}
    if name == "delivered":
        event["outcome"] = Outcome(int(row["outcome"])).name.lower()
    if name == "completed":
        event["late"] = bool(int(row["door_late"]))
        event["cause"] = LateCause(int(row["cause"])).name.lower()
    if name == "inspected":
        event["grade"] = Grade(int(row["grade"])).name.lower()
    if name in ("refunded", "made_good", "claim_filed", "claim_settled", "replaced", "replacement_ended"):
        event["amount_micros"] = int(row["amount"])
    if name == "replaced":
        event |= {"units": int(row["units"]), "again": str(int(row["again"]))}
    if name == "return_refused":
        event["why"] = ReturnRefusal(int(row["why"])).name.lower()
    if name in ("cancelled", "refused", "unplanned", "closed", "rolled", "lapsed"):
        event["reason"] = reason_of(int(row["reason"]))
    return event


def track_of(network: Network, blocks: Blocks) -> list[dict[str, Any]]:
    """All events of an order in the order in which they happened."""
    events = [event_of(network, name, row) for name in TRACK if name in blocks for row in blocks[name]]
    return sorted(events, key=lambda event: (event["at_us"], event["number"]))


STATES: Final = (
    "completed", "closed", "delivered", "out_for_delivery", "departed", "packed", "picked", "released",
)  # fmt: skip


def state_of(track: list[dict[str, Any]]) -> str:
    """The state of an order: what its track comes to. One that is partly there says so, and so does one that waits."""
    seen = {event["event"] for event in track}
    sent = count_of(track, "planned") - count_of(track, "dropped") - count_of(track, "withdrawn")
    waiting = sum(_waits(event) for event in track)
    held = [event["event"] for event in track if event["event"] in ("held", "goes_on")]
    for state in STATES:
        if state not in seen:
            continue
        if state in ("delivered", "departed") and (waiting > 0 or count_of(track, state) < sent):
            return f"partly_{state}"
        if state == "released" and held and held[-1] == "held":
            return "partly_held"
        return state
    if held and held[-1] == "held":
        return "held"
    if waiting > 0:
        return "waits_for_stock" if sent == 0 else "promised"
    return "promised" if "planned" in seen else "refused"


def count_of(track: list[dict[str, Any]], state: str) -> int:
    """How many events of a kind a track holds."""
    return sum(event["event"] == state for event in track)


def _waits(event: dict[str, Any]) -> int:
    """How many lines more, or fewer, wait for stock after an event."""
    if event["event"] == "waits_for_stock":
        return 1
    if event["event"] == "stock_found":
        return -int(event["lines"])
    return -1 if event["event"] == "waits_no_more" else 0


def shipments_of(track: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The shipments of an order, each with where it stands by its own events: parts are told as parts."""
    found: dict[tuple[Any, Any], dict[str, Any]] = {}
    for event in track:
        if "attempt" not in event or "node" not in event:
            continue
        key = event["node"], event["attempt"]
        one = found.setdefault(key, {"node": key[0], "attempt": key[1], "state": "planned", "since_us": 0})
        if event["event"] != "cancelled":
            one |= {"state": event["event"], "since_us": event["at_us"]}
        if "carrier" in event:
            one["carrier"] = event["carrier"]
    return list(found.values())
