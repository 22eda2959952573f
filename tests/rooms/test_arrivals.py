"""The arrival step on rows put down by hand."""

from __future__ import annotations

import numpy as np

from firstbest.decide.ground import ground_of
from firstbest.operate import arrivals
from firstbest.operate.loop import run_step
from firstbest.operate.ports import Put
from firstbest.store.columns import Columns, sizes
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.tables import LINE_T, ORDER_T, SHIPMENT_T, Table, line_key, shipment_key
from firstbest.world.words import Kind, NodeKind, Stage
from tests.laws.worlds import World, made

ORDER = 77


def row(table: Table, key: int, **columns: int) -> Put:
    rows = np.zeros(1, table.dtype)
    rows["key"], rows["live"] = key, 1
    for name, value in columns.items():
        rows[name] = value
    return Put(table, rows)


def test_a_shipment_that_is_not_there_stands_for_no_other() -> None:
    """A pick of a shipment that nobody planned takes nothing from the pick of the planned one, before it or after."""
    network = made(World(seed=1, heads=3, orders_day=10, days=15, slow=False))[0]
    kind = network.nodes.kind.copy()
    kind[0] = NodeKind.FULFILMENT
    ground = ground_of(network._replace(nodes=network.nodes._replace(kind=kind)))
    state = Columns(sizes(network))
    node, other = ground.centres[:2].tolist()
    state.apply(
        [
            row(ORDER_T, ORDER, lines=1, open_shipments=1, open_lines=1),
            row(LINE_T, line_key(ORDER, 0), quantity=2, node=node, stage=Stage.RELEASED),
            row(SHIPMENT_T, shipment_key(ORDER, node, 0), node=node, stage=Stage.RELEASED, units=2, lines=1),
        ]
    )
    assert node == 0, "an absent row is zeros, and so of node 0"

    for nodes in ((other, node), (node, other)):
        commands, lines = np.zeros(2, COMMAND), np.zeros(2, LINE)
        commands["kind"], commands["order"], commands["node"] = Kind.PICKED, ORDER, nodes
        commands["at"], commands["number"] = network.calendar.start_us, (0, 1)
        commands["lines"], commands["first_line"], lines["quantity"] = 1, (0, 1), 2
        (picked,) = run_step(arrivals.take(Batch(commands, lines), ground), state)
        assert picked.fact.name == "picked"
        assert picked.rows["node"].tolist() == [node]
