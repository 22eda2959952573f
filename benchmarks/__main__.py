"""The dispatcher: finds the benchmark, runs it, prints its line, keeps full runs.

Exit codes: 0 done, 1 a result is wrong, 2 no such benchmark, 3 real data is missing.
"""

import argparse
import importlib
import json
import math
import os
import pkgutil
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import benchmarks
from benchmarks.result import Benchmark, MissingDataError, Result, Value
from firstbest.store.kernel_cache import use_cache

HISTORY = Path(__file__).with_name("history.jsonl")
_FIGURE_NAME = re.compile(r"[a-z][a-z0-9_]*")


def names() -> list[str]:
    """Names of the benchmarks in this package, sorted."""
    modules = {module.name for module in pkgutil.iter_modules(benchmarks.__path__)}
    return sorted(name for name in modules - {"result"} if not name.startswith("_"))


def main(arguments: Sequence[str]) -> int:
    """Runs one benchmark by name and answers the exit code."""
    options = _parser().parse_args(arguments)
    # Before the benchmark imports Numba: a kernel compiled from other sources is never used.
    use_cache()
    benchmark = cast("Benchmark", importlib.import_module(f"benchmarks.{options.name}"))
    if options.kills is not None:
        os.environ["FIRSTBEST_KILLS"] = str(options.kills)
    try:
        result = benchmark.run(options.quick, options.data)
    except MissingDataError as missing:
        print(missing, file=sys.stderr)
        return 3

    wrong = [*result.wrong, *_faults(result)]
    line = json.dumps(_record(options.name, result) | ({"wrong": wrong} if wrong else {}), allow_nan=False)
    if not (wrong or options.quick or options.no_record):
        with HISTORY.open("a", encoding="utf-8") as history:
            history.write(line + "\n")
    for fault in wrong:
        print(f"wrong: {fault}", file=sys.stderr)
    print(line, flush=True)
    return 1 if wrong else 0


def machine() -> dict[str, Value]:
    """What a figure depends on: processors in reach, memory, kind of processor, Python."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": pages // 1_000_000,
        "processor": platform.machine(),
        "python": platform.python_version(),
    }


def commit() -> str:
    """The commit that ran, `+` behind it if the work tree differed; `unknown` outside git."""
    head = _git("rev-parse", "--short=12", "HEAD")
    if not head:
        return "unknown"
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", f":!{HISTORY.relative_to(_root())}")
    return f"{head}+" if changed else head


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Runs one benchmark.")
    parser.add_argument("name", choices=names(), metavar="NAME", help="one of: " + (", ".join(names()) or "none yet"))
    parser.add_argument("--quick", action="store_true", help="a small input that takes seconds; never recorded")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of public data")
    parser.add_argument("--kills", type=int, metavar="N", help="faults: how often the writer is killed")
    parser.add_argument("--no-record", action="store_true", help="do not append to history.jsonl")
    return parser


def _record(name: str, result: Result) -> dict[str, object]:
    return {
        "bench": name,
        "commit": commit(),
        "figures": {figure: value if math.isfinite(value) else None for figure, value in result.figures.items()},
        "peers": {peer: dict(values) for peer, values in result.peers.items()},
        "machine": machine(),
    }


def _faults(result: Result) -> Iterator[str]:
    """Figures that nobody could compare later."""
    if not result.figures:
        yield "no figures"
    for name, value in result.figures.items():
        if not _FIGURE_NAME.fullmatch(name):
            yield f"figure {name!r} needs a lower-case name with its unit"
        if not math.isfinite(value):
            yield f"figure {name!r} needs a finite number, was {value}"
    for peer, values in result.peers.items():
        if "version" not in values:
            yield f"peer {peer!r} needs its version"


def _root() -> Path:
    return Path(__file__).resolve().parent.parent


def _git(*words: str) -> str:
    asked = subprocess.run(["git", *words], cwd=_root(), capture_output=True, text=True, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
