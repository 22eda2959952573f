"""The text of a bet as sections and sentences with their lines.

A press release is one page (500 words at most), its questions and answers are five (2,500 words): the trade's custom
(Bryar and Carr, Working Backwards, 2021). Guidance stands in comments, `<!-- ... -->`, which no rule and no page reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

SUMMARY: Final = "Summary"
PROBLEM: Final = "The problem"
SOLUTION: Final = "The solution"
QUOTES: Final = "Quotes"
STARTING: Final = "Getting started"
EXTERNAL: Final = "Questions customers ask"
INTERNAL: Final = "Questions we ask"
SEAT: Final = "The customer's seat"
PRESS_RELEASE: Final = (SUMMARY, PROBLEM, SOLUTION, QUOTES, STARTING)
QUESTIONS: Final = (EXTERNAL, INTERNAL)
SECTIONS: Final = (*PRESS_RELEASE, *QUESTIONS, SEAT)
PAGE_WORDS: Final = 500
QUESTIONS_WORDS: Final = 2_500
TEXT_BYTES_MAX: Final = 200_000
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE: Final = re.compile(r"```.*?```", re.DOTALL)
_TITLE: Final = re.compile(r"^(#{1,2})\s+(.+?)\s*$")
_BREAK: Final = re.compile(
    r"[.!?][\"')\u201d\u2019*_]*(?:\s*\[[A-Z]{4,}[^\]]*\]|\s*\{[^}]*\})*\s+(?=[A-Z0-9\"'\u201c\u2018(*_$])"
)
_ITEM: Final = re.compile(r"^\s*(?:[-*+]|\d+[.)]|>|#{3,})\s+")


class Section(NamedTuple):
    """A second-level heading and what stands under it; the page's title is a section too, with its text empty."""

    title: str
    line: int  # of the heading, in the file
    text: str  # comments blanked, lines kept


class Sentence(NamedTuple):
    """A sentence, and the line of the file on which it begins."""

    line: int
    text: str
    heading: bool = False


def uncommented(text: str) -> str:
    """A text whose comments and code are blank, with the lines where they were."""
    for pattern in (_COMMENT, _FENCE):
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def split(body: str, first_line: int) -> tuple[str, list[Section]]:
    """The title (first-level heading, "" where there is none) and the sections of a body that starts at a line."""
    title, sections = "", []
    lines: list[str] = []
    head, at = "", first_line
    for number, line in enumerate(uncommented(body).split("\n"), start=first_line):
        found = _TITLE.match(line)
        if not found:
            lines.append(line)
            continue
        if head or any(each.strip() for each in lines):
            sections.append(Section(head, at, "\n".join(lines)))
        lines, at = [], number
        head = found[2] if len(found[1]) > 1 else ""
        title = title if len(found[1]) > 1 else found[2]
    if head or any(each.strip() for each in lines):
        sections.append(Section(head, at, "\n".join(lines)))
    return title, sections


def sentences(section: Section) -> Iterator[Sentence]:
    """Sentences of a section. A blank line or a list item ends one; a mark behind a full stop belongs to it."""
    paragraph: list[tuple[int, str]] = []
    for number, line in enumerate([*section.text.split("\n"), ""], start=section.line + bool(section.title)):
        item = _ITEM.match(line)
        if paragraph and (not line.strip() or item):
            yield from _of(paragraph)
            paragraph = []
        if line.strip():
            paragraph.append((number, line))
    if paragraph:
        yield from _of(paragraph)


def _of(paragraph: Sequence[tuple[int, str]]) -> Iterator[Sentence]:
    joined = "\n".join(line for _, line in paragraph)
    heading = joined.lstrip().startswith("#")
    joined = _ITEM.sub(lambda found: " " * len(found[0]), joined, count=1)
    start = 0
    for end in [*(found.end() for found in _BREAK.finditer(joined)), len(joined)]:
        part = joined[start:end]
        lead = len(part) - len(part.lstrip())
        if part.strip():
            yield Sentence(paragraph[0][0] + joined[: start + lead].count("\n"), part.strip(), heading)
        start = end


def words(text: str) -> int:
    """Words of a text; references and marks are none."""
    return len(re.sub(r"\{[^}]*\}|\[[A-Z]{4,}[^\]]*\]|[#>*_-]+(?=\s|$)", " ", text).split())


def written(sections: Sequence[Section], title: str) -> bool:
    """Whether anything stands under a heading."""
    return any(each.title == title and each.text.strip() for each in sections)


def words_in(sections: Sequence[Section], titles: Sequence[str]) -> int:
    """Words under some headings."""
    return sum(words(each.text) for each in sections if each.title in titles)
