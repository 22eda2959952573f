"""The parts of `policies.toml` and `nature.toml` about held orders, those that wait, returns, and how they come."""

from __future__ import annotations

from typing import Final

from firstbest.store.schema_kits import KIT_NATURE, KIT_RULES
from firstbest.store.schema_members import MEMBER_NATURE, MEMBER_RULES
from firstbest.store.schema_slots import SLOT_NATURE, SLOT_RULES
from firstbest.store.schema_words import Section, Type, choice, integer, money, number, of, percent

RETURN_REASONS: Final = (
    "changed_mind", "does_not_fit", "not_as_described", "defective", "damaged", "wrong_item", "too_late",
)  # fmt: skip
"""Why something is sent back, by words.ReturnReason."""

RETURN_RULES: Final = Section(
    "returns",
    "Returns, really handled: asked for, authorised, received, inspected, disposed of, refunded. "
    "Off: units come back, and a share of their price is lost (`after.return_loss_percent`).",
    (
        of("on", Type.YES_NO, "whether the house handles them so", "no"),
        integer("window_days", "after the door, in which a customer may ask", 30, low=1, high=366),
        integer("lapse_days", "after which an authorised return that has not come lapses", 30, low=1, high=366),
        choice(
            "refund", ("when_inspected", "at_once"),
            "when the customer is paid; at_once is charged again where nothing comes", "when_inspected",
        ),
        money("keep_below", "lines worth less are refunded and not asked back", 0),
        percent("opened_kept_percent", "of the refund, kept back for an opened unit sent back for an own reason", 0),
        percent("broken_kept_percent", "the same for a broken one", 0),
        money("refurbish_cost", "a unit", 4),
        integer("refurbish_days", "from inspection to the shelf", 5, low=1, high=120),
        percent("refurbished_worth_percent", "of its cost, a refurbished unit; 0: nothing is refurbished", 80),
        percent("sellable_sold_off_percent", "of its listed price, what somebody pays for a sellable unit", 20),
        percent("opened_sold_off_percent", "the same for an opened one", 12),
        percent("broken_sold_off_percent", "the same for a broken one", 2),
        percent(
            "supplier_credit_percent", "of its cost, credited for a unit that was at fault; 0: none is taken back", 0
        ),
        money("supplier_cost", "a unit sent to its supplier or seller", 2),
        money("dispose_cost", "a unit thrown away", 0.4),
        integer(
            "cover_days", "of an item whose stock lasts longer than this, no unit is put back", 240, low=1, high=10_000
        ),
    ),
)  # fmt: skip

CARE_RULES: Final = Section(
    "care",
    "Contacts after a shipment has left, harm made good, claims on carriers. Off: `after.contacts_percent` and "
    "`after.loss_claim_percent` stand for them.",
    (
        of("on", Type.YES_NO, "whether the house keeps them", "no"),
        money("question_cost", "a question about anything", 4),
        money("where_cost", "one about where an order is", 4.5),
        money("harm_cost", "one about something lost or damaged", 8),
        choice(
            "make_good",
            ("pay_back", "send_again"),
            "what is done about a lost or damaged shipment; what cannot be sent again is paid back",
            "pay_back",
        ),
        money("claim_most", "what carriers answer for a parcel, at most; 0: nothing is claimed", 100),
        integer("known_days", "after the door, in which a shipment can be asked about", 30, low=1, high=366),
    ),
)

LOT_RULES: Final = Section(
    "lots",
    "Items that do not keep: `shelf_life_days` in items.csv. What expires first leaves first; what is over goes.",
    (
        of("on", Type.YES_NO, "whether the house keeps lots", "no"),
        percent("fresh_percent", "of its life, what is left of a lot when it comes", 85),
        integer("pull_days", "before it expires, a lot is taken off the shelves", 30, high=3_650),
    ),
)

LEVEL_RULES: Final = Section(
    "levels",
    "Items of which `packs.csv` knows a case stand on shelves in cases, which are opened for picks.",
    (
        of("on", Type.YES_NO, "whether the house keeps levels", "no"),
        of("pallets", Type.YES_NO, "whether items of which `packs.csv` knows a pallet are kept on pallets", "no"),
    ),
)
LEVEL_NATURE: Final = Section(
    "levels",
    "Cases, and pallets where they are kept, where policies.toml has levels on.",
    (
        number("break_seconds", "opening a case", 20, low=0, high=3_600),
        number("pallets_hour", "pallets that one who receives goods brings to the dock, a paid hour", 26, 1, 1_000),
        number("pallet_break_seconds", "taking a pallet apart into cases, and those to the shelf", 300, 0, 7_200),
    ),
)

RETURN_NATURE: Final = (
    Section(
        "care",
        "What customers ask and how carriers answer, where policies.toml has care on.",
        (
            percent("question_percent", "of shipments, some question", 4),
            percent("where_percent", "of shipments that come after their day, where it is", 45),
            percent("harm_percent", "of lost and damaged ones, that it is so", 90),
            number("wait_hours", "mean until somebody asks", 14, low=0.1, high=1_000),
            percent("claim_paid_percent", "of claims that carriers pay", 72),
            integer("answer_days_p50", "until they answer, half of them within", 14, low=1, high=365),
            integer("answer_days_p90", "the same, nine in ten", 35, low=1, high=365),
        ),
    ),
    Section(
        "returns",
        "How customers send back, where policies.toml has returns on.",
        (
            percent("never_sent_percent", "authorised returns that are never sent", 6),
            integer("travel_days_p50", "from authorised to received, half of them within", 6, low=1, high=120),
            integer("travel_days_p90", "the same, nine in ten", 12, low=1, high=120),
            number("inspect_hours", "mean from received to inspected", 20, low=0.1, high=1_000),
        ),
    ),
    Section(
        "return_reason",
        "One reason of returns. Where none is stated minds were changed, and 70 percent is sellable, 22 opened.",
        (
            choice("reason", RETURN_REASONS, "why"),
            percent("percent", "of returns; only ratios count"),
            percent("sellable_percent", "of their units"),
            percent("opened_percent", "of their units; the rest is broken"),
        ),
        many=True,
        key="reason",
    ),
)

HOLD_RULES: Final = Section(
    "holds",
    "What becomes of orders that are kept back.",
    (integer("lapse_days", "days a held order may be late before it is cancelled; 0: never", 30, high=365),),
)

TOGETHER_RULES: Final = Section(
    "together",
    "How often all orders that nobody works on yet are chosen for at once.",
    (
        integer("minutes", "between such choices; divides a day; 0: never", 0, high=1_440),
        money("move_cost", "what an order has to save to go otherwise than planned", 0.05),
    ),
)

DETAIL_RULES: Final = (
    TOGETHER_RULES, HOLD_RULES, RETURN_RULES, CARE_RULES, LOT_RULES, LEVEL_RULES, MEMBER_RULES, KIT_RULES,
    SLOT_RULES,
)  # fmt: skip
DETAIL_NATURE: Final = (*RETURN_NATURE, LEVEL_NATURE, MEMBER_NATURE, KIT_NATURE, SLOT_NATURE)
