"""The words in which a workspace file is declared: types of cells, columns, tables, settings.

A declaration is data. Reading, checking, templates and the reference page are all made from it, so
a column is described in exactly one place.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, NamedTuple


class Type(StrEnum):
    """What a cell may hold, as a person writes it. The value says what is expected, for messages."""

    TEXT = "text"
    INTEGER = "a whole number"
    NUMBER = "a number"
    MONEY = "an amount of money"
    YES_NO = "yes or no"
    DATE = "a date like 2026-11-30"
    SEASON_DATE = "a date like 2026-11-30, or 11-30 for every year"
    MOMENT = "a local date and time like 2026-11-30 18:00"
    INSTANT = "a date and time like 2026-11-30 18:00 (local to the workspace) or 2026-11-30T18:00:00Z"
    CLOCK = "a time of day like 14:00"
    WEEKDAYS = "days like Mon-Sat or Mon,Wed,Fri"
    DEPARTURES = "departures like 'daily 18:00', 'Mon,Wed 12:00' or 'Mon-Fri 06:00; Mon-Fri 18:00'"
    TIME_ZONE = "a time zone like America/New_York"
    CHOICE = "one of a list"
    CHOICES = "some of a list, parted by spaces"
    NAMES = "names parted by spaces"
    NUMBERS = "a list of numbers"
    NUMBER_BY_NAME = "a table of numbers by name"


class Column(NamedTuple):
    """One column of a CSV file, or one key of a TOML section.

    `default` is what an empty cell or absent key means; a column without one is required. A default of
    "" means that the value is left open, and `note` says what then holds. `refers` is "file.column".
    """

    name: str
    type: Type
    note: str
    default: Any = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    refers: str = ""
    length: tuple[int, int] = (0, 0)  # least and most entries of a list

    @property
    def required(self) -> bool:
        """Whether every row must fill it."""
        return self.default is None


class Table(NamedTuple):
    """A CSV file. `name` without the ending; `key` the columns that no two rows may share."""

    name: str
    note: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = True

    def column(self, name: str) -> Column:
        """The column of that name; an unknown name is a programmer's error."""
        found = [each for each in self.columns if each.name == name]
        assert found, f"{self.name} declares no column {name}"
        return found[0]


class Section(NamedTuple):
    """A TOML section `[name]`; with `many` a list `[[name]]`, with `named` one table by name `[name.x]`."""

    name: str
    note: str
    keys: tuple[Column, ...]
    many: bool = False
    named: tuple[str, ...] = ()  # the names that may stand after the dot
    key: str = ""  # in a list: what no two entries may share


class Settings(NamedTuple):
    """A TOML file. `name` without the ending."""

    name: str
    note: str
    sections: tuple[Section, ...]
    required: bool = True

    def section(self, name: str) -> Section:
        """The section of that name; an unknown name is a programmer's error."""
        found = [each for each in self.sections if each.name == name]
        assert found, f"{self.name} declares no section {name}"
        return found[0]


def text(name: str, note: str, default: str | None = None, refers: str = "") -> Column:
    """A text; with `refers`, the name of something in another file."""
    return Column(name, Type.TEXT, note, default, refers=refers)


LINE_UNITS_MAX: Final = 10**9
"""Of an order's line: what is more is a barcode in the wrong column."""


def integer(name: str, note: str, default: Any = None, low: float = 0, high: float = 10**12) -> Column:
    """A whole number."""
    return Column(name, Type.INTEGER, note, default, low, high)


def number(name: str, note: str, default: Any = None, low: float = 0, high: float = 10**9) -> Column:
    """A number with a decimal point."""
    return Column(name, Type.NUMBER, note, default, low, high)


def percent(name: str, note: str, default: Any = None, high: float = 100) -> Column:
    """A share in percent."""
    return Column(name, Type.NUMBER, note, default, 0, high)


def money(name: str, note: str, default: Any = None) -> Column:
    """An amount in the workspace's currency, six decimals at most."""
    return Column(name, Type.MONEY, note, default, 0, 10**9)


def of(name: str, kind: Type, note: str, default: Any = None) -> Column:
    """A column of one of the types that need nothing more."""
    return Column(name, kind, note, default)


def choice(name: str, choices: tuple[str, ...], note: str, default: str | None = None) -> Column:
    """One of a closed list."""
    return Column(name, Type.CHOICE, note, default, choices=choices)


def numbers(name: str, note: str, length: tuple[int, int], default: Any = None, high: float = 10**9) -> Column:
    """A list of numbers of bounded length."""
    return Column(name, Type.NUMBERS, note, default, 0, high, length=length)


ZONES: Final = 9
"""Parcel zones are numbered 0 to 8."""
KINDS: Final = ("supplier", "port", "storage", "fulfilment", "station", "locker")
MODES: Final = ("ocean", "air", "truck", "part_load", "parcel", "parcel_air", "own_van", "pallet")
LANE_MODES: Final = ("ocean", "air", "truck", "part_load")
CARRIER_MODES: Final = ("parcel", "parcel_air", "own_van", "pallet")
SERVICES: Final = ("standard", "member", "economy")
PROCESSES: Final = ("receive", "pick", "pack", "load", "indirect")
PORTS: Final = ("wave", "tariff", "nature", "meter", "panel")
"""Where code of other packages may be put in (`store.extensions.PORTS` says what each is given)."""
