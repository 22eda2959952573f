"""clients and neutrality: tenants side by side."""

from __future__ import annotations

from rich.console import Console

from firstbest.cli.invoice_house import Place, opened
from firstbest.cli.making import stop
from firstbest.cli.rehearsing import bar


def show_clients(place: Place, month: str | None) -> None:
    """Profit by client."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    with opened(place, cubes=True) as (house, book):
        from firstbest.present.clients import clients_screen
        from firstbest.rehearse.invoicing_clients import clients

        with quiet.status("rating the month's orders one by one"):
            found = clients(house, book, month)
        console.print(clients_screen(found, console.width), soft_wrap=True)


def show_neutrality(place: Place, swaps: int, days: int) -> None:
    """What each tenant gets; exit code 2 where a decision changed with a name."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    with opened(place, cubes=True) as (house, book):
        from firstbest.present.neutrality import neutrality_screen, swapped_words
        from firstbest.rehearse.neutrality import billed_in, neutrality, swapped
        from firstbest.store.compile_network import compile_network
        from firstbest.store.usage_book import usage_path
        from firstbest.store.usage_closing import last_closing
        from firstbest.store.usage_kept import kept_usage

        closed = last_closing(book)
        billed = billed_in(closed, kept_usage(usage_path(house.bills, closed.label), closed.usage)) if closed else {}
        said, different = "", tuple[str, ...]()
        if swaps:
            network, nature = compile_network(house.workspace, house.scale, days)
            with bar(quiet, f"{swaps} swaps of {days} days") as progress:
                found = swapped(network, nature, 1, swaps, progress)
            different = found.different
            said = swapped_words(found.permutations, found.facts, different)
        note = "" if house.scale == 1 else f"from a rehearsal at {house.scale:g} of full scale"
        console.print(neutrality_screen(neutrality(house, billed), said, console.width, note), soft_wrap=True)
        if different:
            raise stop("a decision changed with a name")
