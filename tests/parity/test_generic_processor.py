"""The same instants and draws without the machine's own instructions: Numba's generic processor, in its own process."""

import os
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

import numpy as np

from firstbest.kernels.draws import choices, lognormals, uniforms
from firstbest.rehearse.calendar import is_downstream, timetable
from tests.rehearsals.calendar_simpy import drawn

ROOT = Path(__file__).resolve().parents[2]
SEED = 26
"""Everything at once: feedback, priorities, shifts, breakdowns, trucks, split orders, limits."""


def told() -> str:
    """A digest of a timetable of every trait, and of draws to the microsecond."""
    name, network, jobs = drawn(SEED, 150)
    assert name.startswith("everything")
    assert not is_downstream(network, jobs)
    digest = blake2b(digest_size=16)
    for column in timetable(network, jobs):
        digest.update(np.ascontiguousarray(column).tobytes())
    ties = np.arange(5_000, dtype=np.uint64)
    digest.update(uniforms(7, ties, 3, 0).tobytes())
    digest.update((lognormals(7, ties, 4, 3e8, 0.4)).astype(np.int64).tobytes())
    digest.update(choices(7, ties, 5, 0, np.array([3, 9, 10], np.int64)).tobytes())
    return digest.hexdigest()


def test_a_generic_processor_gives_the_same_bytes(tmp_path: Path) -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    own = {**os.environ, "NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": path}
    script = (
        "import numba; assert numba.config.CPU_NAME == 'generic'\n"
        "from tests.parity.test_generic_processor import told\nprint(told())"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], env=own, capture_output=True, text=True, check=False, cwd=ROOT
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == told()
