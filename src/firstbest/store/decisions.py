"""Decisions of a workspace, and the one question that applying a change asks of them."""

from __future__ import annotations

from pathlib import Path

from firstbest.mechanisms.decisions import Decision, standing
from firstbest.mechanisms.seals import content_digest
from firstbest.store.record import read_record

__all__ = ["Decision", "decision_for"]


def decision_for(folder: Path, change_file: Path) -> Decision | None:
    """The standing *yes* that names this change file by its content; None where there is none.

    The last decision that names the file's bytes counts: after a *no* there is none, and an edited file has not been
    decided on. Raises `WorkspaceFaulty` where the record was tampered with, `FileNotFoundError` without the file.
    """
    return standing(read_record(folder), content_digest(change_file.read_bytes()))
