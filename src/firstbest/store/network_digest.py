"""What a decision can see of the world beside the book, as a digest: two networks with one digest decide alike."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import numpy as np

from firstbest.world.network import Network

DIGEST_BYTES: Final = 8


def network_digest(network: Network) -> bytes:
    """A digest of every array a decision can see; texts, which none can, are left out."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    parts = [*network[: Network._fields.index("texts")], *(part for part in network.detail if part is not None)]
    for part in parts:
        for value in part:
            digest.update(np.ascontiguousarray(value).tobytes())
    return digest.digest()


def network_number(network: Network) -> int:
    """The digest as the unsigned integer that the fact of an adoption keeps."""
    return int.from_bytes(network_digest(network), "little")
