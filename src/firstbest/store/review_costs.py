"""The door desk: money of a week that no promise needed, from facts, by the decision that caused it.

Amazon's first desks were doors on legs: what customers do not feel is not paid for. Six kinds of cost can be told from
the facts without any opinion: paid time in which nobody had work, overtime in such time, parcels beyond one an order,
parcels sent again because the shelf was short, a faster carrier that was late all the same, and vehicles between
buildings that left less than half full. None is counted twice.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from firstbest.mechanisms.deck import CostLine
from firstbest.store.compile_network import compile_network
from firstbest.store.workspace import load
from firstbest.world.facts import DELIVERED, DEPARTED, PLANNED, VEHICLE, WORKED, FactType
from firstbest.world.network import Network
from firstbest.world.words import NodeKind, Process, Reason

LINES: Final = 10
FACTS: Final[tuple[FactType, ...]] = (WORKED, PLANNED, DEPARTED, DELIVERED, VEHICLE)
"""All that the door desk reads."""
HALF: Final = 0.5
_PROCESSES: Final = {
    Process.RECEIVE: "receiving", Process.PICK: "picking", Process.PACK: "packing", Process.LOAD: "loading",
    Process.INDIRECT: "support",
}  # fmt: skip


class Costs(NamedTuple):
    """The ten largest lines, what all lines come to, and a remark."""

    lines: tuple[CostLine, ...]
    total: float
    note: str


class Week(NamedTuple):
    """A week: a folder of its facts by name, its days since the epoch, the network, the firm's time zone."""

    facts: Path
    start: int
    end: int
    network: Network
    zone: str


def week_costs(folder: Path, rehearsal: str, start: int, end: int) -> Costs | None:
    """The costs of a week of the rehearsal in `folder`; None where it left no facts behind."""
    told_path, facts = folder / rehearsal / "run.json", folder / rehearsal / "facts"
    if not told_path.is_file() or not any(facts.glob("worked/*.parquet")) or not (folder / "firstbest.toml").is_file():
        return None
    told = json.loads(told_path.read_text("utf-8"))
    workspace = load(folder)
    scale = float(told["scale"])
    network, _ = compile_network(workspace, scale, told["days"])
    found = costs_of(Week(facts, start, end, network, workspace.time_zone))
    if found is None or scale == 1:
        return found
    return found._replace(
        note=f"Rehearsed at {scale:g} of full scale: teams stay whole, so their idle time counts for more."
    )


def costs_of(week: Week) -> Costs | None:
    """The costs of a week of whatever left these facts; None where nobody has worked."""
    if not _there(week, "worked"):
        return None
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as engine:
        engine.execute(f"SET TimeZone = '{week.zone}'")
        lines = [line for told in _TOLD for line in told(engine, week)]
    lines.sort(key=lambda line: (-line.cost, line.what, line.where))
    return Costs(tuple(lines[:LINES]), sum(line.cost for line in lines), "")


def _there(week: Week, *facts: str) -> bool:
    """Whether there is a file of each of these facts."""
    return all(any((week.facts / fact).glob("*.parquet")) for fact in facts)


def _rows(engine: duckdb.DuckDBPyConnection, week: Week, text: str) -> list[tuple[int, int, float, int]]:
    """Rows of (node, what, cost in millionths, count) of a query with {fact} for files and {day} for a fact's day."""
    return [(int(a), int(b), float(c), int(d)) for a, b, c, d in engine.execute(_filled(week, text)).fetchall()]


def _filled(week: Week, text: str) -> str:
    day = """date_diff('day', DATE '1970-01-01', CAST(make_timestamptz({0}"at") AS DATE))"""
    filled = text
    for fact in FACTS:
        filled = filled.replace(f"{{{fact.name}}}", f"read_parquet('{week.facts / fact.name}/*.parquet')")
    filled = filled.replace("{day}", day.format("")).replace("{day_d}", day.format("d."))
    filled = filled.replace("{start}", str(week.start)).replace("{end}", str(week.end))
    return filled.replace("{first}", str(week.network.calendar.first_day))


def _idle(engine: duckdb.DuckDBPyConnection, week: Week) -> list[CostLine]:
    """Paid time without work; the part of it that was overtime is told apart."""
    found = []
    text = """
        WITH w AS (
            SELECT node, process, money, paid_min, greatest(0, paid_min - busy_s / 60.0) AS idle_min, overtime_min
            FROM {worked} WHERE day + {first} BETWEEN {start} AND {end} AND paid_min > 0 AND process < 4
        )
        SELECT node, process, sum(money * %s / paid_min), sum(%s) / 60 FROM w GROUP BY 1, 2 HAVING sum(%s) > 0
        ORDER BY 1, 2
    """
    overtime, rest = "least(idle_min, overtime_min)", "greatest(0, idle_min - overtime_min)"
    for part, what, decision in (
        (rest, "Paid time without work, {}", "the roster made for that week"),
        (overtime, "Overtime without work, {}", "the overtime plan of that day"),
    ):
        for node, process, cost, hours in _rows(engine, week, text % (part, part, part)):
            said = what.format(_PROCESSES[Process(process)])
            found.append(_line(week, said, node, cost, (hours, "hours"), decision))
    return found


def _splits(engine: duckdb.DuckDBPyConnection, week: Week) -> list[CostLine]:
    """Parcels beyond the dearest one of their order, by the node that sent the cheaper ones."""
    if not _there(week, "planned"):
        return []
    text = f"""
        WITH p AS (
            SELECT "order", node, cost, row_number() OVER (PARTITION BY "order" ORDER BY cost DESC, node) AS rank
            FROM {{planned}}
            WHERE {{day}} BETWEEN {{start}} AND {{end}} AND attempt = 0 AND reason <> {int(Reason.RESOURCED)}
        )
        SELECT node, 0, sum(cost), count(*) FROM p WHERE rank > 1 GROUP BY 1 ORDER BY 1
    """
    decision = "source: no single node held every line"
    return [
        _line(week, "Second parcels of split orders", node, cost, (count, "parcels"), decision)
        for node, _, cost, count in _rows(engine, week, text)
    ]


def _again(engine: duckdb.DuckDBPyConnection, week: Week) -> list[CostLine]:
    """Parcels that were sent again because the shelf held less than the book said."""
    if not _there(week, "departed"):
        return []
    text = f"""
        SELECT node, 0, sum(cost), count(*) FROM {{departed}}
        WHERE {{day}} BETWEEN {{start}} AND {{end}} AND reason = {int(Reason.RESOURCED)} GROUP BY 1 ORDER BY 1
    """
    decision = "count: the shelf held less than the book said"
    return [
        _line(week, "Sent again after a short pick", node, cost, (count, "parcels"), decision)
        for node, _, cost, count in _rows(engine, week, text)
    ]


def _in_vain(engine: duckdb.DuckDBPyConnection, week: Week) -> list[CostLine]:
    """What a faster carrier cost beyond the planned one, where the parcel was late all the same."""
    if not _there(week, "departed", "planned", "delivered"):
        return []
    text = f"""
        SELECT d.node, 0, sum(greatest(0, d.cost - p.cost)), count(*)
        FROM {{departed}} d JOIN {{planned}} p USING ("order", node, attempt)
        JOIN {{delivered}} v USING ("order", node, attempt)
        WHERE {{day_d}} BETWEEN {{start}} AND {{end}} AND d.reason = {int(Reason.UPGRADED)} AND v."at" > v.deliver_by
        GROUP BY 1 HAVING sum(greatest(0, d.cost - p.cost)) > 0 ORDER BY 1
    """
    decision = "departure: a faster lane was bought at the dock"
    return [
        _line(week, "Faster carrier, late all the same", node, cost, (count, "parcels"), decision)
        for node, _, cost, count in _rows(engine, week, text)
    ]


def _half_empty(engine: duckdb.DuckDBPyConnection, week: Week) -> list[CostLine]:
    """What the empty part of goods vehicles cost that left less than half full, by volume and by weight.

    Trucks to stations carry parcels whose promise needs them, and carriers' own lanes cost by the parcel: left out. Of
    a part load that is paid by weight only what is paid a vehicle counts.
    """
    if not _there(week, "vehicle"):
        return []
    text = """
        SELECT lane, 0, volume_cm3, weight_g, cost, vehicles FROM {vehicle}
        WHERE {day} BETWEEN {start} AND {end} AND vehicles > 0 AND cost > 0
    """
    lanes, nodes = week.network.lanes, week.network.nodes
    lost: dict[int, list[float]] = {}
    for lane, _, volume, weight, cost, vehicles in engine.execute(_filled(week, text)).fetchall():
        end = int(lanes.destination[lane])
        if lanes.carrier[lane] >= 0 or end < 0 or nodes.kind[end] == NodeKind.STATION:
            continue
        fill = max(
            float(volume) / max(float(lanes.capacity_cm3[lane]) * vehicles, 1.0),
            float(weight) / max(float(lanes.capacity_g[lane]) * vehicles, 1.0),
        )
        if fill < HALF:
            sums = lost.setdefault(int(lane), [0.0, 0.0])
            sums[0] += min(float(cost), float(lanes.cost_vehicle[lane]) * vehicles) * (1 - fill)
            sums[1] += int(vehicles)
    decision = "departure: a thin load left because something on it had waited"
    found = []
    for lane, (paid, count) in sorted(lost.items()):
        said = f"Half-empty vehicles to {_where(week, int(lanes.destination[lane]))}"
        found.append(_line(week, said, int(lanes.origin[lane]), paid, (int(count), "vehicles"), decision))
    return found


def _where(week: Week, node: int) -> str:
    return week.network.texts.nodes[node].replace("_", " ").title()


def _line(week: Week, what: str, node: int, cost: float, counted: tuple[int, str], decision: str) -> CostLine:
    return CostLine(
        what=what, where=_where(week, node), cost=cost / 1e6, count=counted[0], of=counted[1], decision=decision
    )


_TOLD: Final = (_idle, _splits, _again, _in_vain, _half_empty)
"""Every kind of cost; none is counted twice."""
