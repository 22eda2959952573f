"""Time as integers: local midnights, cut-offs, pick-ups and the instants of all timed steps."""

from __future__ import annotations

from typing import Final

import numpy as np

from firstbest.store.compile_lanes import departures_us, pick_up_us, pick_ups, work_days
from firstbest.store.compile_plan import Plan
from firstbest.store.compile_season import season_ppm
from firstbest.store.workspace_tables import F64
from firstbest.world.network import I16, I64, Calendar
from firstbest.world.units import MINUTE_US, SECOND_US
from firstbest.world.words import Timer

MIDNIGHT: Final = 0
STAFF_AT_MIN: Final = 3 * 60 + 30
"""Rosters: each morning today's overtime, on Wednesdays the week after next."""
FORECAST_AT: Final = (6, 23 * 60)
REPLENISH_MINUTE: Final = 2 * 60
COUNT_MINUTE: Final = 3 * 60
SETTLE_MINUTE: Final = 4 * 60 + 15
RESLOT_MINUTE: Final = 4 * 60 + 30
DISPATCH_MINUTE: Final = 7 * 60
CLOSE_MINUTE: Final = 23 * 60 + 59


def compile_calendar(plan: Plan, season: F64) -> Calendar:
    """The calendar; `season` is what the firm plans for by local day: [D]."""
    zones = range(len(plan.zones))
    start, end = (plan.instant(0, plan.workspace.start_day + days, MIDNIGHT) for days in (0, plan.days))
    leaves = pick_up_us(plan)
    instants, kinds, keys = _timers(plan, leaves, (start, end))
    closes = int(plan.workspace.section("policies", "door")["closes"])
    return Calendar(
        first_day=plan.first_day,
        start_us=start,
        end_us=end,
        midnight_us=np.stack([plan.instants(zone, MIDNIGHT) for zone in zones]),
        cut_off_us=_cut_offs(plan, leaves),
        pick_up_us=leaves,
        door_closes_us=np.stack([plan.instants(zone, closes) for zone in zones]),
        timers_us=instants,
        timers_kind=kinds.astype(np.int16),
        timers_key=keys.astype(np.int32),
        season_ppm=season_ppm(season),
        weekday=plan.weekdays(),
        month=_months(plan),
    )


def _cut_offs(plan: Plan, leaves: I64) -> I64:
    """Last order that may leave the same day: [N, D]; -1 on days on which nothing is collected from the node."""
    nodes = plan.workspace.frame("nodes")
    found = np.full((len(nodes), plan.span), -1, np.int64)
    for n, minute in enumerate(nodes.whole("cut_off").tolist()):
        if nodes.texts("kind")[n] == "fulfilment":
            found[n] = np.where((leaves[:, n] > 0).any(axis=0), plan.instants(plan.node_zone(n), minute), -1)
    return found


def _months(plan: Plan) -> I16:
    """Months since that of local day 0: [D]."""
    days = np.arange(plan.first_day, plan.first_day + plan.span).astype("datetime64[D]")
    months = days.astype("datetime64[M]").astype(np.int64)
    found: I16 = (months - months[0]).astype(np.int16)
    return found


def _timers(plan: Plan, leaves: I64, span: tuple[int, int]) -> tuple[I64, I64, I64]:
    """Instants, kinds and keys of all timed steps within [start, end), in order of instant, kind, key."""
    start, end = span
    nodes = plan.workspace.frame("nodes")
    first = nodes.texts("kind").index("fulfilment")
    zone, weekdays = plan.node_zone(first), plan.weekdays()
    minutes = int(plan.workspace.section("policies", "floor")["wave_minutes"])
    found: list[tuple[Timer, int, I64]] = [
        (Timer.STAFF, 0, plan.instants(zone, STAFF_AT_MIN)),
        (Timer.STAFF, 0, np.array([start], np.int64)),
        (Timer.FORECAST, 0, plan.instants(zone, FORECAST_AT[1])[weekdays == FORECAST_AT[0]]),
        (Timer.REPLENISH, 0, plan.instants(zone, REPLENISH_MINUTE)),
        (Timer.COUNT, 0, plan.instants(zone, COUNT_MINUTE)),
        (Timer.WAVE, 0, np.arange(start, end, minutes * MINUTE_US, dtype=np.int64)),
        (Timer.CLOSE_DAY, 0, plan.instants(zone, CLOSE_MINUTE)),
    ]
    between = int(plan.workspace.section("policies", "together")["minutes"]) * MINUTE_US
    if between:
        # A second before the wave of that instant, if there is one: what it releases is chosen for first.
        found.append((Timer.TOGETHER, 0, np.arange(start + between - SECOND_US, end, between, dtype=np.int64)))
    if len(plan.workspace.frame("offers")):
        every = int(plan.workspace.section("policies", "offers")["minutes"]) * MINUTE_US
        found.append((Timer.OFFER, 0, np.arange(start, end, every, dtype=np.int64)))
    if any(plan.workspace.section("policies", each)["on"] for each in ("returns", "care", "lots", "members")):
        found.append((Timer.SETTLE, 0, plan.instants(zone, SETTLE_MINUTE)))
    slotting = plan.workspace.section("policies", "slotting")
    if slotting["on"]:
        every = int(slotting["review_days"])
        found.append((Timer.RESLOT, 0, plan.instants(zone, RESLOT_MINUTE)[every::every]))
    works = work_days(plan)
    for n, kind in enumerate(nodes.texts("kind")):
        if kind == "station":
            found.append((Timer.DISPATCH, n, plan.instants(plan.node_zone(n), DISPATCH_MINUTE)[works[n]]))
    found.extend((Timer.DEPART, lane, departures_us(plan, lane)) for lane in range(len(plan.lanes)))
    for lane, up in enumerate(pick_ups(plan), start=len(plan.lanes)):
        at = leaves[up.carrier, up.node]
        found.append((Timer.DEPART, lane, at[at > 0]))
    instants = np.concatenate([at for _, _, at in found])
    kinds = np.concatenate([np.full(len(at), kind, np.int64) for kind, _, at in found])
    keys = np.concatenate([np.full(len(at), key, np.int64) for _, key, at in found])
    inside = (instants >= start) & (instants < end)
    rows = np.unique(np.stack([instants, kinds, keys], axis=1)[inside], axis=0)
    return rows[:, 0].copy(), rows[:, 1], rows[:, 2]
