"""Ten million usage events on a card of 200 rules: rated, and a month of 300 tenants closed.

`wall_s` (and `cpu_s`, which others on the machine disturb less): events to priced lines, from columns in memory, batch
by batch; making the events is not counted, nor is compiling the kernel (told as `compile_s`). `peak_memory_mb` is that
of the whole process. `close_month_s_300`: one closing of 300 tenants, invoices and ledger included, on a tenth of the
events of the full run.

Beside it a plain interpreter of the same card on a sample, in Python with exact fractions: `ratio_interpreter` is its
time for an event over the kernel's. Both must come to the same totals on the sample, to the last fraction.
"""

from __future__ import annotations

import platform
import resource
import time
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.result import Result
from firstbest.rent.card import (
    ANYONE,
    MOST,
    Bound,
    Card,
    Charge,
    Dimension,
    Percent,
    Pick,
    Priced,
    Quality,
    Rule,
    Season,
    Size,
    Step,
    Table,
    When,
    flat,
)  # fmt: skip
from firstbest.rent.close import Books, close_month
from firstbest.rent.compile import compile_cards
from firstbest.rent.ledger import Account
from firstbest.rent.lines import LineKind
from firstbest.rent.meters import METER_CODES
from firstbest.rent.price import price_month
from firstbest.rent.program import Compiled
from firstbest.rent.tally import Period, count_usage
from firstbest.rent.usage import MEASURES, Measure, Names, Usage, blank_usage, rows_of

TENANTS: Final = 300
EVENTS: Final = 10_000_000
QUICK_EVENTS: Final = 400_000
BATCH: Final = 500_000
SAMPLE: Final = 20_000
RULES: Final = 200
DAY_US: Final = 86_400_000_000
MONTH: Final = Period(12 * 2026 + 9, 0, 31 * DAY_US, 31)
CLASSES: Final = ("standard", "apparel", "dangerous")
REGIONS: Final = ("east", "middle", "west")
BANDS: Final = ((0, 9_999_999), (10_000_000, 50_000_000), (50_000_001, MOST))
G_PER_CM3: Final = Fraction("453.59237") / (139 * Fraction("16.387064"))
SIZES: Final = (
    Size("small", {Quality.WEIGHT: 454, Quality.LONGEST: 381, Quality.MEDIAN: 305, Quality.SHORTEST: 19}),
    Size("standard", {Quality.BILLED: 9072, Quality.LONGEST: 457, Quality.MEDIAN: 356, Quality.SHORTEST: 203}),
    Size("bulky", {Quality.BILLED: 22_680, Quality.LONGEST: 1499, Quality.GIRTH: 3302}),
    Size("large", {}),
)
SEASONS: Final = (Season(0, "off-peak"), Season(14 * DAY_US, "peak"))


def card_of_200() -> Card:
    """A card of 200 rules: 72 for shipping by size, price band, class and season, of 13 steps each."""
    shipped = [
        Rule(f"{size.name}, {band}, {kind}, {season}", _when(size.name, BANDS[band], kind, season), _steps(n))
        for n, (size, band, kind, season) in enumerate(
            (size, band, kind, season)
            for size in SIZES
            for band in range(3)
            for kind in CLASSES
            for season in ("off-peak", "peak")
        )
    ]
    bands = [(day, day + 29) for day in range(0, 690, 30)] + [(690, MOST)]
    aged = [Rule(f"{low} days", When({}, {Quality.AGE: (low, high)}), _greater(low)) for low, high in bands]
    stored = [
        Rule(f"{size.name}, {season}", When(_names(size.name, season), {}), flat(price, by_month=True))
        for size in SIZES
        for season, price in (("off-peak", Fraction(780_000) / 28_317), ("peak", Fraction(2_400_000) / 28_317))
    ]
    placed = [
        Rule(
            f"{region}, {size.name}, {bound[0]}", _placed(region, size.name, bound), flat(Fraction(100_000 * bound[0]))
        )
        for region in REGIONS
        for size in SIZES
        for bound in ((0, 1), (2, 3), (4, 5), (6, MOST))
    ]
    low = [
        Rule(f"{at} days", When({}, {Quality.SUPPLY: (at, at + 1)}), flat(Fraction(1_110_000 - 5000 * at)))
        for at in range(0, 92, 2)
    ]
    peak = When({Dimension.SEASON: frozenset(["peak"])}, {})
    surcharge = Rule("peak fuel", peak, Percent(Fraction(35, 1000), ("shipping",)))
    sales = Priced(Pick.ONE, (Table(Quality.PRICE, (Step(MOST, Fraction(0), each=Fraction(15, 100)),)),))
    charges = (
        Charge("shipping", "units_shipped", tuple(shipped)),
        Charge("fuel", "units_shipped", (surcharge,), free=True),
        Charge("low stock", "units_shipped", tuple(low), free=True),
        Charge("storage", "storage_cm3_days", tuple(stored)),
        Charge("aged", "aged_units", tuple(aged)),
        Charge("placement", "units_received", tuple(placed)),
        Charge("commission", "sales", (Rule("15 percent", When({}, {}), sales),)),
    )
    bounds = (Bound("monthly minimum", least=True, amount=Fraction(500_000_000)),)
    return Card("fees", 1, "USD", 10_000, 0, MOST, (ANYONE,), charges, SIZES, SEASONS, bounds, (), G_PER_CM3)


def _names(size: str, season: str) -> dict[Dimension, frozenset[str]]:
    return {Dimension.SIZE: frozenset([size]), Dimension.SEASON: frozenset([season])}


def _placed(region: str, size: str, splits: tuple[int, int]) -> When:
    names = {Dimension.REGION: frozenset([region]), Dimension.SIZE: frozenset([size])}
    return When(names, {Quality.SPLITS: splits})


def _when(size: str, band: tuple[int, int], kind: str, season: str) -> When:
    names = _names(size, season) | {Dimension.CLASS: frozenset([kind])}
    return When(names, {Quality.PRICE: band})


def _steps(n: int) -> Priced:
    """A table of twelve steps of a quarter pound and 0.08 for each further one."""
    rows = [Step(round(113.398 * step), Fraction(3_000_000 + 40_000 * step + 5_000 * n)) for step in range(1, 13)]
    then = Step(
        MOST, Fraction(6_970_000 + 5_000 * n), Fraction("1360.77711"), Fraction("113.3980925"), Fraction(80_000)
    )
    return Priced(Pick.ONE, (Table(Quality.BILLED, (*rows, then)),))


def _greater(age: int) -> Priced:
    """So much a cubic foot, or so much a unit, whichever is greater."""
    by_volume = Table(Quality.VOLUME, (Step(MOST, Fraction(0), each=Fraction(5_000 * age + 500_000, 28_317)),))
    return Priced(Pick.GREATER, (by_volume, Table(None, (Step(MOST, Fraction(10_000 + 300 * age)),))))


def events(count: int) -> Iterator[Usage]:
    """Batches of events of all meters over a month; the same for every run."""
    draws = np.random.default_rng(2026)
    meters = [
        METER_CODES[name] for name in ("units_shipped", "storage_cm3_days", "aged_units", "units_received", "sales")
    ]
    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        made = blank_usage(size)
        made.tenant[:] = np.minimum(draws.pareto(1.2, size) * 8, TENANTS - 1)
        made.meter[:] = draws.choice(meters, size, p=[0.45, 0.3, 0.05, 0.05, 0.15])
        made.at[:] = draws.integers(0, MONTH.ends, size)
        made.number[:] = np.arange(first, first + size)
        side = np.sort(np.exp(draws.normal(5.0, 0.6, (size, 3))).astype(np.int64), axis=1)
        columns = {
            Measure.WEIGHT_G: np.exp(draws.normal(6.5, 1.0, size)).astype(np.int64) + 1,
            Measure.LONGEST_MM: side[:, 2],
            Measure.MEDIAN_MM: side[:, 1],
            Measure.SHORTEST_MM: side[:, 0],
            Measure.VOLUME_CM3: side.prod(axis=1) // 1000 + 1,
            Measure.VALUE: draws.integers(100, 12_000, size) * 10_000,
            Measure.AGE_DAYS: draws.integers(0, 800, size),
            Measure.SUPPLY_DAYS: draws.integers(0, 150, size),
            Measure.SPLITS: draws.integers(1, 8, size),
        }
        for measure, column in columns.items():
            made.measures[:, measure] = column
        quantity = draws.integers(1, 5, size)
        stored = made.meter == meters[1]
        made.measures[:, Measure.QUANTITY] = np.where(stored, quantity * made.measures[:, Measure.VOLUME_CM3], quantity)
        made.codes[:, 0] = draws.integers(0, len(CLASSES), size)
        made.codes[:, 2] = draws.integers(0, len(REGIONS), size)
        yield made


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the events are drawn
    """Rate, close and compare; wrong where totals differ or something is not priced."""
    card = card_of_200()
    rules = sum(len(charge.rules) for charge in card.charges)
    names = Names(tuple(f"tenant {n}" for n in range(TENANTS)), CLASSES, (), REGIONS)
    began = time.perf_counter()
    compiled = compile_cards([card], names)
    sample = next(iter(events(SAMPLE)))
    count_usage(compiled, [MONTH], [rows_of(sample, np.arange(10))])
    compile_s = time.perf_counter() - began

    count = QUICK_EVENTS if quick else EVENTS
    wall_s, cpu_s, lines = _timed(compiled, count)
    batches = list(events(count // 10))
    began, ran = time.perf_counter(), time.process_time()
    closing = close_month(MONTH, batches, compiled, Books())
    close_s, close_cpu_s = time.perf_counter() - began, time.process_time() - ran
    began = time.perf_counter()
    expected = interpret(card, sample)
    interpreter_s = time.perf_counter() - began
    wrong = list(_differences(compiled, sample, expected))
    if rules < RULES:
        wrong.append(f"{RULES} rules were expected, {rules} stand on the card")
    revenue = sum(p.amount for entry in closing.entries for p in entry.postings if p.account == Account.REVENUE)
    if sum(line.micros for line in closing.lines) != -revenue:
        wrong.append(f"lines come to {sum(line.micros for line in closing.lines)}, revenue to {-revenue}")
    return Result(
        figures={
            "wall_s": round(wall_s, 2),
            "cpu_s": round(cpu_s, 2),
            "compile_s": round(compile_s, 1),
            "events": count,
            "rules": rules,
            "prices": len(compiled.slots),
            "lines": lines,
            "events_per_s": round(count / wall_s),
            "close_month_s_300": round(close_s, 2),
            "close_month_cpu_s_300": round(close_cpu_s, 2),
            "invoices": len(closing.invoices),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "ratio_interpreter": round((interpreter_s / SAMPLE) / (wall_s / count), 1),
        },
        peers={
            "interpreter": {"version": platform.python_version(), "events": SAMPLE, "wall_s": round(interpreter_s, 2)}
        },
        wrong=tuple(wrong),
    )


def _differences(compiled: Compiled, sample: Usage, expected: dict[str, Fraction]) -> Iterator[str]:
    """Charges whose total is not the interpreter's, to the last fraction."""
    tally = count_usage(compiled, [MONTH], [sample])[MONTH.month]
    found: dict[str, Fraction] = defaultdict(Fraction)
    for key, draft in price_month(compiled, MONTH, tally).items():
        if key.kind in (LineKind.USAGE, LineKind.PERCENT):
            found[key.charge] += draft.exact
    for name in sorted({*found, *expected}):
        if found[name] != expected.get(name):
            yield f"charge '{name}': {found[name]} by the kernel, {expected.get(name)} by the interpreter"


def _timed(compiled: Compiled, count: int) -> tuple[float, float, int]:
    """Seconds and processor seconds to count and price all batches, and how many lines; making them is left out."""
    made = [0.0, 0.0]

    def clocked() -> Iterator[Usage]:
        batches = events(count)
        while True:
            began, ran = time.perf_counter(), time.process_time()
            batch = next(batches, None)
            made[0] += time.perf_counter() - began
            made[1] += time.process_time() - ran
            if batch is None:
                return
            yield batch

    began, ran = time.perf_counter(), time.process_time()
    tally = count_usage(compiled, [MONTH], clocked())[MONTH.month]
    lines = len(price_month(compiled, MONTH, tally))
    return time.perf_counter() - began - made[0], time.process_time() - ran - made[1], lines


def interpret(card: Card, usage: Usage) -> dict[str, Fraction]:
    """The same card rule by rule, event by event: what a script of a clerk would do. Totals by charge."""
    totals: dict[str, Fraction] = defaultdict(Fraction)
    by_code = {code: name for name, code in METER_CODES.items()}
    charges: dict[str, list[Charge]] = defaultdict(list)
    for charge in card.charges:
        charges[charge.meter].append(charge)
    for row in range(usage.rows):
        numbers = dict(zip(list(Quality)[:MEASURES], usage.measures[row].tolist(), strict=True))
        sides = [numbers[Quality.LONGEST], numbers[Quality.MEDIAN], numbers[Quality.SHORTEST]]
        numbers[Quality.GIRTH] = sides[0] + 2 * (sides[1] + sides[2])
        by_volume = int(numbers[Quality.VOLUME] * card.g_per_cm3 + Fraction(1, 2))
        numbers[Quality.BILLED] = max(numbers[Quality.WEIGHT], by_volume)
        size = next(s.name for s in card.sizes if all(numbers[q] <= most for q, most in s.most.items()))
        season = [s.name for s in card.seasons if s.begins <= usage.at[row]][-1]
        kind, region = CLASSES[usage.codes[row, 0]], REGIONS[usage.codes[row, 2]]
        names = {Dimension.SIZE: size, Dimension.SEASON: season, Dimension.CLASS: kind, Dimension.REGION: region}
        of_event: dict[str, Fraction] = {}
        for charge in charges[by_code[int(usage.meter[row])]]:
            rule = next((rule for rule in charge.rules if _holds(rule.when, names, numbers)), None)
            if rule is not None:
                of_event[charge.name] = _amount(rule, numbers, of_event)
                totals[charge.name] += of_event[charge.name]
    return totals


def _holds(when: When, names: dict[Dimension, str], numbers: dict[Quality, int]) -> bool:
    return all(names[dimension] in asked for dimension, asked in when.names.items()) and all(
        low <= numbers[quality] <= high for quality, (low, high) in when.ranges.items()
    )


def _amount(rule: Rule, numbers: dict[Quality, int], of_event: dict[str, Fraction]) -> Fraction:
    if isinstance(rule.amount, Percent):
        return rule.amount.share * sum(of_event.get(name, Fraction(0)) for name in rule.amount.of)
    assert isinstance(rule.amount, Priced)
    ones = []
    for table in rule.amount.tables:
        x = numbers[table.quality] if table.quality is not None else 0
        step = next(step for step in table.steps if x <= step.upto)
        begun = max(0, ceil((x - Fraction(1, 2) - step.over) / step.step)) if step.each else 0
        ones.append((step.base + step.each * begun) / (MONTH.days if table.by_month else 1))
    return (max(ones) if rule.amount.pick == Pick.GREATER else ones[0]) * numbers[Quality.QUANTITY]
