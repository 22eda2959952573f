"""The parts of a deck that are not charts.

What stands out, what leads what, what was restated, money that no promise needed, open questions, bets and their
verdicts, and what people said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Final

from firstbest.mechanisms import causal
from firstbest.mechanisms.deck import Card, Deck, EdgeLine, Signal
from firstbest.mechanisms.quantiles import HIGH, LOW, median, value_at
from firstbest.mechanisms.records import Assumed, Judgement, MetricVerdict, Placed, Quantile, Question, State
from firstbest.mechanisms.signals import SCALE_WORDS
from firstbest.present import deck_words, svg, text

_WIDTH, _HEIGHT, _PAD = 260.0, 64.0, 6.0


def section(kicker: str, title: str, body: str, *, class_: str = "") -> str:
    """A section with its finding as heading."""
    mark = f' class="{class_}"' if class_ else ""
    return f'<section{mark}><p class="kicker">{escape(kicker)}</p><h2>{escape(title)}</h2>{body}</section>'


def signals(deck: Deck) -> str:
    """The signals, the most surprising first, with how many to expect by chance."""
    if not deck.judged:
        if deck.imported or not deck.cards:
            return ""
        return section("What stands out", "No metric has the 12 weeks of history that limits need", "")
    expected = deck_words.expected(deck.expected_false)
    lead = (
        f'<p class="lead">{text.number(deck.judged)} metrics were judged against limits from their own past. If '
        f"nothing had changed, {expected} would be signals all the same. A signal is a question to its owner, not an "
        "answer.</p>"
    )
    if not deck.signals:
        return section("What stands out", "Nothing: every metric is within what its own past lets one expect", lead)
    rows = "".join(_signal(signal, deck.currency) for signal in deck.signals)
    count = len(deck.signals)
    title = f"{count} metric{'s are' if count != 1 else ' is'} not what the past lets one expect"
    return section("What stands out", title, f'{lead}<ol class="signals">{rows}</ol>{_overruled(deck)}')


def _signal(signal: Signal, currency: str) -> str:
    value, expected, low, high = (
        deck_words.value(number, signal.unit, currency, signal.decimals)
        for number in (signal.value, signal.expected, signal.low, signal.high)
    )
    kind = {"point": "this week alone", "drift": "a lean of several weeks", "both": "this week, and a lean before it"}
    good = (signal.direction == "up") == (signal.better == "up") if signal.better != "neither" else None
    class_ = {True: "good", False: "bad", None: ""}[good]
    arrow = "\N{BLACK UP-POINTING TRIANGLE}" if signal.direction == "up" else "\N{BLACK DOWN-POINTING TRIANGLE}"
    since = f", since {signal.since}" if signal.kind != "point" else ""
    over = ""
    if signal.overruled_by:
        over = (
            f'<span class="over">Overruled by {escape(signal.overruled_by)}: {escape(signal.overruled_because)}</span>'
        )
    owner = f" · {escape(signal.owner)}" if signal.owner else ""
    part = signal.false_discovery
    false = "less than 1 %" if part < 0.01 else text.share(part, 0)
    scale = f", judged on the {signal.scale}" if signal.scale in (SCALE_WORDS[1], SCALE_WORDS[2]) else ""
    return (
        f'<li><div><b class="{class_}">{arrow} {escape(signal.title)}</b> {escape(value)}'
        f"<span>expected {escape(expected)} ({escape(low)} to {escape(high)}); "
        f"{kind[signal.kind]}{escape(since)}</span>"
        f"<span>by chance {deck_words.chance(signal.chance)}; {false} of signals so strong are false; "
        f"limits from {escape(signal.base)}{scale}{owner}</span>{over}</div>"
        f"{individual_values(signal)}</li>"
    )


def individual_values(signal: Signal) -> str:
    """The chart that anybody can check: single weeks, their mean, and 2.66 mean moving ranges either way."""
    values = [number for number in signal.history if number is not None]
    if not values:
        return ""
    low, high = min([*values, signal.lower]), max([*values, signal.upper])
    scale = svg.Scale(low, high if high > low else low + 1, _HEIGHT - _PAD, _PAD)
    step = (_WIDTH - 2 * _PAD) / max(1, len(signal.history) - 1)
    parts = [
        f'<path class="{class_}" d="M0 {scale(level):.1f}H{_WIDTH:g}"/>'
        for level, class_ in ((signal.centre, "xc"), (signal.lower, "xl"), (signal.upper, "xl"))
    ]
    run: list[str] = []
    dots = []
    for at, number in enumerate(signal.history):
        if number is None:
            continue
        x, y = _PAD + at * step, scale(number)
        run.append(f"{x:.1f} {y:.1f}")
        beyond = number > signal.upper or number < signal.lower
        last = at == len(signal.history) - 1
        class_ = "xo" if beyond or last else "xd"
        dots.append(f'<circle class="{class_}" cx="{x:.1f}" cy="{y:.1f}" r="{2.8 if beyond or last else 1.6}"/>')
    parts.append(f'<path class="xn" d="M{"L".join(run)}"/>')
    label = f"Individual values of {signal.title} with limits by moving ranges"
    return (
        f'<svg class="xmr" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{escape(label)}">'
        f"{''.join([*parts, *dots])}</svg>"
    )


def _overruled(deck: Deck) -> str:
    if not deck.overruled:
        return ""
    rows = ([each.owner, text.number(each.signals), text.number(each.overruled)] for each in deck.overruled)
    return svg.behind(["owner", "signals so far", "overruled"], rows, "How owners have judged signals so far")


def edges(deck: Deck) -> str:
    """Each drawn edge with its verdict."""
    if not deck.edges:
        return ""
    held = sum(edge.verdict in {causal.LEADS, causal.TOGETHER} for edge in deck.edges)
    rows = "".join(_edge(edge) for edge in deck.edges)
    heads = "".join(f"<th>{head}</th>" for head in ("input", "", "output", "lead", "strength", "weeks"))
    inner = f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    table = f'<div class="scroll"><table class="plain edges told">{inner}</table></div>'
    intro = (
        '<p class="lead">Season and each series\' own memory taken out, then laid over each other at leads of 0 to 13 '
        "weeks. An input that stops moving its output is retired.</p>"
    )
    return section("Does the input move the output?", f"{held} of {len(deck.edges)} edges hold", intro + table)


def lead(edge: EdgeLine) -> str:
    """`3 weeks (2 to 4)`; nothing where the edge does not lead."""
    if edge.verdict != causal.LEADS:
        return ""
    said = f"{edge.lead} week{'s' * (edge.lead != 1)}"
    return said if edge.lead_low == edge.lead_high else f"{said} ({edge.lead_low} to {edge.lead_high})"


def strength(edge: EdgeLine) -> str:
    """`0.44 (0.02 to 0.73)`; nothing where there were too few weeks."""
    if edge.correlation is None or edge.low is None or edge.high is None:
        return ""
    return f"{text.number(edge.correlation, 2)} ({text.number(edge.low, 2)} to {text.number(edge.high, 2)})"


def _edge(edge: EdgeLine) -> str:
    holds = edge.verdict in {causal.LEADS, causal.TOGETHER}
    arrow = ("\N{RIGHTWARDS ARROW}" if edge.verdict == causal.LEADS else "=") if holds else "\N{MULTIPLICATION SIGN}"
    direction = {1: ", same way", -1: ", other way"}.get(edge.sign, "") if holds else ""
    verdict = edge.verdict + direction + (f", {lead(edge)}" if lead(edge) else "")
    return (
        f'<tr class="{"" if holds else "dim"}"><th>{escape(edge.cause_title)}</th><td>{arrow}</td>'
        f"<th>{escape(edge.effect_title)}</th><td>{escape(verdict)}</td><td>{strength(edge)}</td>"
        f"<td>{edge.weeks}</td></tr>"
    )


def restatements(deck: Deck) -> str:
    """Old and new of each number that a sealed deck told otherwise."""
    if not deck.restatements:
        return ""
    rows = [
        [
            each.title,
            each.label,
            deck_words.value(each.old, each.unit, deck.currency, each.decimals),
            deck_words.value(each.new, each.unit, deck.currency, each.decimals),
            each.sealed_week,
        ]
        for each in deck.restatements
    ]
    count = len(rows)
    title = f"{count} number{'s' * (count != 1)} differ{'s' * (count == 1)} from what was shown before"
    return section("Restated", title, svg.table(["metric", "span", "was", "is", "sealed in"], rows))


def costs(deck: Deck) -> str:
    """The door desk: the largest costs of the week that no promise needed, each with the decision that caused it."""
    if not deck.costs:
        return ""
    rows = "".join(
        f'<tr><th>{escape(line.what)}</th><td class="words">{escape(line.where)}</td>'
        f"<td><b>{escape(deck_words.money(line.cost, deck.currency))}</b></td>"
        f"<td>{text.number(line.count)} {escape(line.of)}</td>"
        f'<td class="words">{escape(line.decision)}</td></tr>'
        for line in deck.costs
    )
    heads = "".join(f"<th>{head}</th>" for head in ("cost", "where", "this week", "of", "decided by"))
    body = f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    table = f'<div class="scroll"><table class="plain told">{body}</table></div>'
    total = deck_words.money(deck.costs_total, deck.currency)
    note = f'<p class="lead after">{escape(deck.costs_note)}</p>' if deck.costs_note else ""
    return section("The door desk", f"{total} that no promise needed; the ten largest lines", table + note)


def questions(deck: Deck) -> str:
    """Escalations and corrections of error that are open."""
    if deck.room is None or not deck.room.questions:
        return ""
    rows = "".join(_question(question, deck.as_of_us) for question in deck.room.questions)
    late = sum(question.overdue for question in deck.room.questions)
    count = len(deck.room.questions)
    title = f"{count} question{'s are' if count != 1 else ' is'} open" + (f", {late} past the 48 hours" if late else "")
    return section("Asked and not yet closed", title, f'<ul class="questions">{rows}</ul>')


def _question(question: Question, as_of_us: int) -> str:
    age = max(0, (as_of_us - question.opened_at_us) // 3_600_000_000)
    kind = "Correction" if question.kind == "correction" else "Question"
    state = "overdue" if question.overdue else question.state
    actions = "".join(
        f"<span>{'done' if action.done_on else 'due ' + escape(action.due)}: {escape(action.what)} "
        f"({escape(action.owner)})</span>"
        for action in question.actions
    )
    evidence = f"<span>{escape(question.evidence[0])}</span>" if question.evidence else ""
    return (
        f"<li><b>{kind} Q{question.number}: {escape(question.about)}</b> “{escape(question.asked)}”"
        f"<span>{escape(question.owner)} · {escape(state)} · {age} h old · {len(question.whys)} of 5 whys</span>"
        f"{evidence}{actions}</li>"
    )


def bets(deck: Deck) -> str:
    """The portfolio with its verdicts, and how past forecasts came out, source by source."""
    if deck.room is None or not deck.room.bets:
        return ""
    rows = "".join(_bet(told) for placed in deck.room.bets for told in bet_lines(placed, deck))
    heads = "".join(f"<th>{head}</th>" for head in BET_HEADS)
    table = (
        f'<div class="scroll"><table class="plain told"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    scored = [
        [each.source, text.number(each.forecasts), text.share(each.covered, 0), text.share(each.above, 0),
         f"{text.number(each.widen, 2)}{text.THIN}{text.TIMES}"]
        for each in deck.room.calibrations
    ]  # fmt: skip
    more = ""
    if scored:
        heads_of = ["source", "facts met", "within p10 to p90 (80 % is right)", "above the median", "widened by"]
        more = f'<h3 class="sub">How past forecasts came out</h3>{svg.table(heads_of, scored)}'
    return section("Bets and their verdicts", bets_title(deck), table + more)


BET_HEADS: Final = ("bet", "verdict", "forecast with it", "without it", "came", "why")


def bets_title(deck: Deck) -> str:
    """`1 of 2 bets is decided by facts`."""
    placed = deck.room.bets if deck.room is not None else ()
    decided = sum(each.verdict.judgement in {Judgement.CONFIRMED, Judgement.REFUTED} for each in placed)
    if not decided:
        return "No bet is decided by facts yet"
    return f"{decided} of {deck_words.plural(len(placed), 'bet')} {'is' if decided == 1 else 'are'} decided by facts"


def bet_lines(placed: Placed, deck: Deck) -> list[tuple[str, str, str, str, str, str, str]]:
    """One line for each promise of a bet: who and what (two), verdict, both forecasts, the fact, the reason."""
    verdict = placed.verdict
    changed = f", {deck_words.plural(verdict.amendments, 'amendment')}" if verdict.amendments else ""
    about = f"{verdict.owner or 'nobody'}{changed}"
    cards = {card.key: card for card in deck.cards}
    said = verdict.state.value if verdict.state not in (State.GO, State.JUDGED) else ""
    lines = []
    for each in verdict.metrics:
        card = cards.get(each.success.metric)
        title = card.title if card else each.success.metric

        def shown(number: float, card: Card | None = card) -> str:
            if card is None:
                return text.number(number, 3)
            return deck_words.value(number, card.unit, deck.currency, card.decimals)

        fact = shown(each.fact.value) if each.fact is not None else ""
        lines.append(
            (verdict.title or verdict.bet, f"{about} · {title}", said or each.judgement.value,
             _world(each.forecast_with, shown), _world(each.forecast_without, shown), fact,
             reason_of(each, cards, deck.currency))
        )  # fmt: skip
    return lines or [(verdict.title or verdict.bet, about, said or verdict.judgement.value, "", "", "", verdict.reason)]


def reason_of(each: MetricVerdict, cards: Mapping[str, Card], currency: str) -> str:
    """Why a promise is judged so, how much of it came, and whether what was assumed held, broke or was not measured."""
    kept = f"; {text.share(each.kept, 0)} of what was promised" if each.fact is not None and each.ratio else ""
    return each.reason + kept + "".join(_assumed(one, cards.get(one.metric), currency) for one in each.assumed)


def _assumed(one: Assumed, card: Card | None, currency: str) -> str:
    def shown(number: float) -> str:
        if card is None:
            return f"{number:.4g}"
        return deck_words.value(number, card.unit, currency, card.decimals)

    name = card.title if card else one.metric
    found = "" if one.found is None else f" ({shown(one.found)})"
    return f". Assumed: {name} {shown(one.low)} to {shown(one.high)}, {one.state}{found}"


def _world(quantiles: tuple[Quantile, ...], shown: Callable[[float], str]) -> str:
    """`42.7 % (41.6 to 44.1 %)`: the median, p10 and p90."""
    if not quantiles:
        return ""
    low, high = shown(value_at(quantiles, LOW)), shown(value_at(quantiles, HIGH))
    bare = low.removesuffix(f"{text.THIN}%") if high.endswith("%") else low
    return f"{shown(median(quantiles))} ({bare} to {high})"


def _bet(told: tuple[str, ...]) -> str:
    title, about, verdict, *worlds, reason = told
    cells = "".join(
        f'<td data-is="{head}">{escape(each)}</td>' for head, each in zip(BET_HEADS[2:5], worlds, strict=True)
    )
    return (
        f"<tr><th><b>{escape(title)}</b><span>{escape(about)}</span></th><td><b>{escape(verdict)}</b></td>"
        f'{cells}<td class="words">{escape(reason)}</td></tr>'
    )


def anecdotes(deck: Deck) -> str:
    """What people said, in their words: when a number and an anecdote disagree, the measurement is suspect first."""
    if deck.room is None or not deck.room.anecdotes:
        return ""
    quotes = "".join(
        f"<blockquote>“{escape(' '.join(each.words.split()))}” <cite>{escape(each.who)}, {escape(each.when)}"
        f"{f' · {escape(each.channel)}' if each.channel else ''}</cite></blockquote>"
        for each in deck.room.anecdotes
    )
    return section("In their own words", "What customers said", f'<div class="quotes">{quotes}</div>')
