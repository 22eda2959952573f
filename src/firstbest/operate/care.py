"""After a shipment has left: questions, harm made good, and what carriers are asked to pay for it."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import claims
from firstbest.decide.ground import Ground
from firstbest.operate import again
from firstbest.operate.ports import ByKey, Read, Rows, Staged
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from firstbest.world.network import Care
from firstbest.world.units import MAX_ATTEMPT, MAX_NODE
from firstbest.world.words import ContactReason, Kind, SentStage

Records = NDArray[np.void]
CONTACTED, CLAIM_ANSWERED, LAST_REASON = int(Kind.CONTACTED), int(Kind.CLAIM_ANSWERED), int(max(ContactReason))


def answer(batch: Batch, ground: Ground, rules: Care) -> Generator[Read, Rows, list[f.Block]]:
    """Contacts about shipments that are known, and carriers' answers to claims that are open; others change nothing."""
    kind = batch.commands["kind"]
    mine = (kind == CONTACTED) | (kind == CLAIM_ANSWERED)
    if not mine.any():
        return []
    c = batch.commands[mine]
    key = (c["order"] * MAX_NODE + c["node"]) * MAX_ATTEMPT + c["attempt"]
    found = yield ByKey(t.SENT_T, key)
    asked = found.found & (c["kind"] == CONTACTED)
    reason = np.clip(c["flag"].astype(np.int64), 0, LAST_REASON)
    contacted = about(f.CONTACTED, c[asked], cost=rules.contact_cost[reason[asked]], reason=reason[asked],
                      seller=found.rows["seller"][asked])  # fmt: skip
    told = found.found & (c["kind"] == CLAIM_ANSWERED) & (found.rows["stage"] == SentStage.CLAIMED)
    row = found.rows[told]
    paid = np.clip(c["quantity"][told], 0, row["claimed"])
    settled = about(
        f.CLAIM_SETTLED, c[told], amount=paid, claimed=row["claimed"], carrier=row["carrier"], seller=row["seller"]
    )
    return [contacted, settled]


def about(fact: f.FactType, commands: Records, **columns: NDArray[np.generic]) -> f.Block:
    """A row for each command about a shipment."""
    rows = np.zeros(len(commands), fact.dtype)
    for name in ("number", "at", "order", "node", "attempt"):
        rows[name] = commands[name]
    for name, values in columns.items():
        rows[name] = values
    return f.Block(fact, rows)


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
