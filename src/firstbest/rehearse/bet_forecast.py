"""What the twin expects of a bet: paired rehearsals with and without it, as quantiles of the next world to come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from firstbest import __version__
from firstbest.mechanisms.quantiles import KEPT, predicted
from firstbest.mechanisms.records import Measured
from firstbest.present.catalog import CATALOG
from firstbest.present.figures import figures
from firstbest.rehearse.compare import WITH, WITHOUT, RunOne, run_pairs
from firstbest.rehearse.compare_runs import Runs
from firstbest.rehearse.compare_student import quantile
from firstbest.store.bets_acts import refuse
from firstbest.store.kernel_cache import source_digest

SOURCE = "twin"
PAIRS_MIN = 2


class Asked(NamedTuple):
    """How much of a workspace to rehearse."""

    scale: float
    days: int | None
    seed: int
    replications: int = 10
    workers: int = 1


def twin_forecasts(
    folder: Path,
    change: Path,
    metrics: Sequence[str],
    asked: Asked,
    progress: Callable[[float], None] | None = None,
    through: Callable[[RunOne], RunOne] | None = None,
) -> list[dict[str, Any]]:
    """Forecasts of metrics as the record keeps them, from pairs with the seeds from `asked.seed` on.

    `through` stands between this and each rehearsal, such as to keep those that are done; with one worker only.
    A quantile is that of the next draw, not of the mean: with few pairs the interval is wide, as Student's t says.
    Raises `WorkspaceFaulty` where the workspace, the change or a metric is not what a rehearsal knows.
    """
    if asked.replications < PAIRS_MIN:
        raise refuse(change.name, "replications", f"{PAIRS_MIN} pairs or more", str(asked.replications))
    unknown = [metric for metric in metrics if metric not in CATALOG]
    if unknown:
        raise refuse(change.name, "metric", "figures that a rehearsal measures", ", ".join(unknown))
    runs = Runs(folder, change, asked.scale, asked.days)
    digests = {which: scenario_digest(runs, which) for which in (WITHOUT, WITH)}
    run_one = through(runs) if through else runs
    pairs = run_pairs(run_one, range(asked.seed, asked.seed + asked.replications), asked.workers, progress)
    missing = [metric for metric in metrics if metric not in pairs.without]
    if missing:
        raise refuse(change.name, "metric", "figures that this rehearsal could measure", ", ".join(missing))
    multipliers = multipliers_of(asked.replications - 1)
    provenance = provenance_of(change, asked, digests)
    return [
        {
            "metric": metric,
            "source": SOURCE,
            "with": msgspec.to_builtins(predicted(pairs.with_[metric], multipliers)),
            "without": msgspec.to_builtins(predicted(pairs.without[metric], multipliers)),
            "provenance": provenance,
        }
        for metric in metrics
    ]


def multipliers_of(freedom: int) -> list[float]:
    """Quantiles of Student's t at the levels that are kept."""
    found = []
    for level in KEPT:
        part = max(level, 1 - level)
        size = quantile(part, freedom) if part > 0.5 else 0.0  # noqa: PLR2004 - the median is zero
        found.append(size if level >= 0.5 else -size)  # noqa: PLR2004 - as above
    return found


def rehearsed_facts(
    folder: Path, change: Path | None, metrics: Sequence[str], asked: Asked, which: str
) -> list[Measured]:
    """Figures of one world that nobody has forecast with: the workspace's, with the change or without it."""
    runs = Runs(folder, change or folder, asked.scale, asked.days)
    found = figures(runs.record(which, asked.seed))
    missing = [metric for metric in metrics if metric not in found]
    if missing:
        raise refuse(str(folder), "metric", "figures that a rehearsal measures", ", ".join(missing))
    digests = {which: scenario_digest(runs, which)}
    told = provenance_of(change, asked._replace(replications=1), digests)
    return [
        Measured(metric=metric, value=round(found[metric], 9), source="rehearsal", provenance=told)
        for metric in metrics
    ]


def provenance_of(change: Path | None, asked: Asked, digests: dict[str, str]) -> dict[str, str]:
    """What has to be known to run it again."""
    last = asked.seed + asked.replications - 1
    told = {
        "code": f"{__version__}+{source_digest()[:12]}",
        "seeds": f"{asked.seed}-{last}" if last > asked.seed else str(asked.seed),
        "scale": f"{asked.scale:g}",
        "days": str(asked.days) if asked.days else "all",
    }
    if change is not None:
        told |= {"change": change.name, "change_digest": sha256(change.read_bytes()).hexdigest()[:16]}
    return told | {f"scenario_{which}": digest for which, digest in digests.items()}


def scenario_digest(runs: Runs, which: str) -> str:
    """A digest of everything that the world of that name is made of: what decisions know, and what nature does."""
    digest = blake2b(digest_size=8)
    _add(digest, runs.scenario(which))
    return digest.hexdigest()


def _add(digest: Any, value: object) -> None:
    if isinstance(value, tuple):
        digest.update(f"({len(value)}".encode())
        for part in value:
            _add(digest, part)
    elif isinstance(value, np.ndarray):
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    else:
        digest.update(repr(value).encode())
