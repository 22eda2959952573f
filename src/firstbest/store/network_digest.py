"""What a decision can see of the world beside the book, as a digest: two networks with one digest decide alike."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import numpy as np

from firstbest.world.network import Network

DIGEST_BYTES: Final = 8


def network_digest(network: Network) -> bytes:
    """A digest of every array a decision can see, and of code that other packages put in; texts are left out."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    # Texts, what is plugged in, offers, what is kept in detail stand last; a network without the latter two has the
    # digest that it had before there were any.
    detail = [part for part in network.detail if part is not None]
    for part in (*network[:-4], *([network.offers] if network.offers.products else []), *detail):
        for value in part:
            digest.update(np.ascontiguousarray(value).tobytes())
    digest.update(network.plugged.digest)
    return digest.digest()


def network_number(network: Network) -> int:
    """The digest as the unsigned integer that the fact of an adoption keeps."""
    return int.from_bytes(network_digest(network), "little")
