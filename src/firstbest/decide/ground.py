"""What a decision stands on: the compiled network without its texts, ready for kernels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from firstbest.decide.terms import Terms, terms_of
from firstbest.world.network import (
    I64,
    Arcs,
    Arms,
    Calendar,
    Carriers,
    Cartons,
    Detail,
    Fleet,
    Items,
    Labour,
    Lanes,
    Network,
    Nodes,
    Offers,
    Places,
    Policy,
    Promises,
)
from firstbest.world.plugged import Plugged
from firstbest.world.words import NodeKind, Process


class Ground(NamedTuple):
    """The parts of a network that kernels take; `centres` are the fulfilment nodes in code order: [F]."""

    nodes: Nodes
    places: Places
    items: Items
    cartons: Cartons
    carriers: Carriers
    arcs: Arcs
    lanes: Lanes
    calendar: Calendar
    labour: Labour
    fleet: Fleet
    promises: Promises
    policy: Policy
    arms: Arms
    centres: I64
    lane_of: I64  # [C, N] pick-up lane of a carrier at a node, -1: none
    stocked: I64  # nodes that hold stock: fulfilment and storage
    terms: Terms  # the same for kernels
    sellers: int
    packing: I64  # [N, 4] what packing takes, see SINGLE_MS and the names after it
    plugged: Plugged  # what decides in place of the house's own code
    offers: Offers
    detail: Detail


SINGLE_MS = 0
FIRST_MS = 1
FURTHER_MS = 2
PRODUCTIVE_PPM = 3
"""Columns of `Ground.packing`: milliseconds of a shipment of one unit, of another's first unit, of each further one;
the share of paid time that is worked."""
HOUR_MS_X1000 = 3_600_000_000
CENTRES_MAX = 16
"""Candidates of one promise: their verdicts share one 64-bit column."""


def ground_of(network: Network) -> Ground:
    """Take the texts off a network and list its fulfilment nodes and pick-up lanes."""
    network = in_one_piece(network)
    centres = np.flatnonzero(network.nodes.kind == NodeKind.FULFILMENT).astype(np.int64)
    assert 1 <= len(centres) <= CENTRES_MAX, f"a network needs 1 to {CENTRES_MAX} fulfilment nodes, was {len(centres)}"
    lane_of = np.full((len(network.carriers.mode), len(network.nodes.kind)), -1, np.int64)
    for lane, carrier in enumerate(network.lanes.carrier):
        if carrier >= 0:
            lane_of[carrier, network.lanes.origin[lane]] = lane
    stocked = np.flatnonzero(np.isin(network.nodes.kind, (NodeKind.FULFILMENT, NodeKind.STORAGE))).astype(np.int64)
    terms = in_one_piece(terms_of(network, centres, lane_of))
    packing = packing_of(network.labour)
    sellers = len(network.texts.sellers)
    # Texts, what is plugged in, offers and what is kept in detail stand last.
    last = (network.plugged, network.offers, network.detail)
    return Ground(*network[:-4], centres, lane_of, stocked, terms, sellers, packing, *last)


def in_one_piece(part: Any) -> Any:
    """The same with all its arrays laid row after row: kernels that go straight in rely on it (kernels/compiled.py)."""
    if isinstance(part, np.ndarray) and not part.flags.c_contiguous:
        return np.ascontiguousarray(part)
    if isinstance(part, tuple) and hasattr(part, "_make"):
        return type(part)._make(map(in_one_piece, part))
    return part


def packing_of(labour: Labour) -> I64:
    """[N, 4] What packing takes at each node."""
    packing = np.zeros((len(labour.rate_x1000), 4), np.int64)
    packing[:, SINGLE_MS] = HOUR_MS_X1000 // np.maximum(labour.rate_single_x1000[:, Process.PACK], 1)
    packing[:, FIRST_MS] = HOUR_MS_X1000 // np.maximum(labour.rate_x1000[:, Process.PACK], 1)
    packing[:, FURTHER_MS] = labour.extra_unit_ms[:, Process.PACK]
    packing[:, PRODUCTIVE_PPM] = np.maximum(labour.productive_ppm[:, Process.PACK], 1)
    return packing
