"""The day as the floor sees it: what must leave by when, and what is stuck; for a terminal and for the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from rich.text import Text

from firstbest.present import text

_MINUTE_US: Final = 60_000_000
_DAY_MIN: Final = 1_440
_HOUR_MIN: Final = 60
_LATE: Final = "bold red"


class Due(NamedTuple):
    """What has to leave a node today."""

    node: str
    now_us: int
    cut_off_us: int  # -1: nothing is collected today
    last_pick_up_us: int  # 0: none is left today
    waiting: int  # for a wave
    on_floor: int
    picked: int
    packed: int
    late: int  # of all these, already after their ship-by
    taken: int  # shipments promised to be packed today
    limit: int  # that the roster can pack
    later: int = 0  # shipments that have to leave on a later day
    next_us: int = 0  # the first of them by then

    @property
    def open(self) -> int:
        """Shipments that have still to leave."""
        return self.waiting + self.on_floor + self.picked + self.packed

    @property
    def risk(self) -> str:
        """In words: what the day looks like."""
        if self.late:
            return f"{text.count(self.late)} late already"
        if not self.open:
            return "nothing left to do"
        if not self.last_pick_up_us:
            return "no pick-up left today"
        if self.limit and self.taken > self.limit:
            return "promised more than hands can pack"
        return "on course"


MANY: Final = {"shelf": "shelves", "inbound": "inbound"}
"""Kinds of problem whose many do not just end on an s."""


class Problem(NamedTuple):
    """Something that is stuck."""

    kind: str  # shipment, inbound, shelf, message
    name: str
    what: str
    age_us: int
    owner: str
    action: str


def clock(instant_us: int, zone: str) -> str:
    """A local time of day."""
    if instant_us <= 0:
        return text.MISSING
    return datetime.fromtimestamp(instant_us / 1e6, UTC).astimezone(ZoneInfo(zone)).strftime("%H:%M")


def age(age_us: int) -> str:
    """How long: `3 d 4 h`, `5 h 10 min`, `12 min`."""
    minutes = age_us // _MINUTE_US
    if minutes <= 0:
        return text.MISSING
    if minutes >= _DAY_MIN:
        return f"{minutes // _DAY_MIN} d {minutes % _DAY_MIN // _HOUR_MIN} h"
    return f"{minutes // _HOUR_MIN} h {minutes % _HOUR_MIN} min" if minutes >= _HOUR_MIN else f"{minutes} min"


def today_screen(dues: list[Due], zone: str, width: int) -> Text:
    """What must leave today, a line a node."""
    page = Text(no_wrap=True)
    if not dues:
        return Text("no fulfilment node in this network")
    page.append(f"Today at {clock(dues[0].now_us, zone)}", style="bold")
    page.append(f" ({zone}): {text.count(sum(due.open for due in dues))} shipments have still to leave\n\n")
    name = max(12, *(len(due.node) for due in dues))
    heads = ("cut-off", "pick-up", "waiting", "floor", "picked", "packed", "hands")
    page.append("  " + "node".ljust(name) + "".join(head.rjust(9) for head in heads) + "\n", style="dim")
    for due in dues:
        counts = (due.waiting, due.on_floor, due.picked, due.packed)
        cells = [clock(due.cut_off_us, zone), clock(due.last_pick_up_us, zone), *map(text.short_count, counts)]
        cells.append(f"{due.taken * 100 // due.limit} %" if due.limit else text.MISSING)
        page.append("  " + due.node.ljust(name) + "".join(cell.rjust(9) for cell in cells))
        room = width - name - 2 - 9 * len(cells) - 2
        risk = due.risk
        page.append(("  " if len(risk) <= room else "\n    ") + risk + "\n", style=_LATE if due.late else "")
    for due in dues:
        if due.later:
            verb = "shipment has" if due.later == 1 else "shipments have"
            when = datetime.fromtimestamp(due.next_us / 1e6, UTC).astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M")
            page.append(f"\n  {due.node}: {text.count(due.later)} more {verb} to leave on later days, from {when}")
    if any(due.later for due in dues):
        page.append("\n")
    page.append("\nhands: shipments promised for today, of those that today's roster can pack\n", style="dim")
    page.rstrip()
    return page


def problems_screen(problems: list[Problem], width: int, most: int = 40) -> Text:
    """What is stuck, oldest first."""
    page = Text(no_wrap=True)
    if not problems:
        return Text("Nothing is stuck.")
    kinds: dict[str, int] = {}
    for each in problems:
        kinds[each.kind] = kinds.get(each.kind, 0) + 1
    page.append(f"{text.count(len(problems))} stuck: ", style="bold")
    page.append(
        ", ".join(
            f"{text.count(number)} {kind if number == 1 else MANY.get(kind, f'{kind}s')}"
            for kind, number in sorted(kinds.items())
        )
        + "\n\n"
    )
    for each in problems[:most]:
        page.append(f"  {age(each.age_us):>10}  ", style="bold")
        page.append(f"{each.kind} {each.name} {each.what}"[: width - 14] + "\n")
        page.append(f"{'':14}{each.owner}: {each.action}"[:width] + "\n", style="dim")
    if len(problems) > most:
        page.append(f"\n{text.count(len(problems) - most)} more: --all shows them\n", style="dim")
    page.rstrip()
    return page
