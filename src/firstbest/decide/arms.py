"""Which orders are treated where a change holds for a share of them: a hash of the change's name and of the order.

The arm is a function of what a fact keeps (`ordered.tie`) and of the network in force, so it is nowhere stored: it can
be asked of any order at any time, and one who is treated at a share is treated at every greater one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.terms import POLICY_SALT, POLICY_SHARE, Terms
from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import happens, joined
from firstbest.world.network import I64, Arms
from firstbest.world.units import PPM

CONTROL = 0
TREATED = 1


@compiled
def arm_at(share_ppm: int, salt: int, tie: np.uint64) -> int:
    """The arm of an order, by the hash of its text."""
    if share_ppm == 0:
        return CONTROL
    if share_ppm >= PPM:
        return TREATED
    return TREATED if happens(joined(np.uint64(salt), np.uint64(tie)), 0, 0, share_ppm) else CONTROL


@compiled
def arm_of(terms: Terms, tie: np.uint64) -> int:
    """The arm of an order under the terms in force."""
    return arm_at(terms.policy[POLICY_SHARE], terms.policy[POLICY_SALT], tie)


@compiled
def write_arms(share_ppm: int, salt: int, ties: NDArray[np.uint64], found: I64) -> None:
    """Write the arm of each order [n]."""
    for n in range(len(ties)):
        found[n] = arm_at(share_ppm, salt, ties[n])


def arms_of(arms: Arms, ties: NDArray[np.uint64]) -> I64:
    """The arms of orders, by the hashes of their texts: [n]."""
    found = np.zeros(len(ties), np.int64)
    write_arms(arms.share_ppm, arms.salt, np.ascontiguousarray(ties), found)
    return found
