"""A rehearsed folder and its billing book, open for a command; what can go wrong with bills, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from firstbest.cli.making import require_folder, stop

if TYPE_CHECKING:
    from firstbest.rehearse.invoicing import House
    from firstbest.store.usage_book import BillingBook


@contextmanager
def told() -> Iterator[None]:
    """Turn what can go wrong with bills into words and exit code 2."""
    from firstbest.cli.making import told as faults_told
    from firstbest.rehearse.invoicing import NothingToBill
    from firstbest.rent.compile import Uncompilable
    from firstbest.rent.disputes import DisputeRefused
    from firstbest.rent.tally import Unrated
    from firstbest.store.faults import WorkspaceFaulty
    from firstbest.store.rate_cards import CardsFaulty
    from firstbest.store.usage_book import BillingError
    from firstbest.store.usage_pages import NoTypst

    try:
        yield
    except (WorkspaceFaulty, CardsFaulty) as faulty:
        raise stop(faults_told(list(faulty.faults), Path())) from None
    except Unrated as unrated:
        raise stop(f"usage without a price, nothing was closed:\n{unrated}") from None
    except (NothingToBill, BillingError, DisputeRefused, Uncompilable, NoTypst) as wrong:
        raise stop(str(wrong)) from None


@contextmanager
def opened(folder: Path) -> Iterator[tuple[House, BillingBook]]:
    """The house of a folder and its billing book, open."""
    from firstbest.store.kernel_cache import use_cache

    use_cache()
    require_folder(folder)
    from firstbest.rehearse.invoicing import house_of
    from firstbest.store.usage_book import BillingBook, book_path

    with told():
        house = house_of(folder)
        with BillingBook(book_path(folder)) as book:
            yield house, book
