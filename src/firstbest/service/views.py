"""Facts as answers: promises, refusals with their bound and remedy, and the track of an order in one vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from firstbest.present.labels import REASONS
from firstbest.present.track import reason_of
from firstbest.world.network import Network
from firstbest.world.units import PPM
from firstbest.world.words import Mode, Reason, Remedy

Rows = NDArray[np.void]
Blocks = dict[str, Rows]
Row = dict[str, int]
SERVICES: Final = {"standard": 0, "member": 1, "economy": 2}
SERVICE_NAMES: Final = {code: name for name, code in SERVICES.items()}
MODES: Final = {int(mode): mode.name.lower() for mode in Mode}
REMEDIES: Final = {int(remedy): remedy.name.lower() for remedy in Remedy}


def plan_of(network: Network, blocks: Blocks) -> dict[str, Any]:
    """A complete plan: shipments, promise, probability, cost lines, carbon; and what is refused."""
    (ordered,) = records(blocks["ordered"][:1])
    allocated = records(blocks.get("allocated"))
    shipments = [shipment_of(network, row, allocated) for row in records(blocks.get("planned"))]
    kits = [kit_of(network, row) for row in records(blocks.get("kitted"))]
    return {
        "promised": bool(ordered["shipments"]),
        "ship_by_us": ordered["ship_by"],
        "deliver_by_us": ordered["deliver_by"],
        "chance_on_time": ordered["chance_ppm"] / PPM,
        "wanted_by_us": ordered["wanted_by"],
        "service": SERVICE_NAMES[ordered["service"]],
        "lines": ordered["lines"],
        "lines_promised": ordered["filled"],
        "lines_waiting": ordered["waiting"],
        "value_micros": ordered["value"],
        "journey_cost_micros": sum(each["journey_cost_micros"] for each in shipments),
        "carbon_g": sum(each["carbon_g"] for each in shipments),
        "splits": max(len(shipments) - 1, 0),
        "reason": reason_of(ordered["reason"]),
        "price_lines": price_lines(shipments, ordered["value"]),
        "shipments": shipments,
        "waiting": [waiting_of(network, row) for row in records(blocks.get("backordered"))],
        "refused": [refused_of(network, row) for row in records(blocks.get("refused"))],
        **({"kits": kits} if kits else {}),
    }


def goods_of(network: Network, row: Row) -> dict[str, Any]:
    """What a line asks for."""
    return {"line": row["line"], "item": network.texts.items[row["item"]], "quantity": row["quantity"]}


def kit_of(network: Network, row: Row) -> dict[str, Any]:
    """A kit that was asked for, and the lines that its parts stand in."""
    return {
        **goods_of(network, row),
        "price_micros": row["price"],
        "lines": [row["line"], *range(row["rest"], row["rest"] + row["parts"] - 1)],
    }


def price_lines(shipments: list[dict[str, Any]], value: int) -> list[dict[str, Any]]:
    """What a plan comes to, line by line: the goods at the customer's price, each journey at its rate card."""
    journeys = [
        {"what": "journey", "from": each["node"], "by": each["carrier"], "micros": each["journey_cost_micros"]}
        for each in shipments
    ]
    return [{"what": "goods", "micros": value}, *journeys]


def waiting_of(network: Network, row: Row) -> dict[str, Any]:
    """A line that waits for stock, and until when."""
    return {
        **goods_of(network, row),
        "until_us": row["until"],
    }


def lapsed_of(network: Network, row: Row) -> dict[str, Any]:
    """A line that waited for stock and was cancelled."""
    return {
        **goods_of(network, row),
        "granted": True,
        "code": reason_of(row["reason"]),
    }


def held_of(network: Network, rows: Rows) -> dict[str, Any]:
    """Whether an order is kept back, which of its shipments, and what they are promised."""
    shipments = [
        {
            "node": network.texts.nodes[int(row["node"])],
            "attempt": int(row["attempt"]),
            "ship_by_us": int(row["ship_by"]),
            "deliver_by_us": int(row["deliver_by"]),
        }
        for row in rows
        if int(row["node"]) >= 0
    ]
    return {"held": bool(int(rows[0]["on"])), "shipments": shipments}


def records(rows: Rows | None) -> list[Row]:
    """Rows of facts as Python values by column: a number out of an array costs more than all of a row at once."""
    return [] if rows is None else [dict(zip(rows.dtype.names or (), row, strict=True)) for row in rows.tolist()]


def shipment_of(network: Network, row: Row, allocated: Sequence[Row]) -> dict[str, Any]:
    """One planned shipment: from where, how, when, why, and the runner-up."""
    texts = network.texts
    node, carrier, second, carton = row["node"], row["carrier"], row["runner_up"], row["carton"]
    lines = [
        {"line": line["line"], "item": texts.items[line["item"]], "quantity": line["quantity"]}
        for line in allocated
        if line["node"] == node and line["attempt"] == row["attempt"]
    ]
    return {
        "node": texts.nodes[node],
        "attempt": row["attempt"],
        "carrier": texts.carriers[carrier],
        "mode": MODES[network.carriers.mode[carrier]],
        "zone": row["zone"],
        "cartons": row["cartons"],
        "carton": texts.cartons[carton] if carton >= 0 else "pallet",
        "billed_g": row["billed_g"],
        "ship_by_us": row["ship_by"],
        "deliver_by_us": row["deliver_by"],
        "journey_cost_micros": row["cost"],
        "carbon_g": journey_carbon_g(network, carrier, node, row["place"], row["billed_g"]),
        "reason": reason_of(row["reason"]),
        "runner_up": None
        if second < 0
        else {"node": texts.nodes[second], "journey_cost_micros": row["runner_up_cost"]},
        "lines": lines,
    }


def journey_carbon_g(network: Network, carrier: int, node: int, place: int, weight_g: int) -> int:
    """Grams of CO2e from door to door, well to wheel: weight x distance x the carrier's factor, and its drop."""
    distance = int(network.arcs.distance_km[node, place])
    moved = weight_g * distance * int(network.carriers.carbon_mg_kg_km[carrier]) // 1_000_000
    return moved + int(network.carriers.carbon_g_drop[carrier])


def refused_of(network: Network, row: Row) -> dict[str, Any]:
    """A refusal: code, the constraint that bound, and a remedy of the closed list."""
    return {
        **goods_of(network, row),
        "code": reason_of(row["reason"]),
        "why": REASONS.get(Reason(row["reason"]), ""),
        "bound": "every node" if row["binding"] < 0 else network.texts.nodes[row["binding"]],
        "remedy": REMEDIES[row["remedy"]],
    }


def cancelled_of(network: Network, row: Row) -> dict[str, Any]:
    """What became of a cancel, by line."""
    return {
        **goods_of(network, row),
        "granted": bool(row["granted"]),
        "code": reason_of(row["reason"]),
    }
