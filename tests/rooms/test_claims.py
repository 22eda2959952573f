"""The words of a press release: which numbers, claims, marks and orders of things are found, and which are not."""

from __future__ import annotations

import pytest

from firstbest.mechanisms.bets_text import Section, sentences, split, words
from firstbest.mechanisms.claims import Known, is_claim, lint, quantities

KNOWN = Known(
    metrics=frozenset({"two_day_share"}),
    supports={"waits": ("evidence/ana.md",)},
    contradicts={"fast": ("evidence/walt.md",)},
    files=frozenset({"evidence/ana.md", "evidence/walt.md"}),
)


def found(text: str, title: str = "The problem") -> list[tuple[int, str, str]]:
    """Line, expected, found of each finding."""
    return [(each.line, each.expected, each.found) for each in lint([Section(title, 10, text)], KNOWN)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs $1,200.50 a week.", ["$1,200.50"]),
        ("About 17 % of 8,000 orders.", ["17 %", "8,000"]),
        ("Forty per cent stay.", ["Forty per cent"]),
        ("One in ten comes back twice.", ["One in ten", "twice"]),
        ("Half of it is gone, and \N{MINUS SIGN}3 points.", ["Half of", "\N{MINUS SIGN}3 points"]),
        ("On 1 January 2026 at 17:00, 2026-01-01, in week 7 of Q3.", []),
        ("Since 2024 the B2B team uses COVID19 data and `x = 3`.", []),
        ("See {metric: two_day_share} and [OBSERVED: evidence/3.md].", []),
        ("One of us, two days, a third reason.", []),
        ("From 2024 to 3,024 orders.", ["3,024"]),
        ("2026 orders came.", ["2026"]),
    ],
)
def test_quantities_are_told_from_dates_and_names(text: str, expected: list[str]) -> None:
    assert quantities(text) == expected


@pytest.mark.parametrize(
    "mark", ["[OBSERVED]", "[REPORTED: the survey of May]", "[ASSUMED]", "[UNKNOWN]", "{metric: two_day_share}"]
)
def test_a_number_with_a_source_is_left_alone(mark: str) -> None:
    assert found(f"It rises by 3 points {mark}.") == []
    assert found(f"It rises by 3 points. {mark}") == []


def test_a_number_without_a_source_is_found_at_its_line() -> None:
    text = "\nAll is well [ASSUMED].\n\nIt rises by 3 points and\nby 4 %. It falls by 2 % [ASSUMED].\n"

    assert found(text) == [
        (14, "{metric: NAME} or one of [OBSERVED], [REPORTED], [ASSUMED], [UNKNOWN] beside a number",
         "'3 points', '4 %' in 'It rises by 3 points and by 4 %.'"),
    ]  # fmt: skip


def test_a_mark_covers_its_own_sentence_alone() -> None:
    assert len(found("It is 3. It is 4 [ASSUMED].")) == 1
    assert len(found("It is 3 [ASSUMED]. It is 4.")) == 1
    assert len(found("- It is 3 [ASSUMED]\n- It is 4\n")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Customers want it tonight.",
        "People who order late lose a day.",
        "Every buyer we met hates it.",
        "Members waited.",
    ],
)
def test_what_customers_do_or_want_needs_evidence(text: str) -> None:
    assert is_claim(text)
    assert [each[1] for each in found(text)] == [
        "{claim: NAME} with evidence, or [UNTESTED], beside what customers do, want or feel"
    ]
    assert found(f"{text} [UNTESTED]") == []
    assert found(f"{text} {{claim: waits}}") == []
    assert found(text, "Questions we ask") == []


@pytest.mark.parametrize(
    "text", ["The truck leaves at night.", "Do customers want it?", '"The people were here," says Dana.']
)
def test_other_sentences_are_no_claims(text: str) -> None:
    assert found(text) == []


def test_a_claim_with_no_evidence_or_only_evidence_against_it_is_found() -> None:
    assert found("They wait. {claim: never}")[0][2] == "'never' without any"
    assert found("They are fast. {claim: fast}")[0][2] == "'fast', contradicted by evidence/walt.md"
    assert found("They are fast. {claim: fast} [UNTESTED]") == []


def test_unknown_metrics_marks_and_files_are_found_with_the_nearest() -> None:
    assert found("See {metric: two_day_shar}.")[0][2] == "'two_day_shar' (nearest: 'two_day_share')"
    assert found("It is 3 [ASUMED] [ASSUMED].")[0][2] == "[ASUMED] (nearest: ASSUMED)"
    assert found("It is 3 [OBSERVED: evidence/nobody.md].")[0][2] == "'evidence/nobody.md'"


def test_our_technology_before_a_customer_is_found_once() -> None:
    ours = Section("Summary", 3, "\nOur platform uses AI to ship. Our engine is new.\nCustomers are many.")
    theirs = Section("Summary", 3, "\nCustomers who order late [UNTESTED].\nOur platform ships.")

    assert [(each.line, each.found) for each in lint([ours], KNOWN) if "before our" in each.expected] == [
        (5, "'Our platform' first")
    ]
    assert [each for each in lint([theirs], KNOWN) if "before our" in each.expected] == []


def test_comments_and_code_are_not_read_and_lines_stay() -> None:
    title, sections = split("# Head\n\n## Summary\n\n<!-- 3 and\n4 -->\nIt is 5.\n```\n6\n```\n", 8)

    assert (title, [each.title for each in sections]) == ("Head", ["Summary"])
    assert [(each.line, each.text) for each in sentences(sections[0])] == [(14, "It is 5.")]


def test_words_leave_marks_out() -> None:
    assert words("- It is {metric: x} *three* [ASSUMED: because of that].") == 4
