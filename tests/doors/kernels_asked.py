"""Which kernels are called in a process, told by what it does: asked in a process of its own, as JSON.

`warm`: what a first run compiles. `house`: what a house stands on, and what its first requests and days load.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
from pathlib import Path

import msgspec

from firstbest.store.kernel_cache import use_cache

use_cache()

from numba.core.dispatcher import Dispatcher  # noqa: E402 - the cache is told before

from firstbest.rehearse import warm as warming  # noqa: E402
from tests.doors.served import Served, served  # noqa: E402

DAY_US = 86_400_000_000


def loaded() -> set[str]:
    """Every kernel with types of ours that this process has called so far."""
    found = (each for each in gc.get_objects() if isinstance(each, Dispatcher))
    return {f"{each.py_func.__module__}.{each.__name__} {types}" for each in found for types in each.overloads}


def warm() -> dict[str, list[str]]:
    """What compiling everything calls."""
    warming.warm_physics()
    warming.warm_decisions()
    warming.rehearse(warming.small_scenario(), warming.Settings(1))
    return {"warm": sorted(loaded())}


def ask_everything(house: Served) -> list[int]:
    """One request of each kind that a first customer or hand makes; the statuses of their answers."""
    basket = {"customer": "ann", "place": "606", "lines": [{"item": "kettle", "quantity": 2}]}
    rows = b"\n".join(msgspec.json.encode(basket | {"order": f"B{n}"}) for n in range(5))
    named = b'{"order":"B1"}\n{"order":"B2"}'
    goods = {"inbound": "IN-7", "node": "ontario", "item": "towel", "quantity": 10, "expected_us": 1}
    asked = [
        house.post("/v1/quotes", basket), house.order("A1"), house.post("/v1/orders/A1/hold"),
        house.post("/v1/orders/A1/release"), house.post("/v1/orders/A1/cancel"), house.get("/v1/orders/A1"),
        house.post("/v1/orders/bulk", rows), house.post("/v1/orders/bulk/hold", named),
        house.post("/v1/orders/bulk/release", named), house.post("/v1/orders/bulk/cancel", named),
        house.post("/v1/inbound", goods), house.post("/v1/inbound/IN-7/arrived"),
        house.post("/v1/inbound/IN-7/received", {"quantity": 7}),
        house.post("/v1/counts", {"node": "ontario", "item": "towel", "quantity": 10}),
        house.get("/v1/stock/towel?node=ontario"),
    ]  # fmt: skip
    return [answer.status_code for answer in asked]


def house() -> dict[str, list[str] | list[int]]:
    """What a house loads before it is asked, at its first requests, and in its first days."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as one:
        before = loaded()
        statuses = ask_everything(one)
        asked = loaded()
        later = one.opened.house.now_us() + 3 * DAY_US
        one.opened.house.wall_us = lambda: later
        one.order("after three days")
        return {
            "ready": sorted(before), "asked": sorted(asked - before), "days": sorted(loaded() - asked),
            "statuses": statuses,
        }  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(json.dumps(warm() if sys.argv[1] == "warm" else house()))
