"""A bet: what its front matter says, the rules it is held to, and how far it is by the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from firstbest.mechanisms.bets_text import (
    PAGE_WORDS,
    PRESS_RELEASE,
    QUESTIONS,
    QUESTIONS_WORDS,
    SEAT,
    SECTIONS,
    Section,
    words_in,
    written,
)
from firstbest.mechanisms.claims import Finding, Known, claims_of
from firstbest.mechanisms.decisions import DOORS, decisions_of
from firstbest.mechanisms.records import Forecast, Kind, State, SuccessMetric
from firstbest.mechanisms.seals import Entry

PROPOSED: Final = "proposed"
FORECAST: Final = "forecast"
LOCKED: Final = "locked"
AMENDED: Final = "amended"
SPENT: Final = "spent"
MEASURED: Final = "measured"
HANDED_OVER: Final = "handed_over"
TEAM_MAX: Final = 8
"""With its owner nine at most: two pizzas feed them."""
HOWS: Final = ("have", "build", "hire", "buy")
SHARE_MAX: Final = 100
LIST_MAX: Final = 20


class OwnerShare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The one who answers for it, and with how much of their time, per cent."""

    name: str
    share_of_time: float


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody from a team."""

    name: str
    team: str = ""


class Advocate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who sits in the customer's seat."""

    name: str
    speaks_for: str


class Capability(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that it takes."""

    what: str
    how: str  # have, build, hire, buy
    evidence: str = ""


class CheapestTest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The least that could show that it is wrong."""

    what: str
    cost: float
    refuted_if: str


class Kill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it is stopped, whatever was hoped."""

    metric: str
    below: float | None = None
    above: float | None = None
    by: str = ""


class Salvage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left if it fails."""

    what: str
    value: float = 0.0


class Assumption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What has to hold of the world for its forecasts to mean anything."""

    metric: str
    low: float
    high: float


class Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money of a year, out below zero."""

    year: int
    flow: float


class Bet(msgspec.Struct, frozen=True, kw_only=True):
    """The front matter of `bets/NAME.md`."""

    bet: str
    customer: str = ""
    owner: OwnerShare | None = None
    team: tuple[str, ...] = ()
    advocate: Advocate | None = None
    door: str = ""
    bar_raiser: Person | None = None
    capabilities: tuple[Capability, ...] = ()
    cheapest_test: CheapestTest | None = None
    kill: tuple[Kill, ...] = ()
    salvage: Salvage | None = None
    success: tuple[SuccessMetric, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    spend: float = 0.0  # in all, units of the currency
    cash: tuple[Year, ...] = ()
    change: str = ""
    judge: str = "pool"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A bet as its file says."""

    bet: Bet
    title: str
    sections: tuple[Section, ...]
    lines: dict[str, int]  # of the front matter's keys
    file: str  # bets/NAME.md
    content: bytes = b""


def metrics_of(bet: Bet) -> tuple[str, ...]:
    """Every metric that it rests on: promised, assumed, or watched so that it can be stopped."""
    named = [each.metric for each in bet.success]
    named += [each.metric for each in bet.assumptions]
    named += [each.metric for each in bet.kill]
    return tuple(dict.fromkeys(named))


def findings(page: Page, known: Known) -> list[Finding]:
    """What breaks a rule of bets, whether it is a draft or locked."""
    found = [*_people(page), *_plan(page), *_promises(page, known), *_limits(page)]
    if page.bet.capabilities and all(each.how == "have" for each in page.bet.capabilities):
        named = claims_of(page.sections)
        if not any(known.supports.get(claim) for claim in named):
            expected = "evidence of a customer's need, or something to build, hire or buy"
            what = "all capabilities are 'have' and no evidence: we sell what we can"
            found.append(Finding(page.lines.get("capabilities", 0), "capabilities", expected, what))
    return sorted(found, key=lambda each: each.line)


def _people(page: Page) -> Iterator[Finding]:
    bet, line = page.bet, page.lines.get
    if len(bet.team) > TEAM_MAX:
        yield Finding(line("team", 0), "team", f"{TEAM_MAX} people at most besides the owner", str(len(bet.team)))
    if len(set(bet.team)) < len(bet.team):
        twice = next(name for name in bet.team if bet.team.count(name) > 1)
        yield Finding(line("team", 0), "team", "everybody once", f"'{twice}' twice")
    if bet.owner and not bet.owner.name.strip():
        yield Finding(line("owner", 0), "owner", "the name of one person", "nothing")
    if bet.owner and any(mark in bet.owner.name for mark in (",", " and ", "&", "/")):
        yield Finding(line("owner", 0), "owner", "one owner", f"'{bet.owner.name}'")
    if bet.owner and not 0 < bet.owner.share_of_time <= SHARE_MAX:
        yield Finding(line("owner", 0), "share_of_time", "above 0 to 100 per cent", f"{bet.owner.share_of_time:g}")
    if bet.door and bet.door not in DOORS:
        yield Finding(line("door", 0), "door", "one-way or two-way", f"'{bet.door}'")
    if bet.door == "one-way" and bet.bar_raiser is None:
        yield Finding(line("door", 0), "bar_raiser", "a bar raiser from outside the team: the door is one-way", "none")
    inside = {*bet.team, bet.owner.name if bet.owner else ""}
    if bet.bar_raiser and bet.bar_raiser.name in inside:
        yield Finding(line("bar_raiser", 0), "bar_raiser", "somebody from outside the team", f"'{bet.bar_raiser.name}'")


def _plan(page: Page) -> Iterator[Finding]:
    bet, line = page.bet, page.lines.get
    for each in bet.capabilities:
        if each.how not in HOWS:
            yield Finding(line("capabilities", 0), "capabilities", f"one of {', '.join(HOWS)}", f"'{each.how}'")
    for kill in bet.kill:
        if (kill.below is None) == (kill.above is None):
            yield Finding(line("kill", 0), "kill", "either below or above", f"neither or both for '{kill.metric}'")
    years = [each.year for each in bet.cash]
    if years != sorted(set(years)):
        yield Finding(line("cash", 0), "cash", "years that rise, each once", ", ".join(map(str, years)))
    for name in ("team", "capabilities", "kill", "success", "assumptions", "cash"):
        count = len(getattr(bet, name))
        if count > LIST_MAX:
            yield Finding(line(name, 0), name, f"{LIST_MAX} entries at most", str(count))


def _promises(page: Page, known: Known) -> Iterator[Finding]:
    bet, line = page.bet, page.lines.get
    for each in bet.success:
        if each.direction not in ("up", "down"):
            yield Finding(line("success", 0), "success", "direction up or down", f"'{each.direction}'")
        if each.size <= 0:
            yield Finding(line("success", 0), "success", "a size above 0", f"{each.size:g}")
        if each.start and each.start >= each.by:
            yield Finding(line("success", 0), "success", f"a start before {each.by}", each.start)
    for name in metrics_of(bet):
        if name not in known.metrics:
            where = next(key for key in ("success", "assumptions", "kill") if _names(bet, key, name))
            yield Finding(line(where, 0), where, "a metric of metrics.toml or a figure", f"'{name}'")
    for assumption in bet.assumptions:
        if assumption.low >= assumption.high:
            yield Finding(line("assumptions", 0), "assumptions", "low below high", f"{assumption.low:g}")


def _names(bet: Bet, key: str, metric: str) -> bool:
    return any(each.metric == metric for each in getattr(bet, key))


def _limits(page: Page) -> Iterator[Finding]:
    release, asked = words_in(page.sections, PRESS_RELEASE), words_in(page.sections, QUESTIONS)
    if release > PAGE_WORDS:
        yield Finding(0, "press release", f"one page, {PAGE_WORDS} words", f"{release:,} words")
    if asked > QUESTIONS_WORDS:
        yield Finding(0, "questions", f"five pages, {QUESTIONS_WORDS:,} words", f"{asked:,} words")
    for section in page.sections:
        if section.title and section.title not in SECTIONS:
            yield Finding(section.line, section.title, f"one of the sections {', '.join(SECTIONS)}", "another")


def unwritten(page: Page) -> list[str]:
    """What is still to be written before it can be locked: not wrong in a draft, but missing."""
    bet = page.bet
    missing = [title for title in SECTIONS if title != SEAT and not written(page.sections, title)]
    asked = (
        ("the heading", page.title), ("customer", bet.customer), ("owner", bet.owner), ("advocate", bet.advocate),
        ("door", bet.door), ("capabilities", bet.capabilities), ("cheapest_test", bet.cheapest_test),
        ("kill", bet.kill), ("salvage", bet.salvage), ("success", bet.success),
    )  # fmt: skip
    return [*missing, *(name for name, value in asked if not value)]


# ------------------------------------------------------------------------------------------------- what the record says
class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a bet is."""

    state: State
    forecasts: tuple[Forecast, ...] = ()
    sealed: Entry | None = None  # the lock or the last amendment
    lock: Entry | None = None
    amendments: int = 0
    review_on: str = ""
    spent: float = 0.0
    measured: tuple[Entry, ...] = ()


def forecast_of(entry: Entry) -> Forecast:
    """A forecast as the record keeps it."""
    whole = {**entry.body, "number": entry.number, "bet": entry.about, "by": entry.by, "at_us": entry.at_us}
    return msgspec.convert(whole, Forecast)


def progress(entries: Iterable[Entry], name: str) -> Progress:
    """How far the bet of that name is. Forecasts after the lock do not judge; they are kept and scored all the same."""
    own = [each for each in entries if each.about == name]
    of = {kind: [each for each in own if each.kind == kind] for kind in (FORECAST, LOCKED, AMENDED, SPENT, MEASURED)}
    decided = [each for each in decisions_of(own) if each.kind == Kind.BET]
    seals = [*of[LOCKED], *of[AMENDED]]
    state = State.FORECAST if of[FORECAST] else State.DRAFT
    if of[LOCKED]:
        state = State.LOCKED
    if decided:
        state = State.GO if decided[-1].yes else State.NO
    return Progress(
        state=state,
        forecasts=tuple(forecast_of(each) for each in of[FORECAST]),
        sealed=max(seals, key=lambda each: each.number, default=None),
        lock=of[LOCKED][0] if of[LOCKED] else None,
        amendments=len(of[AMENDED]),
        review_on=decided[-1].review_on if decided else "",
        spent=sum(float(each.body["amount"]) for each in of[SPENT]),
        measured=tuple(of[MEASURED]),
    )


def names_in(entries: Iterable[Entry]) -> set[str]:
    """Bets that were locked."""
    return {each.about for each in entries if each.kind == LOCKED}


def judging(progress: Progress) -> tuple[Forecast, ...]:
    """Forecasts that were sealed with the lock: only these may judge."""
    if progress.lock is None:
        return progress.forecasts
    sealed = set(progress.lock.body["forecasts"])
    return tuple(each for each in progress.forecasts if each.number in sealed)


def silent_edit(sealed_text: str, text: str) -> tuple[int, str, str] | None:
    """Where a text first differs from what was sealed: (line, sealed, found); None where it does not."""
    was, now = sealed_text.split("\n"), text.split("\n")
    for number in range(max(len(was), len(now))):
        left = was[number] if number < len(was) else "the end"
        right = now[number] if number < len(now) else "the end"
        if left != right:
            return number + 1, left, right
    return None


def shares_over(pages: Sequence[tuple[Page, State]]) -> dict[str, float]:
    """Owners whose shares of time over all running bets add up to more than there is."""
    total: dict[str, float] = {}
    for page, state in pages:
        if page.bet.owner and state not in (State.NO, State.JUDGED):
            total[page.bet.owner.name] = total.get(page.bet.owner.name, 0.0) + page.bet.owner.share_of_time
    return {name: share for name, share in total.items() if share > SHARE_MAX}
