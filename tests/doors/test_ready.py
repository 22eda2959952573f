"""Nobody's request waits for a compiler: what a house needs is there before it says where it listens."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest


def kernels(what: str) -> Any:
    """What a process of its own calls: this one may have called anything already."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.doors.kernels_asked", what]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(told.splitlines()[-1])


@pytest.fixture(scope="module")
def house() -> Any:
    return kernels("house")


def test_the_first_requests_load_and_compile_no_kernel(house: Any) -> None:
    assert set(house["statuses"]) <= {200, 201}
    assert len(house["ready"]) > 20
    assert house["asked"] == []


def test_a_first_run_compiles_all_that_a_house_needs_later(house: Any) -> None:
    compiled = set(kernels("warm")["warm"])

    assert len(house["days"]) > 3, "waves and departures call kernels of their own"
    assert set(house["ready"]) | set(house["days"]) <= compiled
