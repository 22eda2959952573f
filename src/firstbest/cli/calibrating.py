"""calibrate: what a log says of arrivals, handling and transit, how well it fits, and how it would have forecast."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer
from rich.console import Console

from firstbest.cli.making import faults_told, require_folder, stop

if TYPE_CHECKING:
    from firstbest.present.calibrated import Told
    from firstbest.rehearse.calibrate import Duration, Fitted
    from firstbest.rehearse.calibrate_arrivals import Arrivals

OUTPUT = "calibration"
DAYS_TOLD = 6


class Asked(NamedTuple):
    """What the command line asked for."""

    folder: Path
    log: Path
    columns: tuple[str, ...]
    first_part: float


def calibrate(asked: Asked) -> None:
    """Fit, try, print; write `calibration/fitted.toml` to copy from."""
    from firstbest.store.kernel_cache import use_cache

    use_cache()
    from firstbest.present.calibrated import page
    from firstbest.rehearse.calibrate import Shipments, empty_days
    from firstbest.rehearse.calibrate import calibrate as fit
    from firstbest.store.calibrate_log import read_shipments

    require_folder(asked.folder)
    if not asked.log.is_file():
        raise stop(f"expected a log of shipments, found nothing at '{asked.log}'")
    names = dict(each.partition("=")[::2] for each in asked.columns)
    with faults_told(asked.folder):
        read = read_shipments(asked.log, names)
        holidays = _holidays(asked.folder)
    log = Shipments(*(read.columns[name] for name in ("placed", "planned", "left", "delivered")))
    try:
        found = fit(log, asked.first_part, holidays)
    except ValueError as short:
        raise stop(f"{asked.log}: {short}") from None
    width = Console().width
    typer.echo(page([told(each) for each in found], asked.log.name, read.rows, read.unreadable, width))
    empty = empty_days(log, holidays)
    if empty:
        typer.echo("\n" + textwrap.fill(_empty_told(empty), width))
    output = asked.folder / OUTPUT
    output.mkdir(exist_ok=True)
    (output / "fitted.toml").write_text(toml_of(found, asked.log.name), encoding="utf-8")
    typer.echo(f"\nwritten: {output / 'fitted.toml'}, to copy into demand.toml, nature.toml and labour.csv")


def _empty_told(days: tuple[int, ...]) -> str:
    """Days on which nothing came; whether anybody worked only their firm knows."""
    from datetime import date, timedelta

    shown = [str(date(1970, 1, 1) + timedelta(days=day)) for day in days[:DAYS_TOLD]]
    more = f" and {len(days) - DAYS_TOLD} more" if len(days) > DAYS_TOLD else ""
    return (
        f"Nothing came on {', '.join(shown)}{more}, though their weekday has arrivals: where nobody worked, "
        "write them into calendars.csv as holidays (date,,holiday,all) and fit again; until then they count as misses."
    )


def _holidays(folder: Path) -> frozenset[int]:
    """Days on which the workspace's calendar says that everybody is closed; each from its date to its `until`."""
    import csv
    from datetime import date

    path = folder / "calendars.csv"
    if not path.is_file():
        return frozenset()
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row.get("what") == "holiday" and row.get("who") == "all"]
    found: set[int] = set()
    for row in rows:
        try:
            first, last = (
                (date.fromisoformat(day) - date(1970, 1, 1)).days
                for day in (row["date"], row.get("until") or row["date"])
            )
        except ValueError:
            raise stop(f"{path.name}: expected dates such as 2026-12-25, found {row['date']}, {row['until']}") from None
        found.update(range(first, last + 1))
    return frozenset(found)


def told(found: Fitted) -> Told:
    """One thing that was fitted, in words."""
    from firstbest.present.calibrated import Told, tried_text

    fit, goodness = _words(found)
    tried = found.tried
    if tried is None:
        return Told(found.name.capitalize(), fit, goodness, "too little of the log is later", None)
    said = tried_text(tried.values, tried.covered, holds=tried.holds)
    if found.rolled is not None:
        rolled = tried_text(found.rolled.values, found.rolled.covered, holds=found.rolled.holds)
        said += f"; week by week, each fitted to all before it ({found.rolled.origins} fits): {rolled}"
    return Told(found.name.capitalize(), fit, goodness, said, tried.holds)


def _words(found: Fitted) -> tuple[str, str]:
    if found.arrivals is not None:
        return _arrivals(found.arrivals)
    assert found.duration is not None, "one of the two is fitted"
    return _duration(found.duration)


def _arrivals(fit: Arrivals) -> tuple[str, str]:
    from firstbest.present.calibrated import weekdays_text

    said = f"{fit.level:,.1f} on a mean day, at the end of {fit.days} days; {weekdays_text(fit.weekday)}"
    chance = (
        "no more than chance" if fit.excess < 1 / max(fit.level, 1) else f"{100 * fit.excess**0.5:.1f} % beyond chance"
    )
    return (
        said,
        f"days differ by {chance}; the level walks {100 * fit.walk:.1f} % a week, known to {100 * fit.doubt:.1f} %",
    )


def _duration(fit: Duration) -> tuple[str, str]:
    said = f"{fit.kind}, mean {fit.mean:,.2f} {fit.unit}, spread {fit.spread:,.2f}"
    what = "from the fit" if fit.kind != "as in the log" else "between the first and second half"
    verdict = "within chance" if fit.distance <= fit.limit else "more than chance"
    return said, f"largest distance {what} {fit.distance:.3f}, chance gives up to {fit.limit:.3f}: {verdict}"


def toml_of(found: tuple[Fitted, ...], log: str) -> str:
    """What was fitted, in the units of the workspace's files."""
    lines = [f"# Fitted to {log} by firstbest calibrate. Nothing reads this file: copy what you believe."]
    for each in found:
        lines += ["", f"[{each.name}]"]
        if each.arrivals is not None:
            lines.append(f"orders_per_day = {each.arrivals.level * each.arrivals.weekday.mean():.1f}")
            lines.append(f"weekday = [{', '.join(f'{value:.3f}' for value in each.arrivals.weekday)}]")
            lines.append(f"walk_percent_week = {100 * each.arrivals.walk:.2f}")
        if each.duration is not None:
            lines.append(f'distribution = "{each.duration.kind}"')
            lines.append(f"mean_{each.duration.unit} = {each.duration.mean:.4f}")
            lines.append(f"spread_{each.duration.unit} = {each.duration.spread:.4f}")
        if each.tried is not None:
            lines.append(f"back_test_covered_percent = {100 * each.tried.covered:.1f}")
            lines.append(f"back_test_values = {each.tried.values}")
        if each.rolled is not None:
            lines.append(f"back_test_rolled_covered_percent = {100 * each.rolled.covered:.1f}")
            lines.append(f"back_test_rolled_values = {each.rolled.values}")
    return "\n".join(lines) + "\n"
