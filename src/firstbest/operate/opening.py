"""What is there before the first instant, as facts."""

from __future__ import annotations

from firstbest.operate.rows import block_of
from firstbest.world.facts import OPENED, Block
from firstbest.world.nature import Opening


def opening(stock: Opening, start_us: int) -> list[Block]:
    """Stock on the shelves when the book begins; what is truly there is not told."""
    return [block_of(OPENED, 0, start_us, node=stock.node, item=stock.item, quantity=stock.quantity)]
