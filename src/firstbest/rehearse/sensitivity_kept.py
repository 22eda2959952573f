"""Answers of rehearsed points, kept as they come: a sensitivity that was stopped goes on where it was.

Each point's figures stand in a file of their own, named by a digest of the point, in a folder named by a digest of all
that they hang on: the workspace's files, which inputs are moved, scale, days and the code. So an answer is never taken
for another's, processes side by side need no lock, and asking for another figure begins with all walks known. Answers
of a workspace that has changed since are removed.

How many days are rehearsed, where nobody says it, is chosen so that the whole takes about as long as was asked for:
whole weeks, one of DAYS, by what a week takes on this machine where the first walks begin. The choice is kept with the
answers, so a run that goes on never changes it.
"""

from __future__ import annotations

import json
import math
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from firstbest.rehearse.sensitivity import Budget, Point, walks_of
from firstbest.store.kernel_cache import source_digest
from firstbest.store.sensitivity_inputs import MIDDLE, SKIPPED

DAYS: Final = (7, 14, 28, 56)
TIMED: Final = 3
"""Walks whose first points are timed: far from the middle a rehearsal may take three times as long as in it."""


class Plan(NamedTuple):
    """How long each rehearsal is."""

    days: int
    seconds: float  # that one takes, on one core
    known: int  # answers that are kept from before


@dataclass(frozen=True)
class Kept:
    """A point that is rehearsed once: its figures are kept in a folder."""

    point: Point
    answers: Path

    def __call__(self, shares: Sequence[float], seed: int = 0) -> float:
        """The figure at a point of the box, rehearsed or known; nan where it makes no workspace."""
        path = self.answers / f"{_digest(json.dumps([list(shares), seed]))}.json"
        if path.is_file():
            found = json.loads(path.read_text("utf-8"))
        else:
            found = self.point.figures_at(shares, seed)
            # Renamed into its place, so that whoever is stopped leaves no half of an answer.
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=self.answers, delete=False) as file:
                json.dump(found, file)
            Path(file.name).replace(path)
        return float(found.get(self.point.figure, math.nan))


def kept(point: Point, output: Path) -> Kept:
    """The point with its answers under `output`; those of other workspaces, inputs or code are removed."""
    asked = _question(point)
    folder = output / "answers"
    folder.mkdir(parents=True, exist_ok=True)
    for other in folder.iterdir():
        if not other.name.startswith(asked):
            shutil.rmtree(other)
    own = folder / f"{asked}-{point.days}-days"
    own.mkdir(exist_ok=True)
    return Kept(point, own)


def planned(point: Point, output: Path, budget: Budget, how: tuple[float, int], days: int | None) -> Plan:
    """Days of each rehearsal and what one takes; how: (minutes that all may take, workers)."""
    minutes, workers = how
    before = _plan_file(output, point)
    if before.is_file():
        told = json.loads(before.read_text("utf-8"))
        if days in (None, told["days"]):
            own = kept(replace(point, days=told["days"]), output)
            return Plan(told["days"], told["seconds"], len(list(own.answers.glob("*.json"))))
    seconds = _seconds(kept(replace(point, days=days or DAYS[0]), output), budget)
    if days is None:
        room = 60 * minutes * workers / budget.runs
        days = max(each for each in DAYS if each == DAYS[0] or seconds * each / DAYS[0] <= room)
        seconds *= days / DAYS[0]
    before.write_text(json.dumps({"days": days, "seconds": seconds}), encoding="utf-8")
    return Plan(days, seconds, len(list(kept(replace(point, days=days), output).answers.glob("*.json"))))


def _plan_file(output: Path, point: Point) -> Path:
    own = output / "answers" / f"{_question(point)}-plan"
    own.mkdir(parents=True, exist_ok=True)
    return own / "plan.json"


def _seconds(first: Kept, budget: Budget) -> float:
    """What a rehearsal takes on average, walks far from the middle and the others in it; all of these are kept."""
    names = [each.name for each in first.point.inputs]
    middle = [MIDDLE] * len(names)
    # The first gets the kernels into reach and is not timed.
    first(middle)
    starts = walks_of(names, budget.walks)[:: len(names) + 1][:TIMED].tolist()
    far = sum(_timed(first, each, 0) for each in starts) / len(starts)
    near = _timed(first, middle, 1)
    return (far * budget.morris + near * (budget.runs - budget.morris)) / budget.runs


def _timed(first: Kept, shares: Sequence[float], seed: int) -> float:
    began = time.perf_counter()
    first(shares, seed)
    return time.perf_counter() - began


def _question(point: Point) -> str:
    """A digest of all that an answer hangs on but the days."""
    made = blake2b(source_digest().encode(), digest_size=8)
    made.update(json.dumps([point.scale, [each.name for each in point.inputs]]).encode())
    for path in _files(point.folder):
        made.update(path.relative_to(point.folder).as_posix().encode() + b"\0")
        made.update(blake2b(path.read_bytes()).digest())
    return made.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] not in SKIPPED:
            yield path


def _digest(words: str) -> str:
    return blake2b(words.encode(), digest_size=12).hexdigest()
