"""Arguments and options of `firstbest ask`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

HERE = Path()


class Ask(NamedTuple):
    """What `ask` asks."""

    question: Annotated[str, typer.Argument(help="'?', or words; or Q12, a question that is open.")] = ""
    order: Annotated[str, typer.Option(help="About an order of the last rehearsal.")] = ""
    complaint: Annotated[str, typer.Option(help="About a complaint: the name of a file in evidence/.")] = ""
    metric: Annotated[str, typer.Option(help="About a metric.")] = ""
    correction: Annotated[str, typer.Option(help="A correction of error: what went wrong.")] = ""
    owner: Annotated[str, typer.Option(help="Who has to answer; else whoever asks, or the metric's owner.")] = ""
    answer: Annotated[str, typer.Option(help="An answer; the first is due within 48 hours.")] = ""
    why: Annotated[list[str] | None, typer.Option(help="The next why; may be given often.")] = None
    action: Annotated[list[str] | None, typer.Option(help="'what; who; 2026-12-01'; may be given often.")] = None
    done: Annotated[int, typer.Option(min=0, help="The number of an action that is done.")] = 0
    close: Annotated[str, typer.Option(help="The root cause: closes the question.")] = ""
    fewer: Annotated[str, typer.Option(help="With --close: why fewer than five whys are enough.")] = ""
    listed: Annotated[bool, typer.Option("--list", help="Every open question, the oldest first.")] = False
    whole: Annotated[bool, typer.Option("--all", help="All of the evidence.")] = False
    inside: Annotated[Path, typer.Option("--in", help="The workspace.")] = HERE
    by: Annotated[str, typer.Option("--by", help="Who asks or adds.")] = ""
