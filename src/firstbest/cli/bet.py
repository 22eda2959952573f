"""The group `bet`: from a press release to a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from firstbest.cli.asked import command

app = typer.Typer(
    name="bet",
    help="Work backwards: propose, predict, lock, decide, and be judged by facts.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="The bet: the name of its file in bets/, without .md.")]
Inside = Annotated[Path, typer.Option("--in", help="The workspace.")]
By = Annotated[str, typer.Option("--by", help="Who does it; else FIRSTBEST_USER, else the account's name.")]
HERE = Path()


@app.command()
def propose(
    name: Name,
    heading: Annotated[str, typer.Option(help="The announcement in one line, as a customer would say it.")] = "",
    inside: Inside = HERE,
    by: By = "",
) -> None:
    """Open a press release: a guided page, written before anything is built."""
    from firstbest.cli.betting import propose as act

    act(inside, name, heading, by)


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


@command(app, Predict)
def predict(asked: Predict) -> None:
    """Keep a forecast: from the twin, the growth model, any other model, or a person. All are treated alike."""
    from firstbest.cli.betting_forecasts import predict as act

    act(asked)


@app.command()
def lock(name: Name, inside: Inside = HERE, by: By = "") -> None:
    """Seal text, metric definitions and forecasts before work starts."""
    from firstbest.cli.betting import lock as act

    act(inside, name, by)


@app.command()
def amend(
    name: Name,
    reason: Annotated[str, typer.Option(help="Why the sealed text or a definition changes.")],
    inside: Inside = HERE,
    by: By = "",
) -> None:
    """Seal a changed text again, with the reason; how often is shown wherever the bet is."""
    from firstbest.cli.betting import amend as act

    act(inside, name, reason, by)


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


@command(app, Decide)
def decide(asked: Decide) -> None:
    """Put a decision on record: options, choice, reason, dissent by name, what was known, door, review day."""
    from firstbest.cli.betting_decisions import decide as act

    act(asked)


class Vote(NamedTuple):
    """What `vote` asks."""

    about: Annotated[str, typer.Argument(help="Whom the hire is about.")]
    answer: Annotated[str, typer.Argument(help="yes or no.")]
    reason: Annotated[str, typer.Option(help="Why, in four words or more.")]
    panel: Annotated[list[str] | None, typer.Option(help="Who votes; the first vote names all of them.")] = None
    keep: Annotated[Path | None, typer.Option(help="Where the text waits until all are in.")] = None
    inside: Inside = HERE
    by: By = ""


@command(app, Vote)
def vote(asked: Vote) -> None:
    """Seal a vote on a hire: nobody can read it before all are in, nobody can change it after."""
    from firstbest.cli.betting_decisions import vote as act

    act(asked)


@app.command()
def reveal(
    about: Annotated[str, typer.Argument(help="Whom the hire is about.")],
    keep: Annotated[Path | None, typer.Option(help="Where the texts wait.")] = None,
    inside: Inside = HERE,
) -> None:
    """Open the sealed votes that lie here, once all are in."""
    from firstbest.cli.betting_decisions import reveal as act

    act(inside, about, keep)


@app.command()
def spend(
    name: Name,
    amount: Annotated[float, typer.Argument(help="Money spent, in the workspace's currency.")],
    note: Annotated[str, typer.Option(help="What for.")] = "",
    inside: Inside = HERE,
    by: By = "",
) -> None:
    """Book what a bet has cost so far."""
    from firstbest.cli.betting import spend as act

    act(inside, name, (amount, note), by)


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


@command(app, Measure)
def measure(asked: Measure) -> None:
    """Bring in what became of a bet's metrics, with where it is known from."""
    from firstbest.cli.betting_forecasts import measure as act

    act(asked)


@app.command("list")
def list_(inside: Inside = HERE) -> None:
    """The portfolio: state, spend, horizon, forecast, verdict, what could be salvaged; calibration by source."""
    from firstbest.cli.betting import portfolio

    portfolio(inside)


@app.command()
def show(name: Name, inside: Inside = HERE) -> None:
    """One bet: its promises, every forecast, the facts, the verdict and why."""
    from firstbest.cli.betting import show as act

    act(inside, name)


@app.command()
def handover(
    old: Annotated[str, typer.Argument(help="Who owns it now.")],
    new: Annotated[str, typer.Argument(help="Who shall own it.")],
    inside: Inside = HERE,
    by: By = "",
) -> None:
    """Move everything that one person owns to another, in one recorded act."""
    from firstbest.cli.betting import handover as act

    act(inside, (old, new), by)
