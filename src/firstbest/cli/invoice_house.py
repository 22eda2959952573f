"""A house and its billing book, open for a command; what can go wrong with bills, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from firstbest.cli.making import require_folder, stop

if TYPE_CHECKING:
    from firstbest.rehearse.invoicing import House
    from firstbest.store.usage_book import BillingBook

BOOK = Path(".firstbest/book.sqlite")
REHEARSAL = "rehearsal"


class Place(NamedTuple):
    """A workspace, and whose bills: of the book that is served from it where there is one, else of its rehearsal."""

    folder: Path
    source: str | None = None  # "rehearsal", or a book

    @property
    def live(self) -> bool:
        """Whether the bills are those of a book."""
        return self.source != REHEARSAL and (self.source is not None or (self.folder / BOOK).is_file())

    @property
    def bills(self) -> Path:
        """Where they stand."""
        from firstbest.store.usage_book import bills_of

        return bills_of(self.folder, live=self.live)


@contextmanager
def told(folder: Path) -> Iterator[None]:
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
        raise stop(faults_told(list(faulty.faults), folder)) from None
    except Unrated as unrated:
        raise stop(f"usage without a price, nothing was closed:\n{unrated}") from None
    except (NothingToBill, BillingError, DisputeRefused, Uncompilable, NoTypst) as wrong:
        raise stop(str(wrong)) from None


@contextmanager
def opened(place: Place, *, cubes: bool = False) -> Iterator[tuple[House, BillingBook]]:
    """The house of a place and its billing book, open; with the daily cubes of a live book as of now where asked."""
    from firstbest.store.kernel_cache import use_cache

    use_cache()
    require_folder(place.folder)
    from firstbest.rehearse.invoicing import house_of
    from firstbest.store.usage_book import BillingBook, book_path

    with ExitStack() as stack:
        stack.enter_context(told(place.folder))
        if place.live:
            from firstbest.cli.serving import reading
            from firstbest.service.billing_house import cubes_written, live_house

            reader = stack.enter_context(reading(place.folder, place.source))
            house = live_house(place.folder, reader)
            if cubes:
                cubes_written(house, reader)
        else:
            house = house_of(place.folder)
        yield house, stack.enter_context(BillingBook(book_path(house.bills)))
