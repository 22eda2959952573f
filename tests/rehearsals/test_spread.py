"""Where calls are answered changes no answer: one process, several, a Ray cluster."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from firstbest.kernels.draws import uniforms
from firstbest.rehearse.run import Settings, rehearse
from firstbest.rehearse.spread import Call, Cluster, NoRay, Workers, spread
from firstbest.rehearse.warm import small_scenario

CALLS: list[Call] = [(max, (number, 3)) for number in range(7)]


def rehearsed(seed: int) -> tuple[int, bytes]:
    """A small rehearsal: how many facts, and the cubes."""
    result = rehearse(small_scenario(), Settings(seed=seed))
    return result.facts, result.state.tables["cube"].rows.tobytes()


def drawn(seed: int) -> bytes:
    """Draws of a seed."""
    return uniforms(seed, np.arange(50, dtype=np.uint64), 1, 0).tobytes()


@pytest.mark.parametrize("workers", [1, 2])
def test_answers_come_in_the_order_of_the_calls(workers: Workers) -> None:
    heard: list[int] = []

    found = spread(CALLS, workers, lambda: heard.append(1))

    assert found == [3, 3, 3, 3, 4, 5, 6]
    assert len(heard) == len(CALLS)


HELD = """
import threading
from firstbest.rehearse.spread import spread

def held():
    print("ready", flush=True)
    threading.Event().wait()

if __name__ == "__main__":
    spread([(held, ()), (held, ())], 2, print)
"""


def test_processes_end_with_the_one_that_asked(tmp_path: Path) -> None:
    """Killed, it leaves nobody behind: the last process that holds its output has let go of it."""
    (tmp_path / "held.py").write_text(HELD, "utf-8")
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "held.py")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as asks:
        assert asks.stdout is not None
        assert [asks.stdout.readline() for _ in range(2)] == [b"ready\n"] * 2
        asks.kill()
        assert asks.communicate(timeout=60) == (b"", None)


def test_processes_give_the_same_bytes() -> None:
    calls: list[Call] = [(drawn, (seed,)) for seed in range(3)]

    assert spread(calls, 2, lambda: None) == spread(calls, 1, lambda: None)


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed: what is said without it cannot be seen")
def test_without_ray_it_says_so() -> None:
    with pytest.raises(NoRay, match=r'pip install "firstbest\[ray\]"'):
        spread(CALLS, Cluster("local"), lambda: None)


@pytest.mark.skipif(find_spec("ray") is None, reason='Ray is not installed: pip install "firstbest[ray]"')
@pytest.mark.filterwarnings("ignore")
def test_a_ray_cluster_gives_the_same_bytes() -> None:
    calls: list[Call] = [(rehearsed, (seed,)) for seed in (1, 2)]

    assert spread(calls, Cluster("local"), lambda: None) == spread(calls, 1, lambda: None)
