"""Decisions under twenty random permutations of the tenants' names and codes: every fact byte by byte the same.

The built-in network at a tenth of its volume, its items dealt out to forty sellers, three weeks of it, on the same luck
each time. `--quick`: the built-in's three sellers, two permutations of four days.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.invoices import make_workspace
from benchmarks.result import Result
from firstbest.rehearse.neutrality import swapped
from firstbest.rehearse.warm import warm
from firstbest.store.compile_network import compile_network
from firstbest.store.init import write_builtin
from firstbest.store.workspace import load

SCALE = 0.1


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the built-in network needs no data
    """Rehearse once as it is and once for each permutation; wrong where any fact differs."""
    warm()
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "house"
        if quick:
            write_builtin(folder)
        else:
            make_workspace(folder, 40)
        network, nature = compile_network(load(folder), SCALE, 4 if quick else 21)
    began = time.perf_counter()
    found = swapped(network, nature, 1, 2 if quick else 20)
    wrong = (f"facts differ under permutations: {', '.join(found.different)}",) if found.different else ()
    return Result(
        figures={
            "permutations": found.permutations,
            "tenants": len(network.texts.sellers),
            "facts": found.facts,
            "fact_types_that_differ": len(found.different),
            "run_s": round(time.perf_counter() - began, 1),
        },
        wrong=wrong,
    )
