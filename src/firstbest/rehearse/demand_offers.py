"""What customers do with offers: who wants one thing takes, mostly, the offer that is featured.

An order of one line whose item is one of several offers of a product becomes, with the stated chance, an order of the
offer that is featured when it is placed; everybody else stays with the offer that was drawn. Baskets of several lines
stay with their seller. All pay the landed price. Each order has one keyed draw, so what is featured changes who sells
and nothing else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.draws import uniforms
from firstbest.rehearse import purposes
from firstbest.world.network import I64, Network
from firstbest.world.units import PPM

Rows = NDArray[np.void]


class Shelf:
    """What is featured now, as customers see it."""

    def __init__(self, network: Network, featured_ppm: int, seed: int) -> None:
        """Nothing is featured yet."""
        offers, items = network.offers, len(network.items.price)
        self._share, self._seed = featured_ppm / PPM, seed
        self._product = np.full(items, -1, np.int64)
        self._product[offers.item] = offers.product
        self._landed = network.items.price.astype(np.int64)
        self._landed[offers.item] += offers.charge
        self._featured = np.full(offers.products, -1, np.int64)

    def show(self, product: I64, item: I64) -> None:
        """Items that are featured from now on, by product."""
        self._featured[product] = item

    def chosen(self, commands: Rows, lines: Rows) -> Rows:
        """The lines of orders as customers choose them now; commands point at lines that lie in their order."""
        made = lines.copy()
        product = self._product[lines["item"]]
        single = np.repeat(commands["lines"] == 1, commands["lines"])
        wish = np.repeat(
            uniforms(self._seed, np.ascontiguousarray(commands["tie"]), purposes.FEATURED, 0), commands["lines"]
        )
        takes = single & (product >= 0) & (wish < self._share)
        featured = self._featured[product[takes]]
        made["item"][takes] = np.where(featured >= 0, featured, lines["item"][takes])
        offered = product >= 0
        made["price"][offered] = self._landed[made["item"][offered]]
        return made
