"""What meters stand on: whose an item is and what it measures, and how an event is made of a fact."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstbest.rent.meters import METER_CODES
from firstbest.rent.usage import SOURCE_BOOK, Attribute, Measure, Usage, blank_usage, rows_of
from firstbest.world.network import I8, I64, Network
from firstbest.world.units import SENT_AGAIN_FIRST
from firstbest.world.words import Mode, NodeKind

Records = NDArray[np.void]

PALLET_CM3: Final = 1_900_000
"""Space of a pallet place: 47,500 cubic metres over 25,000 places of the built-in bulk storage (practice.md 1)."""


class Basis(NamedTuple):
    """Arrays that meters read. I items, N nodes, L lanes, C carriers."""

    tenants: int
    item_tenant: I64  # [I]
    weight_g: I64  # [I]
    volume_cm3: I64  # [I]
    inbound_cm3: I64  # [I]
    longest_mm: I64  # [I]
    median_mm: I64  # [I]
    shortest_mm: I64  # [I]
    price: I64  # [I]
    klass: I8  # [I]
    region: I64  # [N] code of the node's region, -1 where none is stated
    bulk: NDArray[np.bool_]  # [N] buildings of bulk storage
    ocean: NDArray[np.bool_]  # [L]
    centre: int  # where returned goods come back to
    case_units: I64  # [I] units of a case as goods come in, 0 where none is stated
    refunds: bool = False  # whether facts of their own tell what customers are paid back


class Window(NamedTuple):
    """The month: begins <= instant < ends; snapshot days are days since the epoch."""

    begins: int
    ends: int
    first_day: int  # of the calendar's local day 0, days since the epoch
    snapshots: tuple[int, ...] = ()


def basis_of(network: Network, regions: I64 | None = None, case_units: I64 | None = None) -> Basis:
    """The basis of a network; `regions`: [N] codes of a list that the caller keeps; `case_units`: [I] of packs.csv."""
    items, nodes = network.items, network.nodes
    longest = items.longest_mm.astype(np.int64)
    side = sides(items.volume_cm3, longest)
    return Basis(
        tenants=len(network.texts.sellers),
        item_tenant=items.seller.astype(np.int64),
        weight_g=items.weight_g,
        volume_cm3=items.volume_cm3,
        inbound_cm3=items.inbound_cm3,
        longest_mm=longest,
        median_mm=side,
        shortest_mm=side,
        price=items.price,
        klass=items.klass,
        region=np.full(len(nodes.kind), -1, np.int64) if regions is None else regions,
        bulk=nodes.kind == NodeKind.STORAGE,
        ocean=network.lanes.mode == Mode.OCEAN,
        centre=int(np.flatnonzero(nodes.kind == NodeKind.FULFILMENT)[0]),
        case_units=np.zeros(len(longest), np.int64) if case_units is None else case_units,
        refunds=network.detail.returns is not None,
    )


def sides(volume_cm3: I64, longest_mm: I64) -> I64:
    """[I] The two shorter sides, which items.csv does not give: those of a box with a square end, millimetres.

    Never longer than the longest side; where volume and longest side do not agree, the box is a cube at most.
    """
    area_mm2 = volume_cm3 * 1_000 / np.maximum(longest_mm, 1)
    square: I64 = np.minimum(np.rint(np.sqrt(area_mm2)).astype(np.int64), longest_mm)
    return np.maximum(square, 1)


def inside(rows: Records, window: Window) -> Records:
    """Rows whose instant lies in the month."""
    return rows[(rows["at"] >= window.begins) & (rows["at"] < window.ends)]


def of_customers(rows: Records) -> Records:
    """Rows about orders of customers: what the house sends again for harm of its own is billed to nobody."""
    found: Records = rows[rows["order"] < SENT_AGAIN_FIRST]
    return found


def events(meter: str, cause: Records, tenant: ArrayLike, quantity: ArrayLike) -> Usage:
    """An event for each causing fact, named by it; measures and codes are yet to be stated."""
    made = blank_usage(len(cause))
    made.meter[:] = METER_CODES[meter]
    made.source[:] = SOURCE_BOOK
    made.tenant[:] = tenant
    made.at[:] = cause["at"]
    made.known_at[:] = cause["at"]
    made.number[:] = cause["number"]
    made.ordinal[:] = cause["ordinal"]
    made.measures[:, Measure.QUANTITY] = quantity
    return made


def with_item(made: Usage, basis: Basis, item: I64) -> Usage:
    """State what one unit of each event's item measures."""
    columns = {
        Measure.WEIGHT_G: basis.weight_g,
        Measure.VOLUME_CM3: basis.volume_cm3,
        Measure.LONGEST_MM: basis.longest_mm,
        Measure.MEDIAN_MM: basis.median_mm,
        Measure.SHORTEST_MM: basis.shortest_mm,
    }
    for measure, values in columns.items():
        made.measures[:, measure] = values[item]
    made.codes[:, Attribute.CLASS] = basis.klass[item]
    return made


def with_node(made: Usage, basis: Basis, node: NDArray[np.integer]) -> Usage:
    """State where it was."""
    made.codes[:, Attribute.NODE] = node
    made.codes[:, Attribute.REGION] = basis.region[node]
    return made


def renamed(made: Usage, meter: str) -> Usage:
    """The same events under another meter: one cause may be counted by several meters, each once."""
    return made._replace(meter=np.full(made.rows, METER_CODES[meter], np.int16), measures=made.measures.copy())


def some(made: Usage) -> Usage:
    """Events of which there is anything."""
    return rows_of(made, made.measures[:, Measure.QUANTITY] > 0)
