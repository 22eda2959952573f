"""The report: one HTML file that needs nothing else. Ten numbers, five pictures and a sixth, what was assumed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Final, NamedTuple

from firstbest.present import (
    bounds,
    comparison,
    constraints,
    needs,
    panels,
    pictures_care,
    pictures_cost,
    pictures_frontier,
    pictures_labour,
    pictures_late,
    pictures_lots,
    pictures_map,
    pictures_members,
    pictures_returns,
    pictures_sellers,
    pictures_stock,
    svg,
    text,
)
from firstbest.present.catalog import CATALOG, WANTED, meaning_of
from firstbest.present.comparison import Comparison
from firstbest.present.figures import figures
from firstbest.present.panels import Panel
from firstbest.present.record import Bound, Record

_KICKERS: Final = {
    "late": "Promises kept", "map": "The map", "cost": "Where the money goes", "labour": "People",
    "frontier": "Service and cost", "stock": "Stock", "sellers": "Sellers", "returns": "What comes back",
    "care": "After the door", "lots": "What does not keep", "members": "Members",
}  # fmt: skip


class _Number(NamedTuple):
    """One of the ten: words, value, the key it is compared by, and a detail to say beside it."""

    name: str
    value: str
    key: str
    beside: str


def report(record: Record, against: Comparison | None = None, others: Sequence[tuple[str, Panel]] = ()) -> str:
    """The page of a rehearsal; with a comparison the record is the one with the change.

    `others`: panels of other packages, each with who made it.
    """
    without = against.without if against is not None else None
    pictures = [
        pictures_late.picture(record),
        pictures_map.picture(record, without),
        pictures_cost.picture(record, without),
        pictures_labour.picture(record),
        pictures_frontier.picture(record, against),
        pictures_stock.picture(record),
        pictures_returns.picture(record),
        pictures_care.picture(record),
        pictures_lots.picture(record),
        pictures_members.picture(record),
        pictures_sellers.picture(record),
    ]
    parts = [
        _head(record, against),
        needs.section(record),
        _differences(against) if against is not None else "",
        *(_section(found) for found in pictures if found is not None),
        panels.sections(others),
        _helps(record),
        _bound_section(record),
        _assumed(record),
        _all_figures(record, without),
        _end(record),
    ]
    return _page(record, "".join(parts))


def _page(record: Record, body: str) -> str:
    here = files("firstbest.present")
    css, script = (here.joinpath(name).read_text("utf-8") for name in ("report.css", "report.js"))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(record.name)}: rehearsal</title><style>{css}</style></head>"
        f"<body><main>{body}</main><script>{script}</script></body></html>\n"
    )


def _head(record: Record, against: Comparison | None) -> str:
    scale = "" if record.scale == 1 else f", at {record.scale:g} of full scale"
    span = text.span(record.first_day + 1, record.days)
    title = _whole(_title(record) if against is None else comparison.summary(against))
    banner = ""
    if record.banner:
        said = f"{record.banner[:1].upper()}{record.banner[1:]}: these numbers are the model's, not your books'."
        banner = f'<p class="banner">{escape(said)}</p>'
    eyebrow = f"{record.name} · rehearsal of {span}{scale}"
    numbers = "".join(_number(found, record, against) for found in _ten(record))
    strip = f'<ul class="strip">{numbers}</ul>'
    return f'<header><p class="eyebrow">{escape(eyebrow)}</p><h1>{title}</h1>{banner}{strip}</header>'


def _whole(sentence: str) -> str:
    """Markup of a sentence in which no minus sign is parted from its number."""
    return escape(sentence).replace(text.MINUS, text.MINUS + "\N{WORD JOINER}")


def _differences(against: Comparison) -> str:
    """The table of what can be told from chance, and one sentence for what cannot."""
    currency = against.without.network.texts.currency
    rows = []
    clear = [found for found in against.differences if found.distinguishable]
    for found in (found for found in clear if not comparison.too_small(found, currency)):
        class_ = {1: ' class="good"', -1: ' class="bad"'}.get(comparison.better(found), "")
        cells = (text.brief(value, found.unit, currency) for value in (found.without, found.with_))
        shown = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        change = escape(comparison.change_of(found, currency))
        rows.append(f'<tr><th scope="row">{escape(found.label)}</th>{shown}<td{class_}><b>{change}</b></td>'
                    f"<td>{escape(comparison.interval(found))}</td></tr>")  # fmt: skip
    for label, value in against.only:
        rows.append(f'<tr><th scope="row">{escape(label)}</th><td>{text.MISSING}</td><td>{escape(value)}</td>'
                    "<td>with the change only</td><td></td></tr>")  # fmt: skip
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("", "without", "with", "difference", "95 % interval"))
    pairs = "One pair" if against.replications == 1 else f"{against.replications} pairs"
    table = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    return (
        '<section id="differences"><p class="kicker">What the change does</p>'
        f"<h2>{len(clear)} of {len(against.differences)} figures differ by more than chance</h2>"
        f'<p class="lead">{pairs} of rehearsals on the same random numbers, without and with {escape(against.title)}. '
        f"{escape(against.without.banner[:1].upper() + against.without.banner[1:])}.</p>"
        f'{table if rows else ""}<p class="lead after">{escape(comparison.unclear(against))}</p></section>'
    )


def _title(record: Record) -> str:
    f = figures(record)
    cost = text.money(f["cost_to_serve_per_order"], record.network.texts.currency)
    return (
        f"{text.count(f['orders_shipped'])} orders, {text.share(f['delivered_on_time'])} delivered on time, "
        f"{cost} to serve each"
    )


def _ten(record: Record) -> list[_Number]:
    f = figures(record)
    currency = record.network.texts.currency
    tight = constraints.tightest(record)
    used = text.share(tight.use, 0) if tight else text.MISSING
    where = constraints.sentence(record, tight).split(" (")[0] if tight else "no roster"
    peak = f"peak {text.day_text(int(f['peak_day']))}, {text.number(f['peak_day_factor'], 1)} {text.TIMES} the mean day"
    door = (
        f"nine in ten {text.number(f['click_to_door_p90_d'], 1)}, 99 in 100 {text.number(f['click_to_door_p99_d'], 1)}"
    )
    heads = f"{text.number(f['heads_peak'])} heads at peak"
    return [
        _Number("Orders shipped", text.count(f["orders_shipped"]), "orders_shipped", peak),
        _Number("Shipped on time", text.share(f["shipped_on_time"]), "shipped_on_time", "left by the day promised"),
        _Number("Delivered on time", text.share(f["delivered_on_time"]), "delivered_on_time",
                f"{text.number(f['late_orders'])} late"),
        _Number("Click to door, half within", f"{text.number(f['click_to_door_p50_d'], 1)} days",
                "click_to_door_p50_d", door),
        _Number("Cost to serve an order", text.money(f["cost_to_serve_per_order"], currency), "cost_to_serve_per_order",
                _of_sales(f["cost_to_serve_of_sales"], record)),
        _Number("Carrier cost a parcel", text.money(f["parcel_cost_per_parcel"], currency), "parcel_cost_per_parcel",
                f"zone {text.number(f['average_zone'], 1)}, billed {text.number(f['billed_to_scale'], 2)} "
                f"{text.TIMES} scale weight"),
        _Number("Orders a paid hour", text.number(f["orders_per_person_hour"], 1), "orders_per_person_hour", heads),
        _Number("Parcels an order", text.number(f["parcels_per_order"], 2), "parcels_per_order",
                f"{text.share(f['nearest_share'], 0)} of lines from the nearest node"),
        _Number("Lines filled", text.share(f["fill_rate"]), "fill_rate",
                f"{text.number(f['days_of_stock'])} days of stock"),
        _Number("Busiest week of any process", used, "", where),
    ]  # fmt: skip


def _of_sales(value: float, record: Record) -> str:
    """`30.7 % of net sales, usual: 20 to 30 %`."""
    bound = next((bound for bound in record.bounds if bound.key == "cost_to_serve_of_sales" and bound.applies), None)
    return f"{text.share(value)} of net sales" + (f", {_beside(bound, record)}" if bound else "")


def _number(found: _Number, record: Record, against: Comparison | None) -> str:
    """A number with what it is compared with: the run without the change, or its bound, or its own detail."""
    beside = [escape(found.beside)] if found.beside else []
    bound = next((bound for bound in record.bounds if bound.key == found.key and bound.applies), None)
    if against is not None and found.key:
        beside = [_without(found.key, record, against)]
    elif bound is not None:
        said = _beside(bound, record)
        beside = [f'<span class="{"" if bound.inside else "bad"}">{escape(said)}</span>', *beside]
    shown = "".join(f'<span class="beside">{line}</span>' for line in beside)
    return (
        f'<li><span class="name">{escape(found.name)}</span><span class="big">{escape(found.value)}</span>{shown}</li>'
    )


def _without(key: str, record: Record, against: Comparison) -> str:
    known = meaning_of(key)
    currency = record.network.texts.currency
    before, now = figures(against.without)[key], figures(record)[key]
    estimate = next((found for found in against.differences if found.key == key), None)
    change = text.difference(now - before, known.unit, currency)
    if estimate is not None and not estimate.distinguishable:
        return f"not distinguishable<br>without: {escape(text.brief(before, known.unit, currency))}"
    if estimate is not None:
        change = text.difference(estimate.difference, known.unit, currency)
    good = (now - before) * WANTED.get(key, 0)
    class_ = "good" if good > 0 else "bad" if good < 0 else ""
    return f'<b class="{class_}">{escape(change)}</b><br>without: {escape(text.brief(before, known.unit, currency))}'


def _beside(bound: Bound, record: Record) -> str:
    """`usual: 94 to 97 %`, or the range in which it is plausible where it is outside or nothing is usual."""
    word = "usual" if bounds.has_usual(bound) else "plausible"
    return f"{word}: {bounds.usual(bound, record.network.texts.currency)}"


def _section(found: svg.Picture) -> str:
    kicker = _KICKERS[found.key]
    long = " long" if found.key in {"cost", "labour", "stock", "map"} else ""
    return (
        f'<section id="{found.key}" class="{long.strip()}"><p class="kicker">{kicker}</p>'
        f"<h2>{_whole(found.finding)}</h2>"
        f'<p class="lead">{escape(found.lead)}</p><div class="picture">{found.body}</div></section>'
    )


def _helps(record: Record) -> str:
    if not record.suggestions:
        return ""
    rows = "".join(
        f'<li>{escape(found.text)}: {escape(found.saving)} <span class="how">({escape(found.how)})</span></li>'
        for found in record.suggestions
    )
    return (
        '<section id="helps"><p class="kicker">What would help most</p><h2>Estimated, not rehearsed</h2>'
        f'<ol class="helps">{rows}</ol></section>'
    )


def _bound_section(record: Record) -> str:
    judged = [bound for bound in record.bounds if bound.applies]
    if not judged:
        return ""
    inside = sum(bound.inside for bound in judged)
    currency = record.network.texts.currency
    rows = []
    for bound in sorted(judged, key=lambda bound: bound.inside):
        known = meaning_of(bound.key)
        class_ = "" if bound.inside else ' class="bad"'
        rows.append(
            f'<tr><th scope="row"{class_}>{escape(bound.label or known.label)}</th>'
            f"<td{class_}>{escape(text.written(bound.value, known.unit, currency))}</td>"
            f'<td>{escape(bounds.plausible(bound, currency))}</td><td class="words">{escape(bound.reason)}</td></tr>'
        )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Figure", "here", "plausible", ""))
    table = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    shut = "" if inside < len(judged) else "<details><summary>Each bound and its reason</summary>"
    return (
        '<section id="bounds" class="long"><p class="kicker">Is it plausible?</p>'
        f"<h2>{inside} of {len(judged)} figures are inside their bounds</h2>"
        '<p class="lead">A figure outside means that the model is wrong, or that the business is unusual.</p>'
        f"{shut}{table}{'</details>' if shut else ''}</section>"
    )


def _assumed(record: Record) -> str:
    assumed = record.assumed
    return (
        '<section id="assumed"><p class="kicker">What was assumed</p>'
        f"<h2>{text.share(assumed.cost_share_ppm / 1e6, 0)} of the cost rests on "
        f"{text.number(assumed.values)} values that nobody has measured here</h2>"
        '<p class="lead">Each stands in assumptions.csv with its range and source; replace first what matters most.</p>'
        "</section>"
    )


def _all_figures(record: Record, without: Record | None) -> str:
    currency = record.network.texts.currency
    f = figures(record)
    before = figures(without) if without is not None else None
    rows = []
    for key, known in ((key, known) for key, known in CATALOG.items() if key in f):
        write = text.long_day(int(f[key])) if known.unit == "day" else text.written(f[key], known.unit, currency)
        row = [known.label, write]
        if before is not None:
            row.append(text.written(before[key], known.unit, currency) if known.unit != "day" else "")
        rows.append([*row, key])
    heads = ["Figure", "here", *(["without"] if before is not None else []), "key"]
    return f'<section class="long">{svg.behind(heads, rows, f"All {len(rows)} figures")}</section>'


def _end(record: Record) -> str:
    said = (
        f"Seed {record.seed} · {text.number(record.facts)} facts, digest {record.digest} · rehearsed in "
        f"{text.number(record.seconds, 1)} s. The same seed gives the same bytes."
    )
    return f"<footer><p>{escape(said)}</p><p>Made by firstbest. This file asks nothing of any network.</p></footer>"
