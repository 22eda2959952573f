"""invoice usage: events of outside services, sent or waiting."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import typer

from firstbest.cli.invoice_house import Place, opened
from firstbest.cli.making import stop, told


def send_or_show(place: Place, file: Path | None) -> None:
    """Take a file of events, or say what waits for the next closing."""
    if file is not None and not file.is_file():
        raise stop(f"expected a file of usage events, found nothing at '{file}'")
    with opened(place) as (house, book):
        from firstbest.store.usage_events import Known, send_file, told_instant

        if file is not None:
            answer = send_file(book, file, Known(house.names, house.now, house.network.calendar.start_us))
            if answer.faults:
                raise stop(told(answer.faults, file))
            typer.echo(taken(answer.counted, answer.repeated))
            return
        waiting = book.events()
        by_service = Counter((event.service, event.tenant) for event in waiting)
        for (service, tenant), count in sorted(by_service.items()):
            typer.echo(f"{service:<24} {tenant:<24} {count:>8,}")
        typer.echo(f"waiting for the next closing: {len(waiting):,}; now it is {told_instant(house.now)}")


def taken(counted: int, repeated: int) -> str:
    """What became of a file of events, in words."""
    if not counted + repeated:
        return "no events in the file, nothing was counted"
    said = f"{counted:,} {'event' if counted == 1 else 'events'} counted"
    if not repeated:
        return said
    return f"{said}, {repeated:,} came before and {'is' if repeated == 1 else 'are'} ignored"
