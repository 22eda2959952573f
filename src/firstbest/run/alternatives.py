"""Other complete plans for an order than the one decided: the same decision with a node or a carrier barred.

There is no second logic: an alternative is what the house would decide if what it chose were not there, and an order
that takes it carries the bar in its command, so it is decided, replayed and rehearsed like every other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from firstbest.run.answers import plan_digest
from firstbest.run.house import House
from firstbest.run.requests import Answer, Request

CARRIERS_MOST: Final = 31
"""Carriers with a higher code have no bit to be barred by."""


class Choice(NamedTuple):
    """A plan, and what was barred to come to it."""

    answer: Answer
    nodes: int = 0  # bits, as `world.commands` has them
    carriers: int = 0
    without: tuple[str, str] = ("", "")  # ("node" or "carrier", its name)


def choices(house: House, request: Request, most: int) -> list[Choice]:
    """The plan decided, then at most so many others that promise as many lines, soonest first, then cheapest."""
    best = Choice(house.quote(request))
    if not most or "planned" not in best.answer.blocks:
        return [best]
    filled = int(best.answer.blocks["ordered"]["filled"][0])
    seen, found = {plan_digest(best.answer.blocks)}, []
    for nodes, carriers, without in bars(house, best.answer):
        answer = house.quote(request._replace(node=nodes, item=carriers))
        digest = plan_digest(answer.blocks)
        if int(answer.blocks["ordered"]["filled"][0]) == filled and digest not in seen:
            seen.add(digest)
            found.append(Choice(answer, nodes, carriers, without))
    return [best, *sorted(found, key=_rank)[:most]]


def _rank(choice: Choice) -> tuple[int, int]:
    planned = choice.answer.blocks["planned"]
    return int(planned["deliver_by"].max()), int(planned["cost"].sum())


def bars(house: House, answer: Answer) -> Iterator[tuple[int, int, tuple[str, str]]]:
    """Each node and each carrier of a plan, as what to bar; the first node together with its carrier last."""
    planned, texts = answer.blocks["planned"], house.world.network.texts
    centres = house.loop.ground.centres
    for node in np.unique(planned["node"]).tolist():
        yield 1 << int(np.searchsorted(centres, node)), 0, ("node", texts.nodes[node])
    for carrier in np.unique(planned["carrier"]).tolist():
        if carrier < CARRIERS_MOST:
            yield 0, 1 << carrier, ("carrier", texts.carriers[carrier])
