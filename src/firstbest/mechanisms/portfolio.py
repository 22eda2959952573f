"""The horizon of a bet: how deep the cash goes, and when it is back above the water."""

from __future__ import annotations

from collections.abc import Sequence

from firstbest.mechanisms.bets import Bet, Year
from firstbest.mechanisms.records import Cash, Placed


def cash_of(bet: Bet, spent: float) -> Cash:
    """Lowest cumulative cash with its year, and the first year in which it is above zero and stays there."""
    deepest, deepest_year = 0.0, bet.cash[0].year if bet.cash else 0
    total = 0.0
    for year in bet.cash:
        total += year.flow
        if total < deepest:
            deepest, deepest_year = total, year.year
    return Cash(
        spent=spent,
        total=bet.spend,
        deepest=deepest,
        deepest_year=deepest_year,
        crosses_year=crosses(bet.cash),
        salvage=bet.salvage.value if bet.salvage else 0.0,
    )


def crosses(years: Sequence[Year]) -> int:
    """The first year from which cumulative cash is above zero to the end of what is planned; 0 if there is none."""
    total, found = 0.0, 0
    for year in years:
        total += year.flow
        found = (found or year.year) if total > 0 else 0
    return found


def sums(placed: Sequence[Placed]) -> tuple[float, float, float]:
    """Of a portfolio: spent, planned in all, and what could be salvaged."""
    cash = [each.cash for each in placed]
    return sum(each.spent for each in cash), sum(each.total for each in cash), sum(each.salvage for each in cash)
