"""Suggested changes as files: written once, never over what somebody decided on, with what came of them on top."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from firstbest.present.record import Record
from firstbest.present.suggested import Helps, sentence
from firstbest.rehearse.suggest_words import Candidate
from firstbest.store.changes import load_changed
from firstbest.store.changes_written import toml_lines
from firstbest.store.faults import WorkspaceFaulty

PREFIX: Final = "suggested"


class Written(NamedTuple):
    """A candidate and its change file; `fresh`: it was not there before."""

    candidate: Candidate
    path: Path
    fresh: bool


def written(folder: Path, found: Sequence[Candidate], record: Record) -> list[Written]:
    """Change files of the candidates; one that its workspace does not take is left out."""
    made = []
    (folder / "changes").mkdir(exist_ok=True)
    for each in found:
        path = _place(folder / "changes", each)
        fresh = not path.exists()
        if fresh:
            path.write_text(_text(each, record), encoding="utf-8")
        try:
            load_changed(folder, path)
        except WorkspaceFaulty:
            if fresh:
                path.unlink()
            continue
        made.append(Written(each, path, fresh))
    return made


def _place(changes: Path, candidate: Candidate) -> Path:
    """The file that has this change already, else a name that no file has: nothing is written over."""
    path, number = changes / f"{PREFIX}_{candidate.name}.toml", 1
    while path.exists() and not _same(path, candidate):
        number += 1
        path = changes / f"{PREFIX}_{candidate.name}_{number}.toml"
    return path


def _same(path: Path, candidate: Candidate) -> bool:
    try:
        there = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False
    made: list[dict[str, Any]] = tomllib.loads("\n".join(_lines(candidate)))["operation"]
    return there.get("operation") == made


def _lines(candidate: Candidate) -> list[str]:
    return list(toml_lines({"operation": [dict(each) for each in candidate.change]}))


def _text(candidate: Candidate, record: Record) -> str:
    estimated = f"{candidate.suggestion.saving} ({candidate.suggestion.how.replace('; not rehearsed', '')})"
    note = f"Suggested by what bound in the rehearsal of seed {record.seed}. Estimated beforehand: {estimated}."
    head: dict[str, Any] = {"title": candidate.suggestion.text, "note": note}
    return "\n".join([*toml_lines(head), *_lines(candidate)]) + "\n"


def note_result(helps: Helps, currency: str) -> None:
    """What came of it, as a comment on top: the change itself stays what was rehearsed."""
    path = Path(helps.path)
    path.write_text(f"# {sentence(helps, currency)}\n{path.read_text('utf-8')}", encoding="utf-8")
