"""The deck on paper, as a typst document: six charts a page on A4 or Letter, landscape.

What is drawn comes as SVG by `deck_chart`, what is written is set by typst in the fonts that it brings along, so that
the same deck is the same bytes on every machine. Every text from outside goes in as a string, never as markup.
"""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from firstbest.mechanisms import causal
from firstbest.mechanisms.deck import Box, Card, Deck, ImportedTable, Signal
from firstbest.mechanisms.escalations import WHYS
from firstbest.present import deck_chart, deck_rooms, deck_words, text

PER_PAGE: Final = 6
SIGNALS_MAX: Final = 12
_HEADS: Final = ("Last week", "Month to date", "Quarter to date", "Year to date")


class Paper(NamedTuple):
    """A document and the drawings it names."""

    source: str
    drawings: dict[str, bytes]


def paper(deck: Deck) -> Paper:
    """The document, on the paper that the deck names."""
    drawings: dict[str, bytes] = {}
    parts = [_setup(deck), _front(deck, drawings), _asked(deck), _bets(deck)]
    parts += [_sheet(deck, first, drawings) for first in range(0, len(deck.cards), PER_PAGE)]
    parts += [_imported(table) for table in deck.tables]
    parts.append(_back(deck))
    return Paper("\n".join(part for part in parts if part), drawings)


def q(words: str) -> str:
    """A typst string: nothing in it is markup."""
    return json.dumps(words, ensure_ascii=False)


def _setup(deck: Deck) -> str:
    foot = f"{deck.title}, week {deck.week}, as known on {deck_words.instant(deck.as_of_us)}"
    return f"""#set document(title: {q(deck.title)}, date: none)
#set page(paper: {q(deck.paper)}, flipped: true, margin: (x: 10mm, top: 9mm, bottom: 11mm),
  footer: text(7pt, fill: luma(90))[#{q(foot)} #h(1fr) #context counter(page).display()])
#set text(font: "Libertinus Serif", size: 9pt, number-width: "tabular", lang: "en")
#set par(leading: 0.5em)
#let m(body) = text(fill: luma(90), body)
#let h(k, t) = block(breakable: false, above: 12pt, below: 6pt)[#text(8pt, fill: rgb("#14457f"), weight: "bold", k) \\
  #text(13pt, weight: "bold", t)]
#let b(l, v, ..more) = [#m(l) \\ #strong(v) #for each in more.pos() [\\ #each]]
#let box4(labels, ..v) = {{
  line(length: 100%, stroke: 0.3pt + luma(200))
  std.v(-3.5pt)
  grid(columns: (7mm, 1fr, 1fr, 1fr, 1fr), align: (left, right, right, right, right),
    m([ \\ #for each in labels [\\ #each]]), ..v)
}}
#let card(place, title, side, flag, drawing, boxes, notes) = block(width: 100%, height: 100%, clip: false)[
  #text(9.5pt, weight: "bold")[#if place != "" [#text(fill: rgb("#14457f"), place + " · ")]#title]
  #if flag != "" [#h(3pt) #box(fill: black, inset: (x: 2pt, y: 1pt), radius: 1pt,
    text(6pt, fill: white, weight: "bold", flag))]
  #v(-5pt) #text(7pt, m(side)) #v(-4pt)
  #image(drawing, width: 100%) #v(-6pt)
  #text(7.8pt, boxes) #v(-2pt)
  #for n in notes [#text(6.8pt, m("▸ " + n)) \\ ]
]
#let flagless(x) = x
""".replace("#h(3pt)", "#std.h(3pt)").replace("#h(1fr)", "#std.h(1fr)")


def _front(deck: Deck, drawings: dict[str, bytes]) -> str:
    marks = ""
    if deck.imported:
        marks += f'#text(weight: "bold", {q(deck.imported)}) aggregated as its author declared, not by our rules \\\n'
    for note in deck.notes:
        marks += f'#text(weight: "bold", "REWRITTEN") #{q(" " + note)} \\\n'
    if deck.rehearsed:
        marks += f'#text(weight: "bold", "REHEARSED") #{q(" " + deck.rehearsed)} \\\n'
    drawings["legend.svg"] = _legend().encode()
    lead = f"{text.span(deck.start, 7)} · as known on {deck_words.instant(deck.as_of_us)}"
    metrics, restated = (
        deck_words.plural(len(deck.cards), "metric"),
        deck_words.plural(len(deck.restatements), "number"),
    )
    counts = f"{metrics} · {restated} restated"
    if deck.judged:
        expected = deck_words.expected(deck.expected_false)
        signals = deck_words.plural(len(deck.signals), "signal")
        counts = f"{metrics} · {signals}, {expected} expected by chance · {restated} restated"
    head = (
        f'#m({q(deck.title)}) \\\n#text(24pt, weight: "bold", {q("Week " + deck.week)}) \\\n#m({q(lead)}) \\\n{marks}'
        f'#{q(counts)}\n#image("legend.svg", width: 100%)\n#line(length: 100%, stroke: 0.8pt)\n'
    )
    return head + _signals(deck, drawings)


def _signals(deck: Deck, drawings: dict[str, bytes]) -> str:
    if not deck.judged:
        return ""
    if not deck.signals:
        return f"#h({q('What stands out')}, {q('Nothing: every metric is within what its own past lets one expect')})\n"
    count = len(deck.signals)
    title = f"{count} metric{'s are' if count != 1 else ' is'} not what the past lets one expect"
    rows = []
    for at, signal in enumerate(deck.signals[:SIGNALS_MAX]):
        drawings[f"x{at}.svg"] = _individual(signal).encode()
        rows.append(_signal(signal, at, deck.currency))
    more = f"#m({q(f'and {count - SIGNALS_MAX} more')})\n" if count > SIGNALS_MAX else ""
    return (
        f"#h({q('What stands out')}, {q(title)})\n#grid(columns: (1fr, 42mm, 1fr, 42mm), column-gutter: 4mm, "
        f"row-gutter: 2.6mm, align: horizon,\n{','.join(rows)})\n{more}"
    )


def _signal(signal: Signal, at: int, currency: str) -> str:
    value, expected, low, high = (
        deck_words.value(number, signal.unit, currency, signal.decimals)
        for number in (signal.value, signal.expected, signal.low, signal.high)
    )
    arrow = "▲" if signal.direction == "up" else "▼"
    since = f", since {signal.since}" if signal.kind != "point" else ""
    told = f"expected {expected} ({low} to {high}){since}; by chance {deck_words.chance(signal.chance)}"
    over = f" \\\n#text(7pt, {q(f'overruled by {signal.overruled_by}: {signal.overruled_because}')})" * bool(
        signal.overruled_by
    )
    return (
        f'[#text(weight: "bold", {q(f"{arrow} {signal.title}")}) #{q(value)} \\\n#text(7.4pt, m({q(told)}))'
        f'{over}], image("x{at}.svg", width: 100%)'
    )


def _individual(signal: Signal) -> str:
    """The chart of single weeks as a document of its own."""
    drawn = deck_rooms.individual_values(signal)
    body = drawn[drawn.index(">") + 1 : drawn.rindex("</svg>")] if drawn else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 260 64" width="260" height="64"><style>'
        ".xc{stroke:#777;stroke-width:.8}.xl{stroke:#111;stroke-width:.8;stroke-dasharray:5 3}"
        ".xn{fill:none;stroke:#14457f;stroke-width:1.3}.xd{fill:#14457f}.xo{fill:#fff;stroke:#111;stroke-width:1.5}</style>"
        f"{body}</svg>"
    )


def _legend() -> str:
    """The marks and their words in one line."""
    from firstbest.present.deck_page import MARKS  # noqa: PLC0415 - the page and the paper share their marks

    x, parts = 0.0, []
    for mark, word in MARKS:
        parts.append(f'<g transform="translate({x:.0f} 0)">{mark}<text class="t" x="32" y="11">{word}</text></g>')
        x += 42 + 5.2 * len(word)
    width = f"{max(x, 820):.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 16" width="{width}" height="16">'
        f"<style>{deck_chart.PAPER_STYLE}</style>{''.join(parts)}</svg>"
    )


def _sheet(deck: Deck, first: int, drawings: dict[str, bytes]) -> str:
    cards = []
    for at, card in enumerate(deck.cards[first : first + PER_PAGE], start=first):
        drawings[f"c{at}.svg"] = deck_chart.chart(card, deck.currency, key=str(at)).encode()
        cards.append(_card(card, at, deck.currency))
    return (
        "#pagebreak()\n#grid(columns: (1fr, 1fr, 1fr), rows: (87mm, 87mm), column-gutter: 9mm, row-gutter: 7mm,\n"
        + ",\n".join(cards)
        + ")\n"
    )


def _card(card: Card, at: int, currency: str) -> str:
    place = {"price": "Price", "speed": "Speed", "selection": "Selection"}.get(card.need, card.section)
    wanted = {"up": "↑ better", "down": "↓ better"}.get(card.better, "")
    side = " · ".join(word for word in ("input" if card.role == "input" else "", wanted, card.owner) if word)
    flag = deck_words.FLAGS[card.flagged] if card.flagged else card.imported
    notes = "".join(f"{q(note)}," for note in card.notes[:3])
    words = ", ".join(q(each) for each in (place, card.title, side, flag, f"c{at}.svg"))
    return f"card({words}, {_boxes(card, currency)}, ({notes}))"


def _boxes(card: Card, currency: str) -> str:
    """Four columns of box scores; few and plain pieces, since typst lays out five hundred of these in a deck."""
    if len(card.boxes) != 9:
        return "[]"
    last, wow, *rest = card.boxes
    pairs = ((last, rest[0]), (rest[1], rest[2]), (rest[3], rest[4]), (rest[5], rest[6]))
    years = any(deck_words.interval(year) for _, year in pairs)
    labels = ["YoY", *[""] * years, "WoW", *[""] * bool(deck_words.interval(wow))]
    cells = []
    for at, (head, (value, year)) in enumerate(zip(_HEADS, pairs, strict=True)):
        lines = [_difference(year, card), *[f"m({q(deck_words.interval(year))})"] * years]
        if not at:
            reach = deck_words.interval(wow)
            lines += [_difference(wow, card), *[f"m({q(reach)})"] * bool(reach)]
        cells.append(f"b({', '.join([q(head), q(deck_words.score(value, card, currency)), *lines])})")
    return f"box4(({', '.join(map(q, labels))},), {', '.join(cells)})"


def _difference(box: Box, card: Card) -> str:
    """A string; content where a difference is for the better (bold), for the worse (bold, underlined), or absent."""
    said = q(deck_words.difference(box))
    if box.value is None:
        return f"m({said})"
    favour = deck_words.favour(box, card.better)
    if not favour:
        return said
    return f"strong({said})" if favour > 0 else f"underline(strong({said}))"


def _imported(table: ImportedTable) -> str:
    cells = ["[]", *(f"m({q(head)})" for head in table.heads)]
    for row in table.rows:
        if not row.values:
            cells.append(f'table.cell(colspan: {len(table.heads) + 1}, text(weight: "bold", {q(row.header)}))')
            continue
        cells.append(q(row.header))
        cells += [
            q(deck_words.value(value, "number", "", None, row.scaling) if value is not None else "")
            for value in row.values
        ]
    return f"#h({q('IMPORTED')}, {q(table.title)})\n{_table(len(table.heads) + 1, cells)}"


def _table(columns: int, cells: list[str], words: tuple[int, ...] = (0,), widths: str = "") -> str:
    """A table; columns of `words` begin at their left."""
    left = "(" + ", ".join(str(each) for each in words) + ",)"
    return (
        f"#text(8pt, table(columns: {widths or columns}, "
        f"align: (x, y) => if {left}.contains(x) {{ left }} else {{ right }}, "
        f"inset: (x: 2mm, y: 1mm), stroke: (x, y) => (bottom: 0.3pt + luma(200)), {', '.join(cells)}))\n"
    )


def _back(deck: Deck) -> str:
    """Edges, restatements, money, words: everything that is not a chart and not for the front page."""
    parts = []
    if deck.edges:
        held = sum(edge.verdict in {causal.LEADS, causal.TOGETHER} for edge in deck.edges)
        cells = [f"m({q(head)})" for head in ("input", "output", "verdict", "lead", "strength")]
        for edge in deck.edges:
            lead = deck_rooms.lead(edge)
            strength = "" if edge.correlation is None else (deck_rooms.strength(edge))
            cells += [q(each) for each in (edge.cause_title, edge.effect_title, edge.verdict, lead, strength)]
        title = f"{held} of {len(deck.edges)} edges hold"
        parts.append(f"#h({q('Does the input move the output?')}, {q(title)})\n{_table(5, cells, (0, 1, 2))}")
    if deck.restatements:
        cells = [f"m({q(head)})" for head in ("metric", "span", "was", "is", "sealed in")]
        for each in deck.restatements:
            old, new = (
                deck_words.value(number, each.unit, deck.currency, each.decimals) for number in (each.old, each.new)
            )
            cells += [q(word) for word in (each.title, each.label, old, new, each.sealed_week)]
        parts.append(f"#h({q('Restated')}, {q('Numbers that differ from what was shown before')})\n{_table(5, cells)}")
    if deck.costs:
        cells = [f"m({q(head)})" for head in ("cost", "where", "this week", "of", "decided by")]
        for line in deck.costs:
            told = (
                line.what,
                line.where,
                deck_words.money(line.cost, deck.currency),
                f"{line.count:,} {line.of}",
                line.decision,
            )
            cells += [q(word) for word in told]
        total = f"{deck_words.money(deck.costs_total, deck.currency)} that no promise needed; the ten largest lines"
        parts.append(f"#h({q('The door desk')}, {q(total)})\n{_table(5, cells, (0, 1, 4))}")
    parts.append(_anecdotes(deck))
    mark = f"Definitions {deck.definitions}, data {deck.data}. The same definitions and instant give the same bytes."
    parts.append(f"#v(8pt) #text(7pt, m({q(mark)}))\n")
    body = "".join(parts)
    return f"#pagebreak()\n{body}"


def _asked(deck: Deck) -> str:
    """Questions that are open: they stand on the front page until they are closed."""
    if deck.room is None or not deck.room.questions:
        return ""
    cells = [f"m({q(head)})" for head in ("question", "asked", "owner", "state", "whys")]
    for each in deck.room.questions:
        state = "overdue" if each.overdue else each.state
        told = (f"Q{each.number}: {each.about}", each.asked, each.owner, state, f"{len(each.whys)} of {WHYS}")
        cells += [q(word) for word in told]
    table = _table(5, cells, (0, 1, 2, 3), "(auto, 1fr, auto, auto, auto)")
    return f"#h({q('Asked and not yet closed')}, {q(f'{len(deck.room.questions)} open')})\n{table}"


def _bets(deck: Deck) -> str:
    """The portfolio with its verdicts."""
    if deck.room is None or not deck.room.bets:
        return ""
    cells = [f"m({q(head)})" for head in deck_rooms.BET_HEADS]
    for placed in deck.room.bets:
        for title, about, *told in deck_rooms.bet_lines(placed, deck):
            cells.append(f"[#strong({q(title)}) \\ #m({q(about)})]")
            cells += [q(word) for word in told]
    table = _table(6, cells, (0, 1, 5), "(2fr, auto, auto, auto, auto, 2fr)")
    return f"#h({q('Bets and their verdicts')}, {q(deck_rooms.bets_title(deck))})\n{table}"


def _anecdotes(deck: Deck) -> str:
    if deck.room is None or not deck.room.anecdotes:
        return ""
    said = " \\\n".join(
        f"#{q('“' + ' '.join(each.words.split()) + '”')} #m({q(f'{each.who}, {each.when}')})"
        for each in deck.room.anecdotes
    )
    return f"#h({q('In their own words')}, {q('What customers said')})\n{said}\n"
