"""Back-test the candidates of the worked example and write `src/firstbest/store/amazon/back_test.csv`.

No figure is later than 2017, and nothing later is forecast. It takes minutes: each origin is a whole fit, twice.
"""

from __future__ import annotations

from pathlib import Path

import firstbest.store
from firstbest.flywheel.backtest import back_test, chosen, scores
from firstbest.store.flywheel_amazon import (
    BACK_TEST,
    ORIGINS,
    amazon_candidates,
    amazon_figures,
    amazon_sales,
    write_rows,
)

SEED = 1


def main() -> None:
    """Write the rows and print the scores."""
    rows = back_test(amazon_sales(amazon_figures()), ORIGINS, amazon_candidates(SEED))
    folder = Path(firstbest.store.__file__).parent / "amazon"
    write_rows(folder / "back_test.csv", BACK_TEST, [tuple(row) for row in rows])
    found = scores(rows)
    for each in found:
        print(f"{each.candidate:<16}{each.loss:.5f} {each.error:.4f} {each.held:.3f} {each.pairs}")
    print(chosen(found))


if __name__ == "__main__":
    main()
