"""Arguments and options of the group `bet`, where a command has many."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

Name = Annotated[str, typer.Argument(help="The bet: the name of its file in bets/, without .md.")]
Inside = Annotated[Path, typer.Option("--in", help="The workspace.")]
By = Annotated[str, typer.Option("--by", help="Who does it; else FIRSTBEST_USER, else the account's name.")]
HERE = Path()


class Predict(NamedTuple):
    """What `predict` asks."""

    name: Name
    twin: Annotated[Path | None, typer.Option(help="A change: rehearse it in pairs and keep what comes out.")] = None
    flywheel: Annotated[Path | None, typer.Option(help="Quantiles from the growth model, CSV or JSON.")] = None
    quantiles: Annotated[Path | None, typer.Option(help="Quantiles from any other model, CSV or JSON.")] = None
    source: Annotated[str, typer.Option(help="What that other model is called; else the file's name.")] = ""
    stated: Annotated[str, typer.Option(help="A person's own range with the bet, p10 p50 p90: '0.42 0.44 0.46'.")] = ""
    without: Annotated[str, typer.Option(help="The same person's range without it, p10 p50 p90.")] = ""
    metric: Annotated[str, typer.Option(help="Of which success metric the range is; else the only one.")] = ""
    scale: Annotated[float, typer.Option(min=0.001, max=1.0, help="With --twin: how much of the orders.")] = 0.1
    days: Annotated[int | None, typer.Option(min=1, help="With --twin: fewer days than the workspace has.")] = None
    seed: Annotated[int, typer.Option(min=0, help="With --twin: the first seed.")] = 11
    replications: Annotated[int, typer.Option(min=2, max=1000, help="With --twin: pairs.")] = 10
    inside: Inside = HERE
    by: By = ""


class Decide(NamedTuple):
    """What `decide` asks."""

    about: Annotated[str, typer.Argument(help="The bet; or who or what it is about.")]
    answer: Annotated[str, typer.Argument(help="yes or no.")]
    reason: Annotated[str, typer.Option(help="Why; a no needs a reason as well as a yes.")]
    review: Annotated[str, typer.Option(help="The day on which it is looked at again: 2026-11-30.")]
    kind: Annotated[str, typer.Option(help="bet, hire, supplier or seller.")] = "bet"
    option: Annotated[list[str] | None, typer.Option(help="One of the options; may be given often.")] = None
    chosen: Annotated[str, typer.Option(help="The option chosen.")] = ""
    known: Annotated[list[str] | None, typer.Option(help="What was known; may be given often.")] = None
    dissent: Annotated[list[str] | None, typer.Option(help="'NAME: why', once for each who disagrees.")] = None
    commits: Annotated[list[str] | None, typer.Option(help="Who disagrees and commits; may be given often.")] = None
    door: Annotated[str, typer.Option(help="one-way or two-way; of a bet, as its text says.")] = ""
    bar_raiser: Annotated[str, typer.Option(help="Somebody from outside the team.")] = ""
    raised: Annotated[str, typer.Option(help="The bar raiser's reason.")] = ""
    veto: Annotated[bool, typer.Option("--veto", help="The bar raiser says no.")] = False
    file: Annotated[list[str] | None, typer.Option(help="A file that it is about; may be given often.")] = None
    inside: Inside = HERE
    by: By = ""


class Vote(NamedTuple):
    """What `vote` asks."""

    about: Annotated[str, typer.Argument(help="Whom the hire is about.")]
    answer: Annotated[str, typer.Argument(help="yes or no.")]
    reason: Annotated[str, typer.Option(help="Why, in four words or more.")]
    panel: Annotated[list[str] | None, typer.Option(help="Who votes; the first vote names all of them.")] = None
    keep: Annotated[Path | None, typer.Option(help="Where the text waits until all are in.")] = None
    inside: Inside = HERE
    by: By = ""


class Measure(NamedTuple):
    """What `measure` asks."""

    name: Name
    actual: Annotated[Path | None, typer.Option(help="A file of facts: metric, start, end, value, error.")] = None
    rehearse: Annotated[bool, typer.Option("--rehearse", help="A rehearsal with a fresh seed stands for it.")] = False
    scale: Annotated[float, typer.Option(min=0.001, max=1.0, help="With --rehearse: how much of the orders.")] = 0.1
    days: Annotated[int | None, typer.Option(min=1, help="With --rehearse: fewer days.")] = None
    seed: Annotated[int, typer.Option(min=0, help="With --rehearse: one that no forecast has seen.")] = 2026
    inside: Inside = HERE
    by: By = ""
