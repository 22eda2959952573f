"""apply, and apply --revert."""

from __future__ import annotations

import getpass
import http.client
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from firstbest.cli.making import faults_told, require_folder, stop
from firstbest.cli.rehearsing import found_change, prepare
from firstbest.service.serving import Where, book_of

KEY = "FIRSTBEST_KEY"
BOOK = "FIRSTBEST_BOOK"
WAIT_S = 300


class Wanted(NamedTuple):
    """What the command line asked for."""

    folder: Path
    change: Path
    at: str | None
    emergency: str | None
    kill: tuple[str, ...]
    revert: bool

    @property
    def by(self) -> str:
        """Who does it: whoever is logged in."""
        return getpass.getuser()


def apply(wanted: Wanted) -> None:
    """Put a change into the running network, or take it back."""
    from firstbest.run.applying import Applied, checked

    require_folder(wanted.folder)
    prepare(wanted.folder, Console(highlight=False, stderr=True))
    if wanted.revert:
        told = asked(wanted, "/v1/changes/revert", {"name": wanted.change.name})
        begun = told["until_us"] > told["at_us"] + 1
        ends = f"ends at {local(wanted.folder, told['until_us'])}" if begun else "is taken back before it began"
        typer.echo(f"{told['name']} {ends}")
        return
    change = found_change(wanted.folder, wanted.change)
    with faults_told(wanted.folder):
        # What can never be applied is told before a correction of error is opened for it.
        checked(Applied(change.name, change.read_text(encoding="utf-8"), 0, 0, "", wanted.by))
    decision, door = decided(wanted, change)
    body = {
        "name": change.name, "text": change.read_text(encoding="utf-8"), "decision": decision, "by": wanted.by,
        "door": door, "at_us": instant(wanted.folder, wanted.at), "kill": list(wanted.kill),
    }  # fmt: skip
    told = asked(wanted, "/v1/changes", body)
    typer.echo(f"{told['name']} is in force from {local(wanted.folder, told['at_us'])}   ({decision})")
    for step in told.get("stages", ()):
        typer.echo(f"  from {local(wanted.folder, step['from_us'])}: {step['extent']}")
    for each in told["kill"]:
        typer.echo(f"  ends by itself on the day after one with {each}")
    if door == "two-way":
        typer.echo(f"  back: firstbest apply {wanted.folder} {wanted.change} --revert")


def decided(wanted: Wanted, change: Path) -> tuple[str, str]:
    """The decision on record that names the file, and its door; an emergency opens a correction of error instead."""
    from firstbest.run.open import wall_us
    from firstbest.store.decisions import decision_for
    from firstbest.store.questions import open_correction

    with faults_told(wanted.folder):
        decision = decision_for(wanted.folder, change)
        if decision is not None:
            return f"decision {decision.number}: {decision.about}", decision.door
        if wanted.emergency is None:
            raise stop(
                f"expected a decision on record that names {change.name} as it is now, found none\n"
                f"  decide:        firstbest bet decide BET yes --in {wanted.folder} --file {change} --reason ...\n"
                f"  cannot wait:   firstbest apply {wanted.folder} {wanted.change} --emergency REASON"
            )
        question = open_correction(wanted.folder, f"emergency {change.name}", wanted.emergency, wanted.by, wall_us())
    typer.echo(f"a correction of error is open: number {question.number}, owned by {wanted.by}")
    return f"emergency: {wanted.emergency}", "two-way"


def zone_of(folder: Path) -> ZoneInfo:
    """The firm's time zone."""
    from firstbest.store.workspace import load

    with faults_told(folder):
        return ZoneInfo(load(folder).time_zone)


def instant(folder: Path, at: str | None) -> int:
    """A local time as an instant; 0: at once."""
    if at is None:
        return 0
    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        raise stop(f"--at: expected a local time like 2026-11-30T06:00, found '{at}'") from None
    return round((when if when.tzinfo else when.replace(tzinfo=zone_of(folder))).timestamp() * 1e6)


def local(folder: Path, at_us: int) -> str:
    """An instant as the firm's clocks show it."""
    zone = zone_of(folder)
    return f"{datetime.fromtimestamp(at_us / 1e6, zone):%Y-%m-%d %H:%M:%S} ({zone.key})"


def asked(wanted: Wanted, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask the writer; where nobody is, be the writer for a moment."""
    from firstbest.store.book_live import BookError
    from firstbest.store.book_open import open_book

    named = book_of(Where(wanted.folder, os.environ.get(BOOK)))
    if "://" not in named and not Path(named).is_file():
        raise stop(f"expected a book at '{named}', found none: firstbest serve {wanted.folder} opens one")
    try:
        book = open_book(named)
        try:
            writer = book.writer()
            if writer is None or not writer.address:
                return alone(wanted, book, path, body)
            return posted(writer.address, path, body)
        finally:
            book.close()
    except BookError as error:
        raise stop(str(error)) from None


def posted(address: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask the service that runs."""
    key = os.environ.get(KEY, "")
    if not key:
        raise stop(f"a house serves this book at {address}: set {KEY} to a key with scope 'admin'")
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=WAIT_S)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    try:
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
    except (OSError, ValueError) as error:
        raise stop(f"the house at {address} did not answer: {error}") from None
    finally:
        connection.close()
    if answer.status >= http.client.BAD_REQUEST:
        raise stop(refused(told, body))
    return told


def refused(told: dict[str, Any], body: dict[str, Any]) -> str:
    """What the service said against a change, a fault a line."""
    faults = told.get("faults")
    if not faults:
        return f"{told.get('title')}: {told.get('detail')}"
    number = f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}"
    return "\n  ".join([f"{body['name']}: {number}, nothing was applied", *faults])


def alone(wanted: Wanted, book: Any, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Bring a change in where nobody serves the book."""
    from firstbest.run.applying import Applied, NotApplied, instants_of, steps_of
    from firstbest.run.changing import at_once, ended
    from firstbest.run.open import open_house

    if not book.claim(f"apply {os.getpid()}", ""):
        raise stop("another process became the writer of this book: try again")
    with faults_told(wanted.folder):
        try:
            house = open_house(wanted.folder, book, say=lambda words: typer.echo(words, err=True)).house
            house.pass_time()

            def make(soonest: int) -> Applied:
                if path.endswith("revert"):
                    return ended(book, str(body["name"]), soonest)
                named = {name: body[name] for name in ("name", "text", "decision", "by", "door")}
                return Applied(at_us=max(int(body["at_us"]), soonest), until_us=0, kill=tuple(body["kill"]), **named)

            kept = at_once(make, book, lambda question: question(house))
            steps, instants = steps_of(kept), instants_of(kept, house.world.network)
            stages = [{"from_us": at, "extent": each.words} for each, at in zip(steps, instants, strict=False)]
            return {**kept._asdict(), "stages": stages}
        except (NotApplied, ValueError) as wrong:
            raise stop(str(wrong)) from None
        finally:
            book.release()
