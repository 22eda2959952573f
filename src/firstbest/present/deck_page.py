"""The deck as one HTML file: signals first, then price, speed and selection, then the rest in causal order.

Six charts a sheet on A4 or Letter, side by side on a screen, one below another on a phone. The file asks for nothing.
"""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import Final

from firstbest.mechanisms.deck import COMING, Box, Card, Deck, ImportedTable
from firstbest.mechanisms.metrics import NEEDS
from firstbest.mechanisms.records import Anecdote
from firstbest.present import deck_chart, deck_rooms, deck_words, text

PER_SHEET: Final = 6
NEED_WORDS: Final = {
    "price": "Price", "speed": "Speed", "selection": "Selection",
}  # fmt: skip
MARKS: Final = (
    ('<path class="n" d="M1 8h26"/><circle class="d" cx="14" cy="8" r="3"/>', "this year"),
    ('<circle class="o" cx="14" cy="8" r="3"/>', "not yet whole"),
    ('<path class="p" d="M1 8h26"/>', "last year"),
    ('<path class="pl" d="M8 8h12"/>', "plan"),
    ('<path class="gu" d="M14 4l3.5 4l-3.5 4l-3.5 -4Z"/>', "guidance"),
    ('<path class="f" d="M2 3h24v10h-24Z"/><path class="fm" d="M2 8h24"/>', "forecast, p10 to p90"),
    ('<rect class="w" x="11.5" y="5.5" width="5" height="5"/>', "as first told"),
    ('<path class="a" d="M10 8h8"/>', "closed"),
    ('<path class="a al" d="M9.5 8h9"/>', "late"),
    ('<path class="a" d="M11 5l6 6m0 -6l-6 6"/>', "missing"),
)
"""Every mark of a chart with its word."""
_BOX_HEADS: Final = ("Last week", "Month to date", "Quarter to date", "Year to date")


def page(deck: Deck) -> str:
    """The whole page."""
    css = files("firstbest.present").joinpath("deck.css").read_text("utf-8")
    anecdotes = deck.room.anecdotes if deck.room else ()
    parts = [
        _head(deck),
        deck_rooms.signals(deck),
        _cards(deck, anecdotes),
        *(_imported_table(table) for table in deck.tables),
        deck_rooms.edges(deck),
        deck_rooms.restatements(deck),
        deck_rooms.costs(deck),
        deck_rooms.questions(deck),
        deck_rooms.bets(deck),
        deck_rooms.anecdotes(deck),
        _completeness(deck),
        _foot(deck),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(deck.title)}, {escape(deck.week)}</title><style>{css}</style></head>"
        f'<body><svg width="0" height="0" aria-hidden="true">{deck_chart.HATCH}</svg>'
        f"<main>{''.join(parts)}</main></body></html>\n"
    )


def _head(deck: Deck) -> str:
    span = text.span(deck.start, 7)
    stats = [(text.number(len(deck.cards)), "metrics" if len(deck.cards) != 1 else "metric")]
    if deck.judged:
        count = len(deck.signals)
        expected = deck_words.expected(deck.expected_false)
        stats.append((text.number(count), f"signal{'s' * (count != 1)}, {expected} expected by chance"))
    count = len(deck.restatements)
    stats.append((text.number(count), f"number{'s' * (count != 1)} restated"))
    if deck.room is not None:
        late = sum(question.overdue for question in deck.room.questions)
        count = len(deck.room.questions)
        words = f"open question{'s' * (count != 1)}" + (f", {late} overdue" if late else "")
        stats.append((text.number(count), words))
    strip = "".join(f"<li><b>{number}</b> {escape(words)}</li>" for number, words in stats)
    marks = ""
    if deck.imported:
        marks += (
            f'<p class="banner"><b>{escape(deck.imported)}</b> aggregated as its author declared, not by our rules</p>'
        )
    for note in deck.notes:
        marks += f'<p class="banner"><b>REWRITTEN</b> {escape(note)}</p>'
    if deck.rehearsed:
        marks += f'<p class="banner"><b>REHEARSED</b> {escape(deck.rehearsed)}</p>'
    return (
        f'<header><p class="eyebrow">{escape(deck.title)}</p><h1>Week {escape(deck.week)}</h1>'
        f'<p class="when">{escape(span)} · as known on {escape(deck_words.instant(deck.as_of_us))}</p>{marks}'
        f'<ul class="strip">{strip}</ul>{_legend()}</header>'
    )


def _legend() -> str:
    """Every mark with its word."""
    drawn = "".join(
        f'<li><svg viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">{mark}</svg>{word}</li>'
        for mark, word in MARKS
    )
    return f'<ul class="legend">{drawn}</ul>'


def _cards(deck: Deck, anecdotes: tuple[Anecdote, ...]) -> str:
    """All charts in the deck's order: headed by section on a screen, six a sheet on paper, none of them cut."""
    sheets = []
    before = None
    for first in range(0, len(deck.cards), PER_SHEET):
        drawn = []
        for card in deck.cards[first : first + PER_SHEET]:
            section = _section(card)
            if section != before and section:
                drawn.append(f"<h2>{escape(section)}</h2>")
            before = section
            drawn.append(card_of(card, deck, anecdotes))
        sheets.append(f'<div class="sheet">{"".join(drawn)}</div>')
    return f'<section class="cards">{"".join(sheets)}</section>' if sheets else ""


def _section(card: Card) -> str:
    """The heading over a card; cards of no section are told apart from the three needs, not from each other."""
    if card.need in NEEDS:
        return "Price, speed, selection"
    return card.section or ("" if card.imported else "What moves them, and what follows")


def card_of(card: Card, deck: Deck, anecdotes: tuple[Anecdote, ...]) -> str:
    """One card: title, chart, box scores, notes, what somebody said."""
    place = NEED_WORDS[card.need] if card.need in NEEDS else card.section
    need = f'<span class="need{"" if card.need in NEEDS else " paper"}">{escape(place)}</span> ' if place else ""
    badge = f'<span class="flag">{escape(deck_words.FLAGS[card.flagged])}</span>' if card.flagged else ""
    badge += f'<span class="flag soft">{escape(card.imported)}</span>' if card.imported else ""
    wanted = {"up": "\N{UPWARDS ARROW} better", "down": "\N{DOWNWARDS ARROW} better"}.get(card.better, "")
    side = " · ".join(word for word in ("input" if card.role == "input" else "", wanted, card.owner) if word)
    if card.lines:
        side = " · ".join([f"thick: {card.title}", *(f"{_stroke(line)}: {line.title}" for line in card.lines)])
    said_beside = f"<span>{escape(side)}</span>" if side else ""
    notes = "".join(f"<li>{escape(note)}</li>" for note in card.notes)
    said = next((each for each in anecdotes if each.metric == card.key), None)
    quote = f"<blockquote>“{escape(_cut(said.words))}” <cite>{escape(said.who)}</cite></blockquote>" if said else ""
    return (
        f'<article id="m-{escape(card.key)}"><h3>{need}{escape(card.title)}</h3>'
        f'<p class="side">{said_beside}{badge}</p>{deck_chart.chart(card, deck.currency)}{_scores(card, deck.currency)}'
        f"{f'<ul class=notes>{notes}</ul>' if notes else ''}{quote}</article>"
    )


def _stroke(line: Card) -> str:
    return "bars" if line.role == "target" else "dashed"


def _cut(words: str, most: int = 150) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= most else flat[: most - 1].rsplit(" ", 1)[0] + "\N{HORIZONTAL ELLIPSIS}"


def _scores(card: Card, currency: str) -> str:
    """Four columns: what was, how it compares; week on week stands under the week."""
    if len(card.boxes) != 9:
        return ""
    last, wow, *rest = card.boxes
    pairs = ((last, rest[0]), (rest[1], rest[2]), (rest[3], rest[4]), (rest[5], rest[6]))
    heads = "".join(f"<th>{head}</th>" for head in _BOX_HEADS)
    values = "".join(f"<td>{_cell(value, card, currency)}</td>" for value, _ in pairs)
    years = "".join(f"<td>{_cell(year, card, currency)}</td>" for _, year in pairs)
    return (
        f'<table class="boxes"><thead><tr><td></td>{heads}</tr></thead><tbody>'
        f'<tr class="big"><th></th>{values}</tr><tr><th>YoY</th>{years}</tr>'
        f"<tr><th>WoW</th><td>{_cell(wow, card, currency)}</td><td></td><td></td><td></td></tr></tbody></table>"
    )


def _cell(box: Box, card: Card, currency: str) -> str:
    said = escape(deck_words.score(box, card, currency))
    if box.kind == "value" or box.value is None:
        return said if box.value is not None else f'<i class="none">{said}</i>'
    class_ = {1: "good", -1: "bad", 0: ""}[deck_words.favour(box, card.better)]
    reach = deck_words.interval(box)
    dated = ""
    if box.dated is not None:
        by_date = deck_words.difference(Box(label="", kind=box.kind, value=box.dated))
        dated = f' title="by calendar dates {escape(by_date)}"'
    small = f" <small>{escape(reach)}</small>" if reach else ""
    return f'<span class="{class_}"{dated}>{said}{"*" if dated else ""}</span>{small}'


def _imported_table(table: ImportedTable) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in table.heads)
    rows = []
    for row in table.rows:
        if not row.values:
            rows.append(f'<tr class="head"><th colspan="{len(table.heads) + 1}">{escape(row.header)}</th></tr>')
            continue
        cells = "".join(f"<td>{escape(_imported_cell(value, row.scaling))}</td>" for value in row.values)
        rows.append(f"<tr><th>{escape(row.header)}</th>{cells}</tr>")
    return (
        f'<section><h2>{escape(table.title)}</h2><div class="scroll"><table class="plain">'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div></section>"
    )


def _imported_cell(value: float | None, scaling: str) -> str:
    return deck_words.value(value, "number", "", None, scaling) if value is not None else ""


def _completeness(deck: Deck) -> str:
    """What is there of what is due, metric by metric."""
    rows = "".join(
        f"<tr><th>{escape(card.title)}</th><td>{escape(card.completeness)}</td></tr>"
        for card in deck.cards
        if card.completeness
    )
    if not rows:
        return ""
    last = [next((point for point in reversed(card.weeks) if point.absent != COMING), None) for card in deck.cards]
    gaps = sum(point is not None and (point.days is not None or point.value is None) for point in last)
    said = "Every metric's last week is whole" if not gaps else f"{gaps} of {len(deck.cards)} metrics lack days"
    return (
        f'<section class="fine"><details><summary>Completeness: {said.lower() if gaps else said}</summary>'
        f'<div class="scroll"><table class="plain"><tbody>{rows}</tbody></table></div></details></section>'
    )


def _foot(deck: Deck) -> str:
    dated = (
        "* Like for like: each day against the day 364 days before. Pointing at it shows the same by calendar dates. "
    )
    calendar = deck.calendar
    year = "civil months" if calendar.year == "civil" else f"{calendar.year} periods"
    rules = f"Weeks end on {calendar.week_end.title()}, {year}, last year's weeks by {calendar.comparison}. "
    marks = f"Definitions {deck.definitions}, data {deck.data}." if deck.definitions else ""
    return (
        f"<footer><p>{escape(dated)}± is half of the 95 % interval (delta method). {escape(rules)}</p>"
        f"<p>{escape(marks)} The same definitions and the same instant give the same bytes. Made by firstbest; this "
        "file asks nothing of any network.</p></footer>"
    )
