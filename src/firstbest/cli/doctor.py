"""firstbest doctor: whether this machine, this workspace and this book are fit, and what to do where they are not."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, NamedTuple

import typer

GOOD, LOOK, BAD = "good", "look", "bad"
_MARKS: Final = {GOOD: "ok  ", LOOK: "look", BAD: "BAD "}
PYTHON_LEAST: Final = (3, 11)
_PACKAGES: Final = ("numpy", "numba", "duckdb", "apsw", "msgspec", "litestar", "openpyxl", "tzdata")
_OPTIONAL: Final = {"openpyxl": "Excel files cannot be read", "tzdata": "the system's own time zones are used"}
DISK_LEAST_GB: Final = 2.0
MEMORY_LEAST_GB: Final = 4.0
_YEARS: Final = (2024, 2100)
_GB: Final = 1e9
_LABEL: Final = 12


class Finding(NamedTuple):
    """One thing that was looked at; `remedy` where it is not good."""

    what: str
    state: str
    found: str
    remedy: str = ""


def examine(folder: Path | None, book: str | None) -> list[Finding]:
    """Everything, each on its own: what fails is a finding, never the end."""
    checks: list[Callable[[], Iterator[Finding]]] = [_python, _packages, _kernels, _memory, _clock, _zones]
    checks.append(lambda: _disk(folder or Path.cwd()))
    if folder is not None:
        checks += [lambda: _workspace(folder), lambda: _book(folder, book)]
    found = []
    for check in checks:
        try:
            found += list(check())
        except Exception as error:  # noqa: BLE001 - a doctor that falls ill says so and goes on
            name = getattr(check, "__name__", "check").strip("_<>")
            found.append(Finding(name, BAD, f"could not be looked at: {error}", "report this line"))
    return found


def doctor(folder: Path | None, book: str | None) -> None:
    """Print the findings; exit code 2 if one is bad."""
    found = examine(folder, book)
    width = shutil.get_terminal_size().columns
    for each in found:
        head = f"{_MARKS[each.state]}  {each.what:<{_LABEL}}"
        typer.echo(_folded(head, each.found, width))
        if each.remedy:
            # A command can be copied whole.
            command = each.remedy.startswith(("firstbest ", "pip "))
            typer.echo(_folded(f"      {'':<{_LABEL}}-> ", each.remedy, sys.maxsize if command else width))
    bad, look = (sum(each.state == state for each in found) for state in (BAD, LOOK))
    typer.echo(f"\n{len(found)} looked at: {bad} bad, {look} worth a look")
    if bad:
        raise typer.Exit(2)


def _python() -> Iterator[Finding]:
    told = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    fit = sys.version_info[:2] >= PYTHON_LEAST
    least = ".".join(map(str, PYTHON_LEAST))
    yield Finding("python", GOOD if fit else BAD, told, "" if fit else f"use Python {least} or later")


def _packages() -> Iterator[Finding]:
    from firstbest import __version__

    there, missing = [f"firstbest {__version__}"], []
    for name in _PACKAGES:
        try:
            there.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Finding("versions", GOOD, ", ".join(there))
    for name in missing:
        optional = name in _OPTIONAL
        remedy = "" if name == "tzdata" else f"pip install {name}"
        told = f"{name} is missing" + (f": {_OPTIONAL[name]}" if optional else "")
        yield Finding("versions", (GOOD if name == "tzdata" else LOOK) if optional else BAD, told, remedy)


def _kernels() -> Iterator[Finding]:
    from firstbest.store.kernel_cache import is_complete, kernel_folder

    home = kernel_folder()
    if is_complete():
        size = sum(each.stat().st_size for each in home.rglob("*") if each.is_file()) / 1e6
        yield Finding("kernels", GOOD, f"compiled ({size:,.0f} MB in {home})")
    else:
        remedy = "nothing to do: the first rehearse compiles them, once, in about a minute"
        yield Finding("kernels", LOOK, "not compiled yet for this code and machine", remedy)


def _memory() -> Iterator[Finding]:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GB
    except (ValueError, OSError, AttributeError):
        yield Finding("memory", LOOK, "this system does not say how much there is", "the built-in year needs 4 GB")
        return
    fit = total >= MEMORY_LEAST_GB
    remedy = "" if fit else "rehearse with --scale 0.1; an import keeps within 1 GB"
    yield Finding("memory", GOOD if fit else LOOK, f"{total:,.1f} GB, {os.cpu_count()} cores", remedy)


def _clock() -> Iterator[Finding]:
    now = time.gmtime()
    told = f"{time.strftime('%Y-%m-%d %H:%M:%S', now)} UTC"
    fit = _YEARS[0] <= now.tm_year <= _YEARS[1]
    yield Finding("clock", GOOD if fit else BAD, told, "" if fit else "set the clock: promises hang on it")
    steps = time.get_clock_info("time")
    if not steps.adjustable:
        yield Finding("clock", LOOK, "the clock is not kept by a time service", "switch on NTP or chrony")


def _zones() -> Iterator[Finding]:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        yield Finding("time zones", BAD, "the tables of time zones are missing", "pip install tzdata")
    else:
        yield Finding("time zones", GOOD, "there")


def _disk(folder: Path) -> Iterator[Finding]:
    near = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    free = shutil.disk_usage(near).free / _GB
    fit = free >= DISK_LEAST_GB
    remedy = "" if fit else f"make room: a rehearsed year leaves about 1 GB of facts, and {DISK_LEAST_GB:g} GB are wise"
    yield Finding("disk", GOOD if fit else LOOK, f"{free:,.1f} GB free at {near}", remedy)
    writable = os.access(near, os.W_OK)
    if not writable:
        yield Finding("disk", BAD, f"{near} cannot be written to", "change its owner, or choose another folder")


def _workspace(folder: Path) -> Iterator[Finding]:
    from firstbest.store.init import has_network
    from firstbest.store.workspace import checked

    if not folder.is_dir():
        yield Finding("workspace", BAD, f"nothing at {folder}", f"firstbest init {folder}")
        return
    if not has_network(folder):
        yield Finding("workspace", GOOD, "mechanisms alone, without a network")
        return
    faults, notes = checked(folder)
    if faults:
        yield Finding("workspace", BAD, f"{len(faults)} faults; the first: {faults[0]}", f"firstbest check {folder}")
    else:
        yield Finding("workspace", GOOD, "no fault" + (f", {len(notes)} things to know (check tells)" if notes else ""))


def _book(folder: Path, book: str | None) -> Iterator[Finding]:
    where = book or str(folder / ".firstbest" / "book.sqlite")
    if where.startswith(("postgresql://", "postgres://")):
        yield from _postgres(where)
        return
    path = Path(where)
    if not path.is_file():
        yield Finding("book", GOOD, "none yet: serve begins one")
        return
    import apsw

    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        told = next(iter(connection.execute("PRAGMA quick_check")))[0]
    except apsw.Error as error:
        told = str(error)
    finally:
        connection.close()
    size = path.stat().st_size / 1e6
    if told != "ok":
        remedy = (
            "stop serve, keep a copy, and restore the newest backup; firstbest book verify says how far it is whole"
        )
        yield Finding("book", BAD, f"{path} is damaged: {told}", remedy)
    else:
        library = apsw.sqlitelibversion()
        yield Finding("book", GOOD, f"SQLite {library}, {size:,.1f} MB, pages whole (the chain: firstbest book verify)")


def _postgres(where: str) -> Iterator[Finding]:
    import psycopg

    try:
        with psycopg.connect(where, connect_timeout=5) as connection:
            row = connection.execute("SHOW server_version").fetchone()
    except psycopg.Error as error:
        told = str(error).strip().split("\n", 1)[0]
        yield Finding("database", BAD, f"cannot be reached: {told}", "start it, or look at the address in --book")
    else:
        yield Finding("database", GOOD, f"PostgreSQL {row[0] if row else ''} answers")


def _folded(head: str, said: str, width: int) -> str:
    """A line of a finding, further ones below its words; what has no blank, such as a path, stays whole."""
    lines = textwrap.wrap(said, max(width - len(head), 20), break_long_words=False, break_on_hyphens=False)
    return head + ("\n" + " " * len(head)).join(lines)
