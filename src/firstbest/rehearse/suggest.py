"""What would help most: changes estimated from what a rehearsal found tight or dear. They are not rehearsed.

Each candidate is plain arithmetic on the record and says so in its `how`: hours at wages, shipments at list prices,
late orders at what the house itself says they cost (contacts, and `late_day_penalty` of policies.toml). Money is for a
year at full scale. Those with the greatest yearly value come first, where "at most" counts as a half of it; if more
than one order in two hundred is late, one of the three mends promises. Stations that held a building up for weeks are
one of them whatever they are worth: no other change brings an order through a door that is full.

At a scale below 1 the teams of a network stay whole and an hour costs that share of its wage, while a record's hours
are those of the orders in it; so hours, orders and wages over the scale are those of the full operation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from firstbest.present import text
from firstbest.present.constraints import week_starts, weekly
from firstbest.present.figures import figures
from firstbest.present.record import Record, Suggestion
from firstbest.present.sums import F64, by_day_node
from firstbest.rehearse.suggest_network import nearer_stock, new_centre, stations
from firstbest.rehearse.suggest_stations import NEEDED, Short, bind, more_stations
from firstbest.rehearse.suggest_words import WHOLE_YEAR_DAYS, Candidate, amount, name_of, yearly
from firstbest.world.metrics import Metric
from firstbest.world.network import Labour
from firstbest.world.units import MONEY, PPM
from firstbest.world.words import NodeKind, Process, Service

SHOWN: Final = 3
LATE_SHARE: Final = 0.005
"""With more late orders than this, one suggestion is about promises."""
WORTH_SHARE: Final = 0.0005
"""Savings below this share of cost to serve are not worth a line."""
PEAK_WEEKS: Final = 4
HEADS_MOST: Final = 3
"""Rosters of up to this many times the heads of today are tried."""
BACKLOG_PART: Final = 0.9
"""Extra hands are counted for a backlog that nine days in ten do not exceed."""
STOCK_DAYS: Final = 7
PAD_MOST: Final = 14


def suggestions(record: Record) -> tuple[Suggestion, ...]:
    """The three changes that would help most, by estimate."""
    found = figures(record)
    made = [each for source in SOURCES for each in source(record, found) if _worth(each, found, record)]
    made.sort(key=lambda each: (-each.value, each.suggestion.text))
    shown = made[:SHOWN]
    late = 1 - found["delivered_on_time"]
    service = [each for each in made if each.service]
    kept = [each for each in made if each.binding]
    if late > LATE_SHARE and service and not any(each.service for each in shown):
        kept = kept or service
    if kept and not any(each.binding for each in shown):
        shown = [*shown[: SHOWN - 1], kept[0]]
    return tuple(each.suggestion for each in shown)


def _worth(candidate: Candidate, found: dict[str, float], record: Record) -> bool:
    """Whether a candidate is worth a line: real money, or promises kept."""
    least = WORTH_SHARE * found["cost_to_serve"] * yearly(record)
    return math.isfinite(candidate.value) and (candidate.service or candidate.value > least)


# ------------------------------------------------------------------------------------------------------------- people
class _Crew(NamedTuple):
    """The terms on which one process of one building works."""

    contract: float  # minutes a week of a permanent head
    overtime: float  # most minutes a week of a head
    wage: float  # money a minute
    overtime_price: float  # of the wage
    temp_price: float  # of the wage, for a minute of work at full speed


def crew_of(labour: Labour, node: int, process: int, scale: float) -> _Crew:
    """The terms of a crew at full scale."""
    days = 6 if labour.work_days[node].mean() > 5 / 7 else 5
    speed = max(int(labour.temp_speed_ppm[node, process]), 1)
    return _Crew(
        float(labour.contract_minutes_week[node]),
        float(labour.overtime_minutes[node]) * days,
        float(labour.wage_hour[node, process]) / 60 / MONEY / scale,
        float(labour.overtime_ppm[node, process]) / PPM,
        float(labour.temp_ppm[node, process]) / speed,
    )


def weekly_cost(crew: _Crew, heads: int, needed: F64) -> float:
    """Money for weeks of so many needed minutes: contracts, then overtime, then temporary hands. Needed: [W]."""
    short = np.maximum(needed - heads * crew.contract, 0)
    overtime = np.minimum(short, heads * crew.overtime)
    premium = overtime * crew.overtime_price + (short - overtime) * crew.temp_price
    return float((heads * crew.contract + premium).sum() * crew.wage)


def rosters(record: Record, _found: dict[str, float]) -> list[Candidate]:
    """More or fewer permanent heads, where a year's weeks would have been cheaper with them."""
    if record.days < WHOLE_YEAR_DAYS:
        return []  # a part of a year says nothing of the peak
    labour, made = record.network.labour, []
    whole = np.diff([*week_starts(record), record.days]) == 7  # noqa: PLR2004 - days
    for process, metric in NEEDED.items():
        needed = weekly(record, by_day_node(record, metric))[whole] / record.scale
        for node in np.flatnonzero(np.asarray(labour.heads)[:, process] > 0).tolist():
            now, crew = int(labour.heads[node, process]), crew_of(labour, node, process, record.scale)
            if not needed[:, node].any() or not crew.contract:
                continue
            tried = range(1, HEADS_MOST * now + 2)
            best = min(tried, key=lambda heads: (weekly_cost(crew, heads, needed[:, node]), heads))
            saved = weekly_cost(crew, now, needed[:, node]) - weekly_cost(crew, best, needed[:, node])
            if best != now:
                made.append(_roster(record, (node, process), (now, best), saved * 52 / max(int(whole.sum()), 1)))
    return made


def _roster(record: Record, at: tuple[int, Process], heads: tuple[int, int], value: float) -> Candidate:
    more = heads[1] - heads[0]
    count = abs(more)
    words = f"{count} {'more' if more > 0 else 'fewer'} permanent {'head' if count == 1 else 'heads'}"
    node, process = record.network.texts.nodes[at[0]], at[1].name.lower()
    change = {"kind": "roster", "node": node, "process": process, "add_heads": more}
    return Candidate(
        value,
        Suggestion(
            f"{words} for {process}ing in {name_of(record, at[0])}",
            f"about {amount(record, value)} a year",
            "hours needed week by week, at contract, then overtime, then temporary price; not rehearsed",
        ),
        service=False,
        change=(change,),
        name=f"{node}_{process}_heads",
    )


def hands(record: Record, _found: dict[str, float]) -> list[Candidate]:
    """Hands in the weeks in which orders were late for want of labour, and stations for them where these bind."""
    late = weekly(record, by_day_node(record, Metric.LATE_NO_LABOUR)) / record.scale
    if not late.size or not late.sum():
        return []
    length = min(PEAK_WEEKS, len(late))
    runs = np.stack([late[first : first + length].sum(axis=0) for first in range(len(late) - length + 1)])
    first, node = (int(each) for each in np.unravel_index(int(runs.argmax()), runs.shape))
    starts = [*week_starts(record), record.days]
    span = slice(starts[first], starts[first + length])
    bound = [each for each in NEEDED if bind(record, node, each, span)]
    process = _scarcer(record, span, node, bound or list(NEEDED))
    needed = by_day_node(record, NEEDED[process])[span, node].sum()
    shipped = by_day_node(record, Metric.SHIPMENTS)[span, node].sum()
    left = by_day_node(record, Metric.BACKLOG)[span, node] / record.scale
    labour = record.network.labour
    shift = float(labour.shift_minutes[node].max())
    if not shipped or not left.any() or not shift:
        return []
    minutes = needed / shipped
    count = max(1, math.ceil(float(np.quantile(left, BACKLOG_PART)) * minutes / shift))
    crew, days = crew_of(labour, node, process, record.scale), int(np.asarray(labour.work_days)[node, span].sum())
    cost = count * shift * days * crew.wage * float(labour.temp_ppm[node, process]) / PPM
    # They mend no more orders than they can work on.
    mended = min(float(runs[first, node]), count * shift * days / minutes)
    if bound:
        value = (mended * late_order_cost(record) - cost) * yearly(record) * record.scale
        return [more_stations(record, node, process, Short(span, count, mended, cost), value)]
    return [_hands(record, (node, process), (span, count), (mended, cost))]


def _scarcer(record: Record, span: slice, node: int, among: Sequence[Process]) -> Process:
    """Picking or packing: which had less time rostered for what it needed."""

    def use(process: Process) -> float:
        needed, offered = (by_day_node(record, NEEDED[process], side)[span, node].sum() for side in (0, 1))
        return float(needed / offered) if offered else 0.0

    return max(among, key=lambda process: (use(process), process))


def _hands(record: Record, at: tuple[int, Process], what: tuple[slice, int], told: tuple[float, float]) -> Candidate:
    (node, process), (span, count), (late, cost) = at, what, told
    weeks = [text.week_of(record.first_day + day) for day in (span.start, span.stop - 1)]
    value = (late * late_order_cost(record) - cost) * yearly(record) * record.scale
    until = min(span.stop, record.days)
    change = {
        "kind": "roster", "node": record.network.texts.nodes[node], "process": process.name.lower(), "add_temps": count,
        **({"from": text.date_of(record.first_day + span.start)} if span.start > 1 else {}),
        **({"until": text.date_of(record.first_day + until)} if until < record.days else {}),
    }  # fmt: skip
    return Candidate(
        value,
        Suggestion(
            f"{count} more {'hand' if count == 1 else 'hands'} for {process.name.lower()}ing in "
            f"{name_of(record, node)}, weeks {weeks[0]} to {weeks[1]}",
            f"up to {text.count(late)} fewer late orders, for {amount(record, cost)}",
            "late orders for want of labour in those weeks; hands for the shipments left at pick-up; not rehearsed",
        ),
        service=True,
        change=(change,),
        name=f"{change['node']}_{change['process']}_hands",
    )


def late_order_cost(record: Record) -> float:
    """What the house says a late order costs: its further contacts, and the penalty of a day in its policy."""
    policy = record.network.policy
    return (policy.contacts_late_ppm / PPM * policy.contact_cost + policy.late_day_penalty) / MONEY


# ----------------------------------------------------------------------------------------------------- promises, stock
def promises(record: Record, _found: dict[str, float]) -> list[Candidate]:
    """A day more in the promise, for orders that carriers brought a day late."""
    late = float(by_day_node(record, Metric.LATE_LAST_MILE).sum())
    chance = np.asarray(record.network.carriers.chance_late_ppm, np.float64)
    if not late or len(chance) < 2 or chance[0] <= 0:  # noqa: PLR2004 - a day late, two days late
        return []
    kept = late * (1 - chance[1] / chance[0]) / record.scale
    policy = record.network.policy
    value = kept * record.scale * yearly(record) * policy.contacts_late_ppm / PPM * policy.contact_cost / MONEY
    return [
        Candidate(
            value,
            Suggestion(
                "A day more in what is promised (pad_days)",
                f"some {text.count(kept)} fewer late orders, {amount(record, value)} a year in contacts",
                "late orders of the last mile, of which carriers are believed to be one day late; not rehearsed",
            ),
            service=True,
            change=tuple(
                {"kind": "promise", "service": service.name.lower(), "pad_days": int(pad) + 1}
                for service, pad in zip(Service, record.network.promises.pad_days.tolist(), strict=True)
                if pad < PAD_MOST
            ),
            name="a_day_more_promised",
        )
    ]


def stock(record: Record, found: dict[str, float]) -> list[Candidate]:
    """A week more of stock, against sales lost for want of it."""
    lost, sales = found["lost_sales"], found["net_sales"]
    days = found["days_of_stock"]
    goods = found["goods_cost_per_order"] / found["order_value"] if sales else math.nan
    earned = 1 - goods - found["cost_to_serve_of_sales"]
    policy = record.network.policy
    holding = policy.holding_ppm_year / PPM
    value = lost * earned * yearly(record) - found["stock_value"] / days * STOCK_DAYS * holding / record.scale
    if not math.isfinite(value):
        return []
    return [
        Candidate(
            value / 2,  # at most all of it: ranked at a half
            Suggestion(
                f"{STOCK_DAYS} days more of stock in storage (cover_storage_days)",
                f"at most {amount(record, value)} a year",
                "margin of all sales refused for want of stock, less the capital cost of a week's more; not rehearsed",
            ),
            service=False,
            change=(_policy("replenishment.cover_storage_days", policy.cover_storage_days + STOCK_DAYS),),
            name="a_week_more_in_storage",
        )
    ]


def _policy(key: str, value: int) -> dict[str, object]:
    return {"kind": "policy", "key": key, "value": value}


def carriers(record: Record, found: dict[str, float]) -> list[Candidate]:
    """Stations that carriers would undercut, stock nearer to customers, a centre more."""
    if not (np.asarray(record.network.nodes.kind) == NodeKind.FULFILMENT).any():
        return []
    return [*stations(record, found), *nearer_stock(record, found), *new_centre(record, found)]


SOURCES: Final[tuple[Callable[[Record, dict[str, float]], list[Candidate]], ...]] = (
    rosters, hands, promises, stock, carriers,
)  # fmt: skip
"""What is asked for candidates."""
