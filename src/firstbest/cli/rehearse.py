"""firstbest rehearse: the workspace's days, what a change would do, or the next hours of what runs live."""

from __future__ import annotations

from firstbest.cli.rehearse_options import Rehearse


def rehearse(asked: Rehearse) -> None:
    """Rehearse the network, or what a change to it would do. One screen, one report, the facts.

    With --from-live the next hours of the running house, from its state as of now; it goes on serving meanwhile.
    """
    from firstbest.cli import rehearsing

    if asked.further and not asked.along:
        from firstbest.cli.making import stop

        raise stop(f"expected --along before the changes, found '{asked.further[0]}' behind the workspace")
    fitting(asked)
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


def fitting(asked: Rehearse) -> None:
    """Stops where an option is given that the question asked would leave unheard."""
    from firstbest.cli.making import stop

    if asked.precision is not None and asked.precision <= 0:
        raise stop(f"--precision: expected an amount of money above 0, found {asked.precision:g}")
    many = asked.against is not None or asked.precision is not None or (asked.replications or 1) > 1
    sits = asked.save_at is not None or asked.state is not None or asked.resume is not None
    alone = sits or asked.along is not None or asked.suggest or asked.from_live
    given = [name for name, value in (("--workers", asked.workers), ("--ray", asked.ray)) if value is not None]
    shared = asked.suggest or asked.along is not None or (many and not alone)
    if given and not shared:
        raise stop(
            f"expected {given[0]} with --replications, --precision, --against, --along or --suggest, found nothing to "
            "share out"
        )
    if asked.precision is not None and alone:
        raise stop("expected --precision with --against or by itself, found another question beside it")
    if sits and asked.replications is not None:
        raise stop("expected one rehearsal with --save-at or --resume, found --replications")
