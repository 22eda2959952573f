"""clients and neutrality: tenants side by side."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from firstbest.cli.invoice_house import opened
from firstbest.cli.making import stop
from firstbest.cli.rehearsing import bar


def show_clients(folder: Path, month: str | None) -> None:
    """Profit by client."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    with opened(folder) as (house, book):
        from firstbest.present.clients import clients_screen
        from firstbest.rehearse.invoicing_clients import clients

        with quiet.status("rating the month's orders one by one"):
            found = clients(house, book, month)
        console.print(clients_screen(found, console.width), soft_wrap=True)


def show_neutrality(folder: Path, swaps: int, days: int) -> None:
    """What each tenant gets; exit code 2 where a decision changed with a name."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    with opened(folder) as (house, book):
        from firstbest.present.neutrality import neutrality_screen, swapped_words
        from firstbest.rehearse.neutrality import neutrality, swapped
        from firstbest.store.compile_network import compile_network
        from firstbest.store.usage_closing import closings

        billed: dict[str, tuple[float, int]] = {}
        for closed in closings(book):
            for invoice in closed.invoices:
                name = house.names.tenants[invoice.tenant]
                money, orders = billed.get(name, (0.0, 0))
                mine = (line for line in closed.lines if line.tenant == invoice.tenant)
                count = max((line.events.events for line in mine if line.meter == "orders_shipped"), default=0)
                billed[name] = (money + invoice.total / 1e6, orders + count)
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
