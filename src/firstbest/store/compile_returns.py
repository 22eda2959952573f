"""Returns, compiled: the rules of the house, and how customers send back; none where they are not switched on."""

from __future__ import annotations

import numpy as np

from firstbest.store.compile_kits import compile_kits
from firstbest.store.compile_members import compile_members
from firstbest.store.compile_packs import compile_levels
from firstbest.store.compile_plan import Plan, micros, ppm, shares, whole
from firstbest.store.compile_slots import compile_slots
from firstbest.store.schema_returns import RETURN_REASONS
from firstbest.world.nature import Asking, Back
from firstbest.world.network import Care, Detail, Lots, Returns
from firstbest.world.units import DAY_US

SELLABLE_PERCENT = 70.0
OPENED_PERCENT = 22.0
"""Of returned units where no reason is stated."""


def compile_returns(plan: Plan) -> Returns | None:
    """The `[returns]` part of policies.toml."""
    rules = plan.workspace.section("policies", "returns")
    if not rules["on"]:
        return None

    def amount(key: str) -> int:
        return int(micros([rules[key]])[0])

    return Returns(
        window_us=int(rules["window_days"]) * DAY_US,
        lapses_us=int(rules["lapse_days"]) * DAY_US,
        at_once=int(rules["refund"] == "at_once"),
        keep_below=amount("keep_below"),
        kept_back_ppm=ppm([0.0, rules["opened_kept_percent"], rules["broken_kept_percent"]]),
        refurbish_cost=amount("refurbish_cost"),
        refurbish_us=int(rules["refurbish_days"]) * DAY_US,
        refurbished_ppm=int(ppm(rules["refurbished_worth_percent"])),
        liquidate_ppm=ppm([rules[f"{grade}_sold_off_percent"] for grade in ("sellable", "opened", "broken")]),
        supplier_ppm=int(ppm(rules["supplier_credit_percent"])),
        supplier_cost=amount("supplier_cost"),
        dispose_cost=amount("dispose_cost"),
        cover_days=int(rules["cover_days"]),
    )


def compile_back(plan: Plan) -> Back | None:
    """The `[returns]` and `[[return_reason]]` parts of nature.toml."""
    if not plan.workspace.section("policies", "returns")["on"]:
        return None
    back = plan.workspace.section("nature", "returns")
    stated = {each["reason"]: each for each in plan.workspace.entries("nature", "return_reason")}
    sellable, opened = np.full(len(RETURN_REASONS), SELLABLE_PERCENT), np.full(len(RETURN_REASONS), OPENED_PERCENT)
    weight = np.zeros(len(RETURN_REASONS))
    weight[0] = not stated
    for row, reason in enumerate(RETURN_REASONS):
        if reason in stated:
            entry = stated[reason]
            weight[row], sellable[row], opened[row] = (
                entry[key] for key in ("percent", "sellable_percent", "opened_percent")
            )
    return Back(
        reason_ppm=np.cumsum(shares(weight)),
        sellable_ppm=ppm(sellable),
        opened_ppm=ppm(opened),
        never_ppm=int(ppm(back["never_sent_percent"])),
        travel_days_p50=int(back["travel_days_p50"]),
        travel_days_p90=int(back["travel_days_p90"]),
        inspect_mean_s=int(whole(back["inspect_hours"] * 3_600)),
    )


def compile_detail(plan: Plan) -> Detail:
    """What of the trade's detail the house keeps."""
    return Detail(
        returns=compile_returns(plan), care=compile_care(plan), lots=compile_lots(plan), levels=compile_levels(plan),
        members=compile_members(plan), kits=compile_kits(plan), slotting=compile_slots(plan),
    )  # fmt: skip


def compile_care(plan: Plan) -> Care | None:
    """The `[care]` part of policies.toml."""
    rules = plan.workspace.section("policies", "care")
    if not rules["on"]:
        return None
    return Care(
        contact_cost=micros([rules[key] for key in ("question_cost", "where_cost", "harm_cost")]),
        claim_most=int(micros([rules["claim_most"]])[0]),
        known_us=int(rules["known_days"]) * DAY_US,
        replaces=int(rules["make_good"] == "send_again"),
    )


def compile_asking(plan: Plan) -> Asking | None:
    """The `[care]` part of nature.toml."""
    if not plan.workspace.section("policies", "care")["on"]:
        return None
    care = plan.workspace.section("nature", "care")
    return Asking(
        question_ppm=int(ppm(care["question_percent"])),
        late_ppm=int(ppm(care["where_percent"])),
        harmed_ppm=int(ppm(care["harm_percent"])),
        wait_mean_s=int(whole(care["wait_hours"] * 3_600)),
        paid_ppm=int(ppm(care["claim_paid_percent"])),
        answer_days_p50=int(care["answer_days_p50"]),
        answer_days_p90=int(care["answer_days_p90"]),
    )


def compile_lots(plan: Plan) -> Lots | None:
    """The `[lots]` part of policies.toml, with the lives of items."""
    rules = plan.workspace.section("policies", "lots")
    if not rules["on"]:
        return None
    return Lots(
        life_days=whole(plan.workspace.frame("items").numbers("shelf_life_days")),
        fresh_ppm=int(ppm(rules["fresh_percent"])),
        pull_days=int(rules["pull_days"]),
    )
