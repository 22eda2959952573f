"""The usage of a closed month as a Parquet file, so that the month can be computed again, byte by byte."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.rent.usage import Attribute, Measure, Usage, blank_usage
from firstbest.store.sink_writer import quoted, write_columns
from firstbest.store.usage_book import BillingError

DIGEST_BYTES: Final = 16
PLAIN: Final = ("tenant", "meter", "source", "at", "known_at", "number", "ordinal")


def columns_of(usage: Usage) -> dict[str, NDArray[np.generic]]:
    """Every column by its name, one dimension each."""
    found: dict[str, NDArray[np.generic]] = {name: getattr(usage, name) for name in PLAIN}
    found |= {f"of_{each.name.lower()}": usage.measures[:, each] for each in Measure}
    found |= {f"in_{each.name.lower()}": usage.codes[:, each] for each in Attribute}
    return found


def digest_of(usage: Usage) -> str:
    """A digest of the usage: every column's bytes, in the order of the rows."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for name, values in columns_of(usage).items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def keep_usage(path: Path, usage: Usage) -> str:
    """Write the file; answers the digest of what is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    contiguous = {name: np.ascontiguousarray(values) for name, values in columns_of(usage).items()}
    with duckdb.connect(config={"threads": 2}) as engine:
        write_columns(engine, contiguous, path)
    return digest_of(usage)


def kept_usage(path: Path, digest: str) -> Usage:
    """Read the file. Raises `BillingError` where it is gone or is not what was kept."""
    if not path.is_file():
        raise BillingError(f"'{path}' is gone: the usage of a closed month was kept there")
    with duckdb.connect(config={"threads": 1}) as engine:
        found = engine.execute(f"SELECT * FROM read_parquet('{quoted(path)}')").fetchnumpy()
    made = blank_usage(len(found["at"]))
    for name in PLAIN:
        getattr(made, name)[:] = found[name]
    for measure in Measure:
        made.measures[:, measure] = found[f"of_{measure.name.lower()}"]
    for attribute in Attribute:
        made.codes[:, attribute] = found[f"in_{attribute.name.lower()}"]
    if digest_of(made) != digest:
        raise BillingError(f"'{path}' was changed: its digest is not the one its closing was made with")
    return made
