"""What every part of the compiler needs: codes of names, local days, instants, scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from firstbest.store.workspace_typed import Workspace
from firstbest.world.network import I8, I64
from firstbest.world.units import MONEY, PPM, SECOND_US

DAYS_AFTER: Final = 60
"""Local days beyond the end, so that promises made on the last day have a calendar."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1)
_THURSDAY: Final = 3  # weekday of day 0 of the epoch


def code(names: Iterable[str]) -> dict[str, int]:
    """Dense codes in the order given; a name that comes again keeps its first code."""
    return {name: index for index, name in enumerate(dict.fromkeys(names))}


def micros(amounts: Any) -> I64:
    """Money as millionths, halves to even; NaN becomes 0."""
    return whole(np.nan_to_num(np.asarray(amounts, np.float64)) * MONEY)


def ppm(percents: Any) -> I64:
    """Percents as parts per million; NaN becomes 0."""
    return whole(np.nan_to_num(np.asarray(percents, np.float64)) * (PPM // 100))


def whole(values: Any) -> I64:
    """Rounded to whole numbers, halves to even."""
    found: I64 = np.rint(np.asarray(values, np.float64)).astype(np.int64)
    return found


def upward(values: Any) -> I64:
    """Rounded up to whole numbers; what a product of floats adds in its last places does not count."""
    found: I64 = np.ceil(np.asarray(values, np.float64) - 1e-9).astype(np.int64)
    return found


def shares(weights: Any, total: int = PPM) -> I64:
    """Weights as whole shares that come to exactly `total`: [n]; each within 1 of its exact share."""
    exact = np.asarray(weights, np.float64)
    edges = np.rint(np.cumsum(exact) / exact.sum() * total).astype(np.int64)
    found: I64 = np.diff(edges, prepend=0)
    return found


@dataclass(frozen=True)
class Plan:
    """The workspace with codes, local days and scale. D local days, day 0 is the one before the start."""

    workspace: Workspace
    scale: float
    days: int
    nodes: dict[str, int]
    places: dict[str, int]
    items: dict[str, int]
    sellers: dict[str, int]
    carriers: dict[str, int]
    lanes: dict[str, int]  # of lanes.csv; pick-ups follow
    zones: dict[str, int]  # time zones: the firm's first
    _known: dict[tuple[int, int], I64] = field(default_factory=dict)

    @property
    def first_day(self) -> int:
        """Days since the epoch of local day 0."""
        return self.workspace.start_day - 1

    @property
    def span(self) -> int:
        """D."""
        return self.days + DAYS_AFTER

    def instants(self, zone: int, minute: int) -> I64:
        """A local time of day as instants: [D]. Where clocks skip it, the instant an hour later by the clock."""
        known = self._known.get((zone, minute))
        if known is None:
            each = (self.instant(zone, self.first_day + day, minute) for day in range(self.span))
            known = self._known[zone, minute] = np.fromiter(each, np.int64, self.span)
        return known

    def instant(self, zone: int, day: int, minute: int) -> int:
        """One local time as an instant; `day` in days since the epoch."""
        local = datetime.combine(_EPOCH_DAY + timedelta(days=day), datetime.min.time(), ZoneInfo(self.zone_names[zone]))
        since = (local.replace(hour=minute // 60, minute=minute % 60)).astimezone(UTC) - _EPOCH
        return (since.days * 86_400 + since.seconds) * SECOND_US

    @property
    def zone_names(self) -> tuple[str, ...]:
        """Time zones by code."""
        return tuple(self.zones)

    def node_zone(self, node: int) -> int:
        """Code of a node's time zone."""
        return self.zones[self.workspace.frame("nodes").texts("time_zone")[node]]

    def weekdays(self) -> I8:
        """0 Monday: [D]."""
        found: I8 = ((self.first_day + np.arange(self.span) + _THURSDAY) % 7).astype(np.int8)
        return found

    def on_weekdays(self, bits: int) -> NDArray[np.bool_]:
        """Whether each local day is one of the weekdays (bit 0 Monday): [D]."""
        found: NDArray[np.bool_] = (bits >> self.weekdays().astype(np.int64)) & 1 == 1
        return found

    def marked(self, what: str, *who: str) -> I64:
        """What calendars.csv says of any of `who`: [D], millionths for peaks, 1 for holidays; the greatest counts."""
        calendars = self.workspace.frame("calendars")
        found = np.zeros(self.span, np.int64)
        firsts, lasts = calendars.whole("date").tolist(), calendars.whole("until").tolist()
        values = micros(calendars.numbers("amount")).tolist() if what == "peak" else [1] * len(calendars)
        for index, kind in enumerate(calendars.texts("what")):
            if kind == what and calendars.texts("who")[index] in who:
                start = max(0, firsts[index] - self.first_day)
                stop = max(0, max(firsts[index], lasts[index]) - self.first_day + 1)
                found[start:stop] = np.maximum(found[start:stop], values[index])
        return found

    def day_index(self, day: int) -> int:
        """Local day index of a day since the epoch, held within [0, D]."""
        return min(max(day - self.first_day, 0), self.span)


def plan(workspace: Workspace, scale: float, days: int | None) -> Plan:
    """The plan of a workspace; codes follow the order of the files."""
    nodes, places = workspace.frame("nodes"), workspace.frame("places")
    zones = code([workspace.time_zone, *nodes.texts("time_zone"), *places.texts("time_zone")])
    return Plan(
        workspace,
        scale,
        days if days is not None else workspace.days,
        code(nodes.texts("node")),
        code(places.texts("place")),
        code(workspace.frame("items").texts("item")),
        code(workspace.frame("sellers").texts("seller")),
        code(workspace.frame("carriers").texts("carrier")),
        code(workspace.frame("lanes").texts("lane")),
        zones,
    )
