"""The rules of bets and goals, each with an offender and a bet that keeps it; cash; silent edits."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from firstbest.mechanisms import bets as b
from firstbest.mechanisms.bets_template import page as template
from firstbest.mechanisms.bets_text import SECTIONS, Section, split
from firstbest.mechanisms.claims import Known, lint
from firstbest.mechanisms.goals import Goal, counts_things, goal_findings
from firstbest.mechanisms.portfolio import cash_of, crosses
from firstbest.mechanisms.records import State, SuccessMetric

KNOWN = Known(frozenset({"speed", "cost"}), {"waits": ("evidence/ana.md",)}, {}, frozenset({"evidence/ana.md"}))
GOOD: dict[str, Any] = {
    "bet": "late",
    "customer": "Members who order late",
    "owner": b.OwnerShare("Dana", 60),
    "team": ("Ana", "Ben"),
    "advocate": b.Advocate("Ana", "members"),
    "door": "two-way",
    "bar_raiser": b.Person("Priya", "Finance"),
    "capabilities": (b.Capability("hands", "hire"),),
    "cheapest_test": b.CheapestTest("a week", 100, "nothing moves"),
    "kill": (b.Kill("cost", above=9.0),),
    "salvage": b.Salvage("the desks"),
    "success": (SuccessMetric(metric="speed", direction="up", size=1, by="2026-06-30"),),
}


def page(text: str = "", **changed: Any) -> b.Page:
    """A page with all sections, and what is changed."""
    sections = tuple(Section(title, 20, text or "All is said. {claim: waits}") for title in SECTIONS)
    bet = b.Bet(**{**GOOD, **changed})
    return b.Page(
        bet=bet, title="Order until five", sections=sections, lines={"team": 4, "door": 6}, file="bets/late.md"
    )


def found(**changed: Any) -> list[str]:
    """Where and what of each finding."""
    return [f"{each.where}: {each.found}" for each in b.findings(page(**changed), KNOWN)]


def test_a_good_bet_has_no_finding_and_nothing_left_to_write() -> None:
    assert found() == []
    assert b.unwritten(page()) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"team": tuple("ABCDEFGHI")}, "team: 9"),
        ({"team": ("Ana", "Ana")}, "team: 'Ana' twice"),
        ({"owner": b.OwnerShare("Dana and Ben", 50)}, "owner: 'Dana and Ben'"),
        ({"owner": b.OwnerShare("", 50)}, "owner: nothing"),
        ({"owner": b.OwnerShare("Dana", 0)}, "share_of_time: 0"),
        ({"door": "revolving"}, "door: 'revolving'"),
        ({"door": "one-way", "bar_raiser": None}, "bar_raiser: none"),
        ({"bar_raiser": b.Person("Ben")}, "bar_raiser: 'Ben'"),
        ({"capabilities": (b.Capability("hands", "borrow"),)}, "capabilities: 'borrow'"),
        ({"kill": (b.Kill("cost"),)}, "kill: neither or both for 'cost'"),
        ({"success": (SuccessMetric(metric="fame", direction="up", size=1, by="2026-06-30"),)}, "success: 'fame'"),
        ({"success": (SuccessMetric(metric="speed", direction="out", size=1, by="2026-06-30"),)}, "success: 'out'"),
        ({"success": (SuccessMetric(metric="speed", direction="up", size=0, by="2026-06-30"),)}, "success: 0"),
        ({"success": (SuccessMetric(metric="speed", direction="up", size=1, start="2026-07-01", by="2026-06-30"),)},
         "success: 2026-07-01"),
        ({"assumptions": (b.Assumption("cost", 3, 2),)}, "assumptions: 3"),
        ({"cash": (b.Year(2027, 1), b.Year(2026, 1))}, "cash: 2027, 2026"),
    ],
)  # fmt: skip
def test_each_rule_finds_its_offender(changed: dict[str, Any], said: str) -> None:
    assert found(**changed) == [said]


def test_selling_what_we_have_without_evidence_is_found() -> None:
    have = (b.Capability("vans", "have"),)

    assert found(capabilities=have) == []
    assert found(text="All is said.", capabilities=have) == [
        "capabilities: all capabilities are 'have' and no evidence: we sell what we can"
    ]


def test_one_page_and_five_pages() -> None:
    long = page(text="word " * 520)

    assert [(each.where, each.found) for each in b.findings(long, KNOWN)] == [("press release", "2,600 words")]
    assert [each.where for each in b.findings(page(text="word " * 1_300), KNOWN)] == ["press release", "questions"]


def test_a_new_page_asks_for_everything_and_breaks_no_rule() -> None:
    text = template("late", "Order until five", "2026-01-01", "2026-06-30", "2026-04-01")
    _, sections = split(text.split("---\n", 2)[2], 40)
    blank = b.Page(bet=b.Bet(bet="late"), title="", sections=tuple(sections), lines={}, file="bets/late.md")

    assert b.findings(blank, KNOWN) == []
    assert lint(sections, KNOWN) == []
    assert len(b.unwritten(blank)) == 17


def test_shares_of_time_add_up_over_running_bets_alone() -> None:
    two = [(page(), State.GO), (page(owner=b.OwnerShare("Dana", 50)), State.LOCKED), (page(), State.NO)]

    assert b.shares_over(two) == {"Dana": 110.0}
    assert b.shares_over(two[1:]) == {}


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("a\nb\n", "a\nb\n", None),
        ("a\nb\n", "a\nc\n", (2, "b", "c")),
        ("a\nb", "a", (2, "b", "the end")),
        ("a", "a\nb", (2, "the end", "b")),
        ("a\n", "a \n", (1, "a", "a ")),
    ],
)
def test_a_silent_edit_is_told_where_it_begins(text: str, now: str, expected: object) -> None:
    assert b.silent_edit(text, now) == expected


def test_cash_goes_down_before_it_comes_back() -> None:
    years = (b.Year(2026, -3.0), b.Year(2027, -1.0), b.Year(2028, 2.0), b.Year(2029, 5.0))
    cash = cash_of(page(cash=years, spend=4.0).bet, 1.5)

    assert (cash.deepest, cash.deepest_year, cash.crosses_year, cash.spent) == (-4.0, 2027, 2029, 1.5)
    assert crosses((b.Year(2026, 2.0), b.Year(2027, -3.0))) == 0
    assert crosses((b.Year(2026, 2.0), b.Year(2027, -3.0), b.Year(2028, 4.0))) == 2028


# ---------------------------------------------------------------------------------------------------------------- goals
GOAL = Goal(
    name="g", outcome="Orders reach the door in two days", metric="speed", direction="up", kind="customer_input",
    baseline=1.0, target=2.0, by="2026-12-31", owner="Dana", line=3,
)  # fmt: skip


@pytest.mark.parametrize(
    "outcome",
    [
        "Launch the app in Q3",
        "Ship 12 features",
        "Deliver the new portal",
        "10 pilots in ten cities",
        "Projects completed",
        "Number of launches",
    ],
)
def test_a_goal_that_counts_things_shipped_is_found(outcome: str) -> None:
    goal = msgspec.structs.replace(GOAL, outcome=outcome)

    assert counts_things(goal)
    assert [each.where for each in goal_findings([goal], KNOWN.metrics)] == ["g.outcome"]


def test_goals_have_a_limit() -> None:
    assert [each.found for each in goal_findings([GOAL] * 2_001, KNOWN.metrics)] == ["2001"]


@pytest.mark.parametrize(
    "outcome",
    [
        "Orders shipped on time rise",
        "Deliver orders in two days",
        "Members finish what they start",
        "Costs an order fall",
    ],
)
def test_an_outcome_is_left_alone(outcome: str) -> None:
    assert goal_findings([msgspec.structs.replace(GOAL, outcome=outcome)], KNOWN.metrics) == []


def test_a_goal_that_leads_nowhere_or_measures_nothing_is_found() -> None:
    wrong = [msgspec.structs.replace(GOAL, target=1.0), msgspec.structs.replace(GOAL, direction="down")]

    assert [each.expected for each in goal_findings(wrong, KNOWN.metrics)] == [
        "above the baseline 1",
        "below the baseline 1",
    ]
    assert goal_findings([msgspec.structs.replace(GOAL, metric="fame")], KNOWN.metrics)[0].found == "'fame'"
