"""docs/renting-out.md tells every meter with what feeds it, and every column of a usage event.

The tables between `<!-- NAME -->` and `<!-- /NAME -->` are made: python -m tests.doors.test_docs_renting --write
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from firstbest.operate.billing import FED, UNFED
from firstbest.rent.meters import METERS
from firstbest.service.billing import ROUTER
from firstbest.store.limits import LIMITS
from firstbest.store.primitives import PRIMITIVES
from firstbest.store.usage_events import COLUMNS
from tests.tidy.sources import ROOT

PAGE = ROOT / "docs/renting-out.md"


def meters() -> Iterator[str]:
    """Every meter: its name, its unit, what it counts, and what feeds it."""
    yield from ("| meter | unit | what | fed by |", "|---|---|---|---|")
    for meter in METERS:
        fed = FED.get(meter.name) or (f"nothing yet: {UNFED[meter.name]}" if meter.name in UNFED else "usage events")
        yield f"| `{meter.name}` | {meter.unit} | {meter.what} | {fed} |"


def events() -> Iterator[str]:
    """Every column of a file of usage events."""
    yield from ("| column | what |", "|---|---|")
    yield from (f"| `{name}` | {what} |" for name, what in COLUMNS.items())


def renewed(page: str) -> str:
    """The page with its tables as the code has them now."""
    for name, made in (("meters", meters()), ("events", events())):
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        assert page.count(begin) == page.count(end) == 1
        page = page[: page.index(begin)] + "\n".join([begin, "", *made, "", end]) + page[page.index(end) + len(end) :]
    return page


def test_the_page_is_current() -> None:
    page = PAGE.read_text("utf-8")

    assert renewed(page) == page, "python -m tests.doors.test_docs_renting --write"


def test_every_key_of_primitives_is_told() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8")))

    assert [key.name for section in PRIMITIVES.sections for key in section.keys if key.name not in told] == []


def test_every_route_and_every_key_of_limits_is_told() -> None:
    page = PAGE.read_text("utf-8")
    told = [
        route.path.replace("{month:str}", "2026-10").replace("{line:int}", "3").replace("{number:int}", "1")
        for route in ROUTER.routes
    ]

    assert len(told) > 10
    assert [path for path in told if f" {path}`" not in page] == []
    assert [key.name for section in LIMITS.sections for key in section.keys if f"\n{key.name} = " not in page] == []


if __name__ == "__main__" and "--write" in sys.argv:
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), encoding="utf-8")
