"""After a shipment has left: questions, harm made good, and what carriers are asked to pay for it."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import claims
from firstbest.decide.ground import Ground
from firstbest.operate.ports import Read, Rows, Staged
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import Care
from firstbest.world.units import MAX_ATTEMPT, MAX_NODE
from firstbest.world.words import SentStage

Records = NDArray[np.void]


def settle(number: int, now: int, ground: Ground, rules: Care) -> Generator[Read, Rows, list[f.Block]]:
    """What was lost or damaged is paid back, and claimed where a carrier had it."""
    rows = (yield Staged(t.SENT_T, SentStage.HARMED, "delivered_at", now)).rows
    names = {
        "order": rows["key"] // (MAX_NODE * MAX_ATTEMPT), "node": rows["key"] // MAX_ATTEMPT % MAX_NODE,
        "attempt": rows["key"] % MAX_ATTEMPT, "carrier": rows["carrier"], "outcome": rows["outcome"],
    }  # fmt: skip
    good = block_of(f.MADE_GOOD, number, now, **names, amount=rows["value"], seller=rows["seller"])
    amount = claims.claimed(ground, rules, rows["carrier"].astype(np.int64), rows["value"])
    some = amount > 0
    filed = block_of(
        f.CLAIM_FILED, number, now, **{name: values[some] for name, values in names.items()}, tie=rows["tie"][some],
        amount=amount[some], value=rows["value"][some],
    )  # fmt: skip
    return [good, filed]
