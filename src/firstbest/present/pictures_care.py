"""After the door: who asked what, what harm was made good, what carriers paid of it; where care is kept."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from firstbest.present import svg, text
from firstbest.present.pictures_returns import bars, sums
from firstbest.present.record import Record
from firstbest.present.sums import over
from firstbest.world.metrics import After, Metric
from firstbest.world.units import MONEY

CONTACTS: Final = ("a question", "where is it", "lost or damaged")
KEYS: Final = (
    "where_is_it_share",
    "harm_made_good",
    "claims_paid_share",
    "claims_open",
    "shipments_sent_again",
    "sent_again_cost",
)
CASE_KEYS: Final = ("cases_broken", "cases_per_100_lines")
PALLET_KEYS: Final = ("pallets_shipped", "pallets_broken")
SLOT_KEYS: Final = ("fast_lines_share", "items_reslotted")
KIT_KEYS: Final = ("kits_ordered", "kits_assembled")
LOT_KEYS: Final = ("expired_units", "expired_value", "expired_share")
_WIDTH: Final = 1040.0
_ROW: Final = 26.0
_MIDDLE: Final = 540.0


def figures(record: Record) -> dict[str, float]:
    """Figures of contacts and claims; nan where they are not kept."""
    n, d = sums(record)
    sent_again = replaced(record)
    contacts = sum(float(n[After.QUESTIONS + place]) for place in range(len(CONTACTS)))
    if not contacts and not d[After.MADE_GOOD] and not sent_again[0]:
        return dict.fromkeys(KEYS, math.nan)
    return {
        "where_is_it_share": over(float(n[After.WHERE_IS_IT]), contacts),
        "harm_made_good": float(n[After.MADE_GOOD]) / MONEY,
        "claims_paid_share": over(float(n[After.CLAIMS_PAID]), float(n[After.CLAIMED])),
        "claims_open": float(d[After.CLAIMED] - d[After.CLAIMS_PAID]),
        "shipments_sent_again": sent_again[0],
        "sent_again_cost": sent_again[1],
    }


def replaced(record: Record) -> tuple[float, float]:
    """Shipments that were sent again, and the money that took: goods at cost, carriers and vans; nan where none are."""
    care = record.network.detail.care
    if care is None or not care.replaces:
        return 0.0, math.nan
    money, shipments = record.cube[:, :, :, Metric.REPLACED].sum(axis=(0, 1, 2))
    return float(shipments), float(money) / MONEY


def lot_figures(record: Record) -> dict[str, float]:
    """Figures of what expired; nan where lots are not kept."""
    if record.network.detail.lots is None:
        return dict.fromkeys(LOT_KEYS, math.nan)
    n, d = sums(record)
    life = record.network.detail.lots.life_days
    items = record.network.items
    # Sold units of sellers whose items do not keep, in proportion to their items.
    fresh = np.bincount(items.seller, weights=life > 0, minlength=record.cube.shape[2])
    share = fresh / np.maximum(np.bincount(items.seller, minlength=record.cube.shape[2]), 1)
    sold = float((record.cube[:, :, :, Metric.SALES, 1].sum(axis=(0, 1)) * share).sum())
    expired = float(n[After.EXPIRED])
    return {
        "expired_units": expired,
        "expired_value": float(d[After.EXPIRED]) / MONEY,
        "expired_share": over(expired, expired + sold),
    }


def case_figures(record: Record) -> dict[str, float]:
    """Figures of opened cases; nan where levels are not kept."""
    if record.network.detail.levels is None:
        return dict.fromkeys(CASE_KEYS, math.nan)
    cases, lines = float(sums(record)[0][After.CASES]), float(record.cube[:, :, :, Metric.SHIPMENTS, 1].sum())
    return {"cases_broken": cases, "cases_per_100_lines": over(100 * cases, lines)}


def pallet_figures(record: Record) -> dict[str, float]:
    """Figures of pallets; nan where they are not kept."""
    levels = record.network.detail.levels
    if levels is None or levels.pallet_units is None:
        return dict.fromkeys(PALLET_KEYS, math.nan)
    n, d = sums(record)
    return {"pallets_shipped": float(n[After.PALLETS]), "pallets_broken": float(d[After.PALLETS])}


def slot_figures(record: Record) -> dict[str, float]:
    """Figures of zones; nan where the house keeps none."""
    if record.network.detail.slotting is None:
        return dict.fromkeys(SLOT_KEYS, math.nan)
    n, d = sums(record)
    return {
        "fast_lines_share": over(float(n[After.FAST_LINES]), float(d[After.FAST_LINES])),
        "items_reslotted": float(n[After.RESLOTTED]),
    }


def kit_figures(record: Record) -> dict[str, float]:
    """Figures of kits; nan where none are made."""
    if record.network.detail.kits is None:
        return dict.fromkeys(KIT_KEYS, math.nan)
    n, _ = sums(record)
    return {"kits_ordered": float(n[After.KITS]), "kits_assembled": float(n[After.ASSEMBLED])}


def picture(record: Record) -> svg.Picture | None:
    """Bars of contacts by reason, and of the money for harm; none where nothing of it is kept."""
    n, d = sums(record)
    why = [(name, float(n[After.QUESTIONS + place])) for place, name in enumerate(CONTACTS)]
    contacts, harmed = sum(value for _, value in why), float(d[After.MADE_GOOD])
    again, again_cost = replaced(record)
    if not contacts and not harmed and not again:
        return None
    f, currency = figures(record), record.network.texts.currency
    orders = float(record.cube[:, :, :, Metric.COMPLETED, 0].sum())
    finding = (
        f"{text.number(100 * over(contacts, orders), 1)} contacts by 100 orders; carriers paid "
        f"{text.share(f['claims_paid_share'], 0)} of what they were asked for"
    )
    lead = (
        f"{text.number(harmed)} shipments were lost or damaged, and {text.money(f['harm_made_good'], currency)} was "
        f"paid back for them. {text.number(f['claims_open'])} claims wait for an answer."
    )
    if again:
        paid = text.money(f["harm_made_good"], currency)
        rest = (
            f", and {paid} was paid back for the rest" if f["harm_made_good"] else ", and nothing had to be paid back"
        )
        lead = (
            f"Of what was lost or damaged {text.number(again)} shipments were sent again, for "
            f"{text.money(again_cost, currency)} of goods and parcels{rest}. "
            f"{text.number(f['claims_open'])} claims wait for an answer."
        )
    money = [
        ("paid back", float(n[After.MADE_GOOD]) / MONEY),
        *([("sent again", again_cost)] if again else []),
        ("claimed", float(n[After.CLAIMED]) / MONEY),
        ("paid by carriers", float(n[After.CLAIMS_PAID]) / MONEY),
    ]
    parts = [
        *bars(why, 0.0, "Who asked what", contacts),
        *bars(money, _MIDDLE, f"Money for harm, {currency}", money[0][1] + (again_cost if again else 0.0)),
    ]
    spoken = ", ".join(f"{name} {text.number(value)}" for name, value in (*why, *money))
    frame = svg.Frame(
        "care", _WIDTH, (len(money) + 1) * _ROW + 12, "Contacts by reason, and money for harm", spoken, (_MIDDLE,)
    )
    rows = [
        [name, text.number(value), text.money(float(d[After.QUESTIONS + place]) / MONEY, currency)]
        for place, (name, value) in enumerate(why)
    ]
    rows += [[name, "", text.money(value, currency)] for name, value in money]
    table = svg.behind(["", "contacts", "money"], rows)
    return svg.Picture("care", finding, lead, svg.drawing(frame, "".join(parts)) + table)
