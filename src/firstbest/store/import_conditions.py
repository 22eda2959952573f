"""Which rows of a log are sales, as SQL: the buckets of the map in their order, then those that every log has."""

from __future__ import annotations

from typing import Final

from firstbest.store.import_map import BUILT_IN, MISSING, NOT, SALES, Map, Rule, within

_TOTAL: Final = "^(grand |sub-?)?(totals?|sum|sums|summe|gesamt|gesamtsumme|somme|totale)\\s*:?$"
_SHORTENED: Final = "^\\d([.,]\\d+)?[eE]\\+\\d+$"
_TESTS: Final = {
    "too many cells": "surplus <> ''",
    "totals": " OR ".join(
        # The first letter spares most rows the regular expression.
        f"(lower(left({column}, 1)) IN ('t', 's', 'g') AND regexp_matches(lower({column}), '{_TOTAL}'))"
        for column in ("order_name", "item")
    ),
    "no order": "order_name = ''",
    "no item": "item = ''",
    "lost digits": " OR ".join(
        f"(contains({column}, '+') AND regexp_matches({column}, '{_SHORTENED}'))" for column in ("order_name", "item")
    ),
    "no date": "placed_at IS NULL",
    "no quantity": "coalesce(quantity, 0) = 0",
    "negative quantity": "coalesce(quantity, 0) < 0",
    "negative price": "coalesce(price, 0) < 0",
    "abroad": "false",  # known only once a network is chosen
}


def sales_bucket(made: Map) -> int:
    """Index of the bucket of sales."""
    return bucket_index(made, SALES)


def bucket_index(made: Map, name: str) -> int:
    """Index of a bucket that every log has."""
    return len(made.rules) + [each for each, _ in BUILT_IN].index(name)


def conditions(made: Map) -> list[tuple[str, str, str]]:
    """All buckets in order: (name, note, SQL); the last, sales, takes what is left."""
    first, last = within(made)
    outside = [f"placed_at < DATE '1970-01-01' + {first}" if first is not None else ""]
    outside.append(f"placed_at >= DATE '1970-01-01' + {last + 1}" if last is not None else "")
    again = [f"lower({_column(key)}) = lower({_text(made.columns[key])})" for key in ("order", "item")]
    tests = {
        **_TESTS,
        "repeated header": " AND ".join(again),
        "outside the period": " OR ".join(filter(None, outside)) or "false",
        "exact duplicates": "copy > 1" if made.drop_duplicates else "false",
        SALES: "true",
    }
    return [
        *((rule.name, rule.note, _condition(rule)) for rule in made.rules),
        *((name, note, tests[name]) for name, note in BUILT_IN),
    ]


def _column(key: str) -> str:
    return "order_name" if key == "order" else key


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _condition(rule: Rule) -> str:
    """SQL that says whether a row passes all tests of a bucket."""
    parts = []
    for test in rule.tests:
        column = _column(test.column)
        if test.how == MISSING:
            parts.append(f"({column} IS NULL OR CAST({column} AS VARCHAR) = '')")
        elif test.how in ("found", NOT):
            parts.append(f"{'NOT ' if test.how == NOT else ''}regexp_matches({column}, {_text(test.value)})")
        else:
            factor = 1_000_000 if column == "price" else 1
            parts.append(f"coalesce({column} {test.how} {float(test.value) * factor:.0f}, false)")
    return " AND ".join(parts)
