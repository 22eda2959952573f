"""The twin's forecast of a bet: quantiles of the next draw, provenance that can be run again, facts at a fresh seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstbest.mechanisms.quantiles import median, of, width, wrong
from firstbest.mechanisms.records import Quantile
from firstbest.rehearse.bet_forecast import Asked, multipliers_of, rehearsed_facts, scenario_digest, twin_forecasts
from firstbest.rehearse.compare import WITH, WITHOUT
from firstbest.rehearse.compare_runs import Runs
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.init import BUILTIN

stats = pytest.importorskip("scipy.stats")
FOLDER = Path(str(BUILTIN))
CHANGE = FOLDER / "changes" / "cut_off_17.toml"
HOW = Asked(scale=0.01, days=3, seed=11, replications=2)


def read(found: list[dict[str, float]]) -> tuple[Quantile, ...]:
    """Quantiles as the record keeps them."""
    return of([each["value"] for each in found], [each["level"] for each in found])


def test_pairs_become_quantiles_of_the_next_world() -> None:
    heard: list[float] = []
    (made,) = twin_forecasts(FOLDER, CHANGE, ["orders_placed"], HOW, heard.append)
    with_, without = read(made["with"]), read(made["without"])
    told = made["provenance"]
    facts = rehearsed_facts(FOLDER, CHANGE, ["orders_placed"], HOW._replace(seed=99), WITH)

    assert (wrong(with_), wrong(without), heard[-1]) == ("", "", 1.0)
    assert median(with_) == median(without) > 100
    assert 0 < width(with_) < median(with_)
    assert (made["source"], told["seeds"], told["change"], told["days"]) == ("twin", "11-12", "cut_off_17.toml", "3")
    assert told["scenario_with"] != told["scenario_without"]
    assert (facts[0].source, facts[0].provenance["seeds"]) == ("rehearsal", "99")
    assert facts[0].value > 100


def test_the_digest_of_a_world_is_of_all_that_it_is_made_of() -> None:
    same, other = (Runs(FOLDER, CHANGE, 0.01, days) for days in (4, 5))

    assert scenario_digest(same, WITHOUT) == scenario_digest(Runs(FOLDER, CHANGE, 0.01, 4), WITHOUT)
    assert len({scenario_digest(runs, which) for runs in (same, other) for which in (WITH, WITHOUT)}) == 4


def test_multipliers_are_those_of_student() -> None:
    assert multipliers_of(9) == pytest.approx(
        [float(stats.t.ppf(level, 9)) for level in (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)], abs=1e-7
    )


def test_what_a_rehearsal_does_not_measure_is_refused() -> None:
    with pytest.raises(WorkspaceFaulty, match="figures that a rehearsal measures, found fame"):
        twin_forecasts(FOLDER, CHANGE, ["fame"], HOW._replace(replications=2, days=1))
    with pytest.raises(WorkspaceFaulty, match="2 pairs or more"):
        twin_forecasts(FOLDER, CHANGE, ["orders_placed"], HOW._replace(replications=1))
