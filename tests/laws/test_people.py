"""People who learn, leave, tire and are hurt: neutral at nought, unseen by decisions, never better for being new."""

from __future__ import annotations

import numpy as np
import pytest

from firstbest.rehearse.outside import Physics
from firstbest.world import facts as f
from firstbest.world.facts import FACTS, Block
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.units import HOUR_US
from firstbest.world.words import Kind, Process, Timer
from tests.laws.conservation import broken
from tests.laws.history import History, Recorded, Run, run
from tests.laws.recount import disagreements
from tests.laws.worlds import World, made, real_people, reckoning_with_people

PLAIN = World(seed=11, heads=3, orders_day=60, days=15, slow=True)
LIVELY = PLAIN._replace(people=True)


def nothing_to_learn(network: Network) -> Network:
    """A house that believes of ramp-up that there is none to speak of, and sets limits that nobody reaches."""
    labour = network.labour
    return network._replace(
        labour=labour._replace(
            ramp_days=np.full_like(labour.ramp_days, 30),
            turnover_ppm=np.full_like(labour.turnover_ppm, 900_000),
            pace_minutes_week=np.full_like(labour.pace_minutes_week, 10_000),
        ),
        policy=network.policy._replace(
            early_temp_days=15, temp_gone_days=7, plan_minutes_week=10_000, most_minutes_week=10_000
        ),
    )


def nobody_suffers(nature: Nature) -> Nature:
    """A nature in which all that can happen to people has no effect."""
    hands = nature.hands._replace(
        ramp_days=30, turnover_ppm=5_000_000, temp_gone_days=3, pace_minutes_week=100, injury_above_ppm=900_000
    )
    return nature._replace(hands=hands)


def test_without_effect_nothing_changes() -> None:
    """New heads at the full rate, hours that do not tire, a chance of nought to be hurt: the same bytes as without."""
    network, nature = made(PLAIN)
    plain = run((network, nature), PLAIN.seed)
    other = run((nothing_to_learn(network), nobody_suffers(nature)), PLAIN.seed)
    assert plain.rows(f.WORKED)["temp_min"].any()
    assert plain.rows(f.WORKED)["overtime_min"].any()
    for fact in FACTS:
        one, two = plain.rows(fact).copy(), other.rows(fact).copy()
        if fact is f.WORKED:
            assert not two["above_min"].any()
            assert not two["lent_min"].any()
            one["above_min"] = two["above_min"] = 0
        assert one.tobytes() == two.tobytes(), fact.name


def rosters_of_the_start(history: History) -> bytes:
    rows = history.rows(f.ROSTERED)
    return rows[rows["at"] == rows["at"].min()].tobytes()


def test_the_house_does_not_know_what_is_true_of_people() -> None:
    """Two natures, one house: its first rosters are the same; what it plans after that follows from what it saw."""
    network, nature = made(PLAIN)
    network = reckoning_with_people(network)
    one, other = run((network, nature), PLAIN.seed), run((network, real_people(nature)), PLAIN.seed)
    assert rosters_of_the_start(one) == rosters_of_the_start(other)
    assert one.rows(f.WORKED).tobytes() != other.rows(f.WORKED).tobytes()


def test_belief_moves_the_rosters() -> None:
    """A house that believes that beginners are slow asks for more of them at the start."""
    network, nature = made(PLAIN)
    believing = reckoning_with_people(network)
    believing = believing._replace(policy=network.policy._replace(early_temp_days=5))
    hopeful = network
    temps = [run((house, nature), 1, Run(instants=2)).rows(f.ROSTERED)["temps"].sum() for house in (believing, hopeful)]
    assert temps[0] > temps[1] > 0


Crew = tuple[int, ...]


def weeks_of(history: History, rows: dict[Crew, dict[str, int]], by_shift: bool) -> dict[Crew, tuple[int, int]]:
    """By (node, process, Monday, shift or 0): minutes of heads as rostered, and without their overtime."""
    labour, weekday = history.network.labour, history.network.calendar.weekday
    weeks: dict[Crew, tuple[int, int]] = {}
    for (node, process, day, shift), row in rows.items():
        week = node, process, day - int(weekday[day]), shift if by_shift else 0
        plain = row["heads"] * int(labour.shift_minutes[node, shift])
        had = weeks.get(week, (0, 0))
        weeks[week] = had[0] + plain + row["heads"] * row["overtime_min"], had[1] + plain
    return weeks


def test_what_may_be_asked_of_a_head_is_kept() -> None:
    """Planned weeks stay within the plan's limit, and weeks with a day's own overtime within the house's."""
    history = run(made(LIVELY), LIVELY.seed)
    labour, policy = history.network.labour, history.network.policy
    rows = [dict(zip(f.ROSTERED.dtype.names or (), row, strict=True)) for row in history.rows(f.ROSTERED).tolist()]
    spans: dict[int, set[int]] = {}
    for row in rows:
        spans.setdefault(row["number"], set()).add(row["day"])
    planned: dict[int, dict[Crew, dict[str, int]]] = {number: {} for number, days in spans.items() if len(days) > 1}
    standing: dict[Crew, dict[str, int]] = {}
    last: dict[Crew, dict[str, int]] = {}
    for row in rows:
        key = row["node"], row["process"], row["day"], row["shift"]
        if row["number"] in planned and key not in planned[row["number"]]:
            planned[row["number"]][key] = standing[key] = row
        last[key] = row
    long = 0
    for plan in planned.values():
        for (node, process, *_), (minutes, plain) in weeks_of(history, plan, by_shift=False).items():
            assert minutes <= max(int(labour.heads[node, process]) * policy.plan_minutes_week, plain)
            long += minutes > plain
    overtime_of_plan = weeks_of(history, standing, by_shift=True)
    for week, (minutes, plain) in weeks_of(history, last, by_shift=True).items():
        pool = int(labour.heads[week[0], week[1]])
        first = -(-pool * 55 // 100)
        # A plan may divide its overtime unevenly; the day adds nothing beyond the limit.
        most = (first, pool - first)[week[3]] * policy.most_minutes_week
        assert minutes <= max(most, plain, overtime_of_plan[week][0])
        long += minutes > plain
    assert long > 0


def picks(
    network: Network, nature: Nature, told: list[tuple[int, list[Block]]], end: int
) -> dict[tuple[int, ...], int]:
    """When each shipment was picked, where facts come from elsewhere."""
    physics = Physics(network, nature, 3)
    found: dict[tuple[int, ...], int] = {}
    for at, blocks in [*told, (end, [])]:
        batch = physics.until(at).commands
        for row in batch[batch["kind"] == Kind.PICKED]:
            found[int(row["order"]), int(row["node"]), int(row["attempt"])] = int(row["at"])
        physics.accept(blocks, at)
    return found


class Listening(Recorded):
    """Keeps the facts that were accepted."""

    def __init__(self, outside: Physics) -> None:
        super().__init__(outside)
        self.told: list[tuple[int, list[Block]]] = []

    def accept(self, blocks: list[Block], now: int) -> None:  # type: ignore[override]
        kept = (f.ROSTERED, f.RELEASED, f.TASKED)
        self.told.append((now, [Block(b.fact, b.rows.copy()) for b in blocks if b.fact in kept]))
        super().accept(blocks, now)


@pytest.mark.parametrize("world", [LIVELY, LIVELY._replace(seed=4, heads=2)])
def test_more_experience_never_picks_anything_later(world: World) -> None:
    """The same rosters and the same work, the same chances: where all are past their ramp, no pick comes later."""
    network, nature = made(world)
    network = network._replace(
        labour=network.labour._replace(temp_speed_ppm=np.full_like(network.labour.temp_speed_ppm, 1_000_000))
    )
    listening: list[Listening] = []

    def wrap(outside: Physics) -> Listening:
        listening.append(Listening(outside))
        return listening[0]

    run((network, nature), world.seed, Run(wrap=wrap))  # type: ignore[arg-type]
    told, end = listening[0].told, network.calendar.end_us
    bare = nature.hands._replace(injury_ppm=0, pace_minutes_week=0, turnover_ppm=60_000_000)
    learning = nature._replace(hands=bare)
    knowing = nature._replace(hands=bare._replace(start_ppm=1_000_000))
    halfway = nature._replace(hands=bare._replace(start_ppm=600_000))
    slow, fast = picks(network, learning, told, end), picks(network, knowing, told, end)
    assert len(fast) >= len(slow) > 100
    assert all(fast[name] <= at for name, at in slow.items())
    assert sum(fast[name] < at for name, at in slow.items()) > 10
    assert len(picks(network, halfway, told, end)) <= len(fast)


def test_being_hurt_is_monotone_in_the_chance() -> None:
    """The same chances: who is hurt at a low rate is hurt at a higher one, on the first day at least."""
    network, nature = made(LIVELY)
    hurt = []
    for rate in (0, 300_000, 3_000_000, 60_000_000):
        hands = nature.hands._replace(injury_ppm=rate)
        rows = run((network, nature._replace(hands=hands)), 2, Run(instants=40)).rows(f.WORKED)
        first = rows[rows["day"] == rows["day"].min()]
        hurt.append(int(first["injured"].sum()))
    assert hurt == sorted(hurt)
    assert hurt[0] == 0
    assert hurt[-1] > 0


def test_hands_move_after_days_without_packing() -> None:
    """What was picked and not packed is packed by pickers too; nothing that must add up stops adding up."""
    world = World(seed=3, days=8, orders_day=60, heads=3, people=True, slow=True)
    network, nature = made(world)
    begin = int(network.calendar.midnight_us[2, 1])
    stop = nature.hands._replace(
        breakdown_node=np.array([3, 4, 5], np.int32), breakdown_process=np.full(3, Process.PACK, np.int8),
        breakdown_from_us=np.full(3, begin), breakdown_until_us=np.full(3, begin + 100 * HOUR_US),
    )  # fmt: skip
    # The morning's decisions come just before the shifts of all zones begin; the first rosters are made at the start.
    calendar = network.calendar
    mornings = (calendar.timers_kind == Timer.STAFF) & (calendar.timers_us > calendar.start_us)
    later = calendar.timers_us + 4 * HOUR_US * mornings
    order = np.lexsort((calendar.timers_key, calendar.timers_kind, later))
    timers = {name: getattr(calendar, name)[order] for name in ("timers_kind", "timers_key")}
    network = network._replace(calendar=calendar._replace(timers_us=later[order], **timers))
    history = run((network, nature._replace(hands=stop)), world.seed)
    rostered, worked = history.rows(f.ROSTERED), history.rows(f.WORKED)
    assert (rostered["lent"][rostered["process"] == Process.PACK] > 0).any()
    assert worked["lent_min"].any()
    assert not broken(history)
    assert not disagreements(history)


def test_people_change_what_comes_of_a_year() -> None:
    """Switched on, beginners are slow, people are away hurt and long weeks count: none of it is idle."""
    history = run(made(LIVELY), LIVELY.seed)
    worked = history.rows(f.WORKED)
    direct = worked[worked["process"] != Process.INDIRECT]
    assert worked["injured"].sum() > 0
    assert direct["above_min"].sum() > 0
    assert (direct["above_min"] <= direct["paid_min"] - direct["temp_min"]).all()
