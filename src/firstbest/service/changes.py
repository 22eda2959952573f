"""Routes of changes: apply what was decided, take it back, and see what is in force."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from firstbest.run.applying import Applied, NotApplied, applied_of, instants_of, steps_of
from firstbest.run.changing import at_once, ended
from firstbest.run.desk import Busy, HouseDown
from firstbest.run.trial import standing_of
from firstbest.service.access import Http, bearer_of, door_of
from firstbest.service.bodies import Name
from firstbest.service.door import WAIT_S, Door
from firstbest.service.problems import Problem
from firstbest.store.book_live import BookReader
from firstbest.store.faults import WorkspaceFaulty
from firstbest.world.network import Network

TEXT_MOST: Final = 200_000
KILLS_MOST: Final = 20


class ChangeBody(Struct, forbid_unknown_fields=True):
    """A change file that a decision on record names, or an emergency with its reason."""

    name: Name
    text: Annotated[str, Meta(max_length=TEXT_MOST)]
    decision: Annotated[str, Meta(min_length=1, max_length=1_000)]
    by: Name
    door: Annotated[str, Meta(pattern="^(one-way|two-way)$")] = "two-way"
    at_us: Annotated[int, Meta(ge=0, le=2**53)] = 0
    kill: Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=KILLS_MOST)] = []


class RevertBody(Struct, forbid_unknown_fields=True):
    """A change to be taken back."""

    name: Name


def told(applied: Applied) -> dict[str, Any]:
    """A change, without its text."""
    return {name: value for name, value in applied._asdict().items() if name != "text"}


def told_stages(applied: Applied, network: Network) -> list[dict[str, Any]]:
    """The stages of a change, with the instants at which they start."""
    steps = steps_of(applied)
    instants = instants_of(applied, network) if steps else []
    return [{"from_us": at, "extent": step.words} for step, at in zip(steps, instants, strict=True)]


async def brought_in(door: Door, make: Callable[[BookReader, int], Applied]) -> dict[str, Any]:
    """Make a change ready beside the writer, then let it come into force, as soon as it can be or when it says."""
    reader = door.desk.house.book.reader()
    try:
        kept = await asyncio.to_thread(at_once, partial(make, reader), reader, partial(door.desk.asked, wait_s=WAIT_S))
        return {**told(kept), "stages": told_stages(kept, door.world.network)}
    except WorkspaceFaulty as faulty:
        lines = [str(fault) for fault in faulty.faults]
        raise Problem("invalid", "; ".join(lines), faults=lines) from None
    except (NotApplied, ValueError) as wrong:
        raise Problem("conflict", str(wrong)) from None
    except (Busy, HouseDown, TimeoutError) as down:
        raise Problem("down", f"the house did not answer: {down}", after_s=5) from None
    finally:
        reader.close()


@post("/v1/changes")
async def change(request: Http, data: JSONBody[ChangeBody]) -> dict[str, Any]:
    """Put a change into the running network at an instant (at once where none is given), as a fact."""
    door, _ = door_of(request), bearer_of(request, "admin")
    kill = tuple(data.kill)

    def make(_: BookReader, soonest: int) -> Applied:
        at = max(data.at_us, soonest)
        return Applied(data.name, data.text, at, 0, data.decision, data.by, data.door, kill)

    return await brought_in(door, make)


@post("/v1/changes/revert", status_code=200)
async def revert(request: Http, data: JSONBody[RevertBody]) -> dict[str, Any]:
    """Take back a change that was decided as a two-way door."""
    door, _ = door_of(request), bearer_of(request, "admin")
    return await brought_in(door, lambda reader, soonest: ended(reader, data.name, soonest))


@get("/v1/changes")
async def changes(request: Http) -> dict[str, Any]:
    """Every change that is, was or will be in force."""
    door, _ = door_of(request), bearer_of(request, "network")
    return {"changes": [told(each) for each in applied_of(door.reader)]}


@get("/v1/changes/{name:str}")
async def one(request: Http, name: FromPath[str]) -> dict[str, Any]:
    """A change with its stages; tried on a share of orders, with what became of the treated ones and of the rest."""
    door, _ = door_of(request), bearer_of(request, "network")
    mine = [each for each in applied_of(door.reader) if each.name == name]
    if not mine:
        raise Problem("not_found", f"no change '{name}' was applied")
    phases, now = await door.ask(lambda house: (house.phases, house.now_us()))
    reader = door.desk.house.book.reader()
    try:
        return await asyncio.to_thread(standing_of, reader, phases, mine[-1], now)
    finally:
        reader.close()


ROUTER = Router(path="/", route_handlers=[change, revert, changes, one])
