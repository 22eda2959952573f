"""The built-in network with some days of it rehearsed, facts and all, as `firstbest rehearse` leaves them."""

from __future__ import annotations

import json
from pathlib import Path

from firstbest.rehearse.folder import OUTPUT, network_digest
from firstbest.rehearse.run import Settings, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.store.compile_network import compile_network
from firstbest.store.init import write_builtin
from firstbest.store.sink import ParquetSink
from firstbest.store.workspace import load

SCALE = 0.004


def with_facts(folder: Path, days: int) -> Path:
    """Write the workspace and rehearse so many days at `SCALE`."""
    write_builtin(folder)
    network, nature = compile_network(load(folder), SCALE, days)
    (folder / OUTPUT).mkdir()
    with ParquetSink(folder / OUTPUT) as sink:
        rehearse(Scenario(network, nature), Settings(1, sink))
    told = {"scale": SCALE, "days": days, "digest": sink.digest(), "network": network_digest(network).hex()}
    (folder / OUTPUT / "run.json").write_text(json.dumps(told), encoding="utf-8")
    return folder
