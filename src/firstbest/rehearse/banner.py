"""What every rehearsal and comparison of a workspace says at its head: how near the model came to the books."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

KEPT: Final = "baseline.json"
NOT_COMPARED: Final = "not compared with any actuals"
TOLD_MOST: Final = 3


def keep(folder: Path, lines: int, outside: Sequence[str]) -> None:
    """Keep beside the workspace how many figures were compared, and which lie outside their bands, worst first."""
    told = {"lines": lines, "outside": list(outside)}
    (folder / KEPT).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def banner_of(folder: Path) -> str:
    """The words; a workspace that was never compared says so."""
    path = folder / KEPT
    if not path.is_file():
        return NOT_COMPARED
    told = json.loads(path.read_text(encoding="utf-8"))
    outside = told["outside"]
    if not outside:
        return f"compared with actuals: all {told['lines']} figures within their bands"
    more = f" and {len(outside) - TOLD_MOST} more" if len(outside) > TOLD_MOST else ""
    first = "; ".join(outside[:TOLD_MOST])
    return f"OUTSIDE its bands against actuals in {len(outside)} of {told['lines']} figures: {first}{more}"
