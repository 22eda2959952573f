"""What happened in a history, outcome by outcome: a law that never met an outcome has said nothing about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from firstbest.decide.arms import arms_of
from firstbest.world import facts as f
from firstbest.world.units import MAX_ATTEMPT, MAX_KIT, MAX_LINE, MAX_NODE, SENT_AGAIN_FIRST
from firstbest.world.words import (
    ContactReason,
    Disposition,
    Fill,
    LateCause,
    Outcome,
    Reason,
    RefundWhen,
    Service,
    Timer,
)
from tests.laws.history import History

FLOORS: dict[str, float] = {
    **dict.fromkeys(("split order", "cancel granted", "cancel too late", "short pick re-sourced"), 0.25),
    **dict.fromkeys(("refused: no stock", "rolled", "upgraded", "duplicate order", "transfer received"), 0.25),
    **dict.fromkeys(("short pick cancelled", "refused: no capacity", "order closed", "count found a difference"), 0.1),
    **dict.fromkeys(("hours above pace", "head hurt", "temporary staff", "offer featured anew"), 0.1),
    **dict.fromkeys(("parcel damaged", "unit returned", "promised late", "second attempt"), 0.1),
    **dict.fromkeys(("order held", "held order went on", "line waits for stock", "waited and sent"), 0.25),
    **dict.fromkeys(("waited in vain", "wait cancelled", "both arms"), 0.1),
    **dict.fromkeys(("return authorised", "return refused", "units restocked", "refund", "contact"), 0.1),
    **dict.fromkeys(("sent again", "sent again from elsewhere", "cannot be sent again", "replacement came"), 0.04),
    "replacement cut short": 0.01,
    **dict.fromkeys(("made good", "shipment let go", "unit kept", "claim filed"), 0.1),
    **dict.fromkeys(("units sold off", "units to supplier", "units thrown away", "units refurbished"), 0.04),
    **dict.fromkeys(
        ("return lapsed", "refund taken back", "claim paid", "claim refused", "where is it", "waited whole and sent"),
        0.04,
    ),
    **dict.fromkeys(("pallet shipped whole", "pallet broken", "case shipped whole", "levels settled"), 0.1),
    **dict.fromkeys(("lot used", "units expired", "case opened"), 0.1),
    **dict.fromkeys(("member joined", "member renewed", "member lapsed", "order of a member"), 0.1),
    **dict.fromkeys(("kit promised", "kit refused", "kit put together", "kit waits", "whole kit short"), 0.04),
    **dict.fromkeys(("item changed places", "picked from a fast shelf"), 0.1),
    "order held too long": 0.04,
    "chosen together": 0.1,
    **dict.fromkeys(("split made whole", "same parcels from elsewhere"), 0.04),
    "parcel lost": 0.02,
    **{f"late: {cause.name.lower()}": 0.01 for cause in LateCause if cause != LateCause.NONE},
    **dict.fromkeys(("late: no_labour", "late: missed_pick_up", "late: last_mile"), 0.1),
}
"""Least share of histories in which each outcome occurs; above 0 means at least one."""


def outcomes(history: History) -> set[str]:
    """The outcomes that a history holds."""
    seen = Counter[str]()

    def some(name: str, mask: np.ndarray) -> None:
        seen[name] += int(np.count_nonzero(mask))

    planned, cancelled, refused = history.rows(f.PLANNED), history.rows(f.CANCELLED), history.rows(f.REFUSED)
    some("split order", planned["reason"] == Reason.SPLIT)
    some("promised late", planned["reason"] == Reason.SOONEST)
    some("short pick re-sourced", planned["reason"] == Reason.RESOURCED)
    some("cancel granted", (cancelled["reason"] == Reason.GRANTED) & (cancelled["granted"] == 1))
    some("cancel too late", cancelled["reason"] == Reason.TOO_LATE)
    some("short pick cancelled", cancelled["reason"] == Reason.SHORT_EVERYWHERE)
    some("refused: no stock", refused["reason"] == Reason.NO_STOCK)
    some("refused: no capacity", refused["reason"] == Reason.NO_CAPACITY)
    some("duplicate order", refused["reason"] == Reason.DUPLICATE)
    some("rolled", history.rows(f.ROLLED)["order"] >= 0)
    some("order closed", history.rows(f.CLOSED)["order"] >= 0)
    held, lapsed, filled = history.rows(f.HELD), history.rows(f.LAPSED), history.rows(f.FILLED)
    some("order held", (held["on"] == 1) & (held["node"] >= 0))
    some("held order went on", (held["on"] == 0) & (held["node"] >= 0))
    waves = [tick.first_number for tick in history.book.ticks if tick.kind == Timer.WAVE]
    some("order held too long", np.isin(cancelled["number"], waves) & (cancelled["granted"] == 1))
    some("line waits for stock", history.rows(f.BACKORDERED)["order"] >= 0)
    some("waited and sent", filled["order"] >= 0)
    ordered = history.rows(f.ORDERED)
    whole = ordered["order"][(ordered["fill"] == Fill.WHOLE_WAITS) & (ordered["waiting"] > 0)]
    some("waited whole and sent", np.isin(filled["order"], whole))
    some("waited in vain", lapsed["reason"] == Reason.NO_STOCK)
    some("wait cancelled", lapsed["reason"] == Reason.GRANTED)
    arms = arms_of(history.network.arms, ordered["tie"].copy())
    some("both arms", np.full(1, 0 < arms.sum() < len(arms)))
    chosen = history.rows(f.RECHOSEN)
    some("chosen together", chosen["order"] >= 0)
    some("split made whole", chosen["shipments"] < chosen["shipments_before"])
    some("same parcels from elsewhere", chosen["shipments"] == chosen["shipments_before"])
    departed, delivered, completed = history.rows(f.DEPARTED), history.rows(f.DELIVERED), history.rows(f.COMPLETED)
    some("upgraded", departed["reason"] == Reason.UPGRADED)
    some("parcel lost", delivered["outcome"] == Outcome.LOST)
    some("parcel damaged", delivered["outcome"] == Outcome.DAMAGED)
    some("second attempt", delivered["failed_attempts"] > 0)
    for cause in LateCause:
        if cause != LateCause.NONE:
            some(f"late: {cause.name.lower()}", completed["cause"] == cause)
    counted = history.rows(f.COUNTED)
    some("count found a difference", counted["quantity"] != counted["book"])
    some("transfer received", history.rows(f.RECEIVED)["quantity"] > 0)
    some("unit returned", history.rows(f.RETURNED)["quantity"] > 0)
    after_the_door(history, some)
    worked = history.rows(f.WORKED)
    some("hours above pace", worked["above_min"] > 0)
    some("head hurt", worked["injured"] > 0)
    some("offer featured anew", history.rows(f.FEATURED)["before"] >= 0)
    some("hands lent", worked["lent_min"] > 0)
    some("temporary staff", worked["temp_min"] > 0)
    return {name for name, count in seen.items() if count}


def after_the_door(history: History, some: Callable[[str, np.ndarray], None]) -> None:
    """What came of returns, questions, claims, cases and lots; `some` counts."""
    disposed, refunded = history.rows(f.DISPOSED), history.rows(f.REFUNDED)
    some("return authorised", history.rows(f.RETURN_AUTHORISED)["quantity"] > 0)
    some("return refused", history.rows(f.RETURN_REFUSED)["why"] > 0)
    some("unit kept", refunded["when"] == RefundWhen.KEPT)
    some("refund", refunded["amount"] > 0)
    some("refund taken back", refunded["amount"] < 0)
    some("return lapsed", history.rows(f.RETURN_ENDED)["lapsed"] == 1)
    some("shipment let go", history.rows(f.LET_GO)["order"] >= 0)
    for name, way in (
        ("units restocked", Disposition.RESTOCK), ("units refurbished", Disposition.REFURBISH),
        ("units sold off", Disposition.LIQUIDATE), ("units to supplier", Disposition.TO_SUPPLIER),
        ("units thrown away", Disposition.DISPOSE),
    ):  # fmt: skip
        some(name, disposed["disposition"] == way)
    contacted, settled = history.rows(f.CONTACTED), history.rows(f.CLAIM_SETTLED)
    some("contact", contacted["cost"] > 0)
    some("where is it", contacted["reason"] == ContactReason.WHERE_IS_IT)
    some("made good", history.rows(f.MADE_GOOD)["amount"] > 0)
    sent_again(history, some)
    some("claim filed", history.rows(f.CLAIM_FILED)["amount"] > 0)
    some("claim paid", settled["amount"] > 0)
    some("claim refused", settled["amount"] == 0)
    some("member joined", history.rows(f.MEMBER_JOINED)["before"] == 0)
    some("member renewed", history.rows(f.MEMBER_RENEWED)["customer"] >= 0)
    some("member lapsed", history.rows(f.MEMBER_LAPSED)["customer"] >= 0)
    kits, lines = history.rows(f.KITTED), history.rows(f.ALLOCATED)
    refused, waits = history.rows(f.REFUSED), history.rows(f.BACKORDERED)
    some("kit promised", lines["kit"] > 0)
    some("kit refused", np.isin(kits["number"], refused["number"][refused["line"] == 0]) & (kits["line"] == 0))
    some("kit waits", waits["kit"] > 0)
    some("kit put together", history.rows(f.ASSEMBLED)["kits"] > 0)
    some("whole kit short", whole_short(history))
    some("item changed places", history.rows(f.RESLOTTED)["lines"] >= 0)
    some("picked from a fast shelf", history.rows(f.SLOTTED)["fast"] > 0)
    kept = history.network.detail.members is not None
    some("order of a member", (history.rows(f.ORDERED)["service"] == Service.MEMBER) & kept)
    some("case opened", history.rows(f.CASE_BROKEN)["cases"] > 0)
    some("pallet broken", history.rows(f.PALLET_BROKEN)["pallets"] > 0)
    levelled = history.rows(f.LEVELLED)
    some("pallet shipped whole", (levelled["pallets"] > 0) & (levelled["order"] >= 0))
    some("case shipped whole", (levelled["cases"] > 0) & (levelled["order"] >= 0))
    some("levels settled", levelled["missing"] < 0)
    some("lot used", history.rows(f.LOTTED)["used"] > 0)
    some("units expired", history.rows(f.EXPIRED)["quantity"] > 0)


def sent_again(history: History, some: Callable[[str, np.ndarray], None]) -> None:
    """What became of lost and damaged shipments that were to be sent again."""
    replaced, ended, refused = history.rows(f.REPLACED), history.rows(f.REPLACEMENT_ENDED), history.rows(f.REFUSED)
    delivered, planned = history.rows(f.DELIVERED), history.rows(f.PLANNED)
    again = planned[planned["order"] >= SENT_AGAIN_FIRST]
    some("sent again", replaced["units"] > 0)
    some("sent again from elsewhere", again["node"] != again["order"] // MAX_ATTEMPT % MAX_NODE)
    some("cannot be sent again", refused["order"] >= SENT_AGAIN_FIRST)
    some("replacement came", ended["amount"] == 0)
    some("replacement cut short", ended["amount"] > 0)
    some("lost again", (delivered["order"] >= SENT_AGAIN_FIRST) & (delivered["outcome"] > 0))


def whole_short(history: History) -> np.ndarray:
    """Lines of kits that are sent whole or not at all and were cancelled, since a part was short at the shelf."""
    kits, lines, cancelled = history.network.detail.kits, history.rows(f.ALLOCATED), history.rows(f.CANCELLED)
    if kits is None:
        return np.zeros(0, np.bool_)
    lines = lines[(lines["kit"] > 0) & (kits.whole[lines["kit"] % MAX_KIT] > 0)]
    cancelled = cancelled[cancelled["reason"] == Reason.SHORT_EVERYWHERE]
    return np.isin(cancelled["order"] * MAX_LINE + cancelled["line"], lines["order"] * MAX_LINE + lines["line"])


def too_rare(seen: Counter[str], histories: int, floors: dict[str, float]) -> dict[str, int]:
    """Outcomes that fewer histories met than their floor says."""
    return {name: seen[name] for name, share in floors.items() if seen[name] < share * histories}
