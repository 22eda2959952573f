"""Laws of members, told from the facts alone."""

from __future__ import annotations

from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.units import SENT_AGAIN_FIRST
from firstbest.world.words import Service
from tests.laws.conservation import each, held
from tests.laws.history import History

MEMBER_FACTS = (f.MEMBER_JOINED, f.MEMBER_RENEWED, f.MEMBER_LEAVES, f.MEMBER_LAPSED)


def who_is_a_member_is_what_facts_say(history: History) -> list[str]:
    """Members in the table are those who joined and have not lapsed; each is served as one, and nobody else is."""
    if history.network.detail.members is None:
        return [f"members where none are kept: {fact.name}" for fact in MEMBER_FACTS if len(history.rows(fact))]
    told = [(row["number"], fact.name, row) for fact in (*MEMBER_FACTS, f.ORDERED) for row in each(history, fact)]
    there: dict[int, list[int]] = {}  # until, paid, whether he leaves
    wrong = []
    for _, name, row in sorted(told, key=lambda one: (one[0], one[2]["ordinal"])):
        customer = row["customer"]
        known = there.get(customer)
        if name == f.MEMBER_JOINED.name:
            wrong += [f"customer {customer} joins twice"] * (known is not None)
            there[customer] = [row["until"], row["fee"], 0]
        elif name == f.MEMBER_RENEWED.name:
            wrong += [f"customer {customer} is renewed from {row['before']}"] * (
                known is None or known[0] != row["before"] or row["until"] <= row["at"]
            )
            there[customer] = [row["until"], (known or [0, 0])[1] + row["fee"], 0]
        elif name == f.MEMBER_LEAVES.name:
            wrong += [f"customer {customer} leaves and is none"] * (known is None)
            there[customer] = [row["until"], (known or [0, 0])[1], 1]
        elif name == f.MEMBER_LAPSED.name:
            wrong += [f"customer {customer} lapses wrongly"] * (known != [row["until"], row["paid"], 1])
            wrong += [f"customer {customer} lapses too soon"] * (row["until"] > row["at"])
            there.pop(customer, None)
        elif row["order"] < SENT_AGAIN_FIRST:
            member = known is not None and (not known[2] or row["at"] < known[0])
            wrong += [f"order {row['order']} of customer {customer}: service {row['service']}, member {member}"] * (
                row["service"] != Service.ECONOMY and (row["service"] == Service.MEMBER) != member
            )
    held_now = {row["key"]: [row["until"], row["paid"], int(row["stage"] == 2)] for row in held(history, t.MEMBER_T)}
    return wrong + ["members in the table are not those told"] * (held_now != there)
