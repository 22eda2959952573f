"""A model as `flywheel.toml`, and a projection's tables as CSV."""

from __future__ import annotations

import json
from pathlib import Path

from firstbest.flywheel.expressions import written
from firstbest.flywheel.fit import Fit, ranges_of
from firstbest.flywheel.futures import LEVELS, Futures
from firstbest.flywheel.history import Outlook
from firstbest.flywheel.knock_out import Loosened, Worth
from firstbest.flywheel.model import Model
from firstbest.flywheel.sobol import Index
from firstbest.store.flywheel_amazon import write_rows


def toml_text(model: Model) -> str:
    """The model as a file that `read_model` reads back alike."""
    span = model.span
    units = _bases(model)
    head: list[tuple[str, object]] = [
        ("title", model.title), ("time_unit", span.unit), ("start", span.start), ("stop", span.stop),
        ("step", span.step), ("method", span.method), ("every", model.every),
        ("units", " ".join(sorted(units - {span.unit}))),
        ("sold", model.outcomes[0]), ("money", model.outcomes[1]), ("shown", " ".join(model.shown)),
    ]  # fmt: skip
    blocks = [_block("[model]", head)]
    for each in model.constants:
        ends = [each.low, each.high] if each.low < each.high else []
        keys = [("name", each.name), ("value", each.value), ("range", ends), ("unit", each.unit), ("mark", each.mark)]
        blocks.append(
            _block("[[constant]]", [*keys, ("source", each.source), ("words", each.words), ("book", each.book)])
        )
    for stock in model.stocks:
        flows = [
            ("in", " ".join(stock.inflows)),
            ("out", " ".join(stock.outflows)),
            ("floor", "zero" if stock.floor else ""),
        ]
        keys = [("name", stock.name), ("unit", stock.unit), ("start", written(stock.start))]
        blocks.append(_block("[[stock]]", [*keys, *flows, ("words", stock.words)]))
    for variable in model.variables:
        keys = [("name", variable.name), ("unit", variable.unit), ("is", written(variable.equation))]
        blocks.append(_block("[[flow]]" if variable.flow else "[[auxiliary]]", [*keys, ("words", variable.words)]))
    for lookup in model.lookups:
        keys = [("name", lookup.name), ("x", list(lookup.x)), ("y", list(lookup.y))]
        blocks.append(_block("[[lookup]]", [*keys, ("unit_x", lookup.unit_x or "1"), ("unit", lookup.unit or "1")]))
    for arrow in model.arrows:
        keys = [("from", arrow.source), ("to", arrow.target), ("by", arrow.by)]
        blocks.append(_block("[[arrow]]", [*keys, ("sign", "+" if arrow.rising else "-")]))
    for loop in model.loops:
        kind = "reinforcing" if loop.reinforcing else "balancing"
        keys = [("name", loop.name), ("kind", kind), ("way", " ".join(loop.way)), ("cut", " ".join(loop.cut))]
        blocks.append(_block("[[loop]]", [*keys, ("words", loop.words)]))
    return "\n".join(blocks)


def _block(head: str, keys: list[tuple[str, object]]) -> str:
    """A section; what is empty is left out."""
    lines = [f"{key} = {_value(value)}" for key, value in keys if value not in ("", [])]
    return "\n".join([head, *lines, ""])


def _value(value: object) -> str:
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _bases(model: Model) -> set[str]:
    """Base units that the model's units are made of."""
    texts = [unit for unit, _ in model.labels().values()]
    texts += [unit for lookup in model.lookups for unit in (lookup.unit_x, lookup.unit)]
    pieces = "*".join(texts).replace("/", "*").split("*")
    return {piece.partition("^")[0].strip() for piece in pieces} - {"", "1"}


def write_bands(path: Path, futures: Futures) -> None:
    """Quantiles of every recorded variable at every recorded instant."""
    rows = [
        (name, float(instant), *map(float, bands))
        for name in futures.names
        for instant, bands in zip(futures.instants, futures.bands(name).T, strict=True)
    ]
    write_rows(path, ("variable", "instant", *(f"q{round(level * 100):02d}" for level in LEVELS)), rows)


def write_arrows(path: Path, brakes: tuple[Loosened, ...]) -> None:
    """Arrows by what loosening them does."""
    rows = [(each.arrow.source, each.arrow.target, each.arrow.by, each.helps, *each.elasticity) for each in brakes]
    write_rows(path, ("from", "to", "by", "helps", "low", "middle", "high"), list(rows))


def write_worth(path: Path, worth: tuple[Worth, ...]) -> None:
    """Loops by what they are worth."""
    rows = [(each.loop.name, *each.sold, *each.money, each.polarity) for each in worth]
    heads = ("loop", "sold_low", "sold", "sold_high", "money_low", "money", "money_high", "sign_at_start")
    write_rows(path, heads, list(rows))


def write_indices(path: Path, indices: tuple[Index, ...]) -> None:
    """Sobol's indices with half-widths of their intervals."""
    write_rows(path, ("constant", "first", "first_half", "total", "total_half"), [tuple(each) for each in indices])


def write_fit(path: Path, found: Fit) -> None:
    """Fitted coefficients: middle, 5 and 95 in 100, and the prior."""
    before = {each.name: each for each in found.problem.model.constants}
    rows = [
        (
            each.name,
            each.value,
            each.low,
            each.high,
            before[each.name].low,
            before[each.name].value,
            before[each.name].high,
        )
        for each in ranges_of(found)
    ]
    write_rows(path, ("constant", "middle", "low", "high", "prior_low", "prior_peak", "prior_high"), list(rows))


def write_outlook(path: Path, found: Outlook, last: int) -> None:
    """The forecast of net sales after the last figure: yearly, with 80 % intervals, naive growth beside it."""
    rows = [
        (int(year), float(found.bands[1, row]), float(found.bands[0, row]), float(found.bands[2, row]), float(naive))
        for row, (year, naive) in enumerate(zip(found.years, found.naive, strict=True))
        if year > last
    ]
    heads = ("year", "net_sales_usd_bn", "low_80_usd_bn", "high_80_usd_bn", "naive_growth_usd_bn")
    write_rows(path, heads, list(rows))
