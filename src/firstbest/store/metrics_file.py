"""`metrics.toml`: what is measured, from which sources, on which calendar. Every fault is told with its line."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from firstbest.mechanisms.calendar import COMPARISONS, WEEKDAYS, YEARS, Calendar, day_of
from firstbest.mechanisms.metrics import Metric, in_order, wrongs
from firstbest.mechanisms.signals import LIMITS_WEEKS_MIN
from firstbest.store.faults import Fault, WorkspaceFaulty, nearest, shown
from firstbest.store.workspace_settings import Document, read_document

FILE: Final = "metrics.toml"
PAPERS: Final = ("a4", "us-letter")
SECTIONS: Final = (
    "title", "currency", "paper", "calendar", "closed", "source", "plan", "guidance", "forecast", "events", "metric",
)  # fmt: skip


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where columns come from.

    `file` (CSV or Parquet, globs too), `sql` (DuckDB, paths from the folder), `rehearsal` (its folder) or `book` (a
    folder, such as .firstbest/deck, into which `firstbest review` writes the live book's daily cubes).
    `key`: columns that part a day's rows, each revised by itself.
    """

    name: str
    file: str = ""
    sql: str = ""
    rehearsal: str = ""
    book: str = ""
    where: str = ""
    key: tuple[str, ...] = ()


class Closed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days on which nobody works.

    `days` for all metrics; `holidays` (a country, a subdivision behind a hyphen) for metrics that say so.
    """

    days: tuple[str, ...] = ()
    holidays: str = ""


class Marks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of plan, guidance, forecast or events."""

    file: str = ""


class Definitions(msgspec.Struct, frozen=True, kw_only=True):
    """A whole `metrics.toml`; metrics in the order of a deck."""

    title: str = "Weekly review"
    currency: str = ""
    paper: str = "a4"
    calendar: Calendar = Calendar()
    closed: Closed = Closed()
    sources: tuple[Source, ...] = ()
    plan: Marks = Marks()
    guidance: Marks = Marks()
    forecast: Marks = Marks()
    events: Marks = Marks()
    metrics: tuple[Metric, ...] = ()


def read_definitions(folder: Path) -> Definitions:
    """The definitions in a folder. Raises `WorkspaceFaulty` with every fault."""
    faults: list[Fault] = []
    path = folder / FILE
    if not path.is_file():
        raise WorkspaceFaulty([Fault(FILE, 0, "", "a file that says what is measured", "none")])
    document = read_document(path, FILE, faults)
    if document is None:
        raise WorkspaceFaulty(faults)
    found = _typed(document, faults)
    if faults:
        raise WorkspaceFaulty(faults)
    return found


def check_definitions(folder: Path) -> list[Fault]:
    """Every fault of a folder's metrics.toml; none where there is no such file."""
    if not (folder / FILE).is_file():
        return []
    try:
        read_definitions(folder)
    except WorkspaceFaulty as faulty:
        return list(faulty.faults)
    return []


def _typed(document: Document, faults: list[Fault]) -> Definitions:
    tree = document.tree
    for name in tree:
        if name not in SECTIONS:
            line = document.line(name, 0, "") or document.line("", 0, name)
            wanted = f"one of {', '.join(SECTIONS)}"
            found = shown(name) + nearest(name, SECTIONS)
            faults.append(Fault(FILE, line, name, wanted, found))
    one = {name: _section(document, name, kind, faults) for name, kind in _SINGLE.items()}
    sources = dict(_many(document, "source", Source, faults))
    metrics = dict(_many(document, "metric", Metric, faults))
    _calendar(document, one["calendar"], faults)
    _sources(document, sources, faults)
    if not metrics and not faults:
        faults.append(Fault(FILE, 0, "metric", "one [[metric]] or more", "none"))
    _metrics(document, metrics, {each.name for each in sources.values()}, faults)
    for field in ("title", "currency"):
        if not isinstance(tree.get(field, ""), str):
            faults += [Fault(FILE, document.line("", 0, field), field, "a text", shown(tree[field]))]
    if tree.get("paper", "a4") not in PAPERS:
        line = document.line("", 0, "paper")
        faults.append(Fault(FILE, line, "paper", f"one of {', '.join(PAPERS)}", shown(tree["paper"])))
    if faults:
        return Definitions()
    return Definitions(
        title=tree.get("title", "Weekly review"), currency=tree.get("currency", ""),
        paper=tree.get("paper", "a4"), calendar=one["calendar"],
        closed=one["closed"], sources=tuple(sources.values()), plan=one["plan"], guidance=one["guidance"],
        forecast=one["forecast"],
        events=one["events"],
        metrics=tuple(in_order(metrics.values())),
    )  # fmt: skip


_SINGLE: Final[dict[str, Any]] = {
    "calendar": Calendar, "closed": Closed, "plan": Marks, "guidance": Marks, "forecast": Marks,
    "events": Marks,
}  # fmt: skip


def _section(document: Document, name: str, kind: Any, faults: list[Fault]) -> Any:
    given = document.tree.get(name, {})
    return _converted(document, (name, 0), given, kind, faults) or kind()


def _many(document: Document, name: str, kind: Any, faults: list[Fault]) -> list[tuple[int, Any]]:
    """Entries that could be read, each with its place in the file."""
    given = document.tree.get(name, [])
    if not isinstance(given, list):
        faults.append(
            Fault(FILE, document.line(name, 0, ""), name, f"entries that start with [[{name}]]", shown(given))
        )
        return []
    found = [(index, _converted(document, (name, index), each, kind, faults)) for index, each in enumerate(given)]
    return [(index, each) for index, each in found if each is not None]


def _converted(document: Document, place: tuple[str, int], given: Any, kind: Any, faults: list[Fault]) -> Any:
    """One section as its type; None, and faults, where it cannot be."""
    section, index = place
    if not isinstance(given, dict):
        faults.append(Fault(FILE, document.line(section, index, ""), section, f"a section [{section}]", shown(given)))
        return None
    fields = kind.__struct_fields__
    before = len(faults)
    for key in given:
        if key not in fields:
            line = document.line(section, index, key)
            found = shown(key) + nearest(key, fields)
            faults.append(Fault(FILE, line, key, f"one of {', '.join(fields)}", found))
    plain = {key: _plain(value) for key, value in given.items() if key in fields}
    line = document.line(section, index, "")
    faults += [Fault(FILE, line, key, "a value", "nothing") for key in _required(kind) if key not in plain]
    for key, value in plain.items():
        annotation = msgspec.structs.fields(kind)[fields.index(key)].type
        try:
            msgspec.convert(value, annotation, strict=True)
        except msgspec.ValidationError as error:
            line = document.line(section, index, key)
            faults.append(Fault(FILE, line, key, _expected(str(error)), shown(value)))
    return msgspec.convert(plain, kind) if len(faults) == before else None


def _required(kind: Any) -> list[str]:
    return [field.name for field in msgspec.structs.fields(kind) if field.required]


def _expected(error: str) -> str:
    """`Expected `int`, got `str`` in the words of a fault."""
    words = {"`str`": "a text", "`int`": "a whole number", "`float`": "a number", "`array`": "a list", "`bool`": "true"}
    first = error.removeprefix("Expected ").split(",")[0]
    return next((said for word, said in words.items() if word in first), first)


def _plain(value: Any) -> Any:
    """Dates of TOML as texts, lists as tuples."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _calendar(document: Document, calendar: Calendar, faults: list[Fault]) -> None:
    allowed = {
        "week_end": WEEKDAYS, "year": YEARS, "comparison": COMPARISONS, "year_ends": ("last", "nearest"),
        "named_by": ("start", "end"),
    }  # fmt: skip
    for field, words in allowed.items():
        if getattr(calendar, field) not in words:
            line = document.line("calendar", 0, field)
            faults.append(Fault(FILE, line, field, f"one of {', '.join(words)}", shown(getattr(calendar, field))))
    if not 1 <= calendar.first_month <= 12:  # noqa: PLR2004 - months
        line = document.line("calendar", 0, "first_month")
        faults.append(Fault(FILE, line, "first_month", "1 to 12", str(calendar.first_month)))


def _sources(document: Document, sources: dict[int, Source], faults: list[Fault]) -> None:
    names: set[str] = set()
    for index, source in sources.items():
        line = document.line("source", index, "")
        given = [field for field in ("file", "sql", "rehearsal", "book") if getattr(source, field)]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            faults.append(Fault(FILE, line, source.name, "one of file, sql, rehearsal and book", found))
        if source.name in names or not source.name.replace("_", "").isalnum():
            wanted = "a name of its own of letters, digits and underscores"
            faults.append(Fault(FILE, line, "name", wanted, shown(source.name)))
        names.add(source.name)


def _metrics(document: Document, metrics: dict[int, Metric], sources: set[str], faults: list[Fault]) -> None:
    place = {metric.key: index for index, metric in metrics.items()}
    for wrong in wrongs(metrics.values()):
        line = document.line("metric", place.get(wrong.metric, 0), wrong.field)
        faults.append(Fault(FILE, line, f"{wrong.metric}, {wrong.field}", wrong.expected, wrong.found))
    for index, metric in metrics.items():
        for field in ("numerator", "denominator"):
            written = getattr(metric, field)
            if any(source and source not in sources for source, _, _ in terms(written)):
                wanted = f"a column of one of the sources {', '.join(sorted(sources))}"
                line = document.line("metric", index, field)
                faults.append(Fault(FILE, line, f"{metric.key}, {field}", wanted, shown(written)))
        for field in ("limits_from", "limits_to"):
            text = getattr(metric, field)
            if text and day_of_text(text) is None:
                line = document.line("metric", index, field)
                faults.append(Fault(FILE, line, f"{metric.key}, {field}", "a day such as 2026-01-31", shown(text)))
        if metric.limits_from or metric.limits_to:
            _limits(document, index, metric, faults)


def _limits(document: Document, index: int, metric: Metric, faults: list[Fault]) -> None:
    """The days that limits are set by: both ends or none, and long enough to set any."""
    first, last = day_of_text(metric.limits_from), day_of_text(metric.limits_to)
    for field, text in (("limits_from", metric.limits_from), ("limits_to", metric.limits_to)):
        if not text:
            wanted = "a day at both ends, limits_from and limits_to"
            line = document.line("metric", index, "key")
            faults.append(Fault(FILE, line, f"{metric.key}, {field}", wanted, "nothing"))
    if first is not None and last is not None and last - first + 1 < LIMITS_WEEKS_MIN * 7:
        wanted = f"a day {LIMITS_WEEKS_MIN} weeks or more from {metric.limits_from} on"
        line = document.line("metric", index, "limits_to")
        faults.append(Fault(FILE, line, f"{metric.key}, limits_to", wanted, shown(metric.limits_to)))


def terms(expression: str) -> list[tuple[str, str, int]]:
    """The terms of `a.x + a.y - b.z`: source, column, sign. `days` has no source; nothing has no terms."""
    found = []
    sign = 1
    for word in expression.replace("+", " + ").replace("-", " - ").split():
        if word in "+-":
            sign = 1 if word == "+" else -1
            continue
        source, dot, column = word.partition(".")
        found.append((source, column, sign) if dot else ("" if word == "days" else word, word, sign))
        sign = 1
    return found


def day_of_text(text: str) -> int | None:
    """Days since the epoch of an ISO date; None if it is none."""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day_of(found.year, found.month, found.day)
