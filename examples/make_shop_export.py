"""Make an order export in the shape of Shopify's, unedited: `python examples/make_shop_export.py FILE [ORDERS]`.

Ninety days of a small shop of home goods in the eastern United States, drawn from a fixed seed: further lines of an
order leave its own columns empty, ZIPs have an apostrophe before them, and there are cancelled, refunded and test
orders, gift cards, sales over the counter, lines without a SKU, orders abroad and a few in another currency.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

HEADER = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing",
    "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price", "Lineitem sku",
    "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Billing Name", "Billing Zip",
    "Billing Country", "Shipping Name", "Shipping City", "Shipping Zip", "Shipping Province", "Shipping Country",
    "Notes", "Cancelled at", "Payment Method", "Refunded Amount", "Vendor", "Id", "Tags", "Risk Level", "Source",
)  # fmt: skip
ZIPS = (
    ("10013", "New York", "NY"), ("02134", "Boston", "MA"), ("07030", "Hoboken", "NJ"), ("19103", "Philadelphia", "PA"),
    ("30309", "Atlanta", "GA"), ("33139", "Miami", "FL"), ("28202", "Charlotte", "NC"), ("60614", "Chicago", "IL"),
    ("75204", "Dallas", "TX"), ("90026", "Los Angeles", "CA"), ("94110", "San Francisco", "CA"),
    ("98103", "Seattle", "WA"), ("37203", "Nashville", "TN"), ("00901", "San Juan", "PR"), ("04101", "Portland", "ME"),
    ("80202", "Denver", "CO"),
)  # fmt: skip
WEEKDAYS = (1.22, 1.08, 1.02, 0.98, 0.92, 0.83, 0.95)
HOURS = tuple(range(24))
BY_HOUR = (2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 7, 6, 5, 5, 5, 6, 7, 8, 7, 5, 3)
CYBER_MONDAY = datetime(2025, 12, 1).date()  # noqa: DTZ001 - a day, not an instant
ZONE = ZoneInfo("America/New_York")
ITEMS = tuple(
    (f"{kind[:3].upper()}-{size:03}", f"{kind} no. {size}", round(9 + (size * 7 + len(kind) * 13) % 60 + 0.95, 2))
    for kind in ("Mug", "Towel", "Lamp", "Knife", "Pan", "Blanket")
    for size in range(1, 21)
)


def write_export(path: Path, orders: int = 3_600, seed: int = 7) -> int:
    """Write the export, newest first as Shopify does; answers its rows."""
    luck = random.Random(seed)
    start = datetime(2025, 10, 1, tzinfo=ZONE)
    days = [start + timedelta(days=day) for day in range(90)]
    weights = [WEEKDAYS[day.weekday()] * (2.6 if day.date() == CYBER_MONDAY else 1) for day in days]
    moments = sorted(
        day.replace(hour=luck.choices(HOURS, BY_HOUR)[0], minute=luck.randrange(60), second=luck.randrange(60))
        for day in luck.choices(days, weights, k=orders)
    )
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        for number, moment in reversed(list(enumerate(moments, start=1001))):
            for row in _order(number, moment, luck):
                writer.writerow(row)
                rows += 1
    return rows


def _order(number: int, moment: datetime, luck: random.Random) -> Iterator[dict[str, object]]:
    code, city, state = luck.choice(ZIPS)
    what = luck.random()
    head: dict[str, object] = {
        "Financial Status": "paid", "Fulfillment Status": "fulfilled", "Currency": "USD", "Payment Method": "Card",
        "Created at": _time(moment), "Paid at": _time(moment), "Shipping City": city, "Shipping Zip": f"'{code}",
        "Billing Zip": f"'{code}", "Shipping Province": state, "Shipping Country": "US", "Billing Country": "US",
        "Id": 5_000_000_000 + number, "Source": "web", "Refunded Amount": "0.00", "Risk Level": "Low",
    }  # fmt: skip
    if what < 0.02:  # noqa: PLR2004 - shares of what happens to orders, of one
        head |= {"Cancelled at": _time(moment + timedelta(hours=2)), "Fulfillment Status": "unfulfilled"}
    elif what < 0.08:  # noqa: PLR2004
        head |= {"Financial Status": "partially_refunded", "Refunded Amount": "12.95"}
    elif what < 0.085:  # noqa: PLR2004
        head |= {"Payment Method": "(for testing) Bogus Gateway"}
    elif what < 0.10:  # noqa: PLR2004
        head |= {
            "Shipping Country": "CA",
            "Shipping Zip": "M5V 2T6",
            "Billing Zip": "M5V 2T6",
            "Shipping Province": "ON",
        }
    elif what < 0.105:  # noqa: PLR2004
        head |= {"Currency": "EUR"}
    elif what < 0.11:  # noqa: PLR2004
        head |= {"Source": "pos", "Shipping Zip": "", "Shipping Country": ""}
    for line in range(luck.choices((1, 2, 3, 4, 6), (62, 20, 9, 5, 4))[0]):
        sku, name, price = ITEMS[min(int(luck.paretovariate(0.7)) - 1, len(ITEMS) - 1)]
        bare = luck.random() < 0.01  # noqa: PLR2004
        card = luck.random() < 0.004  # noqa: PLR2004
        yield {
            "Name": f"#{number}", "Email": f"customer{luck.randrange(2_500)}@example.com",
            "Lineitem quantity": luck.choices((1, 2, 3), (86, 10, 4))[0],
            "Lineitem name": "Gift card" if card else name, "Lineitem price": 25.0 if card else price,
            "Lineitem sku": "" if bare or card else sku, "Lineitem requires shipping": "false" if card else "true",
            "Lineitem taxable": "true", "Lineitem fulfillment status": head["Fulfillment Status"],
            **(head if line == 0 else {}),
        }  # fmt: skip


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S %z")


if __name__ == "__main__":
    print(write_export(Path(sys.argv[1]), *map(int, sys.argv[2:3])), "rows")
