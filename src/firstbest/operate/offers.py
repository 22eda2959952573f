"""The timed step that features an offer of each product that several sellers offer."""

from __future__ import annotations

import numpy as np

from firstbest.decide import offer
from firstbest.decide.ground import Ground
from firstbest.operate.ports import All, ByKey, Step
from firstbest.operate.record import months_of
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t


def feature(number: int, now: int, ground: Ground) -> Step:
    """State which offer is shown first, for every product of which that changes."""
    offers, nodes = ground.offers, len(ground.nodes.kind)
    keys = offers.item[:, None] * nodes + ground.centres[None, :]
    stock = (yield ByKey(t.STOCK_T, keys.ravel())).rows
    free = (stock["on_hand"] - stock["reserved"]).reshape(keys.shape)
    month = int(months_of(np.array([now]), ground)[0])
    months = np.arange(max(month - offer.MONTHS + 1, 0), month + 1)
    record = (yield ByKey(t.RECORD_T, (months[:, None] * ground.sellers + np.arange(ground.sellers)).ravel())).rows
    before = (yield All(t.FEATURED_T)).rows["item_next"] - 1
    judged = offer.judge(ground, free, record.reshape(len(months), ground.sellers), now)
    made = offer.choose(ground, judged)
    new = np.flatnonzero(offers.item[made.offer] != before)
    winner, second = made.offer[new], made.runner_up[new]
    return [
        block_of(
            f.FEATURED, number, now, product=new, item=offers.item[winner], before=before[new],
            runner_up=np.where(second < 0, -1, offers.item[second]), reason=made.reason[new],
            price=judged.landed[winner], runner_up_price=judged.landed[second],
            score=judged.score[winner], runner_up_score=judged.score[second],
            days_x1000=judged.days_x1000[winner], runner_up_days_x1000=judged.days_x1000[second],
            defects_ppm=judged.defects_ppm[winner], runner_up_defects_ppm=judged.defects_ppm[second],
            offers=np.bincount(offers.product, minlength=offers.products)[new], in_stock=made.in_stock[new],
        )
    ]  # fmt: skip
