"""Panels of other packages in the report: text that asks nothing of any network and runs nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from typing import Final, NamedTuple

from firstbest.present.text import MINUS

LENGTH_MAX: Final = 500_000
"""Characters of one panel."""
_VOID: Final = frozenset({"br", "hr", "wbr"})
_TAGS: Final = frozenset(
    {
        "a", "abbr", "b", "br", "caption", "circle", "clippath", "code", "dd", "defs", "desc", "details",
        "div", "dl", "dt", "em", "ellipse", "figcaption", "figure", "g", "h3", "h4", "hr", "i", "li", "line",
        "lineargradient", "mark", "ol", "p", "path", "pattern", "polygon", "polyline", "rect", "small",
        "span", "stop", "strong", "sub", "summary", "sup", "svg", "table", "tbody", "td", "text", "tfoot",
        "th", "thead", "title", "tr", "tspan", "u", "ul", "use", "wbr",
    }
)  # fmt: skip
_FOREIGN: Final = re.compile(r"//|url\s*\(\s*['\"]?(?!#)|@import|javascript:|data:", re.IGNORECASE)
_NAMES: Final = frozenset({"xmlns"})


class Panel(NamedTuple):
    """One more section: a kicker above, what was found as its title, a sentence, and markup (HTML or SVG)."""

    kicker: str
    finding: str
    lead: str
    body: str


class _Reader(HTMLParser):
    """Gathers what a panel may not hold, and elements that stay open."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        if tag not in _TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on"):
                self.found.append(f"{name}= in <{tag}>")
            if name not in _NAMES and value and _FOREIGN.search(value):
                self.found.append(f'{name}="{value[:60]}"')
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if not self.open or self.open.pop() != tag:
            self.found.append(f"</{tag}> that closes nothing")


def panel_faults(found: object) -> list[str]:
    """What is wrong with a panel, in words; nothing for one that can be shown."""
    if not isinstance(found, Panel) or not all(isinstance(part, str) for part in found):
        return [f"a firstbest.present.panels.Panel of four texts was expected, found {type(found).__name__}"]
    if len(found.body) > LENGTH_MAX:
        return [f"{LENGTH_MAX} characters at most was expected, found {len(found.body)}"]
    reader = _Reader()
    reader.feed(found.body)
    reader.close()
    still = [f"<{tag}> that is never closed" for tag in reader.open]
    return [f"plain markup was expected, found {each}" for each in dict.fromkeys((*reader.found, *still))]


def sections(panels: Sequence[tuple[str, Panel]]) -> str:
    """Panels as sections of the report, each with who made it."""
    return "".join(_section(made_by, panel) for made_by, panel in panels)


def _section(made_by: str, panel: Panel) -> str:
    title = escape(panel.finding).replace(MINUS, MINUS + "\N{WORD JOINER}")
    return (
        f'<section class="panel"><p class="kicker">{escape(panel.kicker)}</p><h2>{title}</h2>'
        f'<p class="lead">{escape(panel.lead)}</p><div class="picture">{panel.body}</div>'
        f'<p class="lead after">Drawn by {escape(made_by)}.</p></section>'
    )
