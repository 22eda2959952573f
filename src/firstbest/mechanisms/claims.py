"""The text of a press release, held to its words: every number has a source, every claim about customers its evidence.

A sentence with a quantity names a metric, `{metric: two_day_share}`, or says how it is known: `[OBSERVED]`,
`[REPORTED]`, `[ASSUMED]`, `[UNKNOWN]`; after a colon it may say where, `[OBSERVED: evidence/anna.md]`. Dates, years,
clock times and names with digits in them are no quantities; words such as "forty per cent" and "twice" are. A sentence
that says what customers do, want or feel names a claim, `{claim: no_day}`, that a file of `evidence/` supports, or is
marked `[UNTESTED]`. A mark counts for the sentence that it stands in or right behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final, NamedTuple

from firstbest.mechanisms.bets_text import INTERNAL, Section, Sentence, sentences

MARKS: Final = ("OBSERVED", "REPORTED", "ASSUMED", "UNKNOWN")
UNTESTED: Final = "UNTESTED"
SHOWN_MAX: Final = 60
_MARK: Final = re.compile(r"\[([A-Z]{4,})(?::\s*([^\]]*))?\]")
_REFERENCE: Final = re.compile(r"\{(metric|claim):\s*([\w.-]+)\s*\}")
_NOT_QUANTITIES: Final = re.compile(
    r"`[^`]*`|\{[^}]*\}|\[[A-Z]{4,}[^\]]*\]|https?://\S+"  # code, references, marks, addresses
    r"|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}:\d\d\b"  # days, clock times
    r"|\b\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December)\b(?:\s+\d{4})?"
    r"|\b(?i:in|of|by|since|until|before|after|during|from|to|year|calendar)\s+(?:19|20)\d\d\b(?!\s*%)"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?:\s+\d{1,2})?(?:,?\s+(?:19|20)\d\d)?\b"
    r"|\bweek\s+\d{1,2}\b|\bQ[1-4]\b|\b[A-Za-z][\w-]*\d\w*\b|^\s*\d+[.)]\s"
)
_DIGITS: Final = re.compile(
    r"[-+\N{MINUS SIGN}]?[$\u00a3\u20ac]?\d[\d,]*(?:\.\d+)?(?:\s?(?:%|per cent|percent|points))?"
)
_COUNTED: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
    "|seventy|eighty|ninety|hundred|hundreds|thousand|thousands|million|millions"
)
_SPELLED: Final = re.compile(
    rf"\b(?:(?:{_COUNTED})(?:[-\s](?:{_COUNTED}))*\s+(?:per\s?cent|points|times|hundred|thousand|million|billion)"
    rf"|(?:{_COUNTED})\s+(?:in|out of)\s+(?:{_COUNTED})|(?:a|one)\s+(?:half|third|quarter|fifth)\s+of|half\s+of"
    r"|two thirds of|three quarters of|twice|thrice|doubles?|doubled|triples?|tripled|halves|halved)\b",
    re.IGNORECASE,
)
_WHO: Final = (
    r"customers?|buyers?|shoppers?|sellers?|members?|subscribers?|users?|people|operators?|shippers?|readers?|patients?"
    r"|families|clients?|guests?"
)
_DOES: Final = (
    r"wants?|wanted|needs?|needed|expects?|expected|complains?|complained|leaves?|left|abandons?|abandoned|loves?|loved"
    r"|hates?|hated|prefers?|preferred|asks?|asked|says?|said|tells?|told|pays?|paid|waits?|waited|cares?|cared|believes?"
    r"|trusts?|struggles?|struggled|worry|worries|worried|cancels?|cancelled|chooses?|chose|buys?|bought|finds?|found"
    r"|feels?|felt|knows?|knew|likes?|liked|loses?|lost|hopes?|hoped|wishes|wished|forgets?|misses|delighted|happy|happier"
    r"|frustrated|annoyed|disappointed|angry|confused|satisfied|stops?|stopped|switch(?:es|ed)?|returns? to|come back"
    r"|orders? again|ordered again"
)
_CUSTOMER: Final = re.compile(rf"\b(?:{_WHO})\b", re.IGNORECASE)
_CLAIM: Final = re.compile(rf"\b(?:{_WHO})\b[^.?!\"\u201d]*?\b(?:{_DOES})\b", re.IGNORECASE)
_OUR_SKILLS: Final = re.compile(
    r"\b[Oo]ur\s+(?:\w+\s+)?(?:technology|platform|engine|algorithms?|models?|software|system|robots?|team|data|expertise"
    r"|infrastructure|network|architecture|stack|engineers)\b"
    r"|\b(?:artificial intelligence|machine learning|deep learning|large language model|neural network|blockchain"
    r"|algorithm|proprietary|state-of-the-art|cutting-edge|AI-powered|AI)\b"
)


class Finding(NamedTuple):
    """Something that is wrong at a line of a text."""

    line: int
    where: str
    expected: str
    found: str


class Known(NamedTuple):
    """What a text may refer to."""

    metrics: frozenset[str]
    supports: Mapping[str, tuple[str, ...]]  # claim to the files of evidence that support it
    contradicts: Mapping[str, tuple[str, ...]]
    files: frozenset[str]  # under the workspace, such as evidence/anna.md


def lint(sections: Sequence[Section], known: Known) -> list[Finding]:
    """Everything that is wrong with a text, in order of its lines."""
    found: list[Finding] = []
    for section in sections:
        for sentence in sentences(section):
            found += _marks(section, sentence, known)
            found += _numbers(section, sentence)
            found += _references(section, sentence, known)
            if section.title != INTERNAL:
                found += _claims(section, sentence)
    found += skills_forward(sections)
    return sorted(found, key=lambda each: each.line)


def quantities(text: str) -> list[str]:
    """Quantities in a sentence, as they are written."""
    bare = _NOT_QUANTITIES.sub(lambda found: " " * len(found[0]), text)
    found = [*_DIGITS.finditer(bare), *_SPELLED.finditer(bare)]
    return [each[0].strip() for each in sorted(found, key=lambda each: each.start())]


def references(text: str, kind: str) -> list[str]:
    """Names that a text refers to by `{metric: NAME}` or `{claim: NAME}`."""
    return [name for found, name in _REFERENCE.findall(text) if found == kind]


def claims_of(sections: Sequence[Section]) -> frozenset[str]:
    """Every claim that a text names."""
    return frozenset(name for section in sections for name in references(section.text, "claim"))


def is_claim(text: str) -> bool:
    """Whether a sentence says what customers do, want or feel."""
    return bool(_CLAIM.search(_NOT_QUANTITIES.sub(" ", text)))


def _marks(section: Section, sentence: Sentence, known: Known) -> Iterator[Finding]:
    for mark, where in _MARK.findall(sentence.text):
        if mark not in (*MARKS, UNTESTED):
            close = get_close_matches(mark, (*MARKS, UNTESTED), 1, 0.6)
            hint = f" (nearest: {close[0]})" if close else ""
            yield Finding(sentence.line, section.title, f"one of {', '.join((*MARKS, UNTESTED))}", f"[{mark}]{hint}")
        elif where.startswith("evidence/") and where.strip() not in known.files:
            yield Finding(sentence.line, section.title, "a file of evidence that is there", f"'{where.strip()}'")


def _numbers(section: Section, sentence: Sentence) -> Iterator[Finding]:
    found = quantities(sentence.text)
    marked = any(mark in MARKS for mark, _ in _MARK.findall(sentence.text))
    if found and not marked and not references(sentence.text, "metric"):
        expected = f"{{metric: NAME}} or one of [{'], ['.join(MARKS)}] beside a number"
        yield Finding(sentence.line, section.title, expected, f"{_list(found)} in '{_cut(sentence.text)}'")


def _references(section: Section, sentence: Sentence, known: Known) -> Iterator[Finding]:
    for name in references(sentence.text, "metric"):
        if name not in known.metrics:
            close = get_close_matches(name, known.metrics, 1, 0.6)
            hint = f" (nearest: '{close[0]}')" if close else ""
            yield Finding(sentence.line, section.title, "a metric of metrics.toml or a figure", f"'{name}'{hint}")
    untested = any(mark == UNTESTED for mark, _ in _MARK.findall(sentence.text))
    for name in references(sentence.text, "claim"):
        if known.supports.get(name) or untested:
            continue
        against = known.contradicts.get(name, ())
        found = f"'{name}', contradicted by {', '.join(against)}" if against else f"'{name}' without any"
        expected = "a file of evidence that supports the claim, or [UNTESTED]"
        yield Finding(sentence.line, section.title, expected, found)


def _claims(section: Section, sentence: Sentence) -> Iterator[Finding]:
    marked = any(mark == UNTESTED for mark, _ in _MARK.findall(sentence.text))
    question = sentence.text.rstrip().endswith("?") or sentence.heading
    if is_claim(sentence.text) and not question and not marked and not references(sentence.text, "claim"):
        expected = "{claim: NAME} with evidence, or [UNTESTED], beside what customers do, want or feel"
        yield Finding(sentence.line, section.title, expected, f"'{_cut(sentence.text)}'")


def skills_forward(sections: Sequence[Section]) -> list[Finding]:
    """Our technology before a customer: whose press release is it?"""
    for section in sections:
        for sentence in sentences(section):
            ours, theirs = _OUR_SKILLS.search(sentence.text), _CUSTOMER.search(sentence.text)
            if ours and (theirs is None or ours.start() < theirs.start()):
                expected = "a customer before our technology"
                return [Finding(sentence.line, section.title, expected, f"'{ours[0]}' first")]
            if theirs:
                return []
    return []


def _list(found: Sequence[str]) -> str:
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""  # noqa: PLR2004 - so many fit on a line
    return ", ".join(f"'{each}'" for each in found[:3]) + more


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN_MAX else flat[:SHOWN_MAX].rsplit(" ", 1)[0] + " ..."
