"""bet predict, bet measure."""

from __future__ import annotations

import os
from typing import Any

import typer
from rich.console import Console

from firstbest.cli.bet_options import Measure, Predict
from firstbest.cli.making import faults_told, require_folder, stop
from firstbest.cli.steering import figures, now_us, person
from firstbest.mechanisms.bets import Bet, progress
from firstbest.mechanisms.records import Measured, State

WORKERS_MOST = 8


def predict(asked: Predict) -> None:
    """Keep forecasts from every source that was named."""
    require_folder(asked.inside)
    given = [asked.twin, asked.flywheel, asked.quantiles, asked.stated]
    if not any(given):
        raise stop("expected a source: --twin CHANGE, --flywheel FILE, --quantiles FILE or --stated 'p10 p50 p90'")
    if asked.without and not asked.stated:
        raise stop("expected --stated 'p10 p50 p90' beside --without, found none")
    from firstbest.store.bets import shelf_of
    from firstbest.store.bets_acts import add_forecasts

    with faults_told(asked.inside):
        bet = shelf_of(asked.inside, figures()).page(asked.name).bet
        forecasts = [*_from_files(asked), *_stated(asked, bet), *_from_twin(asked, bet)]
        kept = add_forecasts(asked.inside, asked.name, person(asked.by), now_us(), forecasts, figures())
    for each in kept:
        source = str(each.body["source"])
        by = source if source.startswith("stated by") else f"by {source}"
        typer.echo(f"kept: {each.body['metric']} {by}, entry {each.number}")


def _from_files(asked: Predict) -> list[dict[str, Any]]:
    from firstbest.store.bets_quantiles import read_quantiles

    found = []
    for path, source in ((asked.flywheel, "flywheel"), (asked.quantiles, asked.source)):
        if path is not None:
            found += read_quantiles(path, source or path.stem)
    return found


def _stated(asked: Predict, bet: Bet) -> list[dict[str, Any]]:
    """A person's own range; kept under the person's name, so that people are calibrated one by one."""
    if not asked.stated:
        return []
    metrics = [each.metric for each in bet.success]
    if not asked.metric and len(metrics) != 1:
        if not metrics:
            raise stop(f"expected a success metric in bets/{bet.bet}.md, of which the range is, found none yet")
        raise stop(f"expected --metric, one of {', '.join(metrics)}, found none")
    who = person(asked.by)
    return [
        {
            "metric": asked.metric or metrics[0],
            "source": f"stated by {who}",
            "with": _range(asked.stated),
            "without": _range(asked.without) if asked.without else [],
            "provenance": {"stated": "a person's range"},
        }
    ]


def _range(text: str) -> list[dict[str, float]]:
    try:
        values = [float(each.replace(",", "")) for each in text.split()]
    except ValueError:
        values = []
    if len(values) != 3:  # noqa: PLR2004 - p10, p50, p90
        raise stop(f"expected three numbers, p10 p50 p90, found '{text}'")
    return [{"level": level, "value": value} for level, value in zip((0.1, 0.5, 0.9), values, strict=True)]


def _from_twin(asked: Predict, bet: Bet) -> list[dict[str, Any]]:
    if asked.twin is None:
        return []
    from firstbest.cli.rehearsing import bar, found_change, prepare, require_network

    require_network(asked.inside)
    change = found_change(asked.inside, asked.twin)
    quiet = Console(stderr=True)
    prepare(asked.inside, quiet)
    from firstbest.rehearse.bet_forecast import Asked, twin_forecasts

    workers = min(os.cpu_count() or 1, asked.replications * 2, WORKERS_MOST)
    how = Asked(asked.scale, asked.days, asked.seed, asked.replications, workers)
    metrics = [each.metric for each in bet.success]
    with bar(quiet, f"{asked.replications} pairs") as progress_bar:
        return twin_forecasts(asked.inside, change, metrics, how, progress_bar)


def measure(asked: Measure) -> None:
    """Bring in facts."""
    require_folder(asked.inside)
    if (asked.actual is None) != asked.rehearse:
        raise stop("expected either --actual FILE or --rehearse")
    from firstbest.store.bets_acts import measure as act
    from firstbest.store.bets_quantiles import read_facts

    with faults_told(asked.inside):
        facts = read_facts(asked.actual) if asked.actual else _rehearsed(asked)
        act(asked.inside, asked.name, person(asked.by), now_us(), facts)
    for each in facts:
        typer.echo(f"measured: {each.metric} {each.value:g} ({each.source})")


def _rehearsed(asked: Measure) -> list[Measured]:
    """One world that no forecast has seen: with the bet after a yes, without it after a no."""
    from firstbest.cli.rehearsing import prepare, require_network
    from firstbest.mechanisms.bets import metrics_of
    from firstbest.store.bets import shelf_of

    require_network(asked.inside)
    shelf = shelf_of(asked.inside, figures())
    bet, far = shelf.page(asked.name).bet, progress(shelf.entries, asked.name)
    if far.state not in (State.GO, State.NO):
        raise stop(f"expected a decision on {asked.name} before its facts, found a bet that is {far.state.value}")
    for forecast in far.forecasts:
        first, _, last = forecast.provenance.get("seeds", "").partition("-")
        if first.isdigit() and int(first) <= asked.seed <= int(last or first):
            raise stop(f"expected a seed that no forecast has seen, found {asked.seed}, of entry {forecast.number}")
    prepare(asked.inside, Console(stderr=True))
    from firstbest.rehearse.bet_forecast import Asked, rehearsed_facts
    from firstbest.rehearse.compare import WITH, WITHOUT

    change = asked.inside / bet.change if bet.change else None
    which = WITH if far.state == State.GO and change else WITHOUT
    return rehearsed_facts(asked.inside, change, metrics_of(bet), Asked(asked.scale, asked.days, asked.seed), which)
