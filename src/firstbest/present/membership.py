"""What a membership is worth, on a screen, a page and as JSON."""

from __future__ import annotations

import json
import math
from textwrap import wrap
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.flywheel.membership import Told
from firstbest.present import svg, text
from firstbest.present.flywheel_page import section, shell
from firstbest.present.svg import table
from firstbest.world.membership import Bundle

WORDS: Final[dict[str, tuple[str, str]]] = {
    "joining": ("customers who join", "share"),
    "orders_before": ("orders a year of those who join, before they do", "number"),
    "orders_others": ("orders a year of the others", "number"),
    "orders_share": ("share of all orders that were theirs already", "share"),
    "lift": ("more orders because of it", "share"),
    "orders_member": ("orders a year of a member", "number"),
    "cannibalised": ("of a member's orders, those that had come anyway", "share"),
    "cost_to_serve": ("cost to serve an order of a member", "money"),
    "extra_cost": ("of that, because of the promise", "money"),
    "given_a_year": ("given to a member a year", "money"),
    "subsidy": ("of that, beyond the fee: the subsidy", "money"),
    "gain_a_year": ("earned on a member's further orders a year", "money"),
    "worth_a_year": ("a member's worth a year", "money"),
    "lifetime": ("a member's worth over a lifetime", "money"),
    "break_even": ("orders a year up to which a member pays for the house", "number"),
    "customer_break_even": ("orders a year from which it pays for the customer", "number"),
    "worth_of_all": ("worth of all members a year", "money"),
}
"""Each outcome in words, with its unit, in the order in which it is told."""
GROUPS: Final = {"joining": "Who joins", "lift": "What it changes", "cost_to_serve": "What it costs",
                 "gain_a_year": "What it is worth", "break_even": "Where it turns"}  # fmt: skip
_HEADS: Final = ("", "Middle", "With what is assumed", "By the rehearsals")
_COLUMN: Final = 54
_WIDE: Final = 100


class Story(NamedTuple):
    """All that the screen and the page say."""

    bundle: Bundle
    told: tuple[Told, ...]
    against: str  # "none" or "3 days"
    share: float
    customers: float
    orders_customer: float
    replications: int
    seeds: tuple[int, int]
    days: int
    scale: float
    currency: str
    name: str

    def of(self, name: str) -> Told:
        """One outcome."""
        return next(each for each in self.told if each.name == name)


def written(value: float, unit: str, currency: str) -> str:
    """A value; without end where it has none."""
    if math.isinf(value):
        return "no limit"
    if unit == "money":
        return text.brief(value, unit, currency)
    if unit == "share":
        return text.share(value)
    return text.number(value, 1)


def between(ends: tuple[float, float], unit: str, currency: str) -> str:
    """`1.20 to 1.40`."""
    return f"{written(ends[0], unit, currency)} to {written(ends[1], unit, currency)}"


def finding(story: Story) -> str:
    """The answer in one sentence."""
    fee = text.money(story.bundle.fee, story.currency)
    worth, joins, before = story.of("worth_a_year"), story.of("joining"), story.of("orders_before")
    low, high = worth.all_in
    verdict = (
        "worth having" if low > 0 else "a loss" if high < 0 else "not told apart from nothing: what is assumed decides"
    )
    return (
        f"At {fee} a year and {story.bundle.promise_days} days, {text.share(joins.value)} of customers join; they "
        f"ordered {text.number(before.value, 1)} times a year before. A member is worth "
        f"{text.money(worth.value, story.currency)} a year: {verdict}."
    )


def lead(story: Story) -> str:
    """How to read it."""
    against = "no membership" if story.against == "none" else f"a promise of {story.against}"
    return (
        f"{story.replications} pairs of rehearsals of {story.days} days at scale {story.scale:g}, seeds "
        f"{story.seeds[0]} to {story.seeds[1]}, against {against}, on the same orders; {text.share(story.share)} of "
        "them by members. Intervals hold 95 in 100: one with what is assumed of people, one by what "
        "the rehearsals alone leave open. Who joins chose to: they ordered more before, and that is no effect of "
        "membership."
    )


def screen(story: Story, width: int, where: str) -> Text:
    """The answer in lines."""
    page = Text()
    page.append(f"{story.name}: membership\n", style="bold")
    page.append("\n".join(wrap(finding(story), max(width - 1, 40))) + "\n\n")
    for name, (words, unit) in WORDS.items():
        if name in GROUPS:
            page.append(f"{GROUPS[name]}\n", style="bold")
            page.append(_heads(width) if name == "joining" else "", style="dim")
        told = story.of(name)
        middle = written(told.value, unit, story.currency)
        ends = between(told.all_in, unit, story.currency)
        if width >= _WIDE:
            mine = between(told.measured, unit, story.currency)
            page.append(f"  {words:<{_COLUMN}}{middle:>11}   {mine:<24}{ends}\n")
        else:
            page.append(f"  {words}\n    {middle:>12}   {ends}\n")
    page.append("\n" + "\n".join(wrap(lead(story), max(width - 1, 40))) + "\n\n")
    page.append("Assumed of people\n", style="bold")
    for answer in story.bundle.answers:
        page.append(f"  {answer.name} {answer.value:g} ({answer.low:g} to {answer.high:g}), {answer.mark.lower()}\n")
    for perk in story.bundle.perks:
        saved = text.money(perk.others_pay, story.currency)
        page.append(f"  {perk.name}: {perk.use:g} {perk.meter} a{'n' * (perk.per == 'order')} {perk.per}, ")
        page.append(f"others pay {saved} each, {perk.mark.lower()}\n")
    if not story.bundle.perks:
        page.append("  nothing is in it but the promise: members.toml has no perk\n")
    page.append(f"\nPage      {where}\n")
    return page


def _heads(width: int) -> str:
    """What the figures of a line are."""
    if width >= _WIDE:
        return f"  {'':<{_COLUMN}}{'middle':>11}   {'by the rehearsals':<24}with what is assumed\n"
    return f"    {'middle':>12}   95 in 100, with what is assumed\n"


def page(story: Story) -> str:
    """One HTML file that needs nothing else."""
    answers = [
        [each.name, f"{each.value:g}", f"{each.low:g} to {each.high:g}", each.unit, each.mark, each.source]
        for each in story.bundle.answers
    ]
    perks = [
        [each.name, each.meter, f"{each.use:g} a{'n' * (each.per == 'order')} {each.per}",
         text.money(each.others_pay, story.currency), each.mark, each.source]
        for each in story.bundle.perks
    ]  # fmt: skip
    inside = f"The promise and {len(perks)} perk{'s' * (len(perks) != 1)}"
    parts = [
        section(f"{story.name}: membership", finding(story), lead(story), _year(story) + _figures(story)),
        section(
            "In it", inside, "What members have free, by meter of the house.",
            table(("Perk", "Meter", "Use", "Others pay", "How sure", "Source"), perks) if perks else "",
        ),
        section(
            "Assumed", "How people are taken to answer", "Replace a line in members.toml with your own figure.",
            table(("Answer", "Middle", "Range", "Unit", "How sure", "Source"), answers),
        ),
    ]  # fmt: skip
    return shell(f"{story.name}: membership", "".join(parts))


def _figures(story: Story) -> str:
    """A table for each group; the interval that holds all that is open stands first."""
    parts: list[str] = []
    body: list[list[str]] = []
    head = ""
    for name, (words, unit) in WORDS.items():
        if name in GROUPS and body:
            parts.append(f"<h3>{head}</h3>{table(_HEADS, body)}")
            body = []
        head = GROUPS.get(name, head)
        told = story.of(name)
        cells = (between(each, unit, story.currency) for each in (told.all_in, told.measured))
        body.append([words, written(told.value, unit, story.currency), *cells])
    return "".join([*parts, f"<h3>{head}</h3>{table(_HEADS, body)}"])


def _year(story: Story) -> str:
    """A member's year in money, as bars: the fee, what is given, what further orders bring, what stays."""
    saved = sum(each.use * each.others_pay for each in story.bundle.perks if each.per == "order")
    before, given = story.of("orders_before").value, story.of("given_a_year").value
    charges = saved * before
    bars = [
        ("the fee", story.bundle.fee),
        ("charges given up", -charges),
        ("the promise and perks", charges - given),
        ("earned on further orders", story.of("gain_a_year").value),
        ("stays, a year", story.of("worth_a_year").value),
    ]
    most = max(abs(value) for _, value in bars) or 1.0
    across = svg.Scale(-most, most, 190, 590)
    parts = [svg.tag("line", x1=across(0), x2=across(0), y1=4, y2=34 * len(bars), stroke="currentColor")]
    for place, (label, value) in enumerate(bars):
        low, high = sorted((across(0), across(value)))
        y = 34.0 * place + 8
        # Outlined and filled bars are told apart in black and white.
        fill = "currentColor" if value >= 0 else "none"
        size = {"x": low, "y": y, "width": high - low, "height": 20.0}
        box = (f'{key}="{svg.short(each)}"' for key, each in size.items())
        parts.append(f'<rect {" ".join(box)} fill="{fill}" fill-opacity="0.75" stroke="currentColor"/>')
        parts.append(svg.words(176, y + 15, label, anchor="end"))
        parts.append(svg.words(600, y + 15, text.money(value, story.currency)))
    title = "<title>A member's year in money</title>"
    return svg.tag("svg", title + "".join(parts), viewBox=f"0 0 700 {34 * len(bars) + 8}", role="img")


def as_json(story: Story) -> str:
    """Every figure with its intervals; a limit that is not there is null."""

    def plain(value: float) -> float | None:
        return value if math.isfinite(value) else None

    told = {
        each.name: {
            "words": WORDS[each.name][0],
            "value": plain(each.value),
            "rehearsed": [plain(end) for end in each.measured],
            "with_assumed": [plain(end) for end in each.all_in],
        }
        for each in story.told
    }
    head = {
        "fee": story.bundle.fee, "promise_days": story.bundle.promise_days, "against": story.against,
        "share_of_orders": story.share, "replications": story.replications, "seeds": list(story.seeds),
        "days": story.days, "scale": story.scale, "currency": story.currency,
    }  # fmt: skip
    assumed = [*(each._asdict() for each in story.bundle.answers), *(each._asdict() for each in story.bundle.perks)]
    return json.dumps({**head, "told": told, "assumed": assumed}, indent=1) + "\n"
