"""A made-up order with everything that can befall one, for the page that explains it."""

import numpy as np
from numpy.typing import NDArray

from firstbest.present.story import Story
from firstbest.world import facts
from firstbest.world.units import DAY_US, HOUR_US, MINUTE_US, MONEY
from firstbest.world.words import LateCause, Reason, Verdict
from tests.golden.fake_record import FIRST_DAY, network, places

START = (FIRST_DAY + 333) * DAY_US + 5 * HOUR_US  # midnight of 30 November 2026 in New York
ALLENTOWN, ONTARIO, DALLAS = 9, 7, 8


def row(fact: facts.FactType, minutes: int, **columns: int) -> NDArray[np.void]:
    """One fact at so many minutes after midnight."""
    rows = np.zeros(1, fact.dtype)
    rows["at"] = START + minutes * MINUTE_US
    for name, value in columns.items():
        rows[name] = value
    return rows


def fake_story(*, late: bool = True) -> Story:
    """An order of two lines, planned from Allentown, rolled over once, delivered late after a failed attempt."""
    verdicts = Verdict.TOO_SLOW | Verdict.DEARER << 4 | Verdict.CHOSEN << 8
    due = START + 18 * HOUR_US
    door = START + 2 * DAY_US + 20 * HOUR_US
    shipment = {"order": 41, "node": ALLENTOWN}
    delay = 1440 if late else 0
    rows = {
        "ordered": row(facts.ORDERED, 785, order=41, ship_by=due, deliver_by=door, value=134 * MONEY, wanted_by=door,
                       chance_ppm=962_000, lines=2, place=3, service=1, reason=Reason.CHEAPEST_IN_TIME),
        "planned": row(facts.PLANNED, 785, **shipment, ship_by=due, deliver_by=door, cost=7_420_000, verdicts=verdicts,
                       runner_up_cost=9_870_000, weight_g=1430, billed_g=2268, place=3, cartons=1, zone=2,
                       runner_up=DALLAS, reason=Reason.CHEAPEST_IN_TIME),
        "allocated": np.concatenate([
            row(facts.ALLOCATED, 785, order=41, quantity=2, price=34 * MONEY, line=0, item=7, node=ALLENTOWN),
            row(facts.ALLOCATED, 785, order=41, quantity=1, price=66 * MONEY, line=1, item=112, node=ALLENTOWN),
        ]),
        "released": row(facts.RELEASED, 810, **shipment),
        "picked": np.concatenate([row(facts.PICKED, 902, **shipment, line=line) for line in (0, 1)]),
        "packed": row(facts.PACKED, 1010, **shipment, cartons=1),
        "rolled": row(facts.ROLLED, 1080, **shipment, reason=Reason.FULL) if late else np.zeros(0, facts.ROLLED.dtype),
        "departed": row(facts.DEPARTED, 1080 + delay, **shipment, cost=7_420_000, ship_by=due, cartons=1, zone=2,
                        place=3, carton=1, ship_cause=LateCause.MISSED_PICK_UP),
        "delivered": row(facts.DELIVERED, 3600 + 2 * delay, **shipment, deliver_by=door, place=3,
                         failed_attempts=int(late)),
        "completed": row(facts.COMPLETED, 3600 + 2 * delay, order=41, ship_late=int(late), door_late=int(late),
                         cause=LateCause.MISSED_PICK_UP if late else 0, days=4 if late else 2),
    }  # fmt: skip
    return Story("A-1042", rows, network(places(3), range(12)), {ONTARIO: 11_350_000})
