"""Returns, questions and answers to claims in one batch, against deciding them one by one in plain words."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firstbest.decide.ground import Ground, ground_of
from firstbest.operate.aftermath import take_back
from firstbest.operate.loop import run_step
from firstbest.operate.ports import Put
from firstbest.store.columns import Columns, sizes
from firstbest.world import tables as t
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.network import Care, Detail
from firstbest.world.units import DAY_US, MAX_ATTEMPT, MAX_LINE, MAX_NODE
from firstbest.world.words import Grade, Kind, Outcome, RefundWhen, ReturnRefusal, ReturnStage, SentStage
from tests.rehearsals.small import small_network
from tests.rooms.test_after_decided import RULES

NETWORK = small_network()[0]
CARE = Care(np.array([3_000_000, 5_000_000, 7_000_000]), 100_000_000, 9 * DAY_US)
NODE, ATTEMPT, NOW = 2, 1, 4 * DAY_US
GRADES = ("sellable", "opened", "broken")
Fact = tuple[Any, ...]
LINES_MOST = 1

shipments = st.lists(
    st.fixed_dictionaries({
        "stage": st.sampled_from([*[SentStage.AT_DOOR] * 4, SentStage.AWAY, SentStage.CLAIMED]),
        "outcome": st.sampled_from([*[Outcome.DELIVERED] * 4, Outcome.LOST]),
        "delivered_at": st.sampled_from([0, 0, -3 * DAY_US]), "units": st.integers(1, 12),
        "value": st.integers(0, 60_000_000), "claimed": st.integers(0, 9_000_000), "place": st.integers(0, 2),
        "seller": st.integers(0, 1), "carrier": st.integers(0, 1), "tie": st.integers(0, 2**64 - 1),
    }),
    min_size=1, max_size=3,
)  # fmt: skip
under_way = st.dictionaries(
    st.tuples(st.integers(0, 1), st.integers(0, LINES_MOST)),
    st.fixed_dictionaries({
        "stage": st.sampled_from([ReturnStage.AUTHORISED, ReturnStage.AUTHORISED, ReturnStage.RECEIVED]),
        "quantity": st.integers(1, 4), "price": st.integers(0, 9_000_000), "refunded": st.sampled_from([0, 5_000_000]),
        "item": st.integers(0, 5), "from_node": st.integers(0, 3), "node": st.integers(2, 3),
        "reason": st.integers(0, 6),
    }),
    max_size=5,
)  # fmt: skip
KINDS = (Kind.RETURN_ASKED, Kind.RETURNED, Kind.INSPECTED, Kind.CONTACTED, Kind.CLAIM_ANSWERED)
spoken = st.lists(
    st.tuples(
        st.sampled_from((*KINDS, *KINDS[:3])), st.sampled_from([0, 0, 0, 1, 1, 2]), st.integers(-1, 8),
        st.integers(-1, 10_000_000),
        st.lists(
            st.tuples(st.integers(0, LINES_MOST), st.integers(0, 5), st.integers(0, 3), st.integers(0, 3)),
            min_size=1, max_size=3,
        ),
    ),
    min_size=1, max_size=14,
)  # fmt: skip


def detail(*, returns: bool, cares: bool) -> Detail:
    return Detail(returns=RULES if returns else None, care=CARE if cares else None)


def batch_of(said: list[Any]) -> Batch:
    commands = np.zeros(len(said), COMMAND)
    lines = np.zeros(sum(len(each[4]) for each in said), LINE)
    used = 0
    for n, (kind, order, flag, quantity, wanted) in enumerate(said):
        row = commands[n]
        row["at"], row["number"], row["order"], row["kind"], row["flag"] = NOW + n, 100 + n, order, kind, flag
        row["node"], row["attempt"], row["quantity"] = NODE, ATTEMPT, quantity
        row["first_line"], row["lines"] = used, len(wanted)
        for line, item, units, last in wanted:
            # Prices are told or not; what is inspected tells a grade there, which may be none.
            lines[used] = (line, item, units, last if kind == Kind.INSPECTED else last * 4_000_000)
            used += 1
    return Batch(commands, lines)


def state_of(sent: dict[int, dict[str, int]], back: dict[tuple[int, int], dict[str, int]]) -> Columns:
    state = Columns(sizes(NETWORK))
    left, returns = np.zeros(len(sent), t.SENT), np.zeros(len(back), t.RETURN)
    for row, (order, told) in zip(left, sent.items(), strict=True):
        row["key"], row["live"] = (order * MAX_NODE + NODE) * MAX_ATTEMPT + ATTEMPT, 1
        for name, value in told.items():
            row[name] = value
    for row, ((order, line), told) in zip(returns, back.items(), strict=True):
        row["key"], row["live"] = order * MAX_LINE + line, 1
        for name, value in told.items():
            row[name] = value
    state.apply([Put(t.SENT_T, left), Put(t.RETURN_T, returns)])
    return state


class Slow:
    """Decides one command after the other; facts are (name, number, ordinal, what)."""

    def __init__(self, ground: Ground, sent: dict[int, dict[str, int]], back: dict[Any, dict[str, int]]) -> None:
        self.ground, self.facts = ground, list[Fact]()
        self.sent = {order: dict(told) for order, told in sent.items()}
        self.back = {key: dict(told) | dict.fromkeys(GRADES, 0) for key, told in back.items()}

    def tell(self, name: str, number: int, *what: int) -> None:
        ordinal = sum(fact[:2] == (name, number) for fact in self.facts)
        self.facts.append((name, number, ordinal, *(int(each) for each in what)))

    def centre(self, place: int) -> int:
        distance = self.ground.arcs.distance_km
        return int(min(self.ground.terms.near[place].tolist(), key=lambda node: int(distance[node, place])))

    def ask(self, c: np.void, lines: list[Any]) -> None:
        sent = self.sent.get(int(c["order"]))
        there = sent is not None and sent["stage"] == SentStage.AT_DOOR and sent["outcome"] != Outcome.LOST
        left = dict(sent) if sent is not None else {"units": 0, "value": 0, "delivered_at": 0, "place": 0}
        told = [price or int(self.ground.items.price[item]) for _, item, _, price in lines]
        worth = sum(price * units for price, (_, _, units, _) in zip(told, lines, strict=True))
        seen: list[int] = []
        total, number, reason = 0, int(c["number"]), min(max(int(c["flag"]), 0), 6)
        coming = dict(self.back)
        for price, (line, item, units, _) in zip(told, lines, strict=True):
            total += units
            if line in seen or units <= 0:
                why = ReturnRefusal.UNKNOWN_LINE
            elif not there:
                why = ReturnRefusal.NOT_DELIVERED
            elif int(c["at"]) > left["delivered_at"] + RULES.window_us:
                why = ReturnRefusal.WINDOW_OVER
            elif total > left["units"]:
                why = ReturnRefusal.TOO_MANY
            else:
                why = ReturnRefusal.ON_ITS_WAY if (int(c["order"]), line) in coming else ReturnRefusal.NONE
            seen.append(line)
            if why:
                self.tell("return_refused", number, line, item, units, reason, why)
                continue
            assert sent is not None, "what is not there is refused"
            each = left["value"] // left["units"] if worth > left["value"] else price
            keep = units * each < RULES.keep_below
            to = self.centre(left["place"])
            self.tell("return_authorised", number, line, item, units, reason, each, units * each if keep else 0, keep,
                      to, left["tie"] % 2**63)  # fmt: skip
            if keep and units * each:
                self.tell("refunded", number, line, item, units, reason, units * each, RefundWhen.KEPT, NODE)
            sent["units"] -= units
            sent["value"] -= units * each
            if not keep:
                self.back[int(c["order"]), line] = {
                    "stage": ReturnStage.AUTHORISED, "quantity": units, "price": each, "refunded": 0, "item": item,
                    "from_node": NODE, "node": to, "reason": reason, **dict.fromkeys(GRADES, 0),
                }  # fmt: skip

    def again(self, number: int, line: int, units: int, amount: int, row: dict[str, int]) -> None:
        when = RefundWhen.TAKEN_BACK if amount < 0 else RefundWhen.INSPECTED
        self.tell("refunded", number, line, row["item"], units, row["reason"], amount, when, row["from_node"])

    def receive(self, c: np.void, lines: list[Any]) -> None:
        seen: list[int] = []
        for line, _, units, _ in lines:
            row = self.back.get((int(c["order"]), line))
            if row is not None and row["stage"] == ReturnStage.AUTHORISED and units > 0 and line not in seen:
                came = min(units, row["quantity"])
                self.tell("returned", int(c["number"]), line, row["item"], came, row["price"])
                if row["quantity"] > came and row["refunded"]:
                    self.again(int(c["number"]), line, came, (came - row["quantity"]) * row["price"], row)
                row["stage"], row["quantity"] = ReturnStage.RECEIVED, came
            seen.append(line)

    def inspect(self, c: np.void, lines: list[Any]) -> None:
        number = int(c["number"])
        for line in sorted({line for line, *_ in lines}):
            row = self.back.get((int(c["order"]), line))
            if row is None or row["stage"] != ReturnStage.RECEIVED:
                continue
            still = row["quantity"] - sum(row[grade] for grade in GRADES)
            so_far = 0
            for units, grade in [(units, grade) for other, _, units, grade in lines if other == line]:
                so_far += units if grade <= Grade.BROKEN else 0
                if units <= 0 or grade > Grade.BROKEN or so_far > still:
                    continue
                what = (line, row["item"], units, row["reason"], grade, row["node"], so_far == still)
                self.tell("inspected", number, *what)
                worth = units * row["price"]
                kept = int(RULES.kept_back_ppm[grade]) if row["reason"] <= 1 else 0
                owed = worth - worth * kept // 1_000_000 - (worth if row["refunded"] else 0)
                if owed:
                    self.again(number, line, min(units, row["quantity"]), owed, row)
                row[GRADES[grade]] += units
                row["stage"] = ReturnStage.INSPECTED if so_far == still else row["stage"]

    def answer(self, c: np.void) -> None:
        sent = self.sent.get(int(c["order"]))
        if sent is None:
            return
        if c["kind"] == Kind.CONTACTED:
            reason = min(max(int(c["flag"]), 0), 2)
            self.tell("contacted", int(c["number"]), reason, int(CARE.contact_cost[reason]), sent["seller"])
        elif sent["stage"] == SentStage.CLAIMED:
            amount = min(max(int(c["quantity"]), 0), sent["claimed"])
            self.tell("claim_settled", int(c["number"]), amount, sent["claimed"], sent["carrier"], sent["seller"])
            sent["stage"] = SentStage.AT_DOOR

    def decide(self, batch: Batch) -> None:
        for c in batch.commands:
            first = int(c["first_line"])
            lines = [tuple(row.tolist()) for row in batch.lines[first : first + int(c["lines"])]]
            if c["kind"] in (Kind.CONTACTED, Kind.CLAIM_ANSWERED):
                if self.ground.detail.care is not None:
                    self.answer(c)
            elif self.ground.detail.returns is not None:
                steps = {Kind.RETURN_ASKED: self.ask, Kind.RETURNED: self.receive, Kind.INSPECTED: self.inspect}
                steps[Kind(int(c["kind"]))](c, lines)


WHAT = {
    "return_refused": ("line", "item", "quantity", "reason", "why"),
    "return_authorised": ("line", "item", "quantity", "reason", "price", "refund", "way", "to_node", "tie"),
    "refunded": ("line", "item", "quantity", "reason", "amount", "when", "node"),
    "returned": ("line", "item", "quantity", "price"),
    "inspected": ("line", "item", "quantity", "reason", "grade", "node", "last"),
    "contacted": ("reason", "cost", "seller"),
    "claim_settled": ("amount", "claimed", "carrier", "seller"),
}


def test_a_batch_is_decided_one_by_one() -> None:
    seen: Counter[str] = Counter()
    tangled = 0

    @settings(max_examples=200)
    @given(sent=shipments, back=under_way, said=spoken, does=st.sampled_from([(1, 1), (1, 1), (1, 0), (0, 1)]))
    def holds(sent: list[dict[str, int]], back: dict[Any, dict[str, int]], said: list[Any], does: Any) -> None:
        nonlocal tangled
        if len(said) % 2:
            # What comes back is looked at at once.
            at_once = {Kind.RETURNED: (Kind.RETURNED, Kind.INSPECTED)}
            said = [(kind, *each[1:]) for each in said for kind in at_once.get(each[0], (each[0],))]
        ground = ground_of(NETWORK)._replace(detail=detail(returns=bool(does[0]), cares=bool(does[1])))
        if not does[0]:
            said = [each for each in said if each[0] != Kind.RETURNED] or [(Kind.CONTACTED, 0, 0, 0, [(0, 0, 1, 0)])]
        batch, left = batch_of(said), dict(enumerate(sent))
        slow = Slow(ground, left, back)
        slow.decide(batch)

        blocks = run_step(take_back(batch, ground), state_of(left, back))

        found = [
            (block.fact.name, row["number"], row["ordinal"], *(int(row[name]) % 2**63 if name == "tie" else row[name]
             for name in WHAT[block.fact.name]))
            for block in blocks for row in block.rows
        ]  # fmt: skip
        assert sorted(found) == sorted(slow.facts)
        for block in blocks:
            assert block.rows["at"].tolist() == [NOW + number - 100 for number in block.rows["number"].tolist()]
            assert (np.diff(block.rows["number"]) >= 0).all()
        seen.update(fact[0] for fact in slow.facts)
        came = {
            (int(row["order"]), int(row["line"]))
            for each in blocks
            if each.fact.name == "returned"
            for row in each.rows
        }
        tangled += any(
            (int(row["order"]), int(row["line"])) in came
            for each in blocks if each.fact.name == "inspected" for row in each.rows
        )  # fmt: skip

    holds()
    assert set(seen) == set(WHAT)
    assert tangled, "no return came and was inspected in one batch"
