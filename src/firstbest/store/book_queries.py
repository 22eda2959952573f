"""Named queries: each a file of `book_sql/` that opens with a line on what it answers.

Where SQLite and PostgreSQL differ, a query has a file for each (`name.sqlite.sql`, `name.postgres.sql`); what both
understand alike has one (`name.sql`). Values stand as `?`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def query(name: str, dialect: str = "sqlite") -> str:
    """The text of `book_sql/<name>.<dialect>.sql`, or else of `book_sql/<name>.sql`."""
    folder = files("firstbest.store") / "book_sql"
    own = folder / f"{name}.{dialect}.sql"
    text = (own if own.is_file() else folder / f"{name}.sql").read_text("utf-8")
    assert text.startswith("-- "), f"query '{name}' needs a first line that says what it answers"
    return text
