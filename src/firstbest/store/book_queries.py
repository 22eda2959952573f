"""Named queries: each a file of `book_sql/` that opens with a line on what it answers."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def query(name: str) -> str:
    """The text of `book_sql/<name>.sql`."""
    text = (files("firstbest.store") / "book_sql" / f"{name}.sql").read_text("utf-8")
    assert text.startswith("-- "), f"query '{name}' needs a first line that says what it answers"
    return text
