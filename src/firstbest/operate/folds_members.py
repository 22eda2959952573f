"""Folds of members: who is one, until when, and what it brought."""

from __future__ import annotations

from firstbest.decide.ground import Ground
from firstbest.operate.fold_keys import Records, constant, copied, ones
from firstbest.operate.ports import Add, Change, End, Put, Set
from firstbest.world import tables as t
from firstbest.world.words import MemberStage


def joined(rows: Records, ground: Ground) -> list[Change]:
    """A customer is a member."""
    made = copied(rows, t.MEMBER_T, ("until",))
    made["key"], made["live"], made["since"], made["paid"] = rows["customer"], 1, rows["at"], rows["fee"]
    made["stage"] = MemberStage.MEMBER
    return [Put(t.MEMBER_T, made)]


def renewed(rows: Records, ground: Ground) -> list[Change]:
    """He stays one."""
    keys = rows["customer"].copy()
    return [
        Add.of(t.MEMBER_T, keys, {"paid": rows["fee"].copy(), "renewals": ones(rows)}),
        Set.of(t.MEMBER_T, keys, {"until": rows["until"], "stage": constant(rows, MemberStage.MEMBER)}),
    ]


def leaves(rows: Records, ground: Ground) -> list[Change]:
    """He will not be one for ever."""
    keys = rows["customer"].copy()
    return [Set.of(t.MEMBER_T, keys, {"until": rows["until"], "stage": constant(rows, MemberStage.LEAVING)})]


def lapsed(rows: Records, ground: Ground) -> list[Change]:
    """He is none any more."""
    keys = rows["customer"].copy()
    return [End.of(t.MEMBER_T, keys)]
