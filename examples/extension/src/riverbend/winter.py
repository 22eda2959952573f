"""A nature in which carriers are later in January and February: one parcel in forty more comes a day late."""

from __future__ import annotations

import numpy as np

from firstbest.world.nature import Nature
from firstbest.world.network import Network

MORE_LATE_PPM = 25_000
MONTHS = (1, 2)


def icy_winter(nature: Nature, network: Network) -> Nature:
    """The same world with later carriers; what is moved to a day late is taken from those that are on time."""
    late = nature.roads.late_ppm.copy()
    days = network.calendar.first_day + np.arange(late.shape[1])
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    icy = np.isin(months, MONTHS)
    moved = np.minimum(late[:, icy, 0], MORE_LATE_PPM)
    late[:, icy, 0] -= moved
    late[:, icy, 1] += moved
    return nature._replace(roads=nature.roads._replace(late_ppm=late))
