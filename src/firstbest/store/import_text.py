"""The order profile, the buckets and what was told, as text for a terminal of 80 or of 120 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from textwrap import fill
from typing import Final

from firstbest.store.import_network import Chosen
from firstbest.store.import_profile import BULK_UNITS, Profile, Spread
from firstbest.store.import_rows import Bucket
from firstbest.world.units import MONEY

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EPOCH: Final = date(1970, 1, 1).toordinal()
WIDTH: Final = 80
WIDE: Final = 120
_LABEL: Final = 18
_EIGHTHS: Final = "▁▂▃▄▅▆▇█"
_PARTS: Final = "▏▎▍▌▋▊▉█"


def day_text(day: int) -> str:
    """A day since the epoch as 1 December 2009."""
    found = date.fromordinal(_EPOCH + day)
    return f"{found.day} {found:%B %Y}"


def profile_text(profile: Profile, currency: str, width: int = WIDTH) -> str:
    """The profile under its headings, a number a line, weekdays and hours as bars."""
    last = profile.first_day + profile.days - 1
    span = f"{day_text(profile.first_day)} to {day_text(last)}, {profile.days} days, {profile.trading_days} with orders"
    found = [_heading("Order profile", span, width)]
    found += [fill(line, width, subsequent_indent=" " * _LABEL) for line in _lines(profile, currency)]
    found += ["", *_bars("Weekday", _DAYS, profile.weekday, width)]
    if profile.hour:
        found += _hours(profile.hour)
    else:
        found.append(_row("Hour", "not in the log: it knows only days"))
    found += ["", fill(f"This looks like {profile.business}:", width)]
    found += [fill(reason, width, initial_indent="  - ", subsequent_indent="    ") for reason in profile.reasons]
    return "\n".join(found) + "\n"


def _heading(title: str, more: str, width: int) -> str:
    line = f"{title}  {more}" if more else title
    return f"{line}\n{'─' * width}" if len(line) <= width else f"{title}\n{fill(more, width)}\n{'─' * width}"


def _row(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}{text}"


def _lines(found: Profile, currency: str) -> Iterator[str]:
    yield _row("Orders", f"{found.orders:,}; {found.orders_a_day:,.0f} a trading day")
    yield _row("Lines", f"{found.lines:,} of {found.items:,} items; an order {_of(found.by_lines)}")
    yield _row("Units", f"{found.units:,}; an order {_of(found.by_units)}")
    if found.by_value and found.value is not None:
        yield _row("Value", f"{currency} {found.value:,.0f}; an order {_of(found.by_value)}")
    if found.cube_l is not None:
        yield _row("Cube", f"{found.cube_l:,.1f} litres an order on average, filled from prices (no sizes in the log)")
    bulk = (
        f"{found.bulk_share:.1%} hold {BULK_UNITS} units or more, {found.thousand_units_orders:,} orders 1,000 or more"
    )
    yield _row("Order size", f"{found.one_line_share:.1%} have one line; {bulk}")
    tops = ", ".join(f"top {top:.0%} {share:.0%}" for top, share in found.pareto)
    yield _row("Pareto (lines)", f"of items: {tops}")
    month = max(found.month, key=lambda each: each[1] / each[2])
    yield _row("Peak month", f"{month[0]}, {found.peak_month_factor:.2f} x the mean of a trading day")
    day = day_text(found.peak_day)
    yield _row("Peak day", f"{day}, {found.peak_day_orders:,} orders, {found.peak_day_factor:.2f} x the mean")
    if found.home_share is not None:
        yield _row("Country", f"{found.home_share:.1%} of orders from {found.home or 'nowhere named'}")
    if found.shipped:
        early, day_share, late, half, tenth = found.shipped
        yield _row("Ship day", f"{day_share:.1%} of lines on the planned day, {early:.1%} before, {late:.1%} after it")
        yield _row("", f"late lines: half by {half:.0f} days or more, a tenth by {tenth:.0f} or more")
    gaps = [f"{name} {share:.1%}" for name, share in found.missing if share > 0]
    yield _row("Missing", ", ".join(gaps) or "nothing")
    yield _row("Repeated rows", f"{found.duplicates:,} repeat an earlier one in every column")


def _of(spread: Spread) -> str:
    parts = [f"{name} {value:,.0f}" for name, value in zip(("p10", "p50", "p90", "p99"), spread[:4], strict=True)]
    return f"{', '.join(parts)}, mean {spread.mean:,.1f}"


def _bars(label: str, names: Sequence[str], shares: Sequence[float], width: int) -> Iterator[str]:
    """A line a name: share and bar."""
    most = max(shares) or 1.0
    room = min(width - _LABEL - 12, 48)
    for index, (name, share) in enumerate(zip(names, shares, strict=True)):
        eighths = round(share / most * room * 8)
        bar = "█" * (eighths // 8) + (_PARTS[eighths % 8 - 1] if eighths % 8 else "")
        yield _row("" if index else label, f"{name}  {share:>4.0%}  {bar}").rstrip()


def _hours(shares: Sequence[float]) -> Iterator[str]:
    """The day's hours as one line of columns, two a column wide, with their numbers below."""
    most = max(shares) or 1.0
    columns = "".join(2 * (_EIGHTHS[min(int(share / most * 8), 7)] if share else " ") for share in shares)
    after = sum(shares[17:])
    peak = max(range(24), key=lambda hour: shares[hour])
    yield ""
    yield _row("Hour", columns)
    yield _row("", "".join(f"{hour:<6}" for hour in range(0, 24, 3)))
    yield _row("", f"most at {peak} h, {shares[peak]:.0%} of orders; {after:.0%} after 17 h, local")


def buckets_text(buckets: tuple[Bucket, ...], currency: str, width: int = WIDTH) -> str:
    """Where every row went: buckets that add up."""
    name_width = max(len("all rows"), *(len(each.name) for each in buckets))
    rows = sum(each.rows for each in buckets)
    units, value = sum(each.units for each in buckets), sum(each.value for each in buckets)
    total = Bucket("all rows", rows, units, value, 0, "", "")
    head = f"{'bucket':<{name_width}} {'rows':>10} {'units':>12} {currency:>14}"
    found = [_heading("Every row is in one bucket", "", width), head]
    room = width - len(head) - 2
    for each in (*buckets, total):
        line = f"{each.name:<{name_width}} {each.rows:>10,} {each.units:>12,} {each.value / MONEY:>14,.0f}"
        if room >= 24 and each.note:  # noqa: PLR2004 - less holds no sentence
            line += "  " + (each.note if len(each.note) <= room else each.note[: room - 3] + "...")
        found.append(line)
    return "\n".join(found) + "\n"


def chosen_text(profile: Profile, network: Chosen, width: int = WIDTH, *, made_by_map: bool = False) -> str:
    """Which default network serves the log, and why."""
    found = [fill(f"Network: {network.title}, because {network.because}.", width)]
    if made_by_map:
        found.append(fill(f"The map asks for {network.name}; the orders look like {profile.business}.", width))
    return "\n".join(found) + "\n"


def notes_text(notes: Sequence[str], width: int = WIDTH) -> str:
    """What was read in another way than it is written, each with its count."""
    if not notes:
        return "Nothing was read in another way than it is written.\n"
    found = [_heading("Read in another way than it is written", "", width)]
    found += [fill(each, width, initial_indent="- ", subsequent_indent="  ") for each in notes]
    return "\n".join(found) + "\n"


def assumed_text(said: str, width: int = WIDTH) -> str:
    """What is filled."""
    return f"{_heading('What is not in the log', '', width)}\n{fill(said, width)}\n"
