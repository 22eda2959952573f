"""Facts as answers: promises, refusals with their bound and remedy, and the track of an order in one vocabulary."""

from __future__ import annotations

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
SERVICES: Final = {"standard": 0, "member": 1, "economy": 2}
SERVICE_NAMES: Final = {code: name for name, code in SERVICES.items()}


def plan_of(network: Network, blocks: Blocks) -> dict[str, Any]:
    """A complete plan: shipments, promise, probability, cost lines, carbon; and what is refused."""
    ordered = blocks["ordered"][0]
    shipments = [shipment_of(network, row, blocks) for row in blocks.get("planned", ())]
    return {
        "promised": bool(int(ordered["shipments"])),
        "ship_by_us": int(ordered["ship_by"]),
        "deliver_by_us": int(ordered["deliver_by"]),
        "chance_on_time": int(ordered["chance_ppm"]) / PPM,
        "wanted_by_us": int(ordered["wanted_by"]),
        "service": SERVICE_NAMES[int(ordered["service"])],
        "lines": int(ordered["lines"]),
        "lines_promised": int(ordered["filled"]),
        "lines_waiting": int(ordered["waiting"]),
        "value_micros": int(ordered["value"]),
        "journey_cost_micros": sum(each["journey_cost_micros"] for each in shipments),
        "carbon_g": sum(each["carbon_g"] for each in shipments),
        "splits": max(len(shipments) - 1, 0),
        "reason": reason_of(int(ordered["reason"])),
        "price_lines": price_lines(shipments, int(ordered["value"])),
        "shipments": shipments,
        "waiting": [waiting_of(network, row) for row in blocks.get("backordered", ())],
        "refused": [refused_of(network, row) for row in blocks.get("refused", ())],
    }


def price_lines(shipments: list[dict[str, Any]], value: int) -> list[dict[str, Any]]:
    """What a plan comes to, line by line: the goods at the customer's price, each journey at its rate card."""
    journeys = [
        {"what": "journey", "from": each["node"], "by": each["carrier"], "micros": each["journey_cost_micros"]}
        for each in shipments
    ]
    return [{"what": "goods", "micros": value}, *journeys]


def waiting_of(network: Network, row: np.void) -> dict[str, Any]:
    """A line that waits for stock, and until when."""
    return {
        "line": int(row["line"]),
        "item": network.texts.items[int(row["item"])],
        "quantity": int(row["quantity"]),
        "until_us": int(row["until"]),
    }


def lapsed_of(network: Network, row: np.void) -> dict[str, Any]:
    """A line that waited for stock and was cancelled."""
    return {
        "line": int(row["line"]),
        "item": network.texts.items[int(row["item"])],
        "quantity": int(row["quantity"]),
        "granted": True,
        "code": reason_of(int(row["reason"])),
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


def shipment_of(network: Network, row: np.void, blocks: Blocks) -> dict[str, Any]:
    """One planned shipment: from where, how, when, why, and the runner-up."""
    texts = network.texts
    node, carrier, place = int(row["node"]), int(row["carrier"]), int(row["place"])
    second = int(row["runner_up"])
    allocated = blocks.get("allocated", ())
    lines = [
        {"line": int(line["line"]), "item": texts.items[int(line["item"])], "quantity": int(line["quantity"])}
        for line in allocated
        if int(line["node"]) == node and int(line["attempt"]) == int(row["attempt"])
    ]
    carton = int(row["carton"])
    return {
        "node": texts.nodes[node],
        "attempt": int(row["attempt"]),
        "carrier": texts.carriers[carrier],
        "mode": Mode(int(network.carriers.mode[carrier])).name.lower(),
        "zone": int(row["zone"]),
        "cartons": int(row["cartons"]),
        "carton": texts.cartons[carton] if carton >= 0 else "pallet",
        "billed_g": int(row["billed_g"]),
        "ship_by_us": int(row["ship_by"]),
        "deliver_by_us": int(row["deliver_by"]),
        "journey_cost_micros": int(row["cost"]),
        "carbon_g": journey_carbon_g(network, carrier, node, place, int(row["billed_g"])),
        "reason": reason_of(int(row["reason"])),
        "runner_up": None
        if second < 0
        else {"node": texts.nodes[second], "journey_cost_micros": int(row["runner_up_cost"])},
        "lines": lines,
    }


def journey_carbon_g(network: Network, carrier: int, node: int, place: int, weight_g: int) -> int:
    """Grams of CO2e from door to door, well to wheel: weight x distance x the carrier's factor, and its drop."""
    distance = int(network.arcs.distance_km[node, place])
    moved = weight_g * distance * int(network.carriers.carbon_mg_kg_km[carrier]) // 1_000_000
    return moved + int(network.carriers.carbon_g_drop[carrier])


def refused_of(network: Network, row: np.void) -> dict[str, Any]:
    """A refusal: code, the constraint that bound, and a remedy of the closed list."""
    binding = int(row["binding"])
    return {
        "line": int(row["line"]),
        "item": network.texts.items[int(row["item"])],
        "quantity": int(row["quantity"]),
        "code": reason_of(int(row["reason"])),
        "why": REASONS.get(Reason(int(row["reason"])), ""),
        "bound": "every node" if binding < 0 else network.texts.nodes[binding],
        "remedy": Remedy(int(row["remedy"])).name.lower(),
    }


def cancelled_of(network: Network, row: np.void) -> dict[str, Any]:
    """What became of a cancel, by line."""
    return {
        "line": int(row["line"]),
        "item": network.texts.items[int(row["item"])],
        "quantity": int(row["quantity"]),
        "granted": bool(int(row["granted"])),
        "code": reason_of(int(row["reason"])),
    }
