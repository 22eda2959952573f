"""The ranking as a table and as a page."""

from firstbest.present.comparison import Dot, Estimate
from firstbest.present.pictures_frontier import unbeaten
from firstbest.present.rank_page import Row, Told, page, table

ROWS = (
    Row("Close a station", 24.6, 24.5, 24.7, 6, 0, Estimate(-1.32, -1.4, -1.25)),
    Row("as it is", 25.9, 25.8, 26.0, 6, 6),
    Row("A later peak", 25.9, 25.8, 26.0, 6, 6, Estimate(0.0, 0.0, 0.0)),
)
DOTS = tuple(
    Dot(row.name, row.mean, row.low, row.high, 0.4, 0.39, 0.41, current=row.name == "as it is") for row in ROWS
)
TOLD = Told("Toy", "cost_to_serve_per_order", "USD", 0.1, True, 18, "not compared with any actuals", ROWS, DOTS)


def test_the_difference_and_what_does_nothing_are_told() -> None:
    said = table(TOLD, 80)

    assert all(len(line) <= 80 for line in said.splitlines())
    assert "-$1.32, -$1.40 to -$1.25" in said.replace("\N{MINUS SIGN}", "-")
    assert "the same" in said
    assert "A later peak: nothing differs in the days that were rehearsed." in said


def test_dots_in_one_spot_share_a_name_and_numbers_stand_on_the_phone() -> None:
    made = page(TOLD)
    wide, phone = made.split('class="small-screen"')

    assert ">as it is, A later peak</text>" in wide
    assert ">2, 3</text>" in phone
    assert ">2. as it is</th>" in phone
    assert 'id="frontier-t"' in wide
    assert 'id="frontier-phone-t"' in phone


def test_the_line_joins_those_that_no_other_beats_in_both() -> None:
    fast, slow, dear = DOTS[0]._replace(cost=26.0, two_day=0.5), DOTS[0], DOTS[0]._replace(cost=27.0, two_day=0.45)

    assert unbeaten([dear, fast, slow]) == [slow, fast]
    assert 'class="frontier"' in page(TOLD._replace(dots=(dear, fast, slow)))
    assert 'class="frontier"' not in page(TOLD._replace(dots=(fast, slow)))
