"""limits.toml: what a tenant may use in a month, and how much it may owe. Without the file nothing is limited.

It is read by the doors whenever it changed: a limit is the owner's word to a tenant, no decision of the network, so it
needs no change file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from firstbest.rent.meters import METER_CODES
from firstbest.rent.quotas import Limits
from firstbest.store.faults import Fault, WorkspaceFaulty, nearest, shown
from firstbest.store.schema_words import Section, Settings, integer, money, text
from firstbest.store.workspace import load
from firstbest.store.workspace_settings import Entry, Read, read_document, typed_settings
from firstbest.world.units import MONEY

FILE: Final = "limits.toml"
EVERYBODY: Final = "*"
LIMITS: Final = Settings(
    "limits",
    "What tenants may use in a month, and how much they may owe.",
    (
        Section(
            "quota",
            "The most of a meter in a month.",
            (
                text("tenant", "a seller of sellers.csv, or * for each that is not named"),
                text("meter", "a meter of the list"),
                integer("most", "in the meter's unit", high=2**46),
            ),
            many=True,
        ),
        Section(
            "credit",
            "The most a tenant may owe, billed or not.",
            (
                text("tenant", "a seller of sellers.csv, or * for each that is not named"),
                money("most", "in the workspace's currency"),
            ),
            many=True,
        ),
    ),
    required=False,
)
NOTHING: Final = Limits({}, {})


def read_limits(folder: Path, tenants: Sequence[str], zone: ZoneInfo) -> Limits:
    """The limits of a workspace, by tenant's code. Raises `WorkspaceFaulty` with all faults."""
    path, faults = folder / FILE, list[Fault]()
    if not path.is_file():
        return NOTHING
    document = read_document(path, FILE, faults)
    found: Read = typed_settings(document, LIMITS, zone, faults) if document else {}
    quotas: dict[tuple[int, int], int] = {}
    credit: dict[int, int] = {}
    for entry in _entries(found, "quota"):
        meter = str(entry["meter"])
        if meter not in METER_CODES:
            faults.append(
                Fault(FILE, entry.line, "meter", f"a meter of the list{nearest(meter, METER_CODES)}", shown(meter))
            )
            continue
        for code in _codes(entry, tenants, [t for t, each in quotas if each == METER_CODES[meter]], faults):
            quotas[code, METER_CODES[meter]] = int(entry["most"])
    for entry in _entries(found, "credit"):
        for code in _codes(entry, tenants, list(credit), faults):
            credit[code] = round(entry["most"] * MONEY)
    if faults:
        raise WorkspaceFaulty(faults)
    return Limits(quotas, credit)


def check_limits(folder: Path) -> list[Fault]:
    """Faults of the file in a workspace that has none else."""
    if not (folder / FILE).is_file():
        return []
    workspace = load(folder)
    try:
        read_limits(folder, workspace.frame("sellers").texts("seller"), ZoneInfo(workspace.time_zone))
    except WorkspaceFaulty as faulty:
        return list(faulty.faults)
    return []


def _entries(found: Read, name: str) -> list[Entry]:
    """Entries of a section, those of single tenants first, so that * is for the others."""
    given = found.get(name, ())
    listed = list(given.values()) if isinstance(given, dict) else list(given)
    return sorted(listed, key=lambda entry: entry["tenant"] == EVERYBODY)


def _codes(entry: Entry, tenants: Sequence[str], taken: list[int], faults: list[Fault]) -> list[int]:
    """Whom a limit is for."""
    tenant = str(entry["tenant"])
    if tenant == EVERYBODY:
        return [code for code in range(len(tenants)) if code not in taken]
    if tenant not in tenants:
        faults.append(Fault(FILE, entry.line, "tenant", f"a tenant{nearest(tenant, tenants)}, or *", shown(tenant)))
        return []
    code = tenants.index(tenant)
    if code in taken:
        faults.append(Fault(FILE, entry.line, "tenant", "one limit for a tenant", f"another of '{tenant}'"))
        return []
    return [code]
