"""The group `bet`: from a press release to a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firstbest.cli.asked import command
from firstbest.cli.bet_options import HERE, By, Decide, Inside, Measure, Name, Predict, Vote

app = typer.Typer(
    name="bet",
    help="Work backwards, from a press release to a verdict by facts.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def propose(
    name: Name,
    heading: Annotated[str, typer.Option(help="The announcement in one line, as a customer would say it.")] = "",
    inside: Inside = HERE,
    by: By = "",
) -> None:
    """Open a press release. A guided page, written before anything is built."""
    from firstbest.cli.betting import propose as act

    act(inside, name, heading, by)


@command(app, Predict)
def predict(asked: Predict) -> None:
    """Keep a forecast. From the twin, the growth model, any other model, or a person; all are treated alike."""
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
    """Seal a changed text again, with the reason. How often is shown wherever the bet is."""
    from firstbest.cli.betting import amend as act

    act(inside, name, reason, by)


@command(app, Decide)
def decide(asked: Decide) -> None:
    """Put a decision on record. Options, choice, reason, dissent by name, what was known, door, review day."""
    from firstbest.cli.betting_decisions import decide as act

    act(asked)


@command(app, Vote)
def vote(asked: Vote) -> None:
    """Seal a vote on a hire. Nobody can read it before all are in, nobody can change it after."""
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


@command(app, Measure)
def measure(asked: Measure) -> None:
    """Bring in what became of a bet's metrics. With where it is known from."""
    from firstbest.cli.betting_forecasts import measure as act

    act(asked)


@app.command("list")
def list_(inside: Inside = HERE) -> None:
    """List all bets. State, spend, horizon, forecast, verdict, what could be salvaged; how past forecasts came out."""
    from firstbest.cli.betting import portfolio

    portfolio(inside)


@app.command()
def show(name: Name, inside: Inside = HERE) -> None:
    """Show one bet. Its promises, every forecast, the facts, the verdict and why, what was decided."""
    from firstbest.cli.betting import show as act

    act(inside, name)


@app.command()
def handover(
    old: Annotated[str, typer.Argument(help="Who owns it now.")],
    new: Annotated[str, typer.Argument(help="Who shall own it.")],
    inside: Inside = HERE,
    by: By = "",
) -> None:
    """Move everything that one person owns to another. In one recorded act."""
    from firstbest.cli.betting import handover as act

    act(inside, (old, new), by)
