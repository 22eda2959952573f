"""After a shipment has left: questions, harm made good, and what carriers are asked to pay for it."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import claims
from firstbest.decide.ground import Ground
from firstbest.operate import again
from firstbest.operate.ports import Read, Rows, Staged
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import Care
from firstbest.world.words import SentStage

Records = NDArray[np.void]


def settle(number: int, now: int, ground: Ground, rules: Care) -> Generator[Read, Rows, list[f.Block]]:
    """What was lost or damaged is sent again or paid back, and claimed where a carrier had it."""
    rows = (yield Staged(t.SENT_T, SentStage.HARMED, "delivered_at", now)).rows
    names = {**again.named(rows["key"]), "carrier": rows["carrier"], "outcome": rows["outcome"]}
    blocks: list[f.Block] = []
    paid, rest = np.ones(len(rows), np.bool_), rows["value"]
    if rules.replaces:
        sent = yield from again.make_good(number, now, ground, rows)
        blocks, rest = sent.blocks, rest - sent.worth
        paid = ~sent.went | (rest > 0)
    good = block_of(
        f.MADE_GOOD, number, now, **{name: values[paid] for name, values in names.items()}, amount=rest[paid],
        seller=rows["seller"][paid],
    )  # fmt: skip
    amount = claims.claimed(ground, rules, rows["carrier"].astype(np.int64), rows["value"])
    some = amount > 0
    filed = block_of(
        f.CLAIM_FILED, number, now, **{name: values[some] for name, values in names.items()}, tie=rows["tie"][some],
        amount=amount[some], value=rows["value"][some],
    )  # fmt: skip
    return [*blocks, good, filed]
