"""What another policy would have decided, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from firstbest.present import text
from firstbest.world.units import MONEY


def shadow_screen(
    sums: tuple[int, int, int],
    changed: Sequence[tuple[str, int]],
    examples: Sequence[tuple[int, str, str, str]],
    currency: str,
) -> Text:
    """Sums: (ticks, decisions, journey cost more in millionths); changed: (fact, how many); examples, some by name."""
    ticks, decisions, cost = sums
    page = Text(no_wrap=True)
    page.append(f"{text.count(ticks)} ticks, {text.count(decisions)} facts decided under both policies\n")
    if not changed:
        page.append("No decision would have been another.", style="bold")
        return page
    page.append(f"{text.count(sum(count for _, count in changed))} facts would have been others", style="bold")
    page.append(f"; journeys {text.difference(cost / MONEY, 'money', currency)} in all\n\n")
    for name, count in changed:
        page.append(f"  {name:<16}{text.count(count):>12}\n")
    page.append("\nThe first of them:\n", style="dim")
    for tick, name, sealed, instead in examples:
        page.append(f"  tick {tick} {name}\n", style="bold")
        for word, told in difference_of(sealed, instead):
            page.append(f"    {word}: {told}\n")
    page.rstrip()
    return page


def difference_of(sealed: str, instead: str) -> list[tuple[str, str]]:
    """What differs between two rows as text: names with `was -> would be`."""
    left, right = (dict(part.split("=", 1) for part in row.split()) for row in (sealed, instead))
    if not left or not right:
        return [("only here" if left else "only then", sealed or instead)]
    return [
        (name, f"{left[name]} \N{RIGHTWARDS ARROW} {right.get(name, '')}")
        for name in left
        if left[name] != right.get(name)
    ]
