"""Opening a book by what names it: the path of a file, or the URL of a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path

from firstbest.store.book import SqlBook
from firstbest.store.book_sqlite import Settings, SqliteEngine

SCHEMES = ("postgresql://", "postgres://")


def open_book(where: Path | str, settings: Settings | None = None) -> SqlBook:
    """Open a book, or make it: `:memory:`, the path of a SQLite file, or `postgresql://...`."""
    named, settings = str(where), settings or Settings()
    if named.startswith(SCHEMES):
        from firstbest.store.postgres import PostgresEngine  # noqa: PLC0415 - who has a file needs no client

        return SqlBook(PostgresEngine(named, settings.busy_ms))
    return SqlBook(SqliteEngine(named, settings))
