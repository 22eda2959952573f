"""The flywheel's page: one HTML file that needs nothing else, its first picture to be pinned on a wall."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from firstbest.flywheel.model import Constant
from firstbest.present import text
from firstbest.present.flywheel_curve import curve_picture, curve_table, quarter_table, verdict
from firstbest.present.flywheel_pictures import coefficient_table, fan_table, fans, spread_bars, worth_bars
from firstbest.present.flywheel_wheel import PHONE, arrow_list, wheel
from firstbest.present.flywheel_words import (
    Story,
    brake_words,
    coefficient,
    horizon_point,
    is_asleep,
    no_brake,
    ticks,
    unit_of,
    valued,
    years_of,
)
from firstbest.present.svg import table


def page(story: Story) -> str:
    """The whole page."""
    parts = [_head(story), _wheel(story), _fans(story)]
    if story.worth:
        parts.append(_worth(story))
    if story.indices:
        parts.append(_spread(story))
    if story.curve:
        parts.append(_curve(story))
    parts += [_coefficients(story.model.constants), _missing(story)]
    return shell(story.model.title, "".join(parts))


def shell(title: str, body: str) -> str:
    """A page around sections."""
    here = files("firstbest.present")
    css = "".join(here.joinpath(name).read_text("utf-8") for name in ("report.css", "flywheel.css"))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{css}</style></head><body><main>{body}</main></body></html>\n"
    )


def section(kicker: str, finding: str, lead: str, body: str) -> str:
    """A section: what it is about, what was found, how to read it, the picture."""
    return (
        f'<section><p class="kicker">{escape(kicker)}</p><h2>{escape(finding)}</h2>'
        f'<p class="lead">{escape(lead)}</p>{body}</section>'
    )


def _head(story: Story) -> str:
    model = story.model
    sold = model.outcomes[0]
    bands, point, unit = story.futures.bands(sold), horizon_point(story), unit_of(model, sold)
    low, middle, high = (valued(bands[level, point], unit) for level in (0, 3, 6))
    found = (
        f"In {years_of(story)}: {middle} {model.words(sold)} a {model.span.one}, {low} to {high}; "
        f"{valued(bands[3, 0], unit)} today"
    )
    runs = story.futures.constants.shape[1]
    assumed = sum(each.mark == "ASSUMED" for each in model.constants)
    said = (
        f"{assumed} of {len(model.constants)} coefficients are assumed from published ranges: this is a "
        "model to argue with, not a forecast of your books."
    )
    return (
        f'<header><p class="eyebrow">{escape(model.title)} · {runs:,} futures, seed {story.seed}</p>'
        f'<h1>{escape(found)}</h1><p class="banner">{escape(said)}</p></header>'
    )


def _wheel(story: Story) -> str:
    awake = [place for place, each in enumerate(story.brakes) if not is_asleep(each)]
    finding = "The loop, with numbers"
    lead = no_brake(story)
    if awake:
        brake = story.brakes[awake[0]]
        finding = f"The brake now: {story.model.words(brake.arrow.by)}"
        lead = f"{brake_words(story, awake[0]).capitalize()}."
    if not story.model.arrows:
        return section("The loop", finding, lead, "")
    legend = (
        f'<p class="legend">In a box: the middle of all futures, now and in {years_of(story)}. On an '
        "arrow: more gives more (+) or less "
        "(\N{MINUS SIGN}), its coefficient, its range. Dashed: assumed. Solid: given, or fitted to your book. "
        f"The thicker, the more one per cent there does to {escape(story.model.words(story.model.outcomes[0]))}.</p>"
    )
    phone = f'<div class="wall-phone">{wheel(story, PHONE)}{arrow_list(story)}</div>'
    return section("The loop", finding, lead, f'<div class="wall">{wheel(story)}</div>{phone}{legend}')


def _fans(story: Story) -> str:
    lead = (
        "The line is the middle of all futures; half of them run in the dark band, nine in ten in the "
        f"light one. {ticks(story.model.span, story.until)[1].capitalize()}s from now."
    )
    details = f"<details><summary>The numbers behind these pictures</summary>{fan_table(story)}</details>"
    return section("Ahead", "Where it goes if nobody interferes", lead, fans(story) + details)


def _worth(story: Story) -> str:
    best = story.worth[0]
    unit = unit_of(story.model, story.model.outcomes[0]).split("/")[0]
    finding = f"{best.loop.name} is worth most: {valued(best.sold[1], unit)} {unit}s over {years_of(story)}"
    lead = (
        "Each loop is cut at one arrow, which then passes what it passes today; what goes missing is its "
        "worth. Bars: the middle; lines: 5 to 95 in 100; right: in money."
    )
    rows = [
        [each.loop.name, each.loop.words, " to ".join(story.model.words(name) for name in each.loop.cut)]
        for each in story.worth
    ]
    details = (
        "<details><summary>What each loop is, and where it is "
        f"cut</summary>{table(('Loop', 'In a sentence', 'Cut between'), rows)}</details>"
    )
    return section("Knock-out", finding, lead, worth_bars(story) + details)


def _spread(story: Story) -> str:
    best = story.indices[0]
    finding = f"{text.share(best.total, 0)} of the spread hangs on {story.model.words(best.name)}"
    lead = (
        "Sobol's indices: what share of the spread of ten-year sales each coefficient causes, alone "
        "(dark) and with others (light). Learn these first."
    )
    return section("What to learn first", finding, lead, spread_bars(story))


def _coefficients(constants: tuple[Constant, ...]) -> str:
    rows = [
        [
            each.words or each.name.replace("_", " "),
            coefficient(each.value),
            f"{coefficient(each.low)} to {coefficient(each.high)}" if each.low < each.high else text.MISSING,
            each.unit if each.unit != "1" else "",
            each.mark,
            each.source,
        ]
        for each in constants
    ]
    return section(
        "Coefficients",
        "Every number, and where it comes from",
        "Edit flywheel.toml and run again.",
        coefficient_table(rows),
    )


def _curve(story: Story) -> str:
    lowest = min(sum(row[1:4]) for row in story.curve)
    highest = max(sum(row[1:4]) for row in story.curve)
    finding = f"An order costs {text.number(lowest, 2)} to {text.number(highest, 2)}, by volume"
    lead = (
        f"{story.curve_words} People, vehicles and stock go with the volume, buildings and prices of carriers stay. "
        "What is learned over years is not in it."
    )
    body = curve_picture(story.curve) + curve_table(story.curve)
    if story.quarter:
        body += '<p class="lead after">The first quarter, as the flywheel tells it and as the twin lived it:</p>'
        body += quarter_table(story.quarter) + f'<p class="lead after">{escape(verdict(story.quarter))}</p>'
    return section("Measured in the twin", finding, lead, body)


def _missing(story: Story) -> str:
    if not story.missing:
        return ""
    rows = "".join(f"<li>{escape(story.model.words(each.name))}: {escape(each.why)}</li>" for each in story.missing)
    return section(
        "Not enough data",
        "What your own book cannot tell yet",
        "These stay assumed until it can.",
        f'<ul class="plain">{rows}</ul>',
    )
