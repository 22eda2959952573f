"""Bodies of requests: every field bounded, none unknown."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

Name = Annotated[
    str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$", description="up to 64 characters")
]
UNITS_MOST: Final = 1_000_000
Units = Annotated[int, Meta(ge=1, le=UNITS_MOST)]
UnitsOrNone = Annotated[int, Meta(ge=0, le=1_000_000)]
Micros = Annotated[int, Meta(ge=0, le=10**15, description="money in millionths of the currency")]
Instant = Annotated[int, Meta(ge=0, le=2**53, description="microseconds since 1970-01-01T00:00:00Z")]
LINES_MOST = 200
Fill = Annotated[
    Literal["house", "available", "all", "rest_waits", "whole_waits"],
    Meta(
        description="lines without stock: as the house does; refused; all lines or none; they wait and the rest goes; "
        "nothing goes before all can"
    ),
]


class OrderLine(Struct, forbid_unknown_fields=True):
    """A line of an order."""

    item: Name
    quantity: Units
    price_micros: Micros = 0
    level: Literal["each", "case", "pallet"] = "each"


Lines = Annotated[list[OrderLine], Meta(min_length=1, max_length=LINES_MOST)]


class QuoteBody(Struct, forbid_unknown_fields=True):
    """What would be promised?"""

    customer: Name
    place: Name
    lines: Lines
    service: Literal["standard", "member", "economy"] | None = None
    fill: Fill = "house"
    wait_until_us: Instant = 0
    alternatives: Annotated[int, Meta(ge=0, le=5, description="further plans within each service")] = 0


class OrderBody(Struct, forbid_unknown_fields=True):
    """An order. With `quote` it executes exactly that quote or answers 409 with what changed."""

    order: Name
    customer: Name
    place: Name
    lines: Lines
    service: Literal["standard", "member", "economy"] = "standard"
    fill: Fill = "house"
    wait_until_us: Instant = 0
    hold: bool = False
    quote: Annotated[str, Meta(max_length=2_000)] | None = None


class NamedBody(Struct, forbid_unknown_fields=True):
    """An order by its name: a row of a bulk request about orders that are there."""

    order: Name


class PickedLine(Struct, forbid_unknown_fields=True):
    """What was found of a line."""

    line: Annotated[int, Meta(ge=0, le=4_095)]
    quantity: UnitsOrNone


class PickedBody(Struct, forbid_unknown_fields=True):
    """A pick: every line of the shipment, short ones with what was found."""

    lines: Annotated[list[PickedLine], Meta(min_length=1, max_length=LINES_MOST)]


class DeliveredBody(Struct, forbid_unknown_fields=True):
    """The end of a journey."""

    outcome: Literal["delivered", "lost", "damaged"] = "delivered"
    failed_attempts: Annotated[int, Meta(ge=0, le=100)] = 0
    cause: Literal["none", "linehaul", "last_mile", "address_or_customer"] = "none"
    received_by: Annotated[str, Meta(max_length=200)] = ""
    handed_over: Literal["", "in_person", "neighbour", "mailbox", "safe_place", "locker", "signed"] = ""
    note: Annotated[str, Meta(max_length=1_000)] = ""
    picture: Annotated[str, Meta(max_length=500, description="where the picture is kept")] = ""


class InboundBody(Struct, forbid_unknown_fields=True):
    """Goods that a seller sends in."""

    inbound: Name
    node: Name
    item: Name
    quantity: Units
    expected_us: Instant


class ReceivedBody(Struct, forbid_unknown_fields=True):
    """What was counted at the dock."""

    quantity: UnitsOrNone


class CountBody(Struct, forbid_unknown_fields=True):
    """What was counted on a shelf."""

    node: Name
    item: Name
    quantity: UnitsOrNone


class WorkedBody(Struct, forbid_unknown_fields=True):
    """Hours of a shift that is over."""

    node: Name
    process: Literal["receive", "pick", "pack", "load", "indirect"]
    day: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    shift: Annotated[int, Meta(ge=0, le=1)]
    paid_min: Annotated[int, Meta(ge=0, le=10_000_000)]
    overtime_min: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    temp_min: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    busy_s: Annotated[int, Meta(ge=0, le=600_000_000)] = 0


Scope = Literal["orders", "stock", "bills", "tasks", "network", "admin"]


class KeyBody(Struct, forbid_unknown_fields=True):
    """A new API key."""

    name: Name
    seller: Name
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=6)]
