"""The words that pages use for codes, cost stages and figures; one place, so that a page and the docs never differ."""

from __future__ import annotations

from typing import Final, NamedTuple

from firstbest.world.metrics import Metric
from firstbest.world.words import LateCause, NodeKind, Process, Reason, Service, Verdict

CAUSES: Final = {
    LateCause.NO_STOCK: ("no stock", Metric.LATE_NO_STOCK),
    LateCause.LATE_RELEASE: ("late release", Metric.LATE_RELEASE),
    LateCause.NO_LABOUR: ("no labour", Metric.LATE_NO_LABOUR),
    LateCause.MISSED_PICK_UP: ("missed pick-up", Metric.LATE_MISSED_PICK_UP),
    LateCause.LINEHAUL: ("linehaul", Metric.LATE_LINEHAUL),
    LateCause.LAST_MILE: ("last mile", Metric.LATE_LAST_MILE),
    LateCause.ADDRESS_OR_CUSTOMER: ("address or customer", Metric.LATE_ADDRESS),
    LateCause.PROMISE_TOO_TIGHT: ("promise too tight", Metric.LATE_PROMISE),
}

PROCESSES: Final = {
    Process.RECEIVE: ("receive", Metric.PAID_RECEIVE),
    Process.PICK: ("pick", Metric.PAID_PICK),
    Process.PACK: ("pack", Metric.PAID_PACK),
    Process.LOAD: ("load", Metric.PAID_LOAD),
    Process.INDIRECT: ("indirect", Metric.PAID_INDIRECT),
}

NODE_KINDS: Final = {
    NodeKind.SUPPLIER: "supplier",
    NodeKind.PORT: "port",
    NodeKind.STORAGE: "bulk storage",
    NodeKind.FULFILMENT: "fulfilment centre",
    NodeKind.STATION: "delivery station",
    NodeKind.LOCKER: "locker",
}

SERVICES: Final = {Service.STANDARD: "standard", Service.MEMBER: "member", Service.ECONOMY: "economy"}

VERDICTS: Final = {
    Verdict.NOT_A_CANDIDATE: "not considered",
    Verdict.CHOSEN: "chosen",
    Verdict.DEARER: "dearer",
    Verdict.NO_STOCK: "no stock",
    Verdict.TOO_SLOW: "too slow for the service asked for",
    Verdict.NO_CAPACITY: "no capacity left that day",
    Verdict.CLOSED: "closed",
    Verdict.NOT_SERVED: "does not serve this place",
    Verdict.PARTLY: "holds only some of the lines",
}

REASONS: Final = {
    Reason.NONE: "",
    Reason.CHEAPEST_IN_TIME: "the cheapest way that keeps the service asked for",
    Reason.SOONEST: "no way keeps the service asked for; this one comes soonest",
    Reason.SPLIT: "no single node holds all lines",
    Reason.NO_STOCK: "no stock",
    Reason.NOT_SERVED: "no carrier serves this place",
    Reason.DUPLICATE: "ordered before under the same name",
    Reason.TOO_LATE: "too late: the work had begun",
    Reason.GRANTED: "granted",
    Reason.RESOURCED: "the shelf was short; another node sends it",
    Reason.SHORT_EVERYWHERE: "the shelf was short, and no other node holds it",
    Reason.UPGRADED: "late at the dock; a faster carrier still keeps the promise",
    Reason.FULL: "the vehicle was full",
    Reason.THIN: "the load was too thin to leave",
    Reason.UNKNOWN: "no such order",
    Reason.NO_CAPACITY: "no capacity left",
    Reason.BACKORDERED: "waits for stock, or was sent once there was some",
    Reason.TOGETHER: "chosen again with all that waited: cheaper, and the promise kept",
}


class CostStage(NamedTuple):
    """A stage of the cost to serve: its key, its words, the cells it sums, and its part of the journey."""

    key: str
    label: str
    metrics: tuple[Metric, ...]
    part: str  # building, door, rest


STAGES: Final = (
    CostStage("receive", "receive and put away", (Metric.COST_RECEIVE,), "building"),
    CostStage("pick", "pick", (Metric.COST_PICK,), "building"),
    CostStage("pack", "pack", (Metric.COST_PACK,), "building"),
    CostStage("load", "load", (Metric.COST_LOAD,), "building"),
    CostStage("indirect", "indirect and supervision", (Metric.COST_INDIRECT,), "building"),
    CostStage("material", "carton and material", (Metric.COST_MATERIAL,), "building"),
    CostStage("building", "building (store)", (Metric.COST_BUILDING,), "building"),
    CostStage("systems", "systems", (Metric.COST_SYSTEMS,), "building"),
    CostStage("parcel", "carriers", (Metric.COST_PARCEL,), "door"),
    CostStage("van", "own vans and linehaul", (Metric.COST_VAN, Metric.COST_LINEHAUL), "door"),
    CostStage("inbound", "inbound and transfers", (Metric.COST_INBOUND,), "rest"),
    CostStage("returns", "returns, label and work", (Metric.COST_RETURNS,), "rest"),
    CostStage("return_loss", "value lost on returns", (Metric.COST_RETURN_LOSS,), "rest"),
    CostStage("after", "after delivery", (Metric.COST_AFTER,), "rest"),
)
"""The stages of the cost to serve. Duty and the holding cost of stock are reported apart."""

LABOUR_STAGES: Final = ("receive", "pick", "pack", "load", "indirect")
