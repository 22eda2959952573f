"""A rehearsal under way, laid down in a file and taken up again: it goes on to the same bytes.

What is saved is what a fork copies (`running`): columns, physics, the loop and what was counted. It is laid out as a
tree of plain values whose leaves are arrays. What never changes is not in it: the network, nature, what decisions stand
on; they are compiled anew from the workspace, and their digest has to be the same, as that of the source has to be. So
a state is good for the very code and the very workspace that it was saved with, and says so where they are others.

The tree names classes of this package only, and fills instances with the values that they had; nothing in it is run.
"""

from __future__ import annotations

import sys
from hashlib import blake2b
from pathlib import Path
from types import MethodType
from typing import Any, NamedTuple

import numpy as np

from firstbest.decide.ground import Ground, ground_of
from firstbest.operate.ports import Book
from firstbest.rehearse.running import Running, leaves
from firstbest.rehearse.scenario import Scenario
from firstbest.store.columns import Columns
from firstbest.store.columns_dense import Dense
from firstbest.store.columns_kept import dense_of, kept_arrays, sparse_of
from firstbest.store.columns_sparse import Sparse
from firstbest.store.kernel_cache import source_digest
from firstbest.store.state_file import VERSION, Array, Header, StateFaulty, read_arrays, read_header, write_state
from firstbest.world.facts import FACTS, FactType
from firstbest.world.tables import TABLES

HOUSE = "firstbest."
FACT = {fact.name: fact for fact in FACTS}
TABLE = {table.name: table for table in TABLES}
Tree = Any


class Asked(NamedTuple):
    """What a state was saved of: the header without the state itself."""

    run: dict[str, Any]
    instant: int


def save(running: Running, path: Path, run: dict[str, Any]) -> None:
    """Lay a rehearsal down; `run` says how it was asked for. Its book is not part of it."""
    running.counting.settle()
    maker = _Maker(running)
    tree = maker.of(running)
    now = running.loop.next_due()
    header = Header(
        version=VERSION, code=source_digest(), world=world_digest(running.scenario), run=run,
        instant=running.scenario.network.calendar.end_us if now is None else now, tree=tree, arrays=[],
    )  # fmt: skip
    write_state(path, header, maker.arrays)


def asked(path: Path) -> Asked:
    """What a state is of; raises `StateFaulty` where it is none or was saved by other code."""
    header, _ = read_header(path)
    if header.code != source_digest():
        raise StateFaulty(
            f"{path}: expected a state saved by this very code ({source_digest()}), found one of {header.code}: "
            "rehearse again from the start"
        )
    return Asked(header.run, header.instant)


def resume(path: Path, scenario: Scenario, seed: int, book: Book | None = None) -> Running:
    """The rehearsal where it was left; raises `StateFaulty` where the world is another."""
    asked(path)
    header, begin = read_header(path)
    if header.world != world_digest(scenario):
        raise StateFaulty(
            f"{path}: expected the workspace that the state was saved with (world {header.world}), found "
            f"{world_digest(scenario)}: it was edited since; rehearse again from the start"
        )
    fresh = Running(scenario, seed)
    made: Running = _Reader(fresh, read_arrays(path, header, begin)).of(header.tree)
    made.watch.book = book
    return made


def world_digest(scenario: Scenario) -> str:
    """A digest of all arrays and numbers of what is rehearsed."""
    digest = blake2b(digest_size=12)
    for leaf in leaves(scenario):
        if isinstance(leaf, np.ndarray):
            digest.update(repr((leaf.dtype.str, leaf.shape)).encode())
            digest.update(np.ascontiguousarray(leaf).data)
        elif isinstance(leaf, int | float | str | bytes | np.generic):
            digest.update(repr(leaf).encode())
    return digest.hexdigest()


def _standing(running: Running) -> list[object]:
    """What is there before anything is read: parts of the scenario, in an order that is always the same."""
    return list(leaves((running.scenario,)))


def _ground(running: Running, left: int) -> Ground:
    """What decisions stand on when so many adoptions are still to come."""
    planned = sorted(running.scenario.adoptions, key=lambda each: each.at)
    done = len(planned) - left
    return ground_of(planned[done - 1].network if done else running.scenario.network)


class _Maker:
    """Things as a tree, arrays aside; a thing that stands in two places is written once."""

    def __init__(self, running: Running) -> None:
        self.arrays: list[Array] = []
        self._known: dict[int, Tree] = {id(one): ["standing", n] for n, one in enumerate(_standing(running))}
        # Small numbers and texts are the same thing everywhere: only what can be changed, or is large, is looked up.
        self._kept: list[object] = [running]
        self._known[id(running.loop.ground)] = ["ground", len(running.loop.adoptions)]
        if running.watch.book is not None:
            self._known[id(running.watch.book)] = ["none"]

    def of(self, thing: object) -> Tree:
        """A thing as a tree."""
        if thing is None:
            return ["none"]
        if isinstance(thing, bool | str) or type(thing) is int:
            return ["plain", thing]
        if isinstance(thing, float):
            return ["float", thing.hex()]
        if id(thing) in self._known:
            return self._known[id(thing)]
        self._kept.append(thing)  # so that no other thing gets its id
        number = len(self._kept)
        self._known[id(thing)] = ["again", number]
        return ["new", number, self._new(thing)]

    def _new(self, thing: object) -> Tree:
        if isinstance(thing, np.ndarray):
            return self._array(thing)
        if isinstance(thing, np.generic):
            return ["number", *self._array(np.asarray(thing))[1:]]
        if isinstance(thing, FactType):
            return ["fact", thing.name]
        if isinstance(thing, Columns):
            return ["columns", [[name, *self._table(table)] for name, table in thing.tables.items()]]
        if isinstance(thing, tuple):
            return ["tuple", _name_of(type(thing)), [self.of(one) for one in thing]]
        if isinstance(thing, list):
            return ["list", [self.of(one) for one in thing]]
        if isinstance(thing, dict):
            return ["dict", [[self.of(key), self.of(value)] for key, value in thing.items()]]
        if isinstance(thing, MethodType):
            return ["method", self.of(thing.__self__), thing.__name__]
        name = _name_of(type(thing))
        assert name, f"a {type(thing)} cannot be saved"
        return ["object", name, [[key, self.of(value)] for key, value in vars(thing).items()]]

    def _array(self, array: Array) -> Tree:
        self.arrays.append(array)
        return ["array", len(self.arrays) - 1]

    def _table(self, table: Dense | Sparse) -> Tree:
        return [self._array(one)[1] for one in kept_arrays(table)]


class _Reader:
    """Things from a tree; what stood there before is taken from a rehearsal at its start."""

    def __init__(self, fresh: Running, arrays: list[Array]) -> None:
        self._fresh = fresh
        self._arrays = arrays
        self._standing = _standing(fresh)
        self._made: dict[int, Any] = {}
        self._grounds: dict[int, Ground] = {len(fresh.loop.adoptions): fresh.loop.ground}

    def of(self, tree: Tree) -> Any:
        """A thing."""
        kind = tree[0]
        if kind == "none":
            return None
        if kind == "plain":
            return tree[1]
        if kind == "float":
            return float.fromhex(tree[1])
        if kind == "standing":
            return self._standing[tree[1]]
        if kind == "again":
            return self._made[tree[1]]
        if kind == "ground":
            if tree[1] not in self._grounds:
                self._grounds[tree[1]] = _ground(self._fresh, tree[1])
            return self._grounds[tree[1]]
        return self._new(tree[1], tree[2])

    def _new(self, number: int, tree: Tree) -> Any:
        kind = tree[0]
        if kind == "object":
            # It is known before its parts are read, since a part may hold it.
            made = self._made[number] = object.__new__(_class_of(tree[1]))
            for key, value in tree[2]:
                vars(made)[key] = self.of(value)
            return made
        self._made[number] = made = self._plain(kind, tree)
        return made

    def _plain(self, kind: str, tree: Tree) -> Any:
        if kind == "array":
            return self._arrays[tree[1]]
        if kind == "number":
            return self._arrays[tree[1]][()]
        if kind == "fact":
            return FACT[tree[1]]
        if kind == "columns":
            made = Columns.__new__(Columns)
            made.tables = {name: self._table(name, parts) for name, *parts in tree[1]}
            return made
        if kind == "tuple":
            parts = [self.of(one) for one in tree[2]]
            return _class_of(tree[1])(*parts) if tree[1] else tuple(parts)
        if kind == "list":
            return [self.of(one) for one in tree[1]]
        if kind == "dict":
            return {self.of(key): self.of(value) for key, value in tree[1]}
        if kind == "method":
            return getattr(self.of(tree[1]), tree[2])
        raise StateFaulty(f"expected a known kind of value, found '{kind}'")

    def _table(self, name: str, parts: list[int]) -> Dense | Sparse:
        arrays = [self._arrays[part] for part in parts]
        return dense_of(TABLE[name], arrays) if TABLE[name].dense else sparse_of(TABLE[name], arrays)


def _name_of(kind: type) -> str:
    """Where a class of this package stands; nothing for plain tuples."""
    return f"{kind.__module__}:{kind.__qualname__}" if kind.__module__.startswith(HOUSE) else ""


def _class_of(name: str) -> Any:
    """A class of this package that is loaded already, by its name."""
    module, _, kind = name.partition(":")
    found = getattr(sys.modules.get(module), kind, None) if module.startswith(HOUSE) else None
    if not isinstance(found, type):
        raise StateFaulty(f"expected a class of this package, found '{name}'")
    return found
