"""The typed workspace: what the checks judge and the compiler reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from firstbest.store.workspace_settings import Entry, Read
from firstbest.store.workspace_tables import Frame


@dataclass(frozen=True)
class Workspace:
    """All files of a workspace as typed columns and entries, in human units."""

    folder: Path
    tables: Mapping[str, Frame]
    rates: Mapping[str, Frame]  # by carrier
    settings: Mapping[str, Read]

    def frame(self, table: str) -> Frame:
        """The columns of `table`.csv; a file that is not there has no rows."""
        return self.tables[table]

    def section(self, file: str, section: str) -> Entry:
        """The section `[section]` of `file`.toml."""
        found = self.settings[file][section]
        assert isinstance(found, dict)
        return found[""]

    def named(self, file: str, section: str) -> Mapping[str, Entry]:
        """The sections `[section.name]` of `file`.toml by name; all declared names are there."""
        found = self.settings[file][section]
        assert isinstance(found, dict)
        return found

    def entries(self, file: str, section: str) -> tuple[Entry, ...]:
        """The entries `[[section]]` of `file`.toml."""
        found = self.settings[file][section]
        assert isinstance(found, tuple)
        return found

    @property
    def name(self) -> str:
        """What the reports call it."""
        return str(self.section("firstbest", "workspace")["name"])

    @property
    def currency(self) -> str:
        """Three letters."""
        return str(self.section("firstbest", "workspace")["currency"])

    @property
    def time_zone(self) -> str:
        """Of the firm."""
        return str(self.section("firstbest", "workspace")["time_zone"])

    @property
    def start_day(self) -> int:
        """First local day, days since the epoch."""
        return int(self.section("firstbest", "workspace")["start"])

    @property
    def days(self) -> int:
        """Length of a rehearsal."""
        return int(self.section("firstbest", "workspace")["days"])

    @property
    def seed(self) -> int:
        """Of all draws."""
        return int(self.section("firstbest", "workspace")["seed"])

    @property
    def km(self) -> float:
        """Kilometres in the workspace's unit of distance."""
        return 1.609344 if self.section("firstbest", "workspace")["distance_unit"] == "mile" else 1.0
