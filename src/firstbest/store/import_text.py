"""The order profile and the buckets as text for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from textwrap import fill
from typing import Final

from firstbest.store.import_profile import NETWORK_OF, Profile, Spread
from firstbest.store.import_rows import Bucket
from firstbest.world.units import MONEY

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EPOCH: Final = date(1970, 1, 1).toordinal()
WIDTH: Final = 80
_LABEL: Final = 18
_HOUR_LEAST: Final = 0.02


def day_text(day: int) -> str:
    """A day since the epoch as 1 December 2009."""
    found = date.fromordinal(_EPOCH + day)
    return f"{found.day} {found:%B %Y}"


def profile_text(profile: Profile, currency: str) -> str:
    """The profile, a number a line."""
    return "\n".join(fill(line, WIDTH, subsequent_indent=" " * _LABEL) for line in _lines(profile, currency)) + "\n"


def _lines(found: Profile, currency: str) -> Iterator[str]:
    last = found.first_day + found.days - 1
    yield f"{day_text(found.first_day)} to {day_text(last)}: {found.days} days, {found.trading_days} with orders"
    yield f"Orders            {found.orders:,}, {found.orders_a_day:.0f} a trading day"
    yield f"Lines             {found.lines:,} of {found.items:,} items; an order {_of(found.by_lines)}"
    yield f"Units             {found.units:,}; an order {_of(found.by_units)}"
    if found.by_value and found.value is not None:
        yield f"Value             {currency} {found.value:,.0f}; an order {_of(found.by_value)}"
    yield f"One line          {found.one_line_share:.1%} of orders"
    yield f"100 units or more {found.bulk_share:.1%} of orders; 1,000 or more: {found.thousand_units_orders:,} orders"
    tops = ", ".join(f"top {top:.0%} {share:.0%}" for top, share in found.pareto)
    yield f"Items by lines    {tops}"
    yield f"Weekday           {', '.join(f'{d} {s:.0%}' for d, s in zip(_DAYS, found.weekday, strict=True))}"
    if found.hour:
        hours = [f"{hour} h {share:.0%}" for hour, share in enumerate(found.hour) if share >= _HOUR_LEAST]
        yield f"Hour              {', '.join(hours)}"
    else:
        yield "Hour              not in the log: it knows only days (log.clock)"
    month = max(found.month, key=lambda each: each[1] / each[2])
    yield f"Peak month        {month[0]}, {found.peak_month_factor:.2f} x the mean of a trading day"
    yield f"Peak day          {found.peak_day_orders} orders, {found.peak_day_factor:.2f} x"
    if found.home_share is not None:
        yield f"Country           {found.home_share:.1%} of orders from {found.home or 'nowhere named'}"
    if found.shipped:
        early, day, late, half, tenth = found.shipped
        yield f"Ship day          {day:.1%} of lines on the planned day, {early:.1%} before, {late:.1%} after it"
        yield f"                  late lines: half by {half:.0f} days or more, a tenth by {tenth:.0f} or more"
    gaps = [f"{name} {share:.1%}" for name, share in found.missing if share > 0]
    yield f"Missing           {', '.join(gaps) or 'nothing'}"
    yield f"Repeated rows     {found.duplicates:,} repeat an earlier one in every column"
    yield f"This looks like {found.business}:"
    yield from (f"  {reason}" for reason in found.reasons)


def _of(spread: Spread) -> str:
    parts = [f"{name} {value:,.0f}" for name, value in zip(("p10", "p50", "p90", "p99"), spread[:4], strict=True)]
    return f"{', '.join(parts)}, mean {spread.mean:,.1f}"


def buckets_text(buckets: tuple[Bucket, ...], currency: str) -> str:
    """Buckets that add up."""
    width = max(len(each.name) for each in buckets)
    rows = [f"{'bucket':<{width}} {'rows':>10} {'units':>12} {currency:>14}"]
    rows_total, units, value = (sum(values) for values in zip(*(each[1:4] for each in buckets), strict=True))
    total = Bucket("all rows", rows_total, units, value, 0, "", "")
    rows += [
        f"{each.name:<{width}} {each.rows:>10,} {each.units:>12,} {each.value / MONEY:>14,.0f}"
        for each in (*buckets, total)
    ]
    return "\n".join(rows) + "\n"


def chosen_text(profile: Profile, network: str, title: str, because: str) -> str:
    """Which default network serves the log, and why."""
    said = fill(f"Network: {title}, because {because}.", WIDTH) + "\n"
    if NETWORK_OF[profile.business] != network:
        said += f"The map asks for it; by the profile it would be {NETWORK_OF[profile.business]}.\n"
    return said
