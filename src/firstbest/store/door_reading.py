"""How a column of text is to be read: decimal point or comma, day or month first, local time or offsets.

What the cells themselves decide is taken and told with its count; what they leave open is asked for, never guessed. A
cell that says neither ('1,234'; '03/04/2024') is read as the others of its column decide.

Every function answers SQL over the table `source`, which holds text (door_source).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from firstbest.store.door_source import name_of
from firstbest.store.faults import Fault, shown

NOTHING: Final = "('', 'nan', 'NaN', 'null', 'NULL', 'None', 'N/A', 'n/a', '#N/A')"
BLANKS: Final = r"[\s\x{00a0}\x{2007}\x{202f}\x{feff}]"
"""Blanks of all kinds, hard ones too, as a regular expression of DuckDB's."""
POINT: Final = "point"
COMMA: Final = "comma"
DAY_FIRST: Final = "day_first"
MONTH_FIRST: Final = "month_first"
YEARS: Final = (1990, 2100)
_YEAR_FIRST: Final = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}"
_SLASHED: Final = r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:\D|$)"
_ENDING: Final = r"(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(?:Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)$"
_OFFSET: Final = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)$"
_SERIAL: Final = r"^[3-6]\d{4}(\.\d+)?$"
_CLOCKS: Final = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p",
)  # fmt: skip
_NAMED: Final = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%b %d %Y",
    "%d %b %Y",
    "%B %d %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%Y%m%d",
    "%Y.%m.%d",
)
_PLAIN: Final = r"^[+-]?\d*\.?\d+([eE][+-]?\d+)?$"
_SAYS_POINT: Final = r"^[+-]?(\d+\.\d{1,2}|\d*\.\d{4,}|\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,})$"
_SAYS_COMMA: Final = r"^[+-]?(\d+,\d{1,2}|\d*,\d{4,}|\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,})$"
_SAYS_NEITHER: Final = r"^[+-]?\d{1,3}[.,]\d{3}$"
_DRESSING: Final = r"[\s\x{00a0}\x{2007}\x{202f}''\x{2019}$\x{20ac}\x{00a3}\x{00a5}]|^[A-Z]{3}|[A-Z]{3}$"


class Asked(NamedTuple):
    """What the user says of the file, empty where it is left to be found."""

    decimal: str = ""
    dates: str = ""
    date_format: str = ""
    time_zone: str = ""


class Read(NamedTuple):
    """SQL of one column's value, NULL where a cell is none, and what is told of it."""

    sql: str
    notes: tuple[str, ...] = ()


class Dates(NamedTuple):
    """SQL of local instants; `offsets`: the hours from UTC that cells name, with their rows."""

    sql: str
    notes: tuple[str, ...]
    offsets: tuple[tuple[str, int], ...]


def bare(column: str) -> str:
    """SQL of a cell without blanks around it, '' where it says nothing."""
    cell = trimmed(column)
    return f"CASE WHEN {cell} IN {NOTHING} THEN '' ELSE {cell} END"


def empty(column: str) -> str:
    """SQL that says whether a cell says nothing; a long one is not looked through."""
    return f"(length({name_of(column)}) < 16 AND {trimmed(column)} IN {NOTHING})"


def trimmed(column: str) -> str:
    """SQL of a cell without blanks of any kind around it.

    Most cells begin and end with a plain sign, and to see that costs a third of the trimming.
    """
    cell = name_of(column)
    plain = f"ascii({cell}) BETWEEN 33 AND 126 AND right({cell}, 1) BETWEEN '!' AND '~'"
    blanks = "' \t\r\n' || chr(160) || chr(8199) || chr(8239) || chr(65279)"
    return f"(CASE WHEN {plain} THEN {cell} ELSE trim({cell}, {blanks}) END)"


def decimal_style(db: Any, columns: dict[str, str], asked: str, where: tuple[str, str]) -> tuple[str, list[Fault]]:
    """Point or comma, for all the numbers of a file; faults where they disagree or do not say.

    `columns`: our word to the file's; `where`: the file, and how the user can say it.
    """
    if asked or not columns:
        return asked or POINT, []
    file, how = where
    # Most files hold no comma in a number, and a look for one is cheap.
    comma = _first(db, columns, _SAYS_COMMA, "contains({0}, ',') OR {0} LIKE '%.%.%'")
    either = _first(db, columns, _SAYS_NEITHER, "contains({0}, ',')")
    point = _first(db, columns, _SAYS_POINT, "contains({0}, '.') OR {0} LIKE '%,%,%'") if comma or either else None
    if point and comma:
        found = f"{point[1]} in row {point[0]} and {comma[1]} in row {comma[0]}"
        return POINT, [Fault(file, comma[0], comma[2], f"decimal points or commas, not both ({how})", found)]
    if point or comma:
        return (POINT if point else COMMA), []
    # Computers write 0.125, nobody 0,125 for a hundred and twenty-five: a point alone is a decimal one in a price.
    counted = {key: name for key, name in columns.items() if key == "quantity"}
    open_cell = either or (_first(db, counted, _SAYS_NEITHER, "contains({0}, '.')") if counted else None)
    if open_cell:
        expected = f"a number that is read in one way only ({how})"
        return POINT, [Fault(file, open_cell[0], open_cell[2], expected, f"{open_cell[1]}: a thousand, or a decimal?")]
    return POINT, []


def _first(db: Any, columns: dict[str, str], pattern: str, spared: str) -> tuple[int, str, str] | None:
    """The first cell that has the pattern: (row, text, column); `spared`: SQL that keeps most cells from it."""
    for name in columns.values():
        found = db.execute(
            f"SELECT n, {trimmed(name)} FROM source WHERE ({spared.format(name_of(name))})"
            f" AND regexp_matches({_undressed(name)}, '{pattern}') ORDER BY n LIMIT 1"
        ).fetchone()
        if found:
            return found[0], shown(found[1]), name
    return None


def _undressed(name: str) -> str:
    """SQL of a cell without currency, blanks and apostrophes; in brackets, or with a minus behind, it is below zero."""
    bare_cell = f"regexp_replace({name_of(name)}, '{_DRESSING}', '', 'g')"
    return f"regexp_replace({bare_cell}, '^(?:\\((.*)\\)|([0-9.,]+)-)$', '-\\1\\2')"


def number(db: Any, name: str, style: str) -> Read:
    """A column of numbers as DOUBLE."""
    cell = _undressed(name)
    plain = f"TRY_CAST({trimmed(name)} AS DOUBLE)"
    if style == COMMA:
        value = f"TRY_CAST(replace(replace({cell}, '.', ''), ',', '.') AS DOUBLE)"
        grouped = f"regexp_matches({cell}, '^[+-]?(\\d+|\\d{{1,3}}(\\.\\d{{3}})+)?(,\\d+)?$')"
        sql = f"CASE WHEN {grouped} THEN {value} END"
    else:
        value = f"TRY_CAST(replace({cell}, ',', '') AS DOUBLE)"
        grouped = f"regexp_matches({cell}, '^[+-]?(\\d+|\\d{{1,3}}(,\\d{{3}})+)?(\\.\\d+)?$')"
        sql = f"coalesce({plain}, CASE WHEN {grouped} THEN {value} END)"
    dressed = f"{trimmed(name)} NOT IN {NOTHING} AND NOT regexp_matches({trimmed(name)}, '{_PLAIN}')"
    if style == POINT and not _count(db, f"{plain} IS NULL AND {trimmed(name)} NOT IN {NOTHING}"):
        return Read(plain)
    count, least = db.execute(
        f"SELECT count(*), arg_min({trimmed(name)}, n) FROM source WHERE {dressed} AND isfinite({sql})"
    ).fetchone()
    if not count:
        return Read(sql)
    example = db.execute(f"SELECT {sql} FROM source WHERE {trimmed(name)} = ? LIMIT 1", [least]).fetchone()[0]
    are = "1 number is" if count == 1 else f"{count:,} numbers are"
    said = f"{name}: {are} not written plainly; {shown(least)} is read as {example:.15g}"
    return Read(sql, (said + (" (decimal comma)" if style == COMMA else ""),))


def dates(db: Any, name: str, asked: Asked, where: tuple[str, str]) -> tuple[Dates, list[Fault]]:
    """A column of instants as local TIMESTAMP; faults where days and months cannot be told apart."""
    cell = trimmed(name)
    odd, ending = _looked_at(db, name)
    form, notes, faults = _date_form(db, name, asked, where) if odd or ending else (year_first(cell), [], [])
    if asked.date_format:
        form, notes, faults = _date_form(db, name, asked, where)
    local, offsets = f"({form})", _offsets(db, cell) if ending else ()
    if offsets:
        local, more, wrong = _with_offsets(db, name, offsets, asked, (form, where[0]))
        notes, faults = [*notes, *more], [*faults, *wrong]
    serial = _count(db, f"regexp_matches({cell}, '{_SERIAL}')") if odd else 0
    if serial:
        notes.append(f"{name}: {serial:,} numbers such as 45321 are read as days that a spreadsheet counts from 1900")
        counted = f"TIMESTAMP '1899-12-30' + to_seconds((TRY_CAST({cell} AS DOUBLE) * 86400)::BIGINT)"
        local = f"CASE WHEN regexp_matches({cell}, '{_SERIAL}') THEN {counted} ELSE {local} END"
    low, high = YEARS
    sql = f"CASE WHEN year({local}) BETWEEN {low} AND {high} THEN {local} END"
    return Dates(sql, tuple(notes), offsets), faults


def year_first(cell: str) -> str:
    """SQL of an instant that begins with its year, and ends in a digit.

    The engine reads past whatever follows a time, be it PM or the name of a zone, and says nothing.
    """
    return f"CASE WHEN right({cell}, 1) BETWEEN '0' AND '9' THEN TRY_CAST({cell} AS TIMESTAMP) END"


def _looked_at(db: Any, name: str) -> tuple[int, int]:
    """Cells that are no year-month-day, not empty; and those that may end in an offset."""
    cell = name_of(name)
    signs = " OR ".join(f"substr({cell}, -{back}, 1) IN ('+', '-')" for back in (3, 5, 6))
    found = db.execute(
        f"SELECT count(*) FILTER (NOT nothing AND {year_first(cell)} IS NULL),"
        f" count(*) FILTER (length({cell}) > 10 AND (right({cell}, 1) IN ('Z', 'C', 'T', ' ') OR {signs}))"
        f" FROM (SELECT {cell}, {empty(name)} AS nothing FROM source)"
    ).fetchone()
    return int(found[0]), int(found[1])


def _date_form(db: Any, name: str, asked: Asked, where: tuple[str, str]) -> tuple[str, list[str], list[Fault]]:
    """SQL of the local time that is written, before any offset counts."""
    cell = f"trim(regexp_replace({trimmed(name)}, '{_ENDING}', '\\1'))"
    if not _count(db, f"regexp_matches({trimmed(name)}, '{_OFFSET}')"):
        cell = trimmed(name)
    iso = year_first(cell)
    if asked.date_format:
        form = asked.date_format.replace("'", "''")
        return f"coalesce(try_strptime({cell}, '{form}'), {iso})", [], []
    odd = f"{cell} NOT IN {NOTHING} AND {iso} IS NULL"
    if not _count(db, odd):
        return iso, [], []
    # Commas between day and year, and AM before a blank, say nothing.
    plain = f"regexp_replace(replace({cell}, ',', ' '), '\\s+', ' ', 'g')"
    slashed = f"regexp_matches({cell}, '{_SLASHED}')"
    rows = _count(db, f"{odd} AND {slashed}")
    order, notes, faults = _day_or_month(db, cell, (name, rows), asked, where) if rows else ("", [], [])
    texts = [f"{day}{clock}" for day in _NAMED for clock in _CLOCKS]
    parts = []
    if order:
        lead = "%d/%m" if order == DAY_FIRST else "%m/%d"
        points = f"regexp_replace({plain}, '^(\\d+)[./-](\\d+)[./-]', '\\1/\\2/')"
        # %Y would take '24' for the year 24.
        for year, digits in (("%Y", 4), ("%y", 2)):
            forms = [f"{lead}/{year}{clock}" for clock in _CLOCKS]
            pattern = f"^\\d+/\\d+/\\d{{{digits}}}(?:\\D|$)"
            parts.append(f"CASE WHEN regexp_matches({points}, '{pattern}') THEN try_strptime({points}, {forms}) END")
    # Last, since 17.5.24 would be a day of the year 17.
    return f"coalesce({', '.join([*parts, iso, f'try_strptime({plain}, {texts})'])})", notes, faults


def _day_or_month(
    db: Any, cell: str, column: tuple[str, int], asked: Asked, where: tuple[str, str]
) -> tuple[str, list[str], list[Fault]]:
    """Which of two numbers is the day: as the user says, else as a number above 12 shows."""
    name, rows = column
    file, how = where
    parts = (
        f"FROM (SELECT n, {cell} AS cell, regexp_extract({cell}, '{_SLASHED}', ['a', 'b', 'c']) AS p FROM source"
        f" WHERE regexp_matches({cell}, '{_SLASHED}'))"
    )
    first, second = (
        db.execute(f"SELECT count(*), min(n), arg_min(cell, n) {parts} WHERE TRY_CAST(p.{key} AS INT) > 12").fetchone()
        for key in ("a", "b")
    )
    if asked.dates:
        said = "days" if asked.dates == DAY_FIRST else "months"
        return asked.dates, [f"{name}: {rows:,} dates are read with {said} first, as you said"], []
    if first[0] and second[0]:
        found = f"{shown(first[2])} in row {first[1]} and {shown(second[2])} in row {second[1]}"
        return DAY_FIRST, [], [Fault(file, max(first[1], second[1]), name, f"dates of one form ({how})", found)]
    if first[0] or second[0]:
        count, row, example = first if first[0] else second
        said = "days come first" if first[0] else "months come first"
        note = f"{name}: {said} in dates: {count:,} of {rows:,} show it, such as {shown(example)} in row {row}"
        return (DAY_FIRST if first[0] else MONTH_FIRST), [note], []
    example = db.execute(f"SELECT n, cell {parts} ORDER BY n LIMIT 1").fetchone()
    if "." in example[1][:6]:
        return DAY_FIRST, [f"{name}: dates with points such as {shown(example[1])} are read with days first"], []
    expected = f"a date that says which is the month; no number is above 12 ({how})"
    return DAY_FIRST, [], [Fault(file, example[0], name, expected, f"{shown(example[1])} and {rows - 1:,} more")]


def _offsets(db: Any, cell: str) -> tuple[tuple[str, int], ...]:
    """Offsets as they are written, with their rows, the commonest first."""
    found = db.execute(
        f"SELECT regexp_extract({cell}, '{_OFFSET}', 1) AS o, count(*) AS c FROM source GROUP BY o HAVING o <> ''"
        " ORDER BY c DESC, o"
    ).fetchall()
    return tuple((str(name), int(count)) for name, count in found)


def offset_minutes(text: str) -> int:
    """Minutes east of UTC: -0500, +01:00, Z."""
    digits = "".join(each for each in text if each.isdigit())
    if not digits:
        return 0
    minutes = int(digits[:2]) * 60 + int(digits[2:] or "0")
    return -minutes if text.startswith("-") else minutes


def _with_offsets(
    db: Any, name: str, offsets: tuple[tuple[str, int], ...], asked: Asked, read: tuple[str, str]
) -> tuple[str, list[str], list[Fault]]:
    """Local time of instants of which some name their offset; a cell that is no instant says nothing of it."""
    form, file = read
    cell = trimmed(name)
    minutes = {offset_minutes(text) for text, _ in offsets}
    told = ", ".join(f"{text} in {count:,}" for text, count in offsets[:4])
    faults = []
    without, row, example = db.execute(
        f"SELECT count(*), min(n), arg_min({cell}, n) FROM source"
        f" WHERE ({form}) IS NOT NULL AND NOT regexp_matches({cell}, '{_OFFSET}')"
    ).fetchone()
    if without and not asked.time_zone:
        expected = "an offset in every instant or in none (say --time-zone for those without)"
        rest = f" and {without - 1:,} more" if without > 1 else ""
        faults.append(Fault(file, row, name, expected, f"{shown(example)}{rest} without, {told} rows"))
    own = minutes != {0} and max(minutes) - min(minutes) <= 60  # noqa: PLR2004 - summer and winter of one zone
    if own and not asked.time_zone:
        return form, [f"{name}: times are the shop's own, as written ({told} rows)"], faults
    zone = asked.time_zone or "UTC"
    found = f"regexp_extract({cell}, '{_OFFSET}', 1)"
    cases = " ".join(f"WHEN '{text}' THEN {offset_minutes(text)}" for text, _ in offsets)
    utc = f"(({form}) - to_minutes(CASE {found} {cases} ELSE 0 END))"
    local = f"(({utc} AT TIME ZONE 'UTC') AT TIME ZONE '{zone}')"
    sql = f"CASE WHEN {found} = '' THEN {form} ELSE {local} END"
    own_zone = "" if asked.time_zone else " (say --time-zone for your own)"
    return sql, [f"{name}: times name their offset ({told} rows): put into {zone}{own_zone}"], faults


def _count(db: Any, condition: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM source WHERE {condition}").fetchone()[0])
