"""Profit by client: what each tenant was billed, what serving it cost, and the orders that lost most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.present import text
from firstbest.present.invoice import cut, short

_FOOT: Final = (
    "Carriers, cartons, returns and contacts stand with the client that caused them; hours, rent and systems are "
    "shared by lines. Freight and duty of the goods, and what they lose on their way back, are the client's own."
)


class Client(NamedTuple):
    """One tenant over the closed months: money in whole currency units."""

    name: str
    title: str
    orders: int
    billed: float
    cost: float

    @property
    def profit(self) -> float:
        """What is left."""
        return self.billed - self.cost


class LostOrder(NamedTuple):
    """An order that cost more than it brought."""

    order: str
    client: str
    billed: float
    cost: float
    why: str


class Clients(NamedTuple):
    """What the screen tells."""

    span: str
    currency: str
    clients: Sequence[Client]
    lost: Sequence[LostOrder]
    orders: int
    losing: int
    note: str = ""


def clients_screen(told: Clients, width: int) -> Text:
    """Clients by profit, the least first; then the orders that lost most."""
    width = max(60, min(width, 140))
    page = Text(no_wrap=True)
    page.append("Profit by client", style="bold")
    page.append(f"  {told.span}\n")
    if told.note:
        page.append(f"{told.note}\n", style="yellow")
    room = width - 5 * 11
    head = "".join(f"{word:>11}" for word in ("orders", "billed", "cost", "profit", "of billed"))
    page.append(f"\n{'':<{room}}{head}\n", style="dim")
    for client in sorted(told.clients, key=lambda each: each.profit)[:30]:
        share = client.profit / client.billed if client.billed else float("nan")
        page.append(f"{short(client.title, room - 1):<{room}}{text.short_count(client.orders):>11}")
        page.append(
            "".join(f"{text.brief(value, 'money', told.currency):>11}" for value in (client.billed, client.cost))
        )
        style = "bold" if client.profit >= 0 else "bold yellow"
        page.append(f"{text.brief(client.profit, 'money', told.currency):>11}{text.share(share):>11}\n", style=style)
    if len(told.clients) > 30:
        page.append(f"and {len(told.clients) - 30} more\n", style="dim")
    part = text.share(told.losing / max(told.orders, 1))
    said = f"{text.number(told.losing)} of {text.number(told.orders)} orders ({part}) cost more than they brought."
    page.append("\n" + "\n".join(cut(said + (" Those that lost most:" if told.lost else ""), width)) + "\n")
    for order in told.lost:
        loss = text.money(order.billed - order.cost, told.currency)
        page.append(f"  {order.order:<20} {short(order.client, width - 45):<{width - 45}}")
        page.append(f"{loss:>20}\n", style="bold")
        page.append("".join(f"      {line}\n" for line in cut(order.why, width - 6)), style="dim")
    page.append("\n".join(cut(_FOOT, width)) + "\n", style="dim")
    page.rstrip()
    return page
