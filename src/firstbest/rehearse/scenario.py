"""What is rehearsed."""

from __future__ import annotations

from typing import NamedTuple

from firstbest.operate.loop import Adoption
from firstbest.world.nature import Nature
from firstbest.world.network import Network


class Scenario(NamedTuple):
    """A world to rehearse: what decisions know, what nature does, and what is adopted when."""

    network: Network
    nature: Nature
    adoptions: tuple[Adoption, ...] = ()
