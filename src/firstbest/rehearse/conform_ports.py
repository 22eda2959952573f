"""Laws of a port's function by itself: purity, determinism, relabelling, split, bounds; on drawn or rehearsed cases.

Cases are drawn by their number alone, so a law that broke breaks again. Each answer is judged by the same code that
judges it in the house (`decide.plugged`, `store.extensions_judged`, `present.panels`). What is timed is told, never
judged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.plugged import judged
from firstbest.operate.billing_basis import Basis, Window
from firstbest.present.panels import panel_faults
from firstbest.present.record import Record
from firstbest.rehearse.conform_watch import watched
from firstbest.rent.usage import Usage
from firstbest.store.extensions import Extension
from firstbest.store.extensions_judged import natural, priced, used
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.schema_words import ZONES
from firstbest.world.nature import Nature
from firstbest.world.network import I64, Network
from firstbest.world.plugged import BrokenLaw, Waiting

HOLDS, BROKEN, NOT_ASKED = "holds", "broken", "does not apply"
CASES: Final = 60
TIMED_ROWS: Final = 10_000
_WIDE: Final = 2**63

U64 = NDArray[np.uint64]


class Law(NamedTuple):
    """What came of one law for one extension."""

    extension: str
    law: str
    verdict: str  # HOLDS, BROKEN or NOT_ASKED
    expected: str
    found: str = ""


class Lived(NamedTuple):
    """What a rehearsal of the small network left, for ports that read it."""

    network: Network
    nature: Nature
    facts: dict[str, Any]
    basis: Basis
    window: Window
    midnights: tuple[int, ...]
    record: Record


class Broken(Exception):  # noqa: N818 - it names what happened
    """A law does not hold: what was found."""


def tried(extension: Extension, law: str, expected: str, ask: Callable[[], None]) -> Law:
    """Ask one law; whatever the package's code raises is an answer too."""
    try:
        ask()
    except Broken as broken:
        return Law(extension.where, law, BROKEN, expected, str(broken))
    except BrokenLaw as broken:
        return Law(extension.where, law, BROKEN, broken.expected, broken.found)
    except WorkspaceFaulty as faulty:
        return Law(extension.where, law, BROKEN, faulty.faults[0].expected, faulty.faults[0].found)
    except Exception as error:  # noqa: BLE001 - it is not our code
        return Law(extension.where, law, BROKEN, expected, f"{type(error).__name__}: {error}")
    return Law(extension.where, law, HOLDS, expected)


def not_asked(extension: Extension, law: str, why: str) -> Law:
    """A law that means nothing at a port."""
    return Law(extension.where, law, NOT_ASKED, why)


# --------------------------------------------------------------------------------------------------------------- waves
def drawn_wave(number: int) -> tuple[Waiting, I64]:
    """Work that waits at four buildings, and the time of hands there: none, too little, enough, too much."""
    draw = np.random.default_rng([7, number])
    count = (0, 1, 2, 17, 120, 400)[number % 6]
    instants = draw.integers(1, 9, count) * 3_600_000_000
    waiting = Waiting(
        node=draw.integers(0, 4, count),
        units=np.where(draw.random(count) < 0.02, 40_000, draw.integers(1, 9, count)),  # noqa: PLR2004 - one in fifty
        lines=draw.integers(1, 5, count),
        ship_by=instants,
        tie=draw.permutation(_distinct(draw, count)),
        pack_ms=draw.integers(20_000, 400_000, count),
    )
    quota = draw.choice(np.array([-50_000, 0, 1, 600_000, 5_000_000, 2**50]), 4).astype(np.int64)
    return frozen(waiting), quota


def _distinct(draw: np.random.Generator, count: int) -> U64:
    spread = _WIDE // (count + 2)
    ties: U64 = np.arange(count, dtype=np.uint64) * np.uint64(2 * spread) + draw.integers(0, spread, count, np.uint64)
    return ties


def frozen(waiting: Waiting) -> Waiting:
    """Columns as a wave is given them: nobody can write to them."""
    made = Waiting._make(np.ascontiguousarray(column) for column in waiting)
    for column in made:
        column.setflags(write=False)
    return made


def rows_of(waiting: Waiting, chosen: Any) -> Waiting:
    """Some of the rows that wait."""
    return frozen(Waiting._make(column[chosen] for column in waiting))


def by_node(waiting: Waiting, answer: I64) -> dict[int, list[int]]:
    """What was released, by building, in order, as ties."""
    return {
        node: waiting.tie[answer[waiting.node[answer] == node]].tolist()
        for node in np.unique(waiting.node[answer]).tolist()
    }


def wave_laws(extension: Extension) -> list[Law]:
    """All laws of a wave."""
    choose = extension.function
    cases = [drawn_wave(number) for number in range(CASES)]

    def everything() -> None:
        for waiting, _ in cases:
            released = judged(choose, waiting, np.full(4, 2**60))
            if len(released) < len(waiting.node):
                raise Broken(f"{len(waiting.node) - len(released)} of {len(waiting.node)} left with time for all")

    def relabelled() -> None:
        for number, (waiting, quota) in enumerate(cases):
            draw = np.random.default_rng([8, number])
            order, nodes = draw.permutation(len(waiting.node)), draw.permutation(4)
            other = rows_of(waiting, order)._replace(node=nodes[waiting.node[order]])
            moved = np.empty(4, np.int64)
            moved[nodes] = quota
            one = by_node(waiting, judged(choose, waiting, quota))
            two = by_node(other, judged(choose, frozen(other), moved))
            _same({int(nodes[node]): ties for node, ties in one.items()}, two, f"case {number}")

    def split() -> None:
        for number, (waiting, quota) in enumerate(cases):
            whole = by_node(waiting, judged(choose, waiting, quota))
            parts: dict[int, list[int]] = {}
            for node in range(4):
                alone = rows_of(waiting, waiting.node == node)
                parts |= by_node(alone, judged(choose, alone, quota))
            _same(whole, parts, f"case {number}")

    ask = [lambda case=case: judged(choose, *case) for case in cases]
    return [
        *pure_laws(extension, ask, lambda answer: answer.tobytes()),
        tried(extension, "bounds", "rows that wait, once each, nothing begun once hands are filled", lambda: _all(ask)),
        tried(extension, "liveness", "with time for all, all are released", everything),
        tried(extension, "relabelling", "another order of rows and buildings, the same releases", relabelled),
        tried(extension, "split", "each building by itself, the same releases", split),
    ]


# ------------------------------------------------------------------------------------------------------------- tariffs
def tariff_laws(extension: Extension) -> list[Law]:
    """All laws of a tariff."""
    served = [True] * ZONES
    draw = np.random.default_rng(9)
    weights = [
        np.arange(150, dtype=np.int64) * 454,
        np.zeros(1, np.int64),
        np.array([1, 68_000, 500_000], np.int64),
        np.zeros(0, np.int64),
        *(np.sort(draw.integers(0, 70_000, 40)) for _ in range(8)),
    ]

    def split() -> None:
        for each in weights:
            whole = priced(extension, each, served)
            parts = [priced(extension, part, served) for part in np.array_split(each, 3)]
            if not np.array_equal(whole, np.concatenate(parts, axis=1)):
                raise Broken("another price where weights were asked in three parts")

    ask = [lambda each=each: priced(extension, each, served) for each in weights]
    return [
        *pure_laws(extension, ask, lambda answer: answer.tobytes()),
        tried(extension, "bounds", "whole prices, none below 0, none that falls with weight", lambda: _all(ask)),
        tried(extension, "split", "a weight has one price, whatever is asked beside it", split),
        not_asked(extension, "relabelling", "a tariff is told no names"),
    ]


# -------------------------------------------------------------------------------------------------------------- nature
def nature_laws(extension: Extension, lived: Lived) -> list[Law]:
    """All laws of a nature."""
    nature, network = read_only(lived.nature), read_only(lived.network)
    ask = [lambda: natural(extension, nature, network)]
    return [
        *pure_laws(extension, ask, bytes_of),
        tried(extension, "bounds", "the same columns and sizes, chances from 0 to 1", lambda: _all(ask)),
        not_asked(extension, "split", "a nature is made once"),
    ]


def read_only(parts: Any) -> Any:
    """Tuples of arrays, all the way down, that nobody can write to; code and texts stay as they are."""
    if isinstance(parts, np.ndarray):
        copied = parts.copy()
        copied.setflags(write=False)
        return copied
    if isinstance(parts, tuple) and hasattr(parts, "_fields"):
        return type(parts)(*(read_only(each) for each in parts))
    return parts


def bytes_of(parts: Any) -> bytes:
    """All numbers of tuples of arrays."""
    if isinstance(parts, np.ndarray):
        return parts.tobytes()
    if isinstance(parts, tuple):
        return b"".join(bytes_of(each) for each in parts)
    return repr(parts).encode()


# -------------------------------------------------------------------------------------------------------------- meters
def meter_laws(extension: Extension, lived: Lived) -> list[Law]:
    """All laws of a meter."""
    facts, basis, window = lived.facts, lived.basis, lived.window

    def count() -> Usage:
        return used(extension, facts, basis, window)

    def split() -> None:
        edges = (window.begins, *lived.midnights, window.ends)
        parts = [
            used(extension, facts, basis, window._replace(begins=begins, ends=ends)) for begins, ends in pairwise(edges)
        ]
        whole, pieces = named(count()), [row for part in parts for row in named(part)]
        if whole != sorted(pieces):
            missing = len(set(whole) ^ set(pieces))
            raise Broken(f"{missing} events that differ where the days were metered one by one")

    def relabelled() -> None:
        order = np.random.default_rng(10).permutation(basis.tenants)
        other = {name: _sellers_moved(rows, order) for name, rows in facts.items()}
        moved = used(extension, other, basis._replace(item_tenant=order[basis.item_tenant]), window)
        back = np.argsort(order)
        if named(count()) != named(moved._replace(tenant=back[moved.tenant].astype(np.int32))):
            raise Broken("other quantities once tenants had other codes")

    ask = [count]
    return [
        *pure_laws(extension, ask, bytes_of),
        tried(extension, "bounds", "events of its meter, named by facts, once each", lambda: _all(ask)),
        tried(extension, "relabelling", "tenants with other codes, the same quantities", relabelled),
        tried(extension, "split", "day by day, the same events", split),
        Law(extension.where, "events", HOLDS if count_of(count) else BROKEN, "one event or more in the rehearsed days",
            f"{count_of(count)} events"),
    ]  # fmt: skip


def count_of(count: Callable[[], Usage]) -> int:
    """Events, 0 where it raises."""
    try:
        return count().rows
    except Exception:  # noqa: BLE001 - another law tells what it raised
        return 0


def named(usage: Usage) -> list[tuple[int, ...]]:
    """Events as sorted rows: number, ordinal, tenant, instant, measures, codes."""
    columns = [usage.number, usage.ordinal, usage.tenant, usage.at, *usage.measures.T, *usage.codes.T]
    return sorted(zip(*(np.asarray(each).tolist() for each in columns), strict=True))


def _sellers_moved(rows: Any, order: I64) -> Any:
    names = rows.dtype.names or ()
    if "seller" not in names:
        return rows
    moved = rows.copy()
    moved["seller"] = order[rows["seller"]]
    return moved


# -------------------------------------------------------------------------------------------------------------- panels
def panel_laws(extension: Extension, lived: Lived) -> list[Law]:
    """All laws of a panel."""
    record = read_only(lived.record)

    def shown() -> Any:
        panel = extension.function(record)
        for fault in panel_faults(panel):
            raise Broken(fault)
        return panel

    return [
        *pure_laws(extension, [shown], lambda panel: "\0".join(panel).encode()),
        tried(extension, "bounds", "plain markup that asks nothing of any network", lambda: _all([shown])),
        not_asked(extension, "split", "a panel is drawn once"),
    ]


# ---------------------------------------------------------------------------------------------------------- all of them
def pure_laws(extension: Extension, ask: Sequence[Callable[[], Any]], told: Callable[[Any], bytes]) -> tuple[Law, Law]:
    """Purity by running, and determinism: asked again, forwards and backwards, the same bytes."""

    def quiet() -> None:
        for each in ask:
            each()  # what is compiled or imported at the first call may be read from files
        for each in ask:
            with watched() as seen:
                each()
            if seen:
                raise Broken(seen[0])

    def again() -> None:
        first = [told(each()) for each in ask]
        back = [told(each()) for each in reversed(ask)][::-1]
        for number, (one, two) in enumerate(zip(first, back, strict=True)):
            if one != two:
                raise Broken(f"case {number} gave another answer the second time")

    return (
        tried(extension, "purity, by running", "no file, no socket, no process, no written input", quiet),
        tried(extension, "determinism", "the same answer, whenever it is asked", again),
    )


def timed(extension: Extension, lived: Lived) -> float:
    """Milliseconds of a call: a wave of 10,000 shipments, a tariff of 150 weights, the small network's days."""
    draw = np.random.default_rng(11)
    waiting = Waiting(
        node=draw.integers(0, 4, TIMED_ROWS),
        units=draw.integers(1, 9, TIMED_ROWS),
        lines=draw.integers(1, 5, TIMED_ROWS),
        ship_by=draw.integers(1, 9, TIMED_ROWS),
        tie=_distinct(draw, TIMED_ROWS),
        pack_ms=draw.integers(20_000, 400_000, TIMED_ROWS),
    )
    given: dict[str, tuple[Any, ...]] = {
        "wave": (frozen(waiting), np.full(4, 10**9)),
        "tariff": (np.arange(150, dtype=np.int64) * 454,),
        "nature": (lived.nature, lived.network),
        "meter": (lived.facts, lived.basis, lived.window),
        "panel": (lived.record,),
    }
    try:
        extension.function(*given[extension.port])
        began = time.perf_counter()
        extension.function(*given[extension.port])
    except Exception:  # noqa: BLE001 - a law tells what it raised
        return float("nan")
    return (time.perf_counter() - began) * 1_000


def _all(ask: Sequence[Callable[[], Any]]) -> None:
    for each in ask:
        each()


def _same(one: dict[int, list[int]], two: dict[int, list[int]], where: str) -> None:
    left, right = ({node: ties for node, ties in each.items() if ties} for each in (one, two))
    if left != right:
        node = min(node for node in {*left, *right} if left.get(node) != right.get(node))
        counts = f"{len(left.get(node, []))} and {len(right.get(node, []))} released"
        raise Broken(f"{where}, building {node}: {counts}, or another order")
