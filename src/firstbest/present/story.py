"""The story of one order: what was promised and why, where it could have come from, every event, every cost."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.present import story_returns, text
from firstbest.present.labels import CAUSES, REASONS, SERVICES, VERDICTS
from firstbest.world.network import Network
from firstbest.world.units import DAY_US, HOUR_US, MINUTE_US, MONEY, PPM
from firstbest.world.words import LateCause, NodeKind, Outcome, Reason, Remedy, Service, Verdict

Rows = NDArray[np.void]
_NAME: Final = 22
_REMEDIES: Final = {
    Remedy.MORE_STOCK: "more stock", Remedy.LATER_DATE: "a later date", Remedy.OTHER_NODE: "another node",
    Remedy.LATER_CUT_OFF: "a later cut-off", Remedy.MORE_HEADS: "more heads", Remedy.SPLIT: "a split",
}  # fmt: skip


class Story(NamedTuple):
    """Everything known of one order."""

    name: str  # as the user writes it
    rows: Mapping[str, Rows]  # by name of the fact type: this order's rows in (number, ordinal) order
    network: Network
    costs: Mapping[int, int]  # by node: quoted cost of sending the first shipment from there, money; may be empty


class _Event(NamedTuple):
    at: int
    zone: int
    words: str


def story(told: Story) -> str:
    """The whole story, readable at 80 columns."""
    ordered = told.rows.get("ordered")
    if ordered is None or not len(ordered):
        return f"No order {told.name} is known.\n"
    parts = [
        _head(told, ordered[0]),
        _promise(told, ordered[0]),
        _lines(told),
        _sources(told),
        _events_told(told, ordered[0]),
        _costs(told),
        _late(told),
    ]
    return "\n".join(part for part in parts if part)


def local(network: Network, at: int, zone: int) -> str:
    """`Mon 30 Nov 13:05` on the clocks of a time zone."""
    minutes = _clock(network, at, zone)
    date, minute = divmod(minutes, 24 * 60)
    return f"{text.weekday_short(date)} {text.day_text(date):>6} {minute // 60:02d}:{minute % 60:02d}"


def _clock(network: Network, at: int, zone: int) -> int:
    """Local minutes since the epoch, told from a zone's midnights; clocks change at two in the morning."""
    midnights = np.asarray(network.calendar.midnight_us)[zone]
    day = int(np.clip(np.searchsorted(midnights, at, side="right") - 1, 0, len(midnights) - 1))
    passed = at - int(midnights[day])
    length = int(midnights[day + 1] - midnights[day]) if day + 1 < len(midnights) else DAY_US
    if length != DAY_US and abs(length - DAY_US) <= 3 * HOUR_US and passed >= 2 * HOUR_US:
        passed += DAY_US - length
    return (int(network.calendar.first_day) + day) * 24 * 60 + passed // MINUTE_US


def _other_clock(network: Network, at: int, zones: tuple[int, int]) -> str:
    """` (clocks there: 1 h behind)` where the first zone's clocks show another time than the second's."""
    apart = _clock(network, at, zones[0]) - _clock(network, at, zones[1])
    if not apart:
        return ""
    return f" (clocks there: {abs(apart) / 60:g} h {'ahead' if apart > 0 else 'behind'})"


def lasting(micros: int) -> str:
    """`0:55`, `26:10`: hours and minutes."""
    sign = text.MINUS if micros < 0 else ""
    minutes = abs(micros) // MINUTE_US
    return f"{sign}{minutes // 60}:{minutes % 60:02d}"


def _get(told: Story, name: str) -> Rows:
    return told.rows.get(name, np.zeros(0, np.dtype([("at", "<i8")])))


def _node(told: Story, code: int) -> str:
    return text.named(told.network.texts.nodes[code])


def _place_zone(told: Story, row: np.void) -> int:
    return int(told.network.places.time_zone[int(row["place"])])


def _node_zone(told: Story, node: int) -> int:
    return int(told.network.nodes.time_zone[node])


def _money(told: Story, amount: int) -> str:
    return text.money(int(amount) / MONEY, told.network.texts.currency)


def _head(told: Story, ordered: np.void) -> str:
    service = SERVICES[Service(int(ordered["service"]))]
    lines = int(ordered["lines"])
    place = told.network.texts.places[int(ordered["place"])]
    said = (
        f"Order {told.name}: {service} service to {place}, {lines} {'line' if lines == 1 else 'lines'}, "
        f"{_money(told, ordered['value'])}"
    )
    return said + "\nTimes are local: the customer's for order and delivery, else the building's.\n"


def _promise(told: Story, ordered: np.void) -> str:
    zone = _place_zone(told, ordered)
    planned = _get(told, "planned")
    first = _node_zone(told, int(planned[0]["node"])) if len(planned) else zone
    rows = [("placed", local(told.network, int(ordered["at"]), zone))]
    if ordered["deliver_by"] > 0 and len(planned):
        rows.append(("leaves by", local(told.network, int(ordered["ship_by"]), first)))
        chance = f"  chance {text.share(int(ordered['chance_ppm']) / PPM)}" if ordered["chance_ppm"] else ""
        rows.append(("at the door by", local(told.network, int(ordered["deliver_by"]), zone) + chance))
    if ordered["wanted_by"] > 0:
        wanted = local(told.network, int(ordered["wanted_by"]), zone)
        late = "" if ordered["deliver_by"] <= ordered["wanted_by"] else "  the promise is later than that"
        rows.append(("the service asks", wanted + late))
    why = REASONS[Reason(int(ordered["reason"]))]
    if why:
        rows.append(("because", why))
    return "Promised\n" + "".join(_pair(name, value) for name, value in rows)


def _pair(name: str, value: str) -> str:
    return textwrap.fill(f"{name:<{_NAME}}{value}", 80, initial_indent="  ", subsequent_indent=" " * (_NAME + 2)) + "\n"


def _lines(told: Story) -> str:
    """What became of each line: allocated, refused or cancelled."""
    out = []
    for name, words in (("allocated", "from"), ("refused", "refused"), ("cancelled", "cancelled")):
        for row in _get(told, name):
            item = told.network.texts.items[int(row["item"])]
            many = f"{int(row['quantity']):>4} {text.TIMES} {_money(told, row['price']):>9}"
            head = f"  {int(row['line']) + 1:>2}  {item:<24} {many}  "
            out.append(head + _fate(told, name, row, words))
    return "Lines\n" + "\n".join(out) + "\n" if out else ""


def _fate(told: Story, name: str, row: np.void, words: str) -> str:
    if name == "allocated":
        again = f", sent anew ({int(row['attempt']) + 1})" if row["attempt"] else ""
        return f"{words} {_node(told, int(row['node']))}{again}"
    why = REASONS[Reason(int(row["reason"]))]
    if name == "cancelled" and not row["granted"]:
        return f"cancellation not granted: {why}"
    if name == "cancelled":
        return f"{words}: {why}"
    remedy = _REMEDIES.get(Remedy(int(row["remedy"])), "")
    return f"{words}: {why}" + (f"; would help: {remedy}" if remedy else "")


def _sources(told: Story) -> str:
    """Each shipment planned, and what was said of every fulfilment node."""
    nodes = [int(code) for code in np.flatnonzero(np.asarray(told.network.nodes.kind) == NodeKind.FULFILMENT)]
    out = []
    for number, row in enumerate(_get(told, "planned"), 1):
        carrier = told.network.texts.carriers[int(row["carrier"])]
        why = REASONS[Reason(int(row["reason"]))]
        head = (
            f"Shipment {number} from {_node(told, int(row['node']))}: {carrier}, zone {int(row['zone'])}, "
            f"{text.weight(int(row['weight_g']))}, billed {text.weight(int(row['billed_g']))}, "
            f"{_money(told, row['cost'])}"
        )
        out.append(head + (f"\n  {why}" if why else ""))
        for place, node in enumerate(nodes[:16]):
            verdict = Verdict((int(row["verdicts"]) >> (4 * place)) & 15)
            if verdict != Verdict.NOT_A_CANDIDATE:
                out.append(_candidate(told, row, node, verdict, first=number == 1))
    return "\n".join(out) + "\n" if out else ""


def _candidate(told: Story, row: np.void, node: int, verdict: Verdict, *, first: bool) -> str:
    cost = told.costs.get(node) if first else None
    if verdict == Verdict.CHOSEN:
        cost = int(row["cost"])
    elif node == int(row["runner_up"]) and int(row["runner_up_cost"]) > 0:
        cost = int(row["runner_up_cost"])
    why = VERDICTS[verdict]
    if verdict == Verdict.DEARER and cost is not None and cost > int(row["cost"]):
        why = f"dearer by {_money(told, cost - int(row['cost']))}"
    if node == int(row["runner_up"]) and verdict != Verdict.CHOSEN:
        why += ", the runner-up"
    shown = _money(told, cost) if cost is not None else ""
    return f"    {_node(told, node):<{_NAME - 2}}{shown:>10}  {why}"


def _events_told(told: Story, ordered: np.void) -> str:
    events = sorted(_events(told), key=lambda event: event.at)
    start, before, zone = int(ordered["at"]), int(ordered["at"]), _place_zone(told, ordered)
    out = [f"{'What happened':<20}{'in all':>7}{'step':>8}"]
    for event in events:
        when = local(told.network, event.at, event.zone)
        head = f"  {when:<18}{lasting(event.at - start):>7}{lasting(event.at - before):>8}   "
        words = event.words + _other_clock(told.network, event.at, (event.zone, zone))
        zone = event.zone
        wrapped = textwrap.wrap(words, 80 - len(head), break_on_hyphens=False) or [""]
        out.append(head + wrapped[0])
        out += [" " * len(head) + line for line in wrapped[1:]]
        before = event.at
    return "\n".join(out) + "\n"


def _events(told: Story) -> list[_Event]:
    found = [_Event(int(row["at"]), _place_zone(told, row), "ordered") for row in _get(told, "ordered")]
    for name, say in _SAID.items():
        for row in _get(told, name):
            node = int(row["node"])
            found.append(_Event(int(row["at"]), _node_zone(told, node), say(told, row)))
    found += _picked(told)
    for row in _get(told, "vanned"):
        stop = f"in a van at {_node(told, int(row['station']))}, stop {int(row['stop']) + 1}"
        found.append(_Event(int(row["at"]), _node_zone(told, int(row["station"])), stop))
    for row in _get(told, "delivered"):
        found.append(_Event(int(row["at"]), _place_zone(told, row), _delivered(row)))
    ordered = _get(told, "ordered")
    zone = _place_zone(told, ordered[0]) if len(ordered) else 0
    for row in _get(told, "returned"):
        item = told.network.texts.items[int(row["item"])]
        found.append(_Event(int(row["at"]), zone, f"{int(row['quantity'])} {text.TIMES} {item} came back"))
    found += [
        _Event(at, _node_zone(told, node), said) for at, node, said in story_returns.events(told.network, told.rows)
    ]
    for row in _get(told, "rechosen"):
        said = f"chosen again with all that waited: journeys {_money(told, row['cost'])}"
        found.append(_Event(int(row["at"]), zone, f"{said} instead of {_money(told, row['cost_before'])}"))
    for row in _get(told, "cancelled"):
        said = "cancelled" if row["granted"] else "cancellation refused"
        found.append(_Event(int(row["at"]), zone, f"line {int(row['line']) + 1} {said}"))
    return found


def _picked(told: Story) -> list[_Event]:
    """Lines picked at one instant in one building are one event."""
    groups: dict[tuple[int, int], list[np.void]] = {}
    for row in _get(told, "picked"):
        groups.setdefault((int(row["at"]), int(row["node"])), []).append(row)
    found = []
    for (at, node), rows in groups.items():
        short = sum(int(row["short"]) for row in rows)
        lines = f"{len(rows)} {'line' if len(rows) == 1 else 'lines'} picked"
        found.append(
            _Event(at, _node_zone(told, node), lines + (f", {short} units short at the shelf" if short else ""))
        )
    return found


def _released(told: Story, row: np.void) -> str:
    return f"released to the floor of {_node(told, int(row['node']))}"


def _withdrawn(told: Story, row: np.void) -> str:
    return f"not from {_node(told, int(row['node']))} any more"


def _packed(_: Story, row: np.void) -> str:
    cartons = int(row["cartons"])
    return f"packed in {cartons} {'carton' if cartons == 1 else 'cartons'}"


def _departed(told: Story, row: np.void) -> str:
    said = f"left by {told.network.texts.carriers[int(row['carrier'])]}"
    if row["reason"] == Reason.UPGRADED:
        said += ", a faster carrier to keep the promise"
    if row["at"] > row["ship_by"]:
        cause = CAUSES.get(LateCause(int(row["ship_cause"])))
        said += f", {lasting(int(row['at'] - row['ship_by']))} after the promised departure"
        said += f" ({cause[0]})" if cause else ""
    return said


def _rolled(_: Story, row: np.void) -> str:
    why = REASONS[Reason(int(row["reason"]))]
    return "left behind at the dock" + (f": {why}" if why else "")


def _delivered(row: np.void) -> str:
    outcome = {Outcome.DELIVERED: "at the door", Outcome.LOST: "lost", Outcome.DAMAGED: "arrived damaged"}
    said = outcome[Outcome(int(row["outcome"]))]
    failed = int(row["failed_attempts"])
    if failed:
        said += f" after {failed} failed {'attempt' if failed == 1 else 'attempts'}"
    if row["at"] > row["deliver_by"]:
        said += f", {lasting(int(row['at'] - row['deliver_by']))} after the promise"
    return said


_SAID: Final = {
    "withdrawn": _withdrawn, "released": _released, "packed": _packed, "departed": _departed, "rolled": _rolled,
}  # fmt: skip


def _costs(told: Story) -> str:
    """Costs that this order caused by itself; hours, rent and inbound freight are shared and stand in the report."""
    rows: list[tuple[str, int]] = []
    vans = {(int(row["node"]), int(row["attempt"])): int(row["cost"]) for row in _get(told, "vanned")}
    for row in _get(told, "departed"):
        node, attempt = int(row["node"]), int(row["attempt"])
        carrier = told.network.texts.carriers[int(row["carrier"])]
        cost = vans.get((node, attempt), int(row["cost"]))
        rows.append((f"{carrier} from {_node(told, node)}", cost))
        rows += _material(told, row)
    returned = _get(told, "returned")
    policy = told.network.policy
    if len(returned):
        value = sum(int(row["quantity"]) * int(row["price"]) for row in returned)
        rows.append(("return label", policy.return_label))
        rows.append(("return, work", policy.return_process))
        if told.network.detail.returns is None:
            rows.append(("value lost on return", value * policy.return_loss_ppm // PPM))
    rows += story_returns.costs(told.network, told.rows)
    rows = [(words, cost) for words, cost in rows if cost]
    if not rows:
        return ""
    lines = [f"  {words:<{_NAME + 14}}{_money(told, cost):>12}" for words, cost in rows]
    lines.append(f"  {'together':<{_NAME + 14}}{_money(told, sum(cost for _, cost in rows)):>12}")
    note = "  Hours, rent and inbound freight are shared by all orders; the report has them an order."
    return (
        "Costs of this order alone\n" + "\n".join(lines) + "\n" + textwrap.fill(note, 80, subsequent_indent="  ") + "\n"
    )


def _material(told: Story, row: np.void) -> list[tuple[str, int]]:
    found = []
    carton, node = int(row["carton"]), int(row["node"])
    if 0 <= carton < len(told.network.cartons.cost):
        cost = int(told.network.cartons.cost[carton]) * int(row["cartons"])
        found.append((f"carton {told.network.texts.cartons[carton]} {text.TIMES} {int(row['cartons'])}", cost))
    if node < len(told.network.nodes.system_cost_order):
        found.append(("systems", int(told.network.nodes.system_cost_order[node])))
    return found


def _late(told: Story) -> str:
    """The verdict: on time, or what was late and its one cause."""
    completed = _get(told, "completed")
    if not len(completed):
        return (
            "Not complete: some of it is still on its way.\n" if len(_get(told, "planned")) else "Nothing was sent.\n"
        )
    row = completed[-1]
    if not row["door_late"] and not row["ship_late"]:
        return f"On time: {int(row['days'])} business days from order to door.\n"
    parts = [words for words, late in (("left late", row["ship_late"]), ("arrived late", row["door_late"])) if late]
    cause = CAUSES.get(LateCause(int(row["cause"])))
    said = f"It {text.joined(parts)}." + (f" The one cause: {cause[0]}." if cause else "")
    return f"{said}\n"
