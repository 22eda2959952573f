"""Stable hashes of texts: ties are broken and draws are keyed by them, never by the order of a file."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np

from firstbest.world.network import U64


def text_hash(text: str) -> int:
    """The 64-bit hash of a text (BLAKE2b, 8 bytes, little-endian, UTF-8): the same on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def text_hashes(texts: Iterable[str]) -> U64:
    """The 64-bit hashes of texts: [n]."""
    return np.fromiter((text_hash(each) for each in texts), np.uint64)
