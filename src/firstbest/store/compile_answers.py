"""How orders answer, compiled: none where nobody does."""

from __future__ import annotations

import numpy as np

from firstbest.store.compile_plan import Plan, micros, ppm, whole
from firstbest.store.schema_answers import OFF, SWITCH
from firstbest.store.workspace_sense_answers import regions_of
from firstbest.world.nature import Answers
from firstbest.world.units import DAY_US, SECOND_US


def compile_answers(plan: Plan) -> Answers | None:
    """The `[respond]` part of demand.toml with its coefficients; none where nothing is stated."""
    respond = plan.workspace.section("demand", "respond")
    entries = plan.workspace.entries("demand", "answer")
    if respond["on"] == OFF and not entries:
        return None
    value = {entry["cause"]: float(entry["value"]) for entry in entries}
    sellers, regions = plan.workspace.frame("sellers").texts("seller"), regions_of(plan.workspace)

    def levels(key: str, names: tuple[str, ...] | list[str]) -> list[float]:
        return [float(respond[key].get(name, 0.0)) for name in names]

    review = plan.workspace.section("demand", "sellers_review")
    waiting = plan.workspace.frame("sellers").whole("waiting")
    return Answers(
        on=SWITCH.index(respond["on"]),
        memory_days=int(respond["memory_days"]),
        most_x1000=int(whole(respond["most_factor"] * 1_000)),
        price_x1000=int(whole(value.get("price", 0.0) * 1_000)),
        day_ppm=int(ppm(value.get("speed", 0.0))),
        items_x1000=int(whole(value.get("selection", 0.0) * 1_000)),
        price_level=micros(levels("price_level", list(sellers))),
        promise_level_s=whole(np.array(levels("days_level", regions)) * (DAY_US // SECOND_US)),
        items_level_x1000=whole(np.array(levels("items_level", list(sellers))) * 1_000),
        regions=regions,
        told=tuple(
            (each["cause"], f"{each['value']:g}", each["unit"], each["mark"], each["source"]) for each in entries
        ),
        levels=(respond["level_mark"], respond["level_source"]),
        review_days=int(review["days"]),
        leave_ppm=int(ppm(review["leave_below_percent"])),
        join_ppm=int(ppm(review["join_above_percent"])),
        fee_order=int(micros(review["fee_order"])),
        commission_ppm=int(ppm(review["commission_percent"])),
        waiting=tuple(bool(each) for each in waiting.tolist()),
    )
