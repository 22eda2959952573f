"""What a benchmark answers, and the two ways in which it can fail."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec

Value = int | float | str


class Result(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Figures of one run.

    `figures`: name to number; the name carries its unit (`rehearse_s`, `peak_memory_mb`, `ratio_simpy`).
    `peers`: name of the peer to its version and its own figures, from the same run on the same input.
    `wrong`: one sentence for each result that is not right; any makes the run fail with exit code 1.
    """

    figures: Mapping[str, int | float]
    peers: Mapping[str, Mapping[str, Value]] = {}
    wrong: tuple[str, ...] = ()


class Benchmark(Protocol):
    """A module of this package that can be run by its name."""

    def run(self, quick: bool, data: Path | None) -> Result:
        """Runs it: `quick` on a small input that takes seconds, `data` the folder of public data or nothing."""
        ...


class MissingDataError(Exception):
    """A file of real data is not there. Says which public set is needed."""

    def __init__(self, file: str, public_set: str) -> None:
        super().__init__(f"{file} was not found: it comes from the public set {public_set}; name its folder by --data")


def needed(data: Path | None, file: str, public_set: str) -> Path:
    """The path of a file of real data; raises MissingDataError if the folder or the file is not there."""
    path = data / file if data else None
    if path is None or not path.is_file():
        raise MissingDataError(file, public_set)
    return path


def tell(words: str) -> None:
    """Say on the error stream how far a benchmark of many minutes is."""
    print(words, file=sys.stderr, flush=True)
