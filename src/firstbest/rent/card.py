"""What a rate card says, typed: charges of rules, each rule a condition and an amount.

A charge belongs to one meter. Of its rules, one prices an event (or the first that fits, where the charge says so);
several charges of a meter add up. All bounds are closed ranges of whole numbers in the house's units, all money is in
fractions of a millionth, so what a card says can be decided exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from fractions import Fraction
from typing import Final, NamedTuple

from firstbest.rent.usage import MEASURES

ANYONE: Final = "*"
"""In a card's tenants: everybody who has no card of his own in the family."""
MOST: Final = 2**62
"""No upper bound."""


class Quality(IntEnum):
    """Numbers that a condition can bound and a table can run over: the measures, and what is computed from them."""

    QUANTITY = 0
    WEIGHT = 1
    VOLUME = 2
    LONGEST = 3
    MEDIAN = 4
    SHORTEST = 5
    PRICE = 6
    AGE = 7
    SUPPLY = 8
    SPLITS = 9
    BILLED = 10  # the greater of weight and volume over the card's divisor, g
    GIRTH = 11  # longest + 2 x (median + shortest), mm
    AT = 12  # the instant


QUALITIES: Final = 13
assert int(Quality.BILLED) == MEASURES
QUALITY_MAX: Final = {
    Quality.QUANTITY: 2**46, Quality.WEIGHT: 10**8, Quality.VOLUME: 10**8, Quality.LONGEST: 10**5,
    Quality.MEDIAN: 10**5, Quality.SHORTEST: 10**5, Quality.PRICE: 10**13, Quality.AGE: 10**5, Quality.SUPPLY: 10**5,
    Quality.SPLITS: 10**5, Quality.BILLED: 10**9, Quality.GIRTH: 5 * 10**5, Quality.AT: 2**62,
}  # fmt: skip
"""The most that an event may say (a container is 7 * 10**7 cm3); sums and products then stay exact."""
QUALITY_UNITS: Final = {
    Quality.WEIGHT: "g", Quality.VOLUME: "cm3", Quality.LONGEST: "mm", Quality.MEDIAN: "mm", Quality.SHORTEST: "mm",
    Quality.PRICE: "money", Quality.AGE: "day", Quality.SUPPLY: "day", Quality.SPLITS: "node", Quality.BILLED: "g",
    Quality.GIRTH: "mm",
}  # fmt: skip


class Dimension(IntEnum):
    """Names that a condition can ask for. The first five are the attributes of usage, in their order."""

    CLASS = 0
    NODE = 1
    REGION = 2
    SERVICE = 3
    CHANNEL = 4
    TENANT = 5
    SIZE = 6  # by the card's own size tiers
    SEASON = 7  # by the card's own seasons


class When(NamedTuple):
    """A condition: every named list must hold the event's name, every range its number."""

    names: Mapping[Dimension, frozenset[str]]
    ranges: Mapping[Quality, tuple[int, int]]
    otherwise: bool = False
    """It holds where no other rule of the charge does."""


class Step(NamedTuple):
    """A row of a table: up to a bound (in it), `base` and `each` for every `step` begun beyond `over`."""

    upto: int
    base: Fraction
    over: Fraction = Fraction(0)
    step: Fraction = Fraction(1)
    each: Fraction = Fraction(0)


class Table(NamedTuple):
    """A price by a number of the thing. Over QUANTITY it prices the event, else one of what is counted.

    `quality` is None where the price is the same for all: then there is one step.
    `by_month`: the price is for a month, to be divided by its days.
    """

    quality: Quality | None
    steps: tuple[Step, ...]
    by_month: bool = False


class Pick(IntEnum):
    """Which of several tables holds."""

    ONE = 0
    GREATER = 1
    LESSER = 2


class Priced(NamedTuple):
    """One table, or the greater or lesser of several, decided for each event."""

    pick: Pick
    tables: tuple[Table, ...]


class Percent(NamedTuple):
    """A share of the lines of other charges, before minimums and caps."""

    share: Fraction
    of: tuple[str, ...]


class Blocks(NamedTuple):
    """A price by the month's quantity under this rule: each block at its own rate, or all at the rate reached.

    `blocks`: (up to, in it; millionths for one), the last without bound.
    """

    whole: bool
    blocks: tuple[tuple[Fraction, Fraction], ...]
    by_month: bool = False


Amount = Priced | Percent | Blocks


class Rule(NamedTuple):
    """A condition and an amount. `falls`: a price that falls as its measure grows is meant so."""

    name: str
    when: When
    amount: Amount
    falls: bool = False
    source: str = ""
    certainty: str = ""


class Charge(NamedTuple):
    """Rules over one meter. `first`: the first that fits holds; `free`: what no rule fits costs nothing."""

    name: str
    meter: str
    rules: tuple[Rule, ...]
    first: bool = False
    free: bool = False
    credit: bool = False
    hidden: bool = False
    """It counts for a service credit and shows no line."""


class Bound(NamedTuple):
    """What the named charges of a month come to at least (`least`), or at most. `of` empty: all charges."""

    name: str
    least: bool
    amount: Fraction
    of: tuple[str, ...] = ()


class ServiceCredit(NamedTuple):
    """A share of charges given back where the promise was kept for too few.

    `bands`: (kept share below which, share given back), the deepest first; the first that fits holds.
    """

    name: str
    due: str
    kept: str
    of: tuple[str, ...]
    bands: tuple[tuple[Fraction, Fraction], ...]


class Size(NamedTuple):
    """A size tier: the first whose every bound (in it) holds. What is not stated has no size, and fits no tier."""

    name: str
    most: Mapping[Quality, int]


class Season(NamedTuple):
    """From an instant on, until the next begins. Names may come back every year."""

    begins: int
    name: str


class Card(NamedTuple):
    """One version of a rate card. Holds from `begins` (in it) until `ends` (out of it), microseconds, UTC.

    `g_per_cm3`: dimensional weight of a cubic centimetre, 0 where the card bills scale weight alone. `coin`: what lines
    are rounded to, millionths. `whole`: minimums, caps and blocks are not shortened where the card holds for part of a
    month.
    """

    family: str
    version: int
    currency: str
    coin: int
    begins: int
    ends: int
    tenants: tuple[str, ...]
    charges: tuple[Charge, ...]
    sizes: tuple[Size, ...] = ()
    seasons: tuple[Season, ...] = ()
    bounds: tuple[Bound, ...] = ()
    service_credits: tuple[ServiceCredit, ...] = ()
    g_per_cm3: Fraction = Fraction(0)
    whole: bool = False
    title: str = ""
    digest: str = ""

    @property
    def label(self) -> str:
        """How a line and a message name it: family/version."""
        return f"{self.family}/{self.version}"

    def charge(self, name: str) -> Charge:
        """The charge of a name."""
        return next(charge for charge in self.charges if charge.name == name)


def flat(each: Fraction, *, by_month: bool = False) -> Priced:
    """So much for each of what the meter counts."""
    return Priced(Pick.ONE, (Table(None, (Step(MOST, each),), by_month),))
