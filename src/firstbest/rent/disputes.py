"""Disputes: a tenant contests a line; it is decided once; what is granted comes back on the next invoice.

open -> accepted -> credited, open -> rejected, open -> withdrawn. A line can be contested for `WINDOW_US` after its
invoice, once; after that, or when a dispute of it was decided, the line is closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from firstbest.rent.lines import Line, month_name

WINDOW_US: Final = 60 * 24 * 3_600_000_000
"""60 days after the invoice a line is closed."""
REASON_MAX: Final = 2_000


class DisputeState(IntEnum):
    """The life of a dispute."""

    OPEN = 1
    ACCEPTED = 2
    CREDITED = 3
    REJECTED = 4
    WITHDRAWN = 5


class Dispute(NamedTuple):
    """One contest of one line. Money in millionths, whole coins; `line` is (month of the invoice, number)."""

    number: int
    line: tuple[int, int]
    tenant: int
    claimed: int
    reason: str
    opened_at: int
    state: DisputeState = DisputeState.OPEN
    granted: int = 0
    decided_at: int = 0
    answer: str = ""
    credited: int = 0  # month


class DisputeRefused(Exception):  # noqa: N818 - it names what became of a request
    """A dispute cannot be opened or decided; says why."""


def opened(
    disputes: Sequence[Dispute], line: Line, claim: Dispute, invoiced_at: int, named: str = ""
) -> tuple[Dispute, ...]:
    """The disputes with a further one. Raises `DisputeRefused` where the line is closed or the claim is not of it.

    `named`: the line as its invoice names it, for what is said.
    """
    label = f"line {named or f'{month_name(line.month)}/{line.number}'}"
    if claim.tenant != line.tenant:
        raise DisputeRefused(f"{label}: expected a line of this tenant, found another's")
    for other in disputes:
        if other.line == (line.month, line.number) and other.state != DisputeState.WITHDRAWN:
            raise DisputeRefused(
                f"{label} is closed: expected a line without a dispute, found dispute {other.number}, "
                f"{other.state.name.lower()}"
            )
    if claim.opened_at >= invoiced_at + WINDOW_US:
        days = (claim.opened_at - invoiced_at) // (24 * 3_600_000_000)
        raise DisputeRefused(f"{label} is closed: expected a dispute within 60 days of the invoice, found {days} days")
    if not 0 < claim.claimed <= line.rounded:
        raise DisputeRefused(
            f"{label}: expected a claim above 0 and at most {line.rounded / 1e6:.2f}, found {claim.claimed / 1e6:.2f}"
        )
    if not claim.reason.strip() or len(claim.reason) > REASON_MAX:
        raise DisputeRefused(f"{label}: expected a reason of 1 to {REASON_MAX} letters, found {len(claim.reason)}")
    return (
        *disputes,
        claim._replace(number=len(disputes) + 1, line=(line.month, line.number), state=DisputeState.OPEN),
    )


def decided(disputes: Sequence[Dispute], number: int, state: DisputeState, granted: int = 0) -> tuple[Dispute, ...]:
    """The disputes with one decided: accepted for `granted` (at most what was claimed), rejected or withdrawn."""
    found = next((each for each in disputes if each.number == number), None)
    if found is None:
        known = f"one of 1 to {len(disputes)}" if disputes else "a dispute that was opened"
        raise DisputeRefused(f"dispute {number}: expected {known}, found none")
    if found.state != DisputeState.OPEN:
        raise DisputeRefused(f"dispute {number}: expected an open dispute, found one {found.state.name.lower()}")
    if state not in {DisputeState.ACCEPTED, DisputeState.REJECTED, DisputeState.WITHDRAWN}:
        raise DisputeRefused(f"dispute {number}: expected accepted, rejected or withdrawn, found {state.name.lower()}")
    if state == DisputeState.ACCEPTED and not 0 < granted <= found.claimed:
        raise DisputeRefused(
            f"dispute {number}: expected an amount above 0 and at most {found.claimed / 1e6:.2f}, "
            f"found {granted / 1e6:.2f}"
        )
    given = granted if state == DisputeState.ACCEPTED else 0
    return tuple(each._replace(state=state, granted=given) if each.number == number else each for each in disputes)
