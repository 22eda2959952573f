"""Tenants' rehearsals on the owner's machines: a queue, a quota of processor time, and what each run took.

A job is a process of its own with a limit on its processor time, so a run that goes on too long is ended by the system.
What it took is what the system counted for it and its children, and is charged by the millisecond.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import DEVNULL
from typing import Final, NamedTuple

from firstbest.store.book_queries import query
from firstbest.store.usage_book import BillingBook, BillingError

WAITING_MAX: Final = 20
"""Jobs of one tenant that wait at the same time."""
MS: Final = 1_000
NOT_THERE: Final = 127
WAITING: Final = "waiting"


class Job(NamedTuple):
    """A job: its number, whose it is, the workspace, its state and the processor time it took."""

    number: int
    tenant: str
    asked: str
    state: str
    asked_at: int
    cpu_ms: int


def jobs(book: BillingBook) -> list[Job]:
    """All jobs in order."""
    return [Job(*row) for row in book.connection.execute(query("billing_jobs"))]


def submit(book: BillingBook, tenant: str, workspace: Path, now: int) -> Job:
    """Put a rehearsal of a tenant's own workspace into the queue."""
    if not (workspace / "firstbest.toml").is_file():
        raise BillingError(f"expected a workspace of the tenant, found no firstbest.toml in '{workspace}'")
    waiting = sum(job.state == WAITING and job.tenant == tenant for job in jobs(book))
    if waiting >= WAITING_MAX:
        raise BillingError(f"tenant '{tenant}': expected fewer than {WAITING_MAX} waiting jobs, found {waiting}")
    book.connection.execute(query("billing_job_add"), (tenant, str(workspace.resolve()), now))
    return jobs(book)[-1]


def used_ms(book: BillingBook, tenant: str) -> int:
    """Processor time that a tenant's jobs took so far."""
    return sum(job.cpu_ms for job in jobs(book) if job.tenant == tenant)


def next_job(book: BillingBook) -> Job | None:
    """The next job in turn: tenants with less time used go first, then who asked first; nobody waits behind a crowd."""
    waiting = [job for job in jobs(book) if job.state == WAITING]
    return min(waiting, key=lambda job: (used_ms(book, job.tenant), job.number), default=None)


def run_job(book: BillingBook, job: Job, quota_ms: int, command: Callable[[Path], Sequence[str]] | None = None) -> Job:
    """Run a job within what is left of its tenant's quota; `command` makes the words of the process."""
    left = quota_ms - used_ms(book, job.tenant)
    if left <= 0:
        return _ended(book, job, "over quota", 0)
    words = (command or rehearsal)(Path(job.asked))
    code, cpu_ms = timed(words, left)
    state = "done" if code == 0 else "over quota" if cpu_ms >= left else f"failed ({code})"
    return _ended(book, job, state, cpu_ms)


def rehearsal(workspace: Path) -> list[str]:
    """The words of a rehearsal."""
    return [sys.executable, "-c", "from firstbest.cli import main; main()", "rehearse", str(workspace)]


def timed(words: Sequence[str], most_ms: int) -> tuple[int, int]:
    """Run a process to its end: its exit code (negative: a signal ended it) and its processor time in milliseconds.

    A program that cannot be started is exit code 127, as a shell has it. The limit is set once the process is there.
    """
    try:
        process = subprocess.Popen(words, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)  # noqa: S603 - our own words
    except OSError:
        return NOT_THERE, 0
    limit = max(-(-most_ms // MS), 1)
    resource.prlimit(process.pid, resource.RLIMIT_CPU, (limit, limit))
    _, status, took = os.wait4(process.pid, 0)
    process.returncode = code = os.waitstatus_to_exitcode(status)
    cpu_ms = round((took.ru_utime + took.ru_stime) * MS)
    return code, max(cpu_ms, most_ms) if code in {-signal.SIGXCPU, -signal.SIGKILL} else cpu_ms


def _ended(book: BillingBook, job: Job, state: str, cpu_ms: int) -> Job:
    book.connection.execute(query("billing_job_end"), (state, cpu_ms, job.number))
    return job._replace(state=state, cpu_ms=cpu_ms)
