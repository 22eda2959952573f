"""firstbest rehearse: the workspace's days, what a change would do, or the next hours of what runs live."""

from __future__ import annotations

from firstbest.cli.rehearse_options import Rehearse


def rehearse(asked: Rehearse) -> None:
    """Rehearse the network on its orders: one screen, one report, the facts; or what a change would do.

    With --from-live the next hours of the running house, from its state as of now; it goes on serving meanwhile.
    """
    from firstbest.cli import rehearsing

    if asked.further and not asked.along:
        from firstbest.cli.making import stop

        raise stop(f"expected --along before the changes, found '{asked.further[0]}' behind the workspace")
    scale = 1.0 if asked.scale is None else asked.scale
    days = rehearsing.Asked(asked.folder, scale, asked.days, asked.seed, asked.respond, asked.workers, asked.ray)
    if asked.from_live:
        from firstbest.cli.from_live import from_live

        from_live(asked)
    elif asked.save_at is not None or asked.state is not None or asked.resume is not None:
        from firstbest.cli.sitting import sitting

        sitting(days, asked)
    elif asked.along is not None or asked.suggest:
        from firstbest.cli import growing

        growing.along(days, asked) if asked.along is not None else growing.suggest(days, asked)
    elif asked.against is not None:
        rehearsing.compare(days, asked.against, asked.pairs, asked.precision)
    elif asked.precision is not None or (asked.replications or 1) > 1:
        rehearsing.repeat(days, asked.replications or 1, asked.precision)
    else:
        rehearsing.run(days)
