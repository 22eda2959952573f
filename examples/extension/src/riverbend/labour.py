"""A meter: seconds of hands by tenant, by standard times. The house's facts tell hours by building, not by tenant.

A shipment that was packed took 40 seconds, 20 for each line and 6 for each unit beyond one a line: engineered
standards, as third-party logistics firms agree on with their clients. They are charged, not the seconds worked.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.billing_basis import Basis, Window, events, with_node
from firstbest.rent.usage import Usage

SHIPMENT_S, LINE_S, FURTHER_UNIT_S = 40, 20, 6


def standard_time(facts: Mapping[str, NDArray[np.void]], basis: Basis, _window: Window) -> Usage:
    """One event for each shipment that was packed; the facts are those of the window already."""
    packed = facts["packed"]
    lines, units = packed["lines"].astype(np.int64), packed["units"].astype(np.int64)
    seconds = SHIPMENT_S + LINE_S * lines + FURTHER_UNIT_S * np.maximum(units - lines, 0)
    return with_node(events("labour_s", packed, packed["seller"], seconds), basis, packed["node"])
