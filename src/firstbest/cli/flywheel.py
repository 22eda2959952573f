"""flywheel: the loop of a workspace with numbers, or the worked example."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NamedTuple

import typer
from rich.console import Console

from firstbest.cli.making import faults_told, require_folder, stop

OUTPUT = "flywheel"
EXAMPLES = ("amazon",)
YEARS = 10


class Asked(NamedTuple):
    """What the command line asked for."""

    folder: Path
    knock_out: bool
    sensitivity: bool
    seed: int
    measure: bool = False
    scale: float = 0.1


def run(asked: Asked) -> None:
    """Run the model of a workspace: screen, page, tables."""
    from firstbest.store.kernel_cache import use_cache

    use_cache()
    require_folder(asked.folder)
    path = asked.folder / "flywheel.toml"
    if not path.is_file():
        raise stop(f"expected a model at '{path}', found nothing; firstbest init writes one, --from-xmile reads one")
    console = Console()
    if asked.measure:
        _measure(asked)
    with faults_told(asked.folder), console.status("Running the flywheel"):
        _run(asked, path, console)


CURVE_DAYS = 28
CURVE_SEEDS = 2
QUARTERS = 5


def _measure(asked: Asked) -> None:
    """Rehearse ten volumes and some first quarters, and keep what came of it."""
    from firstbest.cli.rehearsing import WORKERS_MOST, bar, prepare
    from firstbest.rehearse.unit_cost import At, measure
    from firstbest.store.flywheel_curve import write_curve

    quiet = Console(stderr=True)
    prepare(asked.folder, quiet)
    at = At(asked.folder, asked.scale, CURVE_DAYS)
    workers = min(os.cpu_count() or 1, WORKERS_MOST)
    with faults_told(asked.folder), bar(quiet, "ten volumes") as progress:
        told = progress if quiet.is_terminal else _line_by_line
        curve = measure(at, (asked.seed, CURVE_SEEDS, QUARTERS), workers, told)
    write_curve(asked.folder, curve)


def _line_by_line(done: float) -> None:
    """Progress where nobody sees a bar, such as in a file."""
    typer.echo(f"ten volumes and first quarters: {done:.0%} rehearsed", err=True)


def _run(asked: Asked, path: Path, console: Console) -> None:
    from firstbest.flywheel.futures import futures
    from firstbest.flywheel.knock_out import knock_out, loosened
    from firstbest.flywheel.sobol import model_indices
    from firstbest.present.flywheel_page import page
    from firstbest.present.flywheel_screen import screen
    from firstbest.present.flywheel_words import Missing, Story
    from firstbest.rehearse.first_quarter import measured_of
    from firstbest.store import flywheel_write as write
    from firstbest.store.flywheel_book import book_of, with_book
    from firstbest.store.flywheel_file import read_model
    from firstbest.store.flywheel_xmile import xmile_text

    began = time.perf_counter()
    model = read_model(path)
    found = book_of(asked.folder, model)
    told = measured_of(asked.folder, with_book(model, found), asked.seed)
    model = told.model
    ahead = model.span.start + YEARS * model.span.per_year
    until = min(model.span.stop, ahead) if model.span.per_year else model.span.stop
    story = Story(
        model=model,
        futures=futures(model, asked.seed),
        seed=asked.seed,
        seconds=0.0,
        until=until,
        brakes=loosened(model, asked.seed, until),
        worth=knock_out(model, asked.seed, until) if asked.knock_out else (),
        indices=model_indices(model, asked.seed, until) if asked.sensitivity else (),
        missing=tuple(Missing(each.name, each.missing) for each in found if each.missing),
        told=sum(not each.missing for each in found),
        curve=told.rows,
        curve_words=told.words,
        quarter=told.quarter,
    )
    story = story._replace(seconds=time.perf_counter() - began)
    output = asked.folder / OUTPUT
    output.mkdir(exist_ok=True)
    (output / "flywheel.html").write_text(page(story), encoding="utf-8")
    (output / "model.xmile").write_text(xmile_text(model), encoding="utf-8")
    write.write_bands(output / "bands.csv", story.futures)
    write.write_arrows(output / "arrows.csv", story.brakes)
    if story.worth:
        write.write_worth(output / "loops.csv", story.worth)
    if story.indices:
        write.write_indices(output / "sensitivity.csv", story.indices)
    console.print(screen(story, console.width, f"{output / 'flywheel.html'}"), highlight=False)


def from_xmile(folder: Path, source: Path) -> None:
    """Turn an XMILE file into the workspace's model."""
    from firstbest.store.flywheel_write import toml_text
    from firstbest.store.flywheel_xmile import read_xmile

    target = folder / "flywheel.toml"
    if not source.is_file():
        raise stop(f"expected an XMILE file, found nothing at '{source}'")
    if target.exists():
        raise stop(f"expected no model at '{target}' yet, found one; move it away first")
    with faults_told(folder):
        model = read_xmile(source)
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(toml_text(model), encoding="utf-8")
    count = len(model.stocks), len(model.variables), len(model.constants)
    typer.echo(f"{target}: {count[0]} stocks, {count[1]} flows and auxiliaries, {count[2]} constants.")
    typer.echo("Units and ranges are as the file had them: add ranges, sources and loops, then firstbest flywheel.")


def example(name: str, folder: Path, seed: int) -> None:
    """Fit the worked example, look ahead, write model, figures, forecast and page into a folder of its own."""
    if name not in EXAMPLES:
        raise stop(f"expected an example, one of {', '.join(EXAMPLES)}; found '{name}'")
    from firstbest.store.kernel_cache import use_cache

    use_cache()
    console = Console()
    with faults_told(folder), console.status("Fitting the model to the annual figures (under a minute)"):
        _example(folder, seed, console)


LAST = 2027
KNOWN = 2017


def _example(folder: Path, seed: int, console: Console) -> None:
    from firstbest.flywheel.backtest import chosen, fitted_draws, scores
    from firstbest.flywheel.fit import forecast, ranges_of
    from firstbest.flywheel.history import cost_stories, outlook
    from firstbest.present.flywheel_history import History, history_page, history_screen
    from firstbest.store import flywheel_amazon as amazon
    from firstbest.store.flywheel_write import write_fit, write_outlook

    figures = amazon.amazon_figures()
    sales, share, *_ = amazon.amazon_series(figures)
    judged = scores(amazon.amazon_back_test())
    best = chosen(judged)
    of_model = best in amazon.CEILINGS
    told = amazon.amazon_fit(best if of_model else amazon.SHOWN, KNOWN, seed)
    draws = fitted_draws(told, sales.name, LAST, seed) if of_model else amazon.amazon_draws(best, (KNOWN, LAST), seed)
    off = {"no faster promise": "promise_effect", "no experience": "scale_effect"}
    history = History(
        title=told.problem.model.title,
        sales=sales,
        share=share,
        outlook=outlook(sales, draws),
        cost=forecast(told, "cost_share", LAST, seed),
        stories=cost_stories(told.problem, told.best, "cost_share", off),
        scores=judged,
        chosen=best,
        constants=ranges_of(told),
        confirmed=figures.confirmed,
        figures=figures.total,
        seed=seed,
        draws=draws.shape[1],
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in amazon.amazon_files().items():
        (folder / name).write_bytes(data)
    write_outlook(folder / "forecast.csv", history.outlook, KNOWN)
    write_fit(folder / "fitted.csv", told)
    page = folder / "flywheel.html"
    page.write_text(history_page(history), encoding="utf-8")
    console.print(history_screen(history, console.width, [f"{folder / 'forecast.csv'}", f"{page}"]), highlight=False)
