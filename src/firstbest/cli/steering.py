"""Who does it, when, and which metrics need no declaration: what the commands of mechanisms share."""

from __future__ import annotations

import getpass
import os
import time

from firstbest.store.bets import Definitions


def now_us() -> int:
    """The instant."""
    return time.time_ns() // 1000


def person(by: str) -> str:
    """Who does it."""
    return by or os.environ.get("FIRSTBEST_USER", "") or getpass.getuser()


def figures() -> Definitions:
    """Metrics that need no metrics.toml: the figures of a rehearsal."""
    from firstbest.present.catalog import CATALOG

    return {each.key: each._asdict() for each in CATALOG.values()}
