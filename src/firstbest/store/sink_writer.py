"""The process that turns packed fact rows into Parquet files, so that the loop's interpreter is left alone.

It reads from its standard input: a line of JSON (`fact`, `path`, `bytes`), then that many bytes of packed rows; it
answers each with a line, `ok` or what went wrong. It ends when its input does.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import PIPE, Popen
from typing import IO

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.world.facts import FACTS

PADDING = frozenset({"pad", "spare"})


class Writer:
    """The other process, as the sink sees it."""

    def __init__(self, memory: str) -> None:
        """Start it; `memory` bounds what its engine takes."""
        self._process = Popen([sys.executable, "-m", "firstbest.store.sink_writer", memory], stdin=PIPE, stdout=PIPE)  # noqa: S603 - this very interpreter

    def write(self, fact: str, pieces: Sequence[memoryview], path: Path) -> None:
        """Have packed rows written; returns when the file is on disk. Raises OSError with what went wrong."""
        given, answers = self._process.stdin, self._process.stdout
        assert given is not None and answers is not None  # noqa: PT018 - both are pipes
        given.write(json.dumps({"fact": fact, "path": str(path), "bytes": sum(map(len, pieces))}).encode() + b"\n")
        for piece in pieces:
            given.write(piece)
        given.flush()
        answer = answers.readline().decode().strip()
        if answer != "ok":
            raise OSError(answer or "the writing process ended")

    def close(self) -> None:
        """End it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def write_rows(engine: duckdb.DuckDBPyConnection, rows: NDArray[np.void], path: Path) -> None:
    """Write packed rows [n] to a Parquet file, a column each; padding stays behind."""
    assert rows.dtype.names is not None, "rows need named columns"
    write_columns(engine, {name: rows[name] for name in rows.dtype.names if name not in PADDING}, path)


def write_columns(
    engine: duckdb.DuckDBPyConnection, columns: dict[str, NDArray[np.generic]], path: Path, chosen: str = "*"
) -> None:
    """Write columns of one length to a Parquet file, in their order; `chosen` is what SQL selects of them."""
    engine.register("written_columns", columns)
    select = f"SELECT {chosen} FROM written_columns"
    engine.execute(f"COPY ({select}) TO '{quoted(path)}' (FORMAT parquet, COMPRESSION snappy)")
    engine.unregister("written_columns")


def quoted(path: Path) -> str:
    """A path inside single quotes of SQL."""
    return str(path).replace("'", "''")


def serve(given: IO[bytes], answers: IO[bytes], memory: str) -> None:
    """Write what comes until nothing more does."""
    types = {fact.name: fact.dtype for fact in FACTS}
    with duckdb.connect(config={"threads": 1, "memory_limit": memory}) as engine:
        while line := given.readline():
            asked = json.loads(line)
            rows = np.frombuffer(given.read(asked["bytes"]), types[asked["fact"]])
            try:
                write_rows(engine, rows, Path(asked["path"]))
                answer = "ok"
            except (duckdb.Error, OSError) as failure:
                answer = " ".join(str(failure).split()) or type(failure).__name__
            answers.write(answer.encode() + b"\n")
            answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1])
