"""The picture of what the answer hangs on, as wide as a page and for a phone."""

import math

from firstbest.present.sensitivity_page import Shown, Told, page, table

ROWS = (
    Shown("items.csv weight_kg", 3.7, 3.1, 4.3, 0.2, 0.7, 0.1),
    Shown("carrier_rates/ground.csv zone_2 to zone_8", 1.2, 0.0, 2.0, 0.2, math.nan, math.nan),
)
TOLD = Told("Toy", "cost_to_serve_per_order", 21.65, 0.18, "USD", "346 rehearsals of 7 days.", 2, False, ROWS)


def test_the_page_has_both_and_says_how_sure_it_is_below_them() -> None:
    made = page(TOLD)
    wide, phone = made.split('class="small-screen"')

    assert made.count(">items.csv weight_kg</text>") == 2
    assert 'id="sensitivity-t"' in wide
    assert 'id="sensitivity-phone-t"' in phone
    assert "346 rehearsals of 7 days." in phone
    assert "70 \N{PLUS-MINUS SIGN} 10 % of variance" in wide
    assert "The seed alone moves it by $0.18" in phone


def test_the_table_fits_a_terminal() -> None:
    assert all(len(line) <= 80 for line in table(TOLD, 80).splitlines())
