"""Claims: what a carrier is asked to pay for what it lost or damaged."""

from __future__ import annotations

import numpy as np

from firstbest.decide.ground import Ground
from firstbest.world.network import I64, Care
from firstbest.world.words import Mode


def claimed(ground: Ground, rules: Care, carrier: I64, value: I64) -> I64:
    """[m] Money: what the customer had paid, no more than carriers answer for; nothing of the house's own vans."""
    own = ground.carriers.mode[carrier] == Mode.OWN_VAN
    found: I64 = np.where(own, 0, np.minimum(value, rules.claim_most))
    return found
