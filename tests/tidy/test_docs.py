"""What the documents promise about themselves: an ordered glossary, claims with a known status."""

import re
from itertools import pairwise

import pytest

from tests.tidy.sources import ROOT

STATUS = re.compile(
    r"^(reproduced by `|modelled|practised|planned: (live|steer|rent|grow|doors|twin|later)|left out because)"
)


def glossary_faults(text: str) -> list[str]:
    """Entries out of order, twice, or without an explanation that ends as a sentence."""
    entries = re.findall(r"^- \*\*(.+?)\*\*: ((?:.|\n  )+)$", text, re.MULTILINE)
    words = [word.casefold() for word, _ in entries]
    faults = [f"{after!r} stands after {before!r}" for before, after in pairwise(words) if after <= before]
    faults += [f"{word!r} does not end as a sentence" for word, said in entries if not said.endswith(".")]
    return faults if len(entries) == text.count("\n- ") else [*faults, "an entry is not of the form '- **Word**: text'"]


def claim_faults(text: str) -> list[str]:
    """Rows of the tables that lack a cell, or whose status is none of the five."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    claims = [[cell.strip() for cell in row] for row in rows if row[0].strip() != "claim"]
    return [f"{row}" for row in claims if len(row) != 3 or not all(row) or not STATUS.match(row[-1])]


def test_docs_glossary_is_in_order_and_full() -> None:
    text = (ROOT / "docs/glossary.md").read_text("utf-8")

    assert glossary_faults(text) == []
    assert text.count("\n- **") >= 50


@pytest.mark.parametrize(
    "text",
    ["\n- **b**: One.\n- **a**: Two.\n", "\n- **a**: One.\n- **a**: Two.\n", "\n- **a**: one\n", "\n- a: One.\n"],
)
def test_docs_glossary_rule_catches(text: str) -> None:
    assert glossary_faults(text)


def test_docs_claims_have_a_status() -> None:
    text = (ROOT / "docs/claims.md").read_text("utf-8")

    assert claim_faults(text) == []
    assert text.count("\n| ") >= 60


@pytest.mark.parametrize("row", ["| a | b | done |", "| a | modelled |", "| a | | modelled |", "| a | b | planned |"])
def test_docs_claims_rule_catches(row: str) -> None:
    assert claim_faults(row)
