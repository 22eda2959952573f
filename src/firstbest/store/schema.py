"""Every workspace file, declared once.

    firstbest.toml  policies.toml  demand.toml  nature.toml
    nodes.csv  places.csv  zones.csv  items.csv  offers.csv  packs.csv  kits.csv  cartons.csv
    sellers.csv  suppliers.csv
    carriers.csv  carrier_rates/NAME.csv  lanes.csv  labour.csv  shifts.csv  fleet.csv  calendars.csv
    stock.csv  orders.csv (or orders.parquet)  assumptions.csv

A person writes human units (kilograms, litres, currency, miles or kilometres, percent, local clock
times); the compiler turns them into the integers of `world.network` and `world.nature`. The folder may
hold further files (changes/, bets/ ...), which this schema leaves alone.
"""

from __future__ import annotations

from typing import Final

from firstbest.store import schema_kits, schema_settings, schema_tables
from firstbest.store.schema_words import Column, Section, Settings, Table, Type

TABLES: Final[tuple[Table, ...]] = (
    schema_tables.NODES,
    schema_tables.PLACES,
    schema_tables.ZONES_TABLE,
    schema_tables.SELLERS,
    schema_tables.SUPPLIERS,
    schema_tables.ITEMS,
    schema_tables.OFFERS,
    schema_tables.PACKS,
    schema_kits.KITS,
    schema_tables.CARTONS,
    schema_tables.CARRIERS,
    schema_tables.LANES,
    schema_tables.LABOUR,
    schema_tables.SHIFTS,
    schema_tables.FLEET,
    schema_tables.CALENDARS,
    schema_tables.STOCK,
    schema_tables.ORDERS,
    schema_tables.ASSUMPTIONS,
)
"""The CSV files, without the price lists."""

RATES: Final[Table] = schema_tables.RATES
"""The price list of one carrier: carrier_rates/NAME.csv, for every carrier that is not an own van."""

SETTINGS: Final[tuple[Settings, ...]] = (
    schema_settings.FIRSTBEST,
    schema_settings.POLICIES,
    schema_settings.DEMAND,
    schema_settings.NATURE,
)
"""The TOML files. Every section may be left out unless one of its keys is required."""

__all__ = ["RATES", "SETTINGS", "TABLES", "Column", "Section", "Settings", "Table", "Type", "settings", "table"]


def table(name: str) -> Table:
    """The CSV file declared under that name; an unknown name is a programmer's error."""
    found = [each for each in (*TABLES, RATES) if each.name == name]
    assert found, f"no workspace table {name}"
    return found[0]


def settings(name: str) -> Settings:
    """The TOML file declared under that name; an unknown name is a programmer's error."""
    found = [each for each in SETTINGS if each.name == name]
    assert found, f"no workspace settings {name}"
    return found[0]
