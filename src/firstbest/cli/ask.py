"""firstbest ask: the question mark."""

from __future__ import annotations

from firstbest.cli.ask_options import Ask


def ask(asked: Ask) -> None:
    """Ask why, about an order, a complaint or a metric. With evidence, an owner and a clock of 48 hours."""
    from firstbest.cli.asking import act

    act(asked)
