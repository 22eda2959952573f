"""People, shifts and vans."""

from __future__ import annotations

from typing import Final

import numpy as np

from firstbest.store import schema
from firstbest.store.compile_lanes import work_days
from firstbest.store.compile_plan import Plan, micros, ppm, upward, whole
from firstbest.store.schema_words import PROCESSES
from firstbest.store.workspace_tables import F64, Frame
from firstbest.world.network import I32, I64, Fleet, Labour
from firstbest.world.units import MONEY

STATIONS_UNBOUNDED: Final = 1_000_000
DAYS_A_WEEK: Final = 5
"""Days at work in a week of learning."""
_SHIFTS: Final = (1, 2)


def compile_labour(plan: Plan) -> Labour:
    """People: [N, Y], 0 heads where labour.csv has no row.

    At a scale below 1 the teams stay whole and each order stands for several: work takes as much longer and an hour
    costs as much less, so that use, queues and cost an order keep their size (a tenth of a team of three could not).
    Receipts and transfers keep their number at any scale, and so the rate of receiving, and of loading in storage.
    """
    frame = plan.workspace.frame("labour")
    at = (
        np.array([plan.nodes[each] for each in frame.texts("node")], np.int64),
        np.array([PROCESSES.index(each) for each in frame.texts("process")], np.int64),
    )

    def spread(values: I64) -> I64:
        found = np.zeros((len(plan.nodes), len(PROCESSES)), np.int64)
        found[at] = values
        return found

    nodes = plan.workspace.frame("nodes")
    centres = [
        plan.nodes[n] for n, kind in zip(nodes.texts("node"), nodes.texts("kind"), strict=True) if kind == "fulfilment"
    ]
    by_order = np.isin(at[0], centres) & (at[1] != PROCESSES.index("receive"))
    pace = np.where(by_order, plan.scale, 1.0)

    def counted(column: str) -> I32:
        return spread(upward(np.nan_to_num(frame.numbers(column), nan=STATIONS_UNBOUNDED))).astype(np.int32)

    single = np.where(np.isnan(frame.numbers("single_hour")), frame.numbers("units_hour"), frame.numbers("single_hour"))
    shifts = plan.workspace.frame("shifts")
    starts = [_by_node(plan, shifts, f"shift_{shift}_start", shifts.whole(f"shift_{shift}_start")) for shift in _SHIFTS]
    hours = [_by_node(plan, shifts, f"shift_{shift}_hours", _hours(shifts, shift)) for shift in _SHIFTS]
    return Labour(
        heads=counted("heads"),
        stations=counted("stations"),
        rate_x1000=spread(whole(frame.numbers("units_hour") * 1_000 * pace)),
        rate_single_x1000=spread(whole(single * 1_000 * pace)),
        extra_unit_ms=spread(whole(frame.numbers("extra_unit_s") * 1_000 / pace)),
        productive_ppm=spread(ppm(frame.numbers("productive_percent"))),
        wage_hour=spread(micros(frame.numbers("wage_hour") * plan.scale)),
        overtime_ppm=spread(ppm(frame.numbers("overtime_percent"))),
        temp_ppm=spread(ppm(frame.numbers("temp_percent"))),
        temp_speed_ppm=spread(ppm(frame.numbers("temp_speed_percent"))),
        start_ppm=spread(ppm(frame.numbers("start_percent"))),
        ramp_days=spread(whole(frame.numbers("ramp_weeks") * DAYS_A_WEEK)),
        shift_start_min=np.stack(starts, axis=1).astype(np.int32),
        shift_minutes=whole(np.stack(hours, axis=1) * 60).astype(np.int32),
        overtime_minutes=_minutes(plan, shifts, "overtime_hours_max"),
        contract_minutes_week=_minutes(plan, shifts, "contract_hours_week"),
        absence_ppm=ppm(_by_node(plan, shifts, "absence_percent", shifts.numbers("absence_percent"))),
        temps_max=counted("temps_max"),
        flex_ppm=spread(ppm(frame.numbers("cross_trained_percent"))),
        turnover_ppm=ppm(_by_node(plan, shifts, "turnover_percent_year", shifts.numbers("turnover_percent_year"))),
        pace_minutes_week=_minutes(plan, shifts, "sustainable_hours_week"),
        indirect_ppm=ppm(_by_node(plan, shifts, "indirect_percent", shifts.numbers("indirect_percent"))),
        work_days=work_days(plan).astype(np.int8),
    )


def _hours(shifts: Frame, shift: int) -> F64:
    return shifts.numbers(f"shift_{shift}_hours")


def _minutes(plan: Plan, shifts: Frame, column: str) -> I32:
    return whole(_by_node(plan, shifts, column, shifts.numbers(column)) * 60).astype(np.int32)


def _by_node(plan: Plan, shifts: Frame, column: str, values: F64 | I64) -> F64:
    """A column of shifts.csv by node, the declared default where a node has no row: [N]."""
    default = schema.table("shifts").column(column).default
    plain = int(default[:2]) * 60 + int(default[3:]) if isinstance(default, str) else default
    found = np.full(len(plan.nodes), float(plain), np.float64)
    found[[plan.nodes[each] for each in shifts.texts("node")]] = values
    return found


def compile_fleet(plan: Plan) -> Fleet:
    """Own vans: [N]. Scale multiplies vans, rounded up; the area stays, so routes are sparser than in full."""
    fleet = plan.workspace.frame("fleet")
    at = np.array([plan.nodes[each] for each in fleet.texts("node")], np.int64)

    def spread(values: I64) -> I64:
        found = np.zeros(len(plan.nodes), np.int64)
        found[at] = values
        return found

    metres_s = fleet.numbers("speed_hour") * plan.workspace.km / 3.6
    return Fleet(
        vans=spread(upward(fleet.numbers("vans") * plan.scale)).astype(np.int32),
        stops_max=spread(whole(fleet.numbers("stops_max"))).astype(np.int32),
        cost_van_day=spread(micros(fleet.numbers("cost_van_day"))),
        cost_hour=spread(micros(fleet.numbers("cost_hour"))),
        stop_s=spread(whole(fleet.numbers("stop_min") * 60)),
        speed_m_s_x1000=spread(whole(metres_s * 1_000)),
        area_km2=spread(whole(fleet.numbers("area_km2"))).astype(np.int32),
        shift_s=spread(whole(fleet.numbers("shift_hours") * 3_600)),
        station_cost_parcel=spread(whole(fleet.numbers("station_cost_parcel") * MONEY)),
        carbon_g_km=spread(whole(fleet.numbers("carbon_g_km"))),
    )
