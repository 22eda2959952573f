"""Effective rates out of a bill: what a carrier or a warehouse really charges, from its lines alone.

For each charge a few forms are tried: one price for each, a base and a price for each, steps over a number, a share of
another charge of the same reference or of two or three together (fuel stands on transport and what is added to it);
each for all lines and apart by one or two columns of names (zone, service ...).
The form that explains most wins, less three lines for each figure that it needs: a form that needs a figure for every
line explains nothing. A line is explained where the form comes to its amount within one coin.

A line over a number is found by its slopes: the median slope of neighbours, then least squares on what fits (robust
regression after Theil, 1950, and Sen, 1968). Steps are the most frequent amount of each started unit, neighbours of the
same amount joined.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

PER_FIGURE: Final = 3
"""Lines that a figure must explain to be worth having."""
GROUPS_MAX: Final = 60
TOGETHER_MAX: Final = 3
"""Other charges that a percentage may stand on together."""
_CHARGES_MAX: Final = 8
"""The largest other charges of which such sums are tried: at most 92 of them."""
_COIN: Final = 0.0101


class Bill(NamedTuple):
    """Lines of a bill: amount, charge, reference of the shipment or order, and what else stands there.

    `numbers`: quantity, weight ... [n] each, nan where it is not told. `names`: zone, service ... `references` may be
    empty texts.
    """

    amounts: F64
    charges: Sequence[str]
    references: Sequence[str]
    numbers: Mapping[str, F64]
    names: Mapping[str, Sequence[str]]


class Rate(NamedTuple):
    """What one group of lines follows. `steps`: (up to, amount) rising, else empty.

    The amount is `base + each * x`, x the number named by the form (started units where it says so).
    """

    group: tuple[str, ...]
    base: float
    each: float
    steps: tuple[tuple[float, float], ...]
    lines: int
    explained: int


class Learned(NamedTuple):
    """The form that a charge follows: by which columns of names, over which number, and each group's rate.

    `form`: "each", "base and each", "base and each started", "steps", "percent". `over`: a number, or for a percentage
    another charge, or several joined by " + ". `fit`: share of the lines explained within a coin. `unexplained`: their
    places in the bill.
    """

    charge: str
    form: str
    over: str
    by: tuple[str, ...]
    rates: tuple[Rate, ...]
    fit: float
    unexplained: tuple[int, ...]


class _Fit(NamedTuple):
    """One group under one form."""

    base: float
    each: float
    steps: tuple[tuple[float, float], ...]
    figures: int
    explained: Mask


def learn(bill: Bill) -> list[Learned]:
    """What every charge of a bill follows, in the order of their money, the largest first."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, charge in enumerate(bill.charges):
        places[charge].append(place)
    money = {charge: abs(float(bill.amounts[at].sum())) for charge, at in places.items()}
    order = sorted(places, key=lambda charge: (-money[charge], charge))
    return [_learn_one(bill, charge, np.array(places[charge]), order) for charge in order]


def _learn_one(bill: Bill, charge: str, at: NDArray[np.int64], charges: Sequence[str]) -> Learned:
    """The best of all forms; ties go to the one tried first, so the plainer."""
    best: tuple[float, Learned] | None = None
    for form, over, x in _forms(bill, charge, at, charges):
        for by in _groupings(bill, at):
            found = _tried(bill, (charge, form, over, by), at, x)
            if found is not None and (best is None or found[0] > best[0] + 1e-9):
                best = found
    assert best is not None
    return best[1]


def _forms(bill: Bill, charge: str, at: NDArray[np.int64], charges: Sequence[str]) -> Iterator[tuple[str, str, F64]]:
    """Forms with the numbers that they run over, the plainer first."""
    yield "each", "", np.ones(len(at))
    whole = [(name, column[at]) for name, column in bill.numbers.items() if np.isfinite(column[at]).all()]
    for name, x in whole:
        yield "each", name, x
    others = [(each, _of_reference(bill, each, at)) for each in charges if each != charge][:_CHARGES_MAX]
    for size in range(1, TOGETHER_MAX + 1):
        for some in combinations([each for each in others if each[1].any()], size):
            of: F64 = np.sum([money for _, money in some], axis=0)
            if (np.abs(of) > _COIN).all():
                yield "percent", " + ".join(name for name, _ in some), of
    for name, x in whole:
        if len(np.unique(x)) > 2:  # noqa: PLR2004 - two points are always on a line
            yield "base and each", name, x
            yield "base and each started", name, np.ceil(x - 1e-9)
            yield "steps", name, x


def _of_reference(bill: Bill, other: str, at: NDArray[np.int64]) -> F64:
    """The other charge's money of the same reference, for each line; 0 where there is none."""
    money: dict[str, float] = defaultdict(float)
    for place, charge in enumerate(bill.charges):
        if charge == other and bill.references[place]:
            money[bill.references[place]] += float(bill.amounts[place])
    return np.array([money.get(bill.references[place], 0.0) for place in at])


def _groupings(bill: Bill, at: NDArray[np.int64]) -> Iterator[tuple[str, ...]]:
    """No column, one, or two, where they make few enough groups for the lines."""
    yield ()
    useful = [name for name, cells in bill.names.items() if 1 < len({cells[place] for place in at}) <= GROUPS_MAX]
    for size in (1, 2):
        for by in combinations(useful, size):
            groups = {tuple(bill.names[name][place] for name in by) for place in at}
            if len(groups) * PER_FIGURE <= len(at):
                yield by


def _tried(
    bill: Bill, what: tuple[str, str, str, tuple[str, ...]], at: NDArray[np.int64], x: F64
) -> tuple[float, Learned] | None:
    """One form by one grouping: its score and what it says."""
    charge, form, over, by = what
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, place in enumerate(at):
        groups[tuple(bill.names[name][place] for name in by)].append(row)
    rates, figures, missed = [], 0, list[int]()
    for group in sorted(groups):
        rows = np.array(groups[group])
        amounts = bill.amounts[at[rows]]
        fit = _fitted(form, x[rows], amounts)
        figures += fit.figures
        missed += at[rows[~fit.explained]].tolist()
        rates.append(Rate(group, fit.base, fit.each, fit.steps, len(rows), int(fit.explained.sum())))
    explained = len(at) - len(missed)
    learned = Learned(charge, form, over, by, tuple(rates), explained / len(at), tuple(sorted(missed)))
    return explained - PER_FIGURE * figures, learned


def _fitted(form: str, x: F64, amounts: F64) -> _Fit:
    if form == "steps":
        return _steps(x, amounts)
    if form in {"each", "percent"}:
        return _proportional(x, amounts, digits=6 if form == "percent" else 4)
    return _line(x, amounts)


def _proportional(x: F64, amounts: F64, digits: int) -> _Fit:
    """The price for each that explains most: the roundest figure inside what most lines allow."""
    used = np.abs(x) > 0
    if not used.any():
        return _Fit(0.0, 0.0, (), 1, np.abs(amounts) < _COIN)
    largest = np.argsort(-np.abs(x[used]))[:200]
    candidates = Counter(np.round(amounts[used][largest] / x[used][largest], digits).tolist())
    median = float(np.median(amounts[used] / x[used]))
    tried = [*(value for value, _ in candidates.most_common(20)), *(round(median, d) for d in (2, 3, 4, 5, 6))]
    counts = {value: int((np.abs(amounts - value * x) < _COIN).sum()) for value in tried}
    best = max(tried, key=lambda value: (counts[value], -len(f"{value:g}")))
    return _Fit(0.0, best, (), 1, np.abs(amounts - best * x) < _COIN)


def _line(x: F64, amounts: F64) -> _Fit:
    """A base and a price for each: median slope, then least squares on what fits, rounded where that loses nothing."""
    order = np.argsort(x, kind="stable")
    half = max(len(x) // 2, 1)
    apart = x[order][half:] - x[order][: len(x) - half]
    slopes = (amounts[order][half:] - amounts[order][: len(x) - half])[apart > 0] / apart[apart > 0]
    each = float(np.median(slopes)) if len(slopes) else 0.0
    base = float(np.median(amounts - each * x))
    for _ in range(5):
        near = np.abs(amounts - base - each * x) < max(_COIN, 0.02 * float(np.median(np.abs(amounts))))
        if near.sum() < 3 or len(np.unique(x[near])) < 2:  # noqa: PLR2004 - a line needs two points, and one to spare
            break
        each, base = (float(value) for value in np.polyfit(x[near], amounts[near], 1))
    best = _Fit(base, each, (), 2, np.abs(amounts - base - each * x) < _COIN)
    for digits in (2, 3, 4):
        plain = round(each, digits)
        again = round(float(np.median(amounts - plain * x)), 2)
        explained = np.abs(amounts - again - plain * x) < _COIN
        if explained.sum() >= best.explained.sum():
            return _Fit(again, plain, (), 2, explained)
    return best


def _steps(x: F64, amounts: F64) -> _Fit:
    """Steps by started units: the most frequent amount of each, neighbours of the same amount joined."""
    units = np.ceil(x - 1e-9)
    by_unit: dict[float, Counter[float]] = defaultdict(Counter)
    for unit, amount in zip(units.tolist(), np.round(amounts, 2).tolist(), strict=True):
        by_unit[unit][amount] += 1
    steps: list[tuple[float, float]] = []
    for unit in sorted(by_unit):
        amount = max(by_unit[unit].items(), key=lambda each: (each[1], -each[0]))[0]
        if steps and steps[-1][1] == amount:
            steps[-1] = (unit, amount)
        else:
            steps.append((unit, amount))
    bounds = np.array([upto for upto, _ in steps])
    prices = np.array([amount for _, amount in steps])
    said = prices[np.searchsorted(bounds, units)]
    return _Fit(0.0, 0.0, tuple(steps), len(steps), np.abs(amounts - said) < _COIN)


def said(rate: Rate, form: str, over: str) -> str:
    """A rate in words."""
    if form == "percent":
        return f"{rate.each * 100:.4g} % of {over}"
    if form == "steps":
        shown = ", ".join(f"{amount:,.2f} to {upto:g}" for upto, amount in rate.steps[:6])
        return shown + (f", and {len(rate.steps) - 6} more" if len(rate.steps) > 6 else "")  # noqa: PLR2004
    if form == "each":
        return f"{_price(rate.each)} each{f' {over}' if over else ''}"
    started = "started " if form.endswith("started") else ""
    return f"{rate.base:,.2f} and {_price(rate.each)} a {started}{over}"


def _price(each: float) -> str:
    """A price with two to six digits behind the point."""
    whole, _, rest = f"{each:,.6f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"
