"""The choices of the house as integers."""

from __future__ import annotations

from firstbest.store.workspace_typed import Workspace
from firstbest.world.network import Policy
from firstbest.world.units import MONEY, PPM


def compile_policy(workspace: Workspace) -> Policy:
    """The policy of policies.toml."""
    sourcing, floor, replenishment, counting, people, after, backorders, holds, together = (
        workspace.section("policies", each).values
        for each in (
            "sourcing",
            "floor",
            "replenishment",
            "counting",
            "people",
            "after",
            "backorders",
            "holds",
            "together",
        )
    )

    def money(amount: float) -> int:
        return round(amount * MONEY)

    def ppm(percent: float) -> int:
        return round(percent * (PPM // 100))

    return Policy(
        split_penalty=money(sourcing["split_penalty"]),
        late_day_penalty=money(sourcing["late_day_penalty"]),
        upgrade_most=money(sourcing["upgrade_most"]),
        capacity_days=int(sourcing["capacity_days"]),
        wave_minutes=int(floor["wave_minutes"]),
        floor_target_min=int(floor["floor_target_minutes"]),
        release_ahead_days=int(floor["release_ahead_days"]),
        review_days=int(replenishment["review_days"]),
        cover_storage_days=int(replenishment["cover_storage_days"]),
        cover_node_days=int(replenishment["cover_node_days"]),
        safety_z_x1000=round(replenishment["safety_z"] * 1_000),
        urgent_days=int(replenishment["urgent_days"]),
        opening_covers_lead=int(replenishment["opening_covers_lead"]),
        count_per_day=int(counting["counts_per_day"]),
        staff_target_ppm=ppm(people["staff_target_percent"]),
        lead_temp_days=int(people["lead_temp_days"]),
        early_temp_days=int(people["early_temp_days"]),
        temp_gone_days=int(people["temp_gone_days"]),
        plan_minutes_week=round(people["plan_hours_week"] * 60),
        most_minutes_week=round(people["most_hours_week"] * 60),
        contacts_ppm=ppm(after["contacts_percent"]),
        contacts_late_ppm=ppm(after["contacts_late_percent"]),
        contact_cost=money(after["contact_cost"]),
        return_label=money(after["return_label"]),
        return_process=money(after["return_process"]),
        return_loss_ppm=ppm(after["return_loss_percent"]),
        loss_claim_ppm=ppm(after["loss_claim_percent"]),
        holding_ppm_year=ppm(after["holding_percent_year"]),
        wait_days=int(backorders["wait_days"]),
        hold_days=int(holds["lapse_days"]),
        move_cost=money(together["move_cost"]),
    )
