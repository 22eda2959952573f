"""Which carton: the smallest that holds the goods; several of the largest where none does."""

from __future__ import annotations

from firstbest.decide.terms import CARTON_INNER as INNER
from firstbest.decide.terms import CARTON_LONGEST as LONGEST
from firstbest.kernels.compiled import compiled
from firstbest.world.network import I64


@compiled
def choose_carton(cartons: I64, volume_cm3: int, longest_mm: int) -> tuple[int, int]:
    """Carton code and how many; `cartons` as in terms.Terms.

    Cartons stand small first. A carton fits when its inner space holds the volume and its inner length the
    longest side. Goods that fit none travel in as many of the largest as their volume needs.
    """
    count = len(cartons)
    for carton in range(count):
        if cartons[carton, INNER] >= volume_cm3 and cartons[carton, LONGEST] >= longest_mm:
            return carton, 1
    largest = count - 1
    pieces = (volume_cm3 + cartons[largest, INNER] - 1) // cartons[largest, INNER]
    return largest, max(pieces, 1)
