"""The screen of a rehearsal from now: what is open, what the next hours would bring, and model against life."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from rich.text import Text

from firstbest.present import text
from firstbest.present.comparison import Estimate
from firstbest.present.labels import CAUSES

_US: Final = 1_000_000
_WORSE: Final = "bold yellow"
_NAME: Final = 32
ROWS: Final = (
    ("orders_placed", "orders come in", "count"),
    ("units_refused", "units refused for want of stock", "count"),
    ("shipments_left", "shipments leave", "count"),
    ("shipments_left_late", "  of them late", "count"),
    ("shipments_stuck", "late, and still inside at the end", "count"),
    ("shipments_arrived", "shipments arrive", "count"),
    ("shipments_arrived_late", "  of them late", "count"),
    ("units_received", "units received", "count"),
    ("hours_paid", "hours paid", "count"),
    ("hours_overtime", "  of them overtime", "count"),
    ("work_cost", "cost of these hours", "money"),
    ("journeys_cost", "cost of journeys", "money"),
)
"""Figures in the order in which they are told: key, words, unit."""
AGAINST: Final = (
    ("click_to_ship_p50_h", "click to ship, half within", "hours", -1),
    ("click_to_ship_p90_h", "click to ship, nine of ten within", "hours", -1),
    ("left_on_time", "left in time", "share", 1),
    ("arrived_on_time", "arrived in time", "share", 1),
)
"""Model against life: key, words, unit, and whether more is better (1) or less (-1)."""
STAGES: Final = ("wait for a wave", "are to be picked", "are to be packed", "are packed", "are on their way")


class Lived(NamedTuple):
    """What the book tells of the days before."""

    days: int
    figures: Mapping[str, float]  # by the keys of AGAINST; nan where nothing happened
    timers: int
    timers_p99_s: float  # how late a timed step was run, of a hundred all but one


class Outlook(NamedTuple):
    """What was rehearsed from now. `low` and `high` are the lowest and the highest of all rehearsals."""

    time_zone: str
    currency: str
    from_us: int
    until_us: int
    asked_h: float
    rehearsals: int
    open_orders: int
    stages: tuple[int, ...]  # shipments, by STAGES
    mean: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    lived: Lived
    title: str = ""  # of the change
    with_: Mapping[str, float] = {}  # means with the change
    differences: Mapping[str, Estimate] = {}


def worse(outlook: Outlook) -> list[str]:
    """The figures in which life was worse than every rehearsal, as sentences."""
    found = []
    for key, words, unit, better in AGAINST:
        lived = outlook.lived.figures.get(key, math.nan)
        low, high = outlook.low.get(key, math.nan), outlook.high.get(key, math.nan)
        if (lived > high) if better < 0 else (lived < low):
            found.append(
                f"{words}: {text.written(lived, unit, '')} lived, "
                f"{text.written(high if better < 0 else low, unit, '')} in the worst rehearsal"
            )
    return found


def outlook_screen(outlook: Outlook, width: int) -> Text:
    """Everything, for the terminal."""
    page = Text(no_wrap=True)
    begin, end = (_moment(at, outlook.time_zone) for at in (outlook.from_us, outlook.until_us))
    page.append(f"From {begin} to {end}", style="bold")
    page.append(f" ({outlook.time_zone})\n")
    stages = [f"{text.count(n)} {words}" for n, words in zip(outlook.stages, STAGES, strict=True) if n]
    now = f"{text.count(outlook.open_orders)} orders are open now"
    page.append(_wrapped(f"{now}; of their shipments {_listed(stages)}" if stages else now, width) + "\n\n")
    (_changed if outlook.title else _alone)(page, outlook)
    _causes(page, outlook)
    _model_and_life(page, outlook)
    for line in notes(outlook):
        page.append(_wrapped(line, width) + "\n", style="dim")
    page.rstrip()
    return page


def notes(outlook: Outlook) -> list[str]:
    """What should be known of the figures."""
    times = f"{outlook.rehearsals} rehearsals" if outlook.rehearsals > 1 else "one rehearsal: no range is known"
    found = [
        f"{times}; the rest of everything under way is drawn given that it is not done",
        "new orders come as demand.toml says",
        "shelves hold what the book says and, where nobody has counted, what nature.toml makes it wrong by",
    ]
    if outlook.mean.get("overdue", 0) > 0:
        number = text.count(math.ceil(outlook.mean["overdue"]))
        found.append(f"{number} under way are later than anything in the model: they are taken to end within a day")
    hours = (outlook.until_us - outlook.from_us) / (3_600 * _US)
    if hours < outlook.asked_h - 1e-6:
        found.append(f"the live calendar ends after {text.number(hours, 1)} hours of the {outlook.asked_h:g} asked for")
    return found


def _alone(page: Text, outlook: Outlook) -> None:
    page.append(f"{'':{_NAME + 2}}{'mean':>10}{'lowest':>10}{'highest':>10}\n", style="dim")
    for key, words, unit in ROWS:
        values = (each.get(key, math.nan) for each in (outlook.mean, outlook.low, outlook.high))
        cells = "".join(f"{text.brief(value, unit, outlook.currency):>10}" for value in values)
        late = key in ("shipments_left_late", "shipments_stuck", "shipments_arrived_late") and outlook.mean.get(key, 0)
        page.append(f"  {words:{_NAME}}{cells}\n", style="" if not late else _WORSE)


def _changed(page: Text, outlook: Outlook) -> None:
    """The same hours without and with a change."""
    page.append(f"With {outlook.title}, on the same random numbers:\n")
    head = f"{'without':>10}{'with':>10}{'difference':>13}  95{text.THIN}% interval"
    page.append(f"{'':{_NAME + 2}}{head}\n", style="dim")
    for key, words, unit in ROWS:
        found = outlook.differences.get(key, Estimate(math.nan, math.nan, math.nan))
        cells = "".join(
            f"{text.brief(value.get(key, math.nan), unit, outlook.currency):>10}"
            for value in (outlook.mean, outlook.with_)
        )
        page.append(f"  {words:{_NAME}}{cells}")
        if found.low > 0 or found.high < 0:
            low, high = (text.number(end, 1 if abs(found.mean) < 100 else 0) for end in (found.low, found.high))
            page.append(f"{text.difference(found.mean, unit, outlook.currency):>13}", style="bold")
            page.append(f"  {low} to {high}\n")
        elif found.mean == 0:
            page.append(f"{'none':>13}\n", style="dim")
        else:
            page.append("  not distinguishable\n", style="dim")


def _causes(page: Text, outlook: Outlook) -> None:
    """Why what is late will be late."""
    for what, words in (("left_late", "will leave late for"), ("arrived_late", "will arrive late for")):
        values = [(outlook.mean.get(f"{what}_{cause.name.lower()}", 0.0), said) for cause, (said, _) in CAUSES.items()]
        parts = [f"{said} {text.number(value, 1)}" for value, said in sorted(values, key=lambda v: -v[0]) if value > 0]
        if parts:
            page.append(f"\n  {words} {_listed(parts)}")
    page.append("\n")


def _model_and_life(page: Text, outlook: Outlook) -> None:
    """What was rehearsed beside what was lived."""
    lived = outlook.lived
    page.append("\nModel against life", style="bold")
    page.append(f"\n{'':{_NAME + 4}}{'rehearsed':>12}{f'last {lived.days} days':>14}\n", style="dim")
    for key, words, unit, better in AGAINST:
        found = lived.figures.get(key, math.nan)
        behind = found > outlook.high.get(key, math.nan) if better < 0 else found < outlook.low.get(key, math.nan)
        cells = f"{text.written(outlook.mean.get(key, math.nan), unit, ''):>12}{text.written(found, unit, ''):>14}"
        page.append(
            f"  {words:{_NAME + 2}}{cells}{'  live is worse' if behind else ''}\n", style=_WORSE if behind else ""
        )
    late = lateness(lived.timers_p99_s) if lived.timers else text.MISSING
    page.append(f"  {'timed steps run late, 99 in 100 within':{_NAME + 8}}{f'0{text.THIN}s':>6}{late:>14}\n")
    if worse(outlook):
        page.append("  Live is worse than the model: take what is rehearsed here as too rosy.\n", style=_WORSE)
    elif all(math.isnan(value) for value in lived.figures.values()):
        page.append("  Nothing left or arrived in these days: there is no life to compare with yet.\n", style="dim")
    else:
        page.append("  Live is no worse than the worst rehearsal.\n", style="dim")
    page.append("\n")


def lateness(seconds: float) -> str:
    """How late, in the unit in which it is read: seconds, minutes, hours."""
    for unit, size in (("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{text.number(seconds / size, 1)}{text.THIN}{unit}"
    return f"{text.number(seconds, 1)}{text.THIN}s"


def _moment(at_us: int, zone: str) -> str:
    """A local day and time."""
    local = datetime.fromtimestamp(at_us / _US, UTC).astimezone(ZoneInfo(zone))
    return local.strftime("%a %d %b %H:%M")


def _listed(parts: list[str]) -> str:
    return ", ".join(parts)


def _wrapped(line: str, width: int) -> str:
    """A line in lines of a width."""
    import textwrap  # noqa: PLC0415 - here alone

    return "\n".join(textwrap.wrap(line, max(width - 1, 40)))
