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
}  # fmt: skip
"""One vocabulary for every mode: what a fact is called on an order's track."""


def reason_of(code: int) -> str:
    """A reason as a lower-case code."""
    return Reason(code).name.lower()


def event_of(network: Network, name: str, row: np.void) -> dict[str, Any]:
    """One event of an order's track."""
    columns = row.dtype.names or ()
    event: dict[str, Any] = {"at_us": int(row["at"]), "event": TRACK.get(name, name), "number": int(row["number"])}
    if "node" in columns and name not in ("ordered", "completed"):
        event["node"] = network.texts.nodes[int(row["node"])]
    if "attempt" in columns:
        event["attempt"] = int(row["attempt"])
    for column in ("line", "quantity", "short", "cartons"):
        if column in columns and name not in ("ordered", "planned"):
            event[column] = int(row[column])
    if "carrier" in columns and name in ("planned", "departed", "delivered"):
        event["carrier"] = network.texts.carriers[int(row["carrier"])]
    if name == "delivered":
        event["outcome"] = Outcome(int(row["outcome"])).name.lower()
    if name == "completed":
        event["late"] = bool(int(row["door_late"]))
        event["cause"] = LateCause(int(row["cause"])).name.lower()
    if name == "inspected":
        event["grade"] = Grade(int(row["grade"])).name.lower()
    if name in ("refunded", "made_good", "claim_filed", "claim_settled"):
        event["amount_micros"] = int(row["amount"])
    if name == "return_refused":
        event["why"] = ReturnRefusal(int(row["why"])).name.lower()
    if name in ("cancelled", "refused", "unplanned", "closed", "rolled"):
        event["reason"] = reason_of(int(row["reason"]))
    return event


def track_of(network: Network, blocks: Blocks) -> list[dict[str, Any]]:
    """All events of an order in the order in which they happened."""
    events = [event_of(network, name, row) for name in TRACK if name in blocks for row in blocks[name]]
    return sorted(events, key=lambda event: (event["at_us"], event["number"]))


def state_of(track: list[dict[str, Any]]) -> str:
    """The state of an order: what its track comes to."""
    seen = {event["event"] for event in track}
    for state in ("completed", "closed", "delivered", "out_for_delivery", "departed", "packed", "picked", "released"):
        if state in seen:
            return state
    return "promised" if "planned" in seen else "refused"
