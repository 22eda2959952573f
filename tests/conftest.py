"""What all tests share: Hypothesis profiles and the folder of real data."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from firstbest.store.kernel_cache import use_cache

# Before any test imports Numba, which reads the setting once: a kernel compiled from other sources is never used.
use_cache()

# Only now may Numba be imported.
from firstbest.kernels.compiled import Straight  # noqa: E402
from tests.straight import looked  # noqa: E402

# What goes straight into a kernel elsewhere is looked at here.
Straight.__call__ = looked  # type: ignore[method-assign]
ROOT = Path(__file__).resolve().parent.parent

# The first call of a kernel compiles it, so no example has a deadline.
_SLOW_START = [HealthCheck.too_slow]
settings.register_profile("dev", max_examples=25, deadline=None, suppress_health_check=_SLOW_START)
settings.register_profile("ci", max_examples=100, deadline=None, suppress_health_check=_SLOW_START, derandomize=True)
settings.register_profile("thorough", max_examples=2_000, deadline=None, suppress_health_check=_SLOW_START)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data: FIRSTBEST_DATA, else `shared/data` beside the repository; without it, skips."""
    named = os.environ.get("FIRSTBEST_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the real data: set FIRSTBEST_DATA or put them at {folder}")
    return folder
