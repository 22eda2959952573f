"""The documents say everything there is: commands, files, columns, settings, changes, facts, tables, metrics, words.

The parts of docs/reference.md between `<!-- NAME -->` and `<!-- /NAME -->` are made from the declarations in the code:

    python -m tests.doors.test_docs_cover --write

The rest is written by hand and held to the code by the tests below.
"""

from __future__ import annotations

import enum
import inspect
import re
import sys
import typing
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest

from firstbest.cli.app import app
from firstbest.present.labels import CAUSES, NODE_KINDS, REASONS, SERVICES, VERDICTS
from firstbest.present.offers import REASONS as OFFER_REASONS
from firstbest.store import schema
from firstbest.store.changes_words import KINDS, SHARED
from firstbest.store.goals import GOALS
from firstbest.store.import_map import MAP
from firstbest.store.schema_words import Column, Section, Settings, Type
from firstbest.world import words
from firstbest.world.facts import FACTS
from firstbest.world.metrics import Metric, Spread
from firstbest.world.tables import TABLES
from tests.tidy.sources import ROOT

PAGE = ROOT / "docs/reference.md"
HEAD = ("number", "ordinal", "at")
"""Columns that every fact has; the page says so once."""
UNSPOKEN = ("spare", "pad")
SAID: dict[type[enum.IntEnum], dict[int, str]] = {
    words.NodeKind: {**NODE_KINDS},
    words.Service: {**SERVICES},
    words.Verdict: {**VERDICTS},
    words.OfferReason: {**OFFER_REASONS},
    words.Reason: {**REASONS},
    words.LateCause: {cause: said for cause, (said, _) in CAUSES.items()},
}
"""In words, where a page says them otherwise than the code; by list, since members of two lists may be equal."""
LISTED = (
    words.NodeKind, words.Mode, words.Service, words.Process, words.Stage, words.Reason, words.Verdict,
    words.OfferReason, words.Remedy, words.LateCause, words.Outcome,
)  # fmt: skip


# ---------------------------------------------------------------------------------------------------- what is made
def row(*cells: str) -> str:
    """One row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """A Markdown table."""
    return ["", row(*head), "|" + "---|" * len(head), *(row(*cells) for cells in rows), ""]


def commands() -> Iterator[str]:
    """Every command with what it does, its arguments and its options; groups behind the verbs."""
    listed = [("", info) for info in app.registered_commands]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        name = group.typer_instance.info.name or group.name
        listed += [(f"{name} ", info) for info in group.typer_instance.registered_commands]
    for group_name, info in listed:
        assert info.callback is not None
        name = info.name or info.callback.__name__
        yield from ("", f"### firstbest {group_name}{name}", "", inspect.getdoc(info.callback) or "")
        hints = typing.get_type_hints(info.callback, include_extras=True)
        parameters = inspect.signature(info.callback).parameters.values()
        yield from table(("argument", "what", "default"), (argument(each, hints[each.name]) for each in parameters))


def argument(parameter: inspect.Parameter, hint: object) -> tuple[str, str, str]:
    """An argument or option: how it is written, what it is, its default."""
    (declared,) = hint.__metadata__  # type: ignore[attr-defined]
    positional = type(declared).__name__ == "ArgumentInfo"
    # Inside Annotated, Typer keeps the option's name where its default would stand.
    given = declared.default if isinstance(declared.default, str) else f"--{parameter.name}"
    name = parameter.name.upper() if positional else given
    ends = (("from", declared.min), ("to", declared.max))
    bounds = [f"{word} {value:g}" for word, value in ends if value is not None]
    note = declared.help + (f" ({' '.join(bounds)})" if bounds else "")
    if parameter.default is inspect.Parameter.empty:
        return f"`{name}`", note, "required"
    return f"`{name}`", note, "" if parameter.default is None else f"`{parameter.default}`"


def default_of(column: Column) -> str:
    """What an empty cell or an absent key means."""
    if column.required:
        return "required"
    if isinstance(column.default, list | tuple | dict):
        same = len(set(column.default)) == 1 and len(column.default) > 1
        return f"{len(column.default)} times {column.default[0]:g}" if same else f"`{column.default}`"
    return f"`{column.default}`" if column.default != "" else "open"


def kind_of(column: Column) -> str:
    """What a cell may hold."""
    if column.choices and column.type in (Type.CHOICE, Type.CHOICES, Type.NUMBER_BY_NAME):
        how = {Type.CHOICE: "one of", Type.CHOICES: "some of", Type.NUMBER_BY_NAME: "numbers by"}[column.type]
        return f"{how} {', '.join(column.choices)}"
    if column.refers:
        return f"{column.type.value}, of `{column.refers}`"
    return column.type.value


def range_of(column: Column) -> str:
    """Least and greatest, where they say something."""
    if column.low is None or column.high is None or column.type not in (Type.INTEGER, Type.NUMBER):
        return ""
    most = "" if column.high >= 10**7 else f" to {column.high:g}"
    return f"; {column.low:g}{most or ' or more'}" if column.low or most else ""


def columns(listed: Iterable[Column]) -> list[str]:
    """A table of columns or keys."""
    rows = ((f"`{each.name}`", each.note, kind_of(each) + range_of(each), default_of(each)) for each in listed)
    return table(("name", "what", "holds", "when empty"), rows)


def files() -> Iterator[str]:
    """Every CSV file with its columns."""
    for each in (*schema.TABLES, schema.RATES):
        key = f" No two rows share {' + '.join(f'`{name}`' for name in each.key)}." if each.key else ""
        optional = "" if each.required else " May be left out."
        yield from ("", f"### {each.name.replace('*', 'NAME')}.csv", "", f"{each.note}{key}{optional}")
        yield from columns(each.columns)


def settings() -> Iterator[str]:
    """Every TOML file with its sections and keys."""
    for each in (*schema.SETTINGS, GOALS):
        yield from ("", f"### {each.name}.toml", "", each.note)
        for section in each.sections:
            yield from ("", f"**{headed(section)}** {section.note}")
            yield from columns(section.keys)


def headed(section: Section) -> str:
    """How a section's head is written."""
    if section.many:
        return f"`[[{section.name}]]`"
    if section.named:
        return " ".join(f"`[{section.name}.{name}]`" for name in section.named)
    return f"`[{section.name}]`"


def log_map() -> Iterator[str]:
    """Every section and key of a map of an order log."""
    made: Settings = MAP
    for section in made.sections:
        yield from ("", f"**{headed(section)}** {section.note}")
        yield from columns(section.keys)


def changes() -> Iterator[str]:
    """Every kind of operation with its keys, tables and lists."""
    yield from ("", "Keys of every operation:")
    yield from columns(SHARED)
    for kind in KINDS.values():
        more = [f"`[operation.{name}]`" for name in kind.tables] + [f"`[[operation.{name}]]`" for name in kind.lists]
        more += [f"`{name}` (of the type of what it is written into)" for name in kind.free]
        yield from ("", f"### {kind.name}", "", kind.note + (f" Also: {', '.join(more)}." if more else ""))
        yield from columns(kind.keys) if kind.keys else [""]


def closed_lists() -> Iterator[str]:
    """Every closed list with its numbers, names and words."""
    for each in LISTED:
        yield from ("", f"### {each.__name__}", "", (each.__doc__ or "").split("\n")[0])
        rows = ((str(member.value), f"`{member.name.lower()}`", SAID.get(each, {}).get(member, "")) for member in each)
        yield from table(("number", "name", "in words"), rows)


def own_columns(dtype: np.dtype[np.void], shared: tuple[str, ...]) -> tuple[str, ...]:
    """Names of columns that are not shared."""
    return tuple(name for name in dtype.names or () if name not in shared)


MADE: dict[str, Callable[[], Iterator[str]]] = {
    "commands": commands, "files": files, "settings": settings, "map": log_map, "changes": changes,
    "words": closed_lists,
}  # fmt: skip

COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "Facts": {fact.name: own_columns(fact.dtype, (*HEAD, *UNSPOKEN)) for fact in FACTS},
    "Tables": {each.name: own_columns(each.dtype, ("key", "live", *UNSPOKEN)) for each in TABLES},
}
"""Columns of facts and tables, those aside that all of them have."""


def renewed(page: str) -> str:
    """The page with every made part as the code has it now."""
    for name, make in MADE.items():
        part = re.sub(r"\n{3,}", "\n\n", "\n".join(make())).strip()
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        assert page.count(begin) == page.count(end) == 1, f"reference.md needs one part between {begin} and {end}"
        page = page[: page.index(begin)] + f"{begin}\n\n{part}\n\n" + page[page.index(end) :]
    for title, declared in COLUMNS.items():
        page = with_columns(page, title, declared)
    return page


def with_columns(page: str, title: str, declared: dict[str, tuple[str, ...]]) -> str:
    """The page with the columns in the last cell of a part's rows as the code has them; the other cells stay."""
    part = part_of(page, title)
    made = part
    for name, own in declared.items():
        cell = ", ".join(f"`{column}`" for column in own)
        made = re.sub(rf"^(\| `{name}` \|.*\|)[^|]*\|$", rf"\1 {cell} |", made, count=1, flags=re.MULTILINE)
    return page.replace(part, made)


def part_of(page: str, title: str) -> str:
    """What stands under a second-level title."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"reference.md needs a part '## {title}'"
    return found[1]


# ------------------------------------------------------------------------------------------------------- what is held
def listed_rows(part: str) -> dict[str, list[str]]:
    """Rows of a part's tables by the name in their first cell: the other cells."""
    rows = re.findall(r"^\| `([\w ]+)` \|(.*)\|$", part, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in rows}


def test_the_reference_is_current() -> None:
    page = PAGE.read_text("utf-8")

    assert renewed(page) == page, "python -m tests.doors.test_docs_cover --write"


def test_a_reference_that_lags_is_found() -> None:
    page = PAGE.read_text("utf-8")

    assert renewed(page.replace("`cut_off`", "`cutoff`")) == page
    assert renewed(page.replace("| `--against` |", "| `--versus` |")) == page


def test_facts_and_their_columns_are_told() -> None:
    """Which columns there are is made; what a fact and a column mean is written by hand."""
    part = part_of(PAGE.read_text("utf-8"), "Facts")
    told = listed_rows(part.partition("### Columns")[0])
    meanings = listed_rows(part.partition("### Columns")[2])
    own = {name for names in COLUMNS["Facts"].values() for name in names}

    assert list(told) == [fact.name for fact in FACTS]
    assert all(cells[0] for cells in told.values())
    assert own - set(meanings) == set()
    assert set(meanings) - own == set()


def test_tables_are_told() -> None:
    told = listed_rows(part_of(PAGE.read_text("utf-8"), "Tables"))

    assert list(told) == [each.name for each in TABLES]
    assert all(cells[0] and cells[1] for cells in told.values())


def test_metrics_and_spreads_are_told() -> None:
    told = listed_rows(part_of(PAGE.read_text("utf-8"), "Metrics"))

    assert list(told) == [each.name.lower() for each in (*Metric, *Spread)]


@pytest.mark.parametrize("listed", [words.Kind, words.Timer])
def test_commands_and_timers_of_the_loop_are_told(listed: type[enum.IntEnum]) -> None:
    told = listed_rows(
        part_of(PAGE.read_text("utf-8"), {"Kind": "Commands of the loop", "Timer": "Timers"}[listed.__name__])
    )

    assert list(told) == [each.name.lower() for each in listed]


def test_every_kind_of_change_has_its_words() -> None:
    page = (ROOT / "docs/changes.md").read_text("utf-8")

    assert [kind for kind in KINDS if f"### {kind}\n" not in page] == []


PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: object) -> None:
    assert isinstance(path, type(ROOT))
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)[^)]*\)", path.read_text("utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_index_lists_every_page() -> None:
    index = (ROOT / "docs/index.md").read_text("utf-8")
    pages = {path.name for path in ROOT.glob("docs/*.md")} - {"index.md"}

    assert sorted(name for name in pages if f"]({name})" not in index) == []


def test_the_architecture_names_what_is_there() -> None:
    """Paths of code in backticks exist, and `path::name` is defined there."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(r"`([\w/]+\.(?:py|md|toml|svg|css))(?:::(\w+))?`", text)
    homes = (ROOT, ROOT / "src/firstbest", ROOT / "src/firstbest/store/builtin")
    found = {path: next((home / path for home in homes if (home / path).is_file()), None) for path, _ in named}

    assert len(named) >= 60
    assert [path for path, place in found.items() if place is None] == []
    for path, name in named:
        place = found[path]
        assert place is not None
        defined = rf"^\s*(?:def|class) {name}\b|^{name}\b.*=" if name else ""
        assert re.search(defined, place.read_text("utf-8"), re.MULTILINE), f"{path}::{name}"


def test_the_readme_has_two_commands() -> None:
    """One that installs and rehearses, one that installs and tests, each on one line; what they call is there."""
    fences = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    one_liners = [fence.strip() for fence in fences if "venv .venv" in fence]

    assert len(one_liners) == 2
    assert all("\n" not in line for line in one_liners)
    assert "rehearse demo --scale 0.1" in one_liners[0]
    assert one_liners[1].endswith("just check")


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(renewed(PAGE.read_text("utf-8")), encoding="utf-8")
