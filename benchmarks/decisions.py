"""What the product's own rule of verdict keeps, and what its forecasts' intervals are worth.

**Operating curve.** 500 proposals, each drawn 20 times, with effects of 0.2 to 2 standard deviations of weekly noise
on the success metric; half of them are harmful, though every one is promised to be good. A proposal goes the
product's way: a twin forecasts it in ten pairs of a quarter (`quantiles.predicted`), the forecasts are sealed, the
metric is measured week by week for 13 weeks, and `verdict.judge` says confirmed, refuted or inconclusive. *Shipped*
means kept in the end, which is: confirmed. Nobody's good sense stands before it, so harmful ones get as far as the
verdict.

The twin is not assumed to be right; each world states how its forecasts err. *right*: by noise alone. *blind*: a
sponsor who always says good forecasts harm as benefit of the same size; the verdict alone protects. *rosy*: a good
effect is forecast half as large again as it is, a harmful one at half of its harm, and the level of both worlds is
off by 0.3. *blind_ar3*: as blind, with noise that keeps 0.3 of the week before, of which the rule for single weeks does
not know. Each of the four comes a second time with *_read*: the same, read by the source's past (`calibration.read_by`)
of 50 decisions, as the product does once the record has them. Bounds are held in the first two; all eight are told.

**Coverage.** 1,000 decisions in a row in three worlds of forecasters: *right*, *sure* (its spread is half of the
truth), *rosy* (too high by 0.7 of a spread, with 0.7 of it). Before calibration the interval p10 to p90 stands as
forecast; after, it is read by the source's past up to then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.random import Generator

from benchmarks.result import Result
from firstbest.mechanisms.calibration import Met, calibration, read_by, score, shift_of, widening
from firstbest.mechanisms.quantiles import HIGH, LOW, predicted, value_at
from firstbest.mechanisms.records import Calibration, Forecast, Judgement, Measured, Quantile, SuccessMetric
from firstbest.mechanisms.verdict import WEEKS, judge
from firstbest.rehearse.bet_forecast import multipliers_of

PROPOSALS: Final = 500
DRAWS: Final = 20
PAIRS: Final = 10
DECISIONS: Final = 1_000
BANDS: Final = ((0.2, 0.5), (0.5, 1.0), (1.0, 1.5), (1.5, 2.0))
HARM_MAX_PERCENT: Final = 5.0
GOOD_MIN_PERCENT: Final = 90.0
SEED: Final = 20_261_121
_MULTIPLIERS: Final = tuple(multipliers_of(PAIRS - 1))


class World(NamedTuple):
    """How forecasts err. `claimed`: what is forecast of an effect; `level`: how far both worlds are off together."""

    name: str
    good: float  # forecast effect of a good proposal, of the true one
    harmful: float  # of a harmful one; -1 says the opposite of the truth
    level: float  # in standard deviations of weekly noise
    carry: float = 0.0  # correlation of one week's noise with the next
    past: int = 0  # decisions that the source's forecasts have met before


WORLDS: Final = (
    World("right", 1.0, 1.0, 0.0),
    World("blind", 1.0, -1.0, 0.0),
    World("rosy", 1.5, 0.5, 0.3),
    World("rosy_read", 1.5, 0.5, 0.3, past=50),
    World("blind_ar3", 1.0, -1.0, 0.0, carry=0.3),
    World("right_read", 1.0, 1.0, 0.0, past=50),
    World("blind_read", 1.0, -1.0, 0.0, past=50),
    World("blind_ar3_read", 1.0, -1.0, 0.0, carry=0.3, past=50),
)
FORECASTERS: Final = (("right", 0.0, 1.0), ("sure", 0.0, 0.5), ("rosy", 1.0, 0.7))


class Outcome(NamedTuple):
    """What became of one proposal."""

    effect: float
    judgement: Judgement
    shipped: bool


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - nothing public is needed
    """Run all worlds; wrong where the first two leave a bound, or calibration makes coverage worse."""
    draws = 2 if quick else DRAWS
    figures: dict[str, int | float] = {"proposals": PROPOSALS, "draws": draws}
    wrong: list[str] = []
    for place, world in enumerate(WORLDS):
        outcomes = curve(world, draws, np.random.default_rng([SEED, place]))
        figures |= told(world.name, outcomes)
        wrong += [] if quick or world.name not in ("right", "blind") else bounds(world.name, figures)
    for place, forecaster in enumerate(FORECASTERS):
        before, after = coverage(forecaster, np.random.default_rng([SEED, 100 + place]))
        figures[f"coverage_before_percent_{forecaster[0]}"] = round(before * 100, 1)
        figures[f"coverage_after_percent_{forecaster[0]}"] = round(after * 100, 1)
        if abs(after - 0.8) > max(abs(before - 0.8), 0.04):
            wrong.append(f"{forecaster[0]}: calibration moved coverage from {before:.3f} to {after:.3f}")
    return Result(figures=figures, wrong=tuple(wrong))


def curve(world: World, draws: int, chance: Generator) -> list[Outcome]:
    """Every proposal through the whole way, `draws` times."""
    sizes = np.linspace(0.2, 2.0, PROPOSALS // 2)
    effects = np.concatenate([sizes, -sizes])
    known = past_of(world, chance)
    return [one(world, float(effect), chance, known) for effect in effects for _ in range(draws)]


def past_of(world: World, chance: Generator) -> dict[str, Calibration]:
    """What is known of the source from decisions before: effects of any size, both signs, all tried."""
    mets = []
    for _ in range(world.past):
        effect = float(chance.uniform(0.2, 2.0) * chance.choice((-1, 1)))
        fact = float((noise(WEEKS, world.carry, chance) + effect).mean())
        mets.append(Met("twin", forecast_of(world, effect, chance).with_, fact))
    return {"twin": calibration("twin", mets)} if mets else {}


def one(world: World, effect: float, chance: Generator, known: dict[str, Calibration]) -> Outcome:
    """One proposal: forecast, sealed, measured for a quarter, judged."""
    success = SuccessMetric(metric="m", direction="up", size=0.2, by="2026-12-31")
    forecast = forecast_of(world, effect, chance)
    weekly = noise(WEEKS, world.carry, chance) + effect
    fact = Measured(metric="m", value=float(weekly.mean()), weekly=tuple(weekly.tolist()))
    judged = judge(success, [forecast], fact, known, (), WEEKS)
    return Outcome(effect, judged.judgement, judged.judgement == Judgement.CONFIRMED)


def forecast_of(world: World, effect: float, chance: Generator) -> Forecast:
    """What the twin says: ten pairs of a quarter on common chance, with the world's own error of effect and level."""
    claimed = effect * (world.good if effect > 0 else world.harmful)
    common = np.array([noise(WEEKS, world.carry, chance).mean() for _ in range(PAIRS)]) + world.level
    with_ = predicted((common + claimed).tolist(), _MULTIPLIERS)
    without = predicted(common.tolist(), _MULTIPLIERS)
    return Forecast(number=1, bet="b", metric="m", source="twin", by="b", at_us=0, with_=with_, without=without)


def noise(weeks: int, carry: float, chance: Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Weekly noise of standard deviation 1; `carry` is what a week keeps of the one before."""
    drawn = chance.standard_normal(weeks)
    if carry == 0:
        return drawn
    found = np.empty(weeks)
    found[0] = drawn[0]
    for week in range(1, weeks):
        found[week] = carry * found[week - 1] + math.sqrt(1 - carry**2) * drawn[week]
    return found


def told(name: str, outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares shipped by size and sign, and the two that are bounded."""
    found = {}
    for low, high in BANDS:
        for sign, word in ((1, "good"), (-1, "harmful")):
            top = high if high < BANDS[-1][1] else math.inf
            inside = [each for each in outcomes if low <= sign * each.effect < top]
            key = f"shipped_percent_{word}_{low:.1f}_{high:.1f}_{name}".replace(".", "")
            found[key] = _percent([each.shipped for each in inside])
    for sign, word in ((1, "good"), (-1, "harmful")):
        large = [each for each in outcomes if sign * each.effect >= 1]
        found[f"shipped_percent_{word}_from_1sd_{name}"] = _percent([each.shipped for each in large])
    undecided = [each.judgement == Judgement.INCONCLUSIVE for each in outcomes]
    found[f"inconclusive_percent_{name}"] = _percent(undecided)
    return found


def bounds(name: str, figures: dict[str, int | float]) -> list[str]:
    """The two bounds, as sentences where they do not hold."""
    harm, good = (figures[f"shipped_percent_{word}_from_1sd_{name}"] for word in ("harmful", "good"))
    wrong = [f"{name}: {harm} % of the harmful shipped"] if harm > HARM_MAX_PERCENT else []
    return wrong + ([f"{name}: {good} % of the good shipped"] if good < GOOD_MIN_PERCENT else [])


def coverage(forecaster: tuple[str, float, float], chance: Generator) -> tuple[float, float]:
    """Share of facts within p10 to p90, as forecast and as read by the past; forecasts differ in scale."""
    _, high_by, sure = forecaster
    before = after = 0
    scores: list[float] = []
    for _ in range(DECISIONS):
        spread = math.exp(chance.normal(0, 0.7))
        truth = chance.normal(0, spread)
        centre = high_by * spread * sure
        quantiles = tuple(
            Quantile(level, centre + z * spread * sure) for level, z in ((LOW, -_Z), (0.5, 0.0), (HIGH, _Z))
        )
        shift = shift_of(scores)
        known = {"twin": _read(shift, widening(scores, shift))}
        before += _inside(quantiles, truth)
        after += _inside(read_by(quantiles, known, "twin"), truth)
        scores.append(score(Met("twin", quantiles, truth)))
    return before / DECISIONS, after / DECISIONS


_Z: Final = 1.2815515655446004
"""The normal score of 0.9."""


def _read(shift: float, widen: float) -> Calibration:
    return Calibration(source="twin", forecasts=0, covered=0, above=0, pinball=0, bias=0, shift=shift, widen=widen)


def _inside(quantiles: Sequence[Quantile], truth: float) -> int:
    return int(value_at(quantiles, LOW) <= truth <= value_at(quantiles, HIGH))


def _percent(found: Sequence[bool]) -> float:
    return round(100 * sum(found) / len(found), 2)
