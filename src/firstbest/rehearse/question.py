"""The evidence of a question about an order, read from the facts of the last rehearsal.

Its story, whom else the same cause hit, since when, at what cost, which rule bound.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import NamedTuple

from firstbest.present import text
from firstbest.present.labels import CAUSES, REASONS, VERDICTS
from firstbest.rehearse.explain import EPOCH, NothingToExplain, code_of, explain, read, rows_of
from firstbest.rehearse.folder import OUTPUT
from firstbest.store.compile_network import compile_network, log_order_names
from firstbest.store.workspace import load
from firstbest.world import facts as f
from firstbest.world.network import Network
from firstbest.world.units import DAY_US, MONEY, PPM
from firstbest.world.words import LateCause, NodeKind, Reason, Remedy, Verdict

__all__ = ["NothingToExplain", "order_evidence"]
WEEK = 7
REMEDIES = {each: each.name.lower().replace("_", " ") for each in Remedy}


class Hit(NamedTuple):
    """Orders that one cause hit."""

    orders: int
    value: int
    first_us: int
    last_us: int
    worst_week: str
    in_worst: int


def order_evidence(folder: Path, order: str) -> list[str]:
    """Lines of evidence, the story last. Raises `NothingToExplain` where there is no such order or no rehearsal."""
    told = explain(folder, order)
    run = json.loads((folder / OUTPUT / "run.json").read_text(encoding="utf-8"))
    workspace = load(folder)
    network, nature = compile_network(workspace, run["scale"], run["days"])
    names = log_order_names(workspace, run["scale"], run["days"]) if len(nature.log.at_us) else ()
    code = code_of(order, names, network)
    return [*_cause(folder, code, network), *_rule(folder, code, network), "", *told.rstrip("\n").split("\n")]


def _cause(folder: Path, code: int, network: Network) -> list[str]:
    """What happened to it, and to how many others."""
    completed, refused = rows_of(folder, f.COMPLETED, code), rows_of(folder, f.REFUSED, code)
    orders = folder / OUTPUT / "orders.parquet"
    if len(completed) and completed[-1]["cause"]:
        cause, node = int(completed[-1]["cause"]), int(completed[-1]["node"])
        words = CAUSES[LateCause(cause)][0]
        place = text.named(network.texts.nodes[node])
        here = _hit(orders, f"cause = {cause} AND node = {node}")
        everywhere = _hit(orders, f"cause = {cause}")
        share = _among(orders, node)
        policy = network.policy
        contacts = here.orders * policy.contacts_late_ppm * policy.contact_cost // PPM
        return [
            f"Cause: {words}, at {place}.",
            f"Also hit: {here.orders - 1:,} other orders at {place}, {everywhere.orders - 1:,} in all.",
            f"That is {text.share(here.orders / max(share, 1))} of the orders that {place} completed.",
            _since(here),
            f"Cost: {_money(here.value, network)} of sales came late, {_money(contacts, network)} more in contacts.",
        ]
    if len(refused):
        row = refused[-1]
        words = REASONS[Reason(int(row["reason"]))]
        files = folder / OUTPUT / "facts" / "refused" / "*.parquet"
        found = _hit(files, f"reason = {int(row['reason'])}", '"order", at AS placed_at, quantity * price AS value')
        return [
            f"Cause: {words}.",
            f"Also hit: {found.orders - 1:,} other orders with lines refused for it.",
            _since(found),
            f"Cost: {_money(found.value, network)} of sales refused.",
        ]
    return [
        "Cause: none found; by the record it went as promised.",
        "Then the promise or the measure may be what is wrong.",
    ]


def _hit(files: Path, where: str, columns: str = '"order", placed_at, value') -> Hit:
    """How many orders, since when, and the week that had most."""
    found = read(
        f'SELECT "order", min(placed_at), sum(value) FROM (SELECT {columns} FROM read_parquet($1) WHERE {where}) '  # noqa: S608 - integers and our own columns
        'GROUP BY "order" ORDER BY "order"',
        files,
    ).fetchall()
    weeks: dict[int, int] = {}
    for _, placed, _ in found:
        week = int(placed) // DAY_US // WEEK
        weeks[week] = weeks.get(week, 0) + 1
    worst = max(sorted(weeks), key=lambda week: weeks[week], default=0)
    day = date.fromordinal(EPOCH.toordinal() + worst * WEEK).isoformat()
    times = [int(row[1]) for row in found]
    return Hit(
        len(found),
        sum(int(row[2]) for row in found),
        min(times, default=0),
        max(times, default=0),
        day,
        weeks.get(worst, 0),
    )


def _since(hit: Hit) -> str:
    first, last = (date.fromordinal(EPOCH.toordinal() + at // DAY_US).isoformat() for at in (hit.first_us, hit.last_us))
    return f"Since: {first}, last on {last}; most in the week from {hit.worst_week}: {hit.in_worst:,} orders."


def _among(orders: Path, node: int) -> int:
    asked = f"SELECT count(*) FROM read_parquet($1) WHERE node = {node:d} AND completed_at > 0"  # noqa: S608 - an integer
    return int(read(asked, orders).fetchall()[0][0])


def _rule(folder: Path, code: int, network: Network) -> list[str]:
    """Which rule bound: what was asked, what was promised, and why no other node sent it."""
    ordered, planned, refused = (rows_of(folder, fact, code) for fact in (f.ORDERED, f.PLANNED, f.REFUSED))
    found = []
    if len(ordered) and ordered[0]["reason"]:
        found.append(REASONS[Reason(int(ordered[0]["reason"]))])
    if len(ordered) and ordered[0]["wanted_by"] and ordered[0]["deliver_by"] > ordered[0]["wanted_by"]:
        found.append("stock or capacity moved the promise past what the service asks")
    if len(planned):
        found += _others(int(planned[0]["verdicts"]), network)
    for row in refused[:1]:
        node = int(row["binding"])
        where = text.named(network.texts.nodes[node]) if node >= 0 else "every centre"
        remedy = Remedy(int(row["remedy"]))
        found.append(f"the limit of {where} bound" + (f"; would have helped: {REMEDIES[remedy]}" if remedy else ""))
    return [f"Rule: {'; '.join(found) or 'none bound'}."]


def _others(verdicts: int, network: Network) -> list[str]:
    centres = [node for node, kind in enumerate(network.nodes.kind) if kind == NodeKind.FULFILMENT]
    said = []
    for place, node in enumerate(centres[:16]):
        verdict = Verdict((verdicts >> (4 * place)) & 15)
        if verdict not in (Verdict.CHOSEN, Verdict.NOT_A_CANDIDATE):
            said.append(f"{text.named(network.texts.nodes[node])}: {VERDICTS[verdict]}")
    return said


def _money(amount: int, network: Network) -> str:
    return text.money(amount / MONEY, network.texts.currency)
