"""What was decided on a bet, and how its sealed text was changed, as a person reads it in a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from firstbest.mechanisms.bets import AMENDED
from firstbest.mechanisms.decisions import DECIDED, Decision, decisions_of
from firstbest.mechanisms.seals import Entry
from firstbest.present.bets_questions import instant


def told(entries: Sequence[Entry], width: int) -> str:
    """Decisions and amendments on record, the oldest first; nothing where there is none."""
    lines: list[str] = []
    for each in entries:
        if each.kind == DECIDED:
            lines += _folded(_decision(decisions_of([each])[0]), width)
        elif each.kind == AMENDED:
            said = f"{instant(each.at_us)[:10]}  text sealed again by {each.by}: {each.body['reason']}"
            lines += _folded([said], width)
    return "\nOn record\n" + "\n".join(lines) + "\n" if lines else ""


def _decision(made: Decision) -> Iterator[str]:
    """The choice, then the bar raiser and each who disagreed, in their words."""
    yield f"{instant(made.at_us)[:10]}  {'yes' if made.yes else 'no'} ({made.chosen}), by {made.by}: {made.reason}"
    raiser = made.bar_raiser
    if raiser is not None:
        yield f"            bar raiser {raiser.name} {'vetoes' if raiser.veto else 'agrees'}: {raiser.reason}"
    for each in made.dissent:
        yield f"            {each.name} disagrees{' and commits' if each.committed else ''}: {each.reason}"


def _folded(lines: Iterator[str] | list[str], width: int) -> list[str]:
    return [
        textwrap.fill(line, width, initial_indent="  ", subsequent_indent=" " * 14, break_on_hyphens=False)
        for line in lines
    ]
