"""What the room of mechanisms knows at an instant, as other rooms read it: bets, verdicts, questions, anecdotes.

These are answers, not files: `store/bets_read.py` folds them from `bets/*.md`, `evidence/*.md`, `goals.toml` and the
record (`record.jsonl`) as they were known at an instant. The deck, the terminal and the HTTP door read nothing else.

Days are texts, `2026-11-21`; instants are microseconds since the epoch, UTC. Quantities of metrics are in the metric's
own unit (a share is 0.962, money is in units of the currency, not millionths: they are figures of a page).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What a decision is about."""

    BET = "bet"
    HIRE = "hire"
    SUPPLIER = "supplier"
    SELLER = "seller"


class State(StrEnum):
    """How far a bet is: each state follows from the record, nobody types it."""

    DRAFT = "draft"  # a press release is being written
    FORECAST = "forecast"  # one forecast or more is on record
    LOCKED = "locked"  # text, metric definitions and forecasts are sealed
    GO = "go"  # decided with yes; its success metrics are running
    NO = "no"  # decided with no; scored against the forecast without it
    JUDGED = "judged"  # the last success metric is due and has a verdict


class Judgement(StrEnum):
    """What became of a promise. Computed, never typed."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"  # an assumption broke: neither world is the one that was forecast
    NOT_DUE = "not due"


class Quantile(msgspec.Struct, frozen=True):
    """A value and the chance, parts of one, that the truth is at most it."""

    level: float
    value: float


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What one source expects of one metric, in the world with the bet and in the world without it.

    All sources are kept and scored alike. `without` may be empty: then it can be scored, but it cannot judge.
    """

    number: int  # of the record's line that holds it
    bet: str
    metric: str
    source: str  # "twin", "flywheel", "stated", or the name of the other model
    by: str  # who made it
    at_us: int
    with_: tuple[Quantile, ...] = msgspec.field(name="with")
    without: tuple[Quantile, ...] = ()
    provenance: dict[str, str] = {}  # code version, scenario digests, seeds, file and its digest


class SuccessMetric(msgspec.Struct, frozen=True, kw_only=True):
    """What a bet promises of one metric."""

    metric: str
    direction: str  # "up" or "down"
    size: float  # least change that counts, in the metric's unit, above 0
    by: str  # day on which it is judged
    start: str = ""  # first day that counts; empty: 13 weeks before `by`


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a metric, and where that is known from."""

    metric: str
    value: float
    error: float = 0.0  # standard error of the measurement, in the metric's unit
    weekly: tuple[float, ...] = ()  # by week from the start, where weeks are known
    start: str = ""
    end: str = ""
    source: str = ""  # "metrics", "rehearsal", or the name of the file
    at_us: int = 0
    provenance: dict[str, str] = {}


class Assumed(msgspec.Struct, frozen=True, kw_only=True):
    """What a bet assumes of the world over the window of a promise, and what came; nothing found: not measured."""

    metric: str
    low: float
    high: float
    found: float | None = None

    @property
    def state(self) -> str:
        """`held`, `broke`, or `not measured`, which is neither."""
        if self.found is None:
            return "not measured"
        return "held" if self.low <= self.found <= self.high else "broke"


class MetricVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """One success metric, judged."""

    success: SuccessMetric
    judgement: Judgement
    reason: str  # one plain sentence
    forecast_with: tuple[Quantile, ...] = ()
    forecast_without: tuple[Quantile, ...] = ()
    judged_by: str = ""  # whose forecast: a source, or "pool of 3 sources"
    fact: Measured | None = None
    ratio: float = 0.0  # how many times better the fact fits the world with the bet; 0 without a fact
    effect: float = 0.0  # fact less the median of the world without, in the metric's unit
    kept: float = 0.0  # effect in the promised direction, of the promised size; 1 is the promise
    assumed: tuple[Assumed, ...] = ()  # of the world over its window, as far as it is over


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """How one source's past forecasts came out."""

    source: str
    forecasts: int  # that could be scored
    covered: float  # share of facts within p10 to p90; 0.8 is right
    above: float  # share of facts above the median; one half is right
    pinball: float  # mean pinball loss over the levels, in units of the forecast's own p10-p90 width
    bias: float  # mean of (fact - median) / width of p10-p90
    shift: float  # by how many of its standard deviations its next forecast is moved before it is believed
    widen: float  # by how much its next interval is widened before it is believed


class BetVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """A locked bet in the deck and in the portfolio."""

    bet: str
    title: str
    owner: str
    state: State
    door: str
    amendments: int
    judgement: Judgement
    reason: str
    metrics: tuple[MetricVerdict, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    kills: tuple[str, ...] = ()  # kill criteria that the facts have met, each as a sentence
    locked_at_us: int = 0
    review_on: str = ""


class Anecdote(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's own words: the number's counterweight in the deck."""

    name: str  # of the file
    who: str
    when: str
    channel: str
    words: str  # verbatim
    supports: tuple[str, ...] = ()  # names of claims
    contradicts: tuple[str, ...] = ()
    metric: str = ""  # the metric beside which the deck shows it
    order: str = ""


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody has promised to do about a question."""

    what: str
    owner: str
    due: str
    done_on: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """An open "?" or a correction of error. It stays in the deck until it is closed."""

    number: int  # of the record's line that opened it; people call it by this: Q12
    kind: str  # "question" or "correction"
    about: str  # "order 2026-11-30/123", "complaint late-parcel", "metric two_day_share", "emergency fourth_fc.toml"
    asked: str  # the words, "?" by default
    by: str
    owner: str
    opened_at_us: int
    answer_due_us: int  # first answer: 48 hours after it was opened
    evidence: tuple[str, ...]  # lines, as gathered when it was opened
    metric: str = ""
    answers: tuple[str, ...] = ()
    answered_at_us: int = 0
    whys: tuple[str, ...] = ()  # five of them make a root cause
    actions: tuple[Action, ...] = ()
    state: str = "open"  # open, answered, closed
    overdue: bool = False
    closed_at_us: int = 0
    root_cause: str = ""


class Cash(msgspec.Struct, frozen=True, kw_only=True):
    """The horizon of a bet: money out before money in, in units of the currency."""

    spent: float  # to date
    total: float
    deepest: float  # lowest cumulative cash, 0 or below
    deepest_year: int
    crosses_year: int  # first year in which cumulative cash is above zero and stays; 0: not within the horizon
    salvage: float


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the portfolio."""

    verdict: BetVerdict
    cash: Cash
    salvaged: str  # what remains if it fails


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of this room as it was known at an instant."""

    as_of_us: int
    head: str  # digest of the record's last line: what was sealed
    bets: tuple[Placed, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    questions: tuple[Question, ...] = ()  # open and answered ones, the oldest first; closed ones are left out
    anecdotes: tuple[Anecdote, ...] = ()
