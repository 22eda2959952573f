"""Where places stand on paper: Albers' equal-area projection for the United States, a plain fit for everywhere else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstbest.present.sums import F64

# Standard parallels and centre that atlases use for the 48 states.
_SOUTH, _NORTH, _CENTRE_LATITUDE, _CENTRE_LONGITUDE = 29.5, 45.5, 37.5, -96.0
_ALASKA_LATITUDE = 50.0
_HAWAII_LONGITUDE = -140.0
_CARIBBEAN_LATITUDE, _CARIBBEAN_LONGITUDE = 20.0, -68.0


class Sheet(NamedTuple):
    """Points on paper, and how far each may be trusted: `shown` is false for what lies off the sheet."""

    x: F64
    y: F64
    shown: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class Paper(NamedTuple):
    """A projection fitted to a size: `united_states` or a plain fit; offsets and size of a unit in points."""

    united_states: bool
    left: float
    top: float
    unit: float
    turn: float  # cosine of the middle latitude, for the plain fit
    width: float
    height: float

    def place(self, latitude: F64, longitude: F64) -> Sheet:
        """Points on the sheet."""
        x, y = _flat(latitude, longitude, united_states=self.united_states, turn=self.turn)
        px, py = (x - self.left) * self.unit, (self.top - y) * self.unit
        if self.united_states:
            px, py = _insets(latitude, longitude, px, py, self)
        margin = 2.0
        shown = (px >= -margin) & (px <= self.width + margin) & (py >= -margin) & (py <= self.height + margin)
        return Sheet(px, py, shown)


def fit(latitude: F64, longitude: F64, width: float, height: float) -> Paper:
    """The paper that shows these places as large as the size allows."""
    inside = (latitude > 24) & (latitude < _ALASKA_LATITUDE) & (longitude > -126) & (longitude < -66)
    united_states = bool(inside.mean() > 0.8) if len(inside) else False
    near = inside if united_states else np.ones(len(latitude), np.bool_)
    turn = float(np.cos(np.radians(np.median(latitude)))) if len(latitude) else 1.0
    x, y = _flat(latitude[near], longitude[near], united_states=united_states, turn=turn)
    if not len(x):
        return Paper(False, 0.0, 0.0, 1.0, 1.0, width, height)
    span_x, span_y = max(float(np.ptp(x)), 1e-3) * 1.06, max(float(np.ptp(y)), 1e-3) * 1.08
    unit = min(width / span_x, height / span_y)
    left = float(x.min() + x.max()) / 2 - width / unit / 2
    top = float(y.min() + y.max()) / 2 + height / unit / 2
    return Paper(united_states, left, top, unit, turn, width, height)


def _flat(latitude: F64, longitude: F64, *, united_states: bool, turn: float) -> tuple[F64, F64]:
    if not united_states:
        return np.radians(longitude) * turn, np.radians(latitude)
    # Snyder, Map Projections: A Working Manual (USGS 1395), equations 14-1 to 14-6 on the sphere.
    south, north, middle = (np.radians(value) for value in (_SOUTH, _NORTH, _CENTRE_LATITUDE))
    n = (np.sin(south) + np.sin(north)) / 2
    c = np.cos(south) ** 2 + 2 * n * np.sin(south)
    rho = np.sqrt(np.maximum(0, c - 2 * n * np.sin(np.radians(latitude)))) / n
    rho_middle = np.sqrt(c - 2 * n * np.sin(middle)) / n
    theta = n * np.radians(longitude - _CENTRE_LONGITUDE)
    return rho * np.sin(theta), rho_middle - rho * np.cos(theta)


def _insets(latitude: F64, longitude: F64, x: F64, y: F64, paper: Paper) -> tuple[F64, F64]:
    """Alaska, Hawaii and Puerto Rico, moved into the empty corners and made smaller."""
    x, y = x.copy(), y.copy()
    alaska = (latitude > _ALASKA_LATITUDE) & (longitude < -125)
    hawaii = (latitude < 24) & (longitude < _HAWAII_LONGITUDE)
    caribbean = (latitude < _CARIBBEAN_LATITUDE) & (longitude > _CARIBBEAN_LONGITUDE)
    corners = ((alaska, 63.0, -152.0, 0.10, 0.86, 2.6), (hawaii, 20.6, -157.3, 0.245, 0.93, 7.0),
               (caribbean, 18.2, -66.2, 0.90, 0.955, 7.0))  # fmt: skip
    for chosen, middle_latitude, middle_longitude, across, down, size in corners:
        turn = np.cos(np.radians(middle_latitude))
        x[chosen] = paper.width * across + (longitude[chosen] - middle_longitude) * turn * size
        y[chosen] = paper.height * down - (latitude[chosen] - middle_latitude) * size
    return x, y
