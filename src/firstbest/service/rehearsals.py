"""Routes of rehearsals from now: asked for, run beside the service in a process that gives way to it, looked up."""

from __future__ import annotations

import math
import multiprocessing
import os
import secrets
from multiprocessing.connection import Connection
from typing import Annotated, Any, Final

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from firstbest.present.from_live import Outlook, notes, worse
from firstbest.rehearse.outlook import HOURS_MOST
from firstbest.service.access import Http, Json, bearer_of, door_of
from firstbest.service.bodies import Name
from firstbest.service.forking import Ask, begin, rehearsed
from firstbest.service.problems import Problem
from firstbest.store.book_open import open_book
from firstbest.store.faults import WorkspaceFaulty

AT_ONCE: Final = 2
KEPT: Final = 50
"""Rehearsals whose answers are remembered; they are gone when the service ends."""
NICE: Final = 10
REPLICATIONS_MOST: Final = 200
AGAIN_S: Final = 30


class TriedChange(Struct, forbid_unknown_fields=True):
    """A change file, by its text."""

    name: Name
    text: Annotated[str, Meta(min_length=1, max_length=200_000)]


class RehearsalBody(Struct, forbid_unknown_fields=True):
    """How far, how often, and under which change."""

    hours: Annotated[float, Meta(ge=1, le=HOURS_MOST)] = 24.0
    replications: Annotated[int, Meta(ge=1, le=REPLICATIONS_MOST)] = 10
    change: TriedChange | None = None
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 1


def plain(value: Any) -> Any:
    """An answer as JSON has it: what was not measured is null."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def told(found: Outlook) -> dict[str, Any]:
    """An outlook, with what must be known of it in words."""
    return {**plain(found), "live_is_worse": worse(found), "notes": notes(found)}


def work(book: str, ask: Ask, answers: Connection) -> None:
    """One rehearsal, in a process of its own."""
    os.nice(NICE)
    from firstbest.store.kernel_cache import use_cache  # noqa: PLC0415 - before any kernel is compiled

    use_cache()
    try:
        held = open_book(book)
        try:
            beginning = begin(held.reader(), ask)
        finally:
            held.close()
        answers.send(("done", told(rehearsed(beginning, ask))))
    except WorkspaceFaulty as faulty:
        answers.send(("refused", [str(fault) for fault in faulty.faults]))
    finally:
        answers.close()


class Running:
    """A rehearsal that was asked for."""

    def __init__(self, book: str, ask: Ask) -> None:
        """Begin it."""
        context = multiprocessing.get_context("spawn")
        self.answers, far = context.Pipe(duplex=False)
        self.process = context.Process(target=work, args=(book, ask, far), daemon=True)
        self.process.start()
        far.close()
        self.state, self.result = "running", None

    def look(self) -> str:
        """How it stands: running, done, refused (with the faults of the change) or failed."""
        if self.state == "running" and (self.answers.poll() or not self.process.is_alive()):
            try:
                self.state, self.result = self.answers.recv()
            except EOFError:
                self.state = "failed"
            self.answers.close()
            self.process.join()
        return self.state


class Rehearsals:
    """Rehearsals of one book, a few at once."""

    def __init__(self, book: str) -> None:
        self.book = book
        self.known: dict[str, Running] = {}

    def begin(self, ask: Ask) -> str:
        """Begin one; answers its id, or raises where enough are running."""
        running = [each for each in self.known.values() if each.look() == "running"]
        if len(running) >= AT_ONCE:
            raise Problem("busy", f"{AT_ONCE} rehearsals run already, and no more at once", after_s=AGAIN_S)
        for name in [name for name, each in self.known.items() if each.state != "running"][: -KEPT + 1]:
            del self.known[name]
        name = secrets.token_hex(8)
        self.known[name] = Running(self.book, ask)
        return name

    def close(self) -> None:
        """End those that run."""
        for each in self.known.values():
            if each.look() == "running":
                each.process.terminate()
                each.process.join()


def rehearsals_of(request: Http) -> Rehearsals:
    """The rehearsals of the application."""
    door_of(request)
    found: Rehearsals | None = request.app.state["rehearsals"]
    if found is None:
        raise Problem("down", "this house has no book that another process could read")
    return found


@post("/v1/rehearsals", status_code=202)
async def rehearse(request: Http, data: JSONBody[RehearsalBody]) -> Json:
    """Rehearse the next hours from the state as of now, without and with a change; serving goes on."""
    bearer_of(request, "network")
    change = data.change
    named = (change.name, change.text) if change is not None else ("", "")
    name = rehearsals_of(request).begin(Ask(data.hours, data.replications, *named, data.seed))
    place = f"/v1/rehearsals/{name}"
    return Response({"rehearsal": name, "state": "running"}, status_code=202, headers={"Location": place})


@get("/v1/rehearsals/{name:str}")
async def rehearsal(request: Http, name: FromPath[str]) -> dict[str, Any]:
    """How a rehearsal stands, and what it found."""
    bearer_of(request, "network")
    found = rehearsals_of(request).known.get(name)
    if found is None:
        raise Problem("not_found", f"no rehearsal '{name}'; answers are kept until the service ends, the last {KEPT}")
    return {"rehearsal": name, "state": found.look(), "result": found.result}


ROUTER = Router(path="/", route_handlers=[rehearse, rehearsal])
