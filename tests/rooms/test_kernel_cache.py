"""A kernel is kept by the content of all it is made from: what changed is compiled again, what did not is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import firstbest
from firstbest.store.kernel_cache import content_digest, forget_unread

SOURCE = Path(firstbest.__file__).parent
HEAD = "from firstbest.kernels.compiled import compiled\n"
BELOW = f"{HEAD}\n@compiled\ndef below(n: int) -> int:\n    return n + 1\n"
TOP = (
    f"{HEAD}from firstbest.kernels.below import (\n    below,\n)\n\n@compiled\n"
    "def top(n: int) -> int:\n    return below(n) * 2\n"
)


def _copy(folder: Path) -> Path:
    """A small house of its own: a kernel that calls a kernel."""
    home = folder / "firstbest"
    for room in ("store", "kernels"):
        (home / room).mkdir(parents=True)
    for name in ("__init__.py", "store/kernel_cache.py", "kernels/__init__.py", "kernels/compiled.py"):
        shutil.copy(SOURCE / name, home / name)
    (home / "store" / "__init__.py").touch()
    (home / "kernels" / "below.py").write_text(BELOW)
    (home / "kernels" / "top.py").write_text(TOP)
    return folder


def _run(folder: Path, cache: Path) -> tuple[str, int]:
    """What the kernel answers in a process of its own, and how many kernels that process had to compile."""
    program = (
        "from firstbest.store.kernel_cache import use_cache; use_cache()\n"
        "from firstbest.kernels.top import top\nprint('answer', top(3))"
    )
    own = {**os.environ, "PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(cache), "NUMBA_DEBUG_CACHE": "1"}
    own.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run([sys.executable, "-c", program], env=own, capture_output=True, text=True, check=True)
    answer = next(line for line in done.stdout.splitlines() if line.startswith("answer"))
    return answer.split()[1], done.stdout.count("data saved")


def test_what_changed_is_compiled_again_and_a_copy_elsewhere_compiles_nothing(tmp_path: Path) -> None:
    here, there, cache = _copy(tmp_path / "here"), _copy(tmp_path / "there"), tmp_path / "cache"
    first, second = _run(here, cache), _run(there, cache)
    assert (first[0], second) == ("8", ("8", 0))
    assert first[1] > 0
    (there / "firstbest" / "kernels" / "below.py").write_text(BELOW.replace("n + 1", "n + 5"))
    changed, again = _run(there, cache), _run(here, cache)
    assert changed[0] == "16"
    assert changed[1] > 0
    assert again == ("8", 0)


def test_each_kernel_has_a_digest_of_its_own_that_stays() -> None:
    wave, source = (SOURCE / "decide" / f"{name}.py" for name in ("wave", "source"))
    assert content_digest(wave) == content_digest(wave)
    assert content_digest(wave) != content_digest(source)


@pytest.mark.parametrize(("days", "stays"), [(29, True), (31, False)])
def test_kernels_that_nobody_read_for_a_month_are_forgotten(tmp_path: Path, days: int, stays: bool) -> None:
    kernel = tmp_path / "old.nbc"
    kernel.write_bytes(b"code")
    then = kernel.stat().st_mtime - days * 86400
    os.utime(kernel, (then, then))
    forget_unread(tmp_path)
    assert kernel.exists() is stays
