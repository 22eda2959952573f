"""Arguments and options of `init` and `check`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import typer

Folder = Annotated[Path, typer.Argument(help="The workspace: a folder of files that you can read, edit and diff.")]


class Init(NamedTuple):
    """What `init` is asked."""

    folder: Folder
    log: Annotated[Path | None, typer.Option("--from", help="An order log: CSV, Excel or Parquet.")] = None
    map_file: Annotated[
        Path | None, typer.Option("--map", help="Which column is what (TOML); known exports need none.")
    ] = None
    dates: Annotated[
        Literal["day_first", "month_first"] | None, typer.Option(help="Of 03/04/2024, if the dates do not show it.")
    ] = None
    decimal: Annotated[
        Literal["point", "comma"] | None, typer.Option(help="Of 1,234, if the numbers do not show it.")
    ] = None
    time_zone: Annotated[str | None, typer.Option(help="Of the log's times, such as America/New_York.")] = None
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of the log to take.")] = None
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of the log to take.")] = None
    mechanisms: Annotated[bool, typer.Option("--mechanisms", help="Without a network: bets, goals, metrics.")] = False
    small: Annotated[bool, typer.Option("--small", help="One building, and five changes that grow it.")] = False
