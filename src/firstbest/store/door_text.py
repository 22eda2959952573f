"""How a text file is written: encoding, delimiter, marks; found from its bytes, and told.

The whole file is looked at, in pieces, so that a byte far down is not a surprise. UTF-8 (with or without its mark) and
UTF-16 show themselves; what is neither is read as Windows-1252, or as Latin-1 where it holds a byte that Windows-1252
does not know, and that is told with the first line that made the difference, since no file says so itself.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

PIECE_BYTES: Final = 1 << 20
_SAMPLE_CHARS: Final = 200_000
_SAMPLE_ROWS: Final = 200
DELIMITERS: Final = (",", ";", "\t", "|")
_DELIMITER_NAMES: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte-order mark"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_NOT_1252: Final = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))


class Written(NamedTuple):
    """How a text file is written. `regular`: UTF-8 without blank lines, so that the quick reader may have it."""

    encoding: str
    delimiter: str
    regular: bool
    notes: tuple[str, ...]


class Unreadable(ValueError):  # noqa: N818 - says of a file what `Fault` then says
    """The file cannot be read as a table: `expected` and `found` for a fault, `row` where it is known."""

    def __init__(self, expected: str, found: str, row: int = 0) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected: Final = expected
        self.found: Final = found
        self.row: Final = row


def written(path: Path, encoding: str = "", delimiter: str = "") -> Written:
    """How the file is written; what is given is not looked for. Raises `Unreadable` for an empty file."""
    if not path.stat().st_size:
        raise Unreadable("a row of column names", "an empty file")
    notes = []
    found, plain, told = (encoding, False, "") if encoding else _encoding(path)
    if told:
        notes.append(told)
    sample = _sample(path, found)
    if not sample.strip():
        raise Unreadable("a row of column names", "blank lines only")
    said = "" if delimiter else _said_delimiter(sample)
    chosen = delimiter or said or _delimiter(sample)
    if chosen != ",":
        notes.append(f"cells are parted by {_DELIMITER_NAMES.get(chosen, chosen)}")
    return Written(found, chosen, plain and not said, tuple(notes))


def text_rows(path: Path, how: Written) -> Iterator[tuple[int, list[str]]]:
    """(row as a spreadsheet counts it, cells) of every row that is not blank.

    Raises `Unreadable` with the row for quotation marks that do not close and text that is not of the encoding.
    """
    row = 0
    try:
        for row, cells in _counted(path, how):
            if cells and not (row == 1 and cells[0].startswith("sep=")):
                yield row, cells
    except csv.Error as error:
        raise Unreadable("quotation marks in pairs", f"'{error}'", row + 1) from None
    except UnicodeDecodeError as error:
        found = f"byte {error.object[error.start]:#04x}"
        raise Unreadable(f"text in {how.encoding.upper()}", found, row + 1) from None


def _counted(path: Path, how: Written) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=how.encoding, newline="") as lines:
        yield from enumerate(csv.reader(lines, delimiter=how.delimiter, strict=True), start=1)


def _encoding(path: Path) -> tuple[str, bool, str]:
    """(encoding, whether it is UTF-8 without a mark or a blank line, what is told)."""
    with path.open("rb") as file:
        head = file.read(PIECE_BYTES)
    for mark, name, said in _MARKS:
        if head.startswith(mark):
            return name, False, f"text is {said}"
    if b"\0" in head[:4096]:
        even = head[:4096:2].count(0) > head[1:4096:2].count(0)
        return ("utf-16-be" if even else "utf-16-le"), False, "text is UTF-16 without its mark"
    return _bytes_looked_at(path)


def _bytes_looked_at(path: Path) -> tuple[str, bool, str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    blank, first, line, tail = False, 0, 1, b"\n"
    unknown: set[int] = set()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            joined = tail + piece
            blank = blank or b"\n\n" in joined or b"\n\r\n" in joined
            tail = joined[-2:]
            if first:
                unknown |= set(piece) & set(_NOT_1252)
                continue
            wrong = _undecoded(piece, decoder)
            if wrong >= 0:
                first = line + piece.count(b"\n", 0, wrong)
                unknown |= set(piece) & set(_NOT_1252)
            line += piece.count(b"\n")
    if not first:
        return "utf-8", not blank, ""
    if unknown:
        return "latin-1", False, f"text is not UTF-8 (line {first}): read as Latin-1"
    return "cp1252", False, f"text is not UTF-8 (line {first}): read as Windows-1252, the Latin-1 of spreadsheets"


def _undecoded(piece: bytes, decoder: codecs.IncrementalDecoder) -> int:
    """Where a piece stops being UTF-8, -1 if it is. ASCII needs no decoder, and most pieces are."""
    kept = len(decoder.getstate()[0])
    if piece.isascii() and not kept:
        return -1
    try:
        decoder.decode(piece)
    except UnicodeDecodeError as error:
        return max(error.start - kept, 0)
    return -1


def _sample(path: Path, encoding: str) -> str:
    try:
        with path.open(encoding=encoding, newline="", errors="replace") as file:
            return file.read(_SAMPLE_CHARS)
    except LookupError:
        raise Unreadable("an encoding that is known", f"'{encoding}'") from None


def _said_delimiter(sample: str) -> str:
    """The delimiter that spreadsheets write into a first line `sep=;`."""
    first = sample.split("\n", 1)[0].rstrip("\r")
    return first[4:] if first.startswith("sep=") and len(first) == len("sep=;") else ""


def _delimiter(sample: str) -> str:
    """The delimiter that gives most rows the same number of cells, and that more than one; commas where none does."""
    best, chosen = (0.0, 0), ","
    first = next((line for line in sample.splitlines() if line.strip()), "")
    # What stands in the header parts cells; elsewhere it may be a word of a cell ("Mon 06:00; Tue 18:00").
    for each in [each for each in DELIMITERS if each in first] or DELIMITERS:
        widths = _widths(sample, each)
        if not widths:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        score = (widths.count(usual) / len(widths), usual)
        if usual > 1 and score > best:
            best, chosen = score, each
    return chosen


def _widths(sample: str, delimiter: str) -> list[int]:
    widths = []
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if cells:
                widths.append(len(cells))
            if len(widths) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        return []
    return widths
