"""What the world does: demand, hands, roads, supply, opening stock."""

from __future__ import annotations

from typing import Final

import numpy as np

from firstbest.store.compile_answers import compile_answers
from firstbest.store.compile_goods import seller_shares
from firstbest.store.compile_kits import assemble_seconds, unpacked
from firstbest.store.compile_log import compile_log
from firstbest.store.compile_members import compile_joining
from firstbest.store.compile_packs import level_times
from firstbest.store.compile_people import DAYS_A_WEEK
from firstbest.store.compile_plan import Plan, ppm, shares, upward, whole
from firstbest.store.compile_returns import compile_asking, compile_back
from firstbest.store.compile_season import holds, orders_day
from firstbest.store.compile_slots import move_us, walk_beyond
from firstbest.store.schema_words import MODES, PROCESSES
from firstbest.store.workspace_settings import Entry
from firstbest.store.workspace_tables import F64
from firstbest.world.nature import Demand, Hands, Nature, Opening, Roads, Supply
from firstbest.world.network import I64, Lanes
from firstbest.world.units import DAY_US, HOUR_US, PPM, SECOND_US

_WEIGHTS: Final = 10**9
"""Item weights are billionths of all lines."""


def compile_nature(plan: Plan, planned: F64, lanes: Lanes) -> Nature:
    """All of it; `planned` is the season by local day: [D]. Shocks that are off are left out."""
    return Nature(
        demand=_demand(plan, planned),
        hands=_hands(plan),
        roads=_roads(plan, lanes),
        supply=_supply(plan),
        opening=unpacked(plan, _opening(plan)),
        log=compile_log(plan),
        back=compile_back(plan),
        **level_times(plan)._asdict(),
        asking=compile_asking(plan),
        joining=compile_joining(plan),
        kit_s=assemble_seconds(plan),
        walk_us=walk_beyond(plan),
        move_us=move_us(plan),
    )


def _on(plan: Plan, file: str, section: str) -> list[Entry]:
    return [each for each in plan.workspace.entries(file, section) if each["on"]]


def _demand(plan: Plan, planned: F64) -> Demand:
    orders, shape = plan.workspace.section("demand", "orders"), plan.workspace.section("demand", "shape")
    items, sellers = plan.workspace.frame("items"), plan.workspace.frame("sellers")
    boosts = _on(plan, "demand", "boost")
    weight = seller_shares(plan, items) * _WEIGHTS
    return Demand(
        orders_day=orders_day(plan, planned),
        hour_ppm=shares(shape["hour"]),
        customers=max(1, int(upward(orders["customers"] * plan.scale))),
        member_ppm=int(ppm(orders["member_percent"])),
        economy_ppm=int(ppm(orders["economy_percent"])),
        lines_ppm=shares(shape["lines"]),
        units_ppm=shares(shape["units"]),
        seller_ppm=shares(sellers.numbers("order_percent")),
        item_weight=np.where(weight > 0, np.maximum(whole(weight), 1), 0),
        boost_item=np.array([plan.items[each["item"]] for each in boosts], np.int32),
        boost_from=np.array([plan.day_index(each["from"]) for each in boosts], np.int32),
        boost_until=np.array([plan.day_index(each["until"] + 1) for each in boosts], np.int32),
        boost_x1000=whole([each["factor"] * 1_000 for each in boosts]),
        cancel_ppm=int(ppm(orders["cancel_percent"])),
        cancel_mean_s=int(whole(orders["cancel_mean_hours"] * 3_600)),
        answers=compile_answers(plan),
        featured_ppm=int(ppm(orders["featured_percent"])),
    )


def _hands(plan: Plan) -> Hands:
    hands = plan.workspace.section("nature", "hands")
    absent = [hands["absence_by_node"].get(node, hands["absence_percent"]) for node in plan.nodes]
    stops = _on(plan, "nature", "breakdown")
    nodes = [plan.nodes[each["node"]] for each in stops]
    begins = [
        plan.instant(plan.node_zone(node), each["from"] // 1_440, each["from"] % 1_440)
        for node, each in zip(nodes, stops, strict=True)
    ]
    hours = [int(whole(each["hours"] * HOUR_US)) for each in stops]
    return Hands(
        spread_ppm=ppm([hands["spread_percent"].get(each, 0.0) for each in PROCESSES]),
        absence_ppm=ppm(absent),
        start_ppm=int(ppm(hands["start_percent"])),
        ramp_days=int(whole(hands["ramp_weeks"] * DAYS_A_WEEK)),
        turnover_ppm=int(ppm(hands["turnover_percent_year"])),
        temp_gone_days=int(hands["temp_gone_days"]),
        pace_minutes_week=int(whole(hands["pace_hours_week"] * 60)),
        tired_ppm=int(ppm(hands["above_pace_output_percent"])),
        injury_ppm=int(ppm(hands["injuries_percent_year"])),
        injury_above_ppm=int(ppm(hands["injuries_above_pace_percent"])),
        injury_days=int(hands["injury_days"]),
        mispick_ppm=int(ppm(hands["mispick_percent"])),
        damage_ppm=int(ppm(hands["damage_percent"])),
        location_wrong_ppm=int(ppm(hands["location_wrong_percent"])),
        breakdown_node=np.array(nodes, np.int32),
        breakdown_process=np.array([PROCESSES.index(each["process"]) for each in stops], np.int8),
        breakdown_from_us=np.array(begins, np.int64),
        breakdown_until_us=np.array([at + lasts for at, lasts in zip(begins, hours, strict=True)], np.int64),
    )


def _roads(plan: Plan, lanes: Lanes) -> Roads:
    performance = {each["carrier"]: each for each in plan.workspace.entries("nature", "carrier")}

    def of_carrier(key: str) -> I64:
        return ppm([performance[name][key] if name in performance else 0.0 for name in plan.carriers])

    transit = plan.workspace.named("nature", "transit")
    modes = [transit[MODES[mode - 1]] for mode in lanes.mode.tolist()]
    door = plan.workspace.section("nature", "door")
    delayed = _delays(plan, lanes)
    snow = _on(plan, "nature", "snow")
    return Roads(
        late_ppm=_late(plan, performance),
        attempt_fails_ppm=of_carrier("attempt_fails_percent"),
        lost_ppm=of_carrier("lost_percent"),
        damaged_ppm=of_carrier("damaged_percent"),
        transit_spread_ppm=ppm([each["spread_percent"] for each in modes]),
        transit_truth_ppm=ppm([each["truth_percent"] for each in modes]),
        delay_lane=delayed[:, 0].astype(np.int32),
        delay_from_us=delayed[:, 1],
        delay_until_us=delayed[:, 2],
        delay_s=delayed[:, 3],
        snow_node=np.array([plan.nodes[each["node"]] for each in snow], np.int32),
        snow_from_us=np.array([_days_us(plan, plan.nodes[each["node"]], each)[0] for each in snow], np.int64),
        snow_until_us=np.array([_days_us(plan, plan.nodes[each["node"]], each)[1] for each in snow], np.int64),
        door_from_min=int(door["from"]),
        door_until_min=int(door["until"]),
    )


def _days_us(plan: Plan, node: int, entry: Entry) -> tuple[int, int]:
    """From the first instant of the entry's first day, local to the node, to the end of its last."""
    zone = plan.node_zone(node)
    return plan.instant(zone, entry["from"], 0), plan.instant(zone, entry["until"] + 1, 0)


def _delays(plan: Plan, lanes: Lanes) -> I64:
    """Lane, from, until, seconds: [X, 4]; days are those of the lane's destination."""
    rows = []
    for entry in _on(plan, "nature", "delay"):
        into = plan.nodes.get(entry["node"], -1)
        named = {plan.lanes[each] for each in entry["lanes"]}
        hit = named or {lane for lane in plan.lanes.values() if lanes.destination[lane] == into}
        extra = int(whole(entry["days"] * (DAY_US // SECOND_US)))
        for lane in sorted(hit):
            rows.append((lane, *_days_us(plan, int(lanes.destination[lane]), entry), extra))  # noqa: PERF401
    return np.array(rows, np.int64).reshape(-1, 4)


def _late(plan: Plan, performance: dict[str, Entry]) -> I64:
    """P(0, 1, 2, 3 days late) by carrier and ship day: [C, D, 4]; each comes to 1,000,000."""
    found = np.zeros((len(plan.carriers), plan.span, 4), np.int64)
    days = np.arange(plan.first_day, plan.first_day + plan.span).astype("datetime64[D]").tolist()
    for name, c in plan.carriers.items():
        if name in performance:
            found[c, :, 1:] = _late_shares(performance[name])
        for entry in _on(plan, "nature", "late_period"):
            if entry["carrier"] in {name, "all"}:
                found[c, [holds(entry, day) for day in days], 1:] = _late_shares(entry)
    found[:, :, 0] = PPM - found[:, :, 1:].sum(axis=2)
    return found


def _late_shares(entry: Entry) -> I64:
    return ppm([entry[f"late_{days}_percent"] for days in (1, 2, 3)])


def _supply(plan: Plan) -> Supply:
    supply = plan.workspace.section("nature", "supply")

    def share(key: str) -> int:
        return int(ppm(supply[key]))

    return Supply(
        lead_spread_ppm=share("lead_spread_percent"),
        short_ppm=share("short_percent"),
        short_share_ppm=share("short_share_percent"),
        over_ppm=share("over_percent"),
        over_share_ppm=share("over_share_percent"),
        return_days_p50=int(supply["return_days_p50"]),
        return_days_p90=int(supply["return_days_p90"]),
    )


def _opening(plan: Plan) -> Opening:
    """Opening stock by (item, node); scaled quantities are rounded up, so that no item starts without."""
    stock = plan.workspace.frame("stock")
    quantity = upward(stock.numbers("quantity") * plan.scale)
    wrong = whole(np.copysign(upward(np.abs(stock.numbers("wrong")) * plan.scale), stock.numbers("wrong")))
    return Opening(
        item=np.array([plan.items[each] for each in stock.texts("item")], np.int32),
        node=np.array([plan.nodes[each] for each in stock.texts("node")], np.int32),
        quantity=quantity,
        wrong=np.maximum(wrong, -quantity),
    )
