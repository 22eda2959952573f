"""A workbook as bytes that depend on what it holds and on nothing else.

A spreadsheet is a zip of XML files, and the library that writes it stamps the present second on each of them and into
the document's properties. Two downloads of one invoice would then differ, and nobody could compare them by a checksum.
Here every stamp is the same.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The first instant a zip can name."""
_AUTHOR: Final = "firstbest"
_UNHELD: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def held(text: str) -> str:
    """A text that a workbook can hold: XML knows no control characters, so each becomes a mark that can be seen."""
    return _UNHELD.sub("\N{REPLACEMENT CHARACTER}", text)


def bytes_of(book: Any) -> bytes:
    """The bytes of an openpyxl workbook, the same whenever they are asked for."""
    from openpyxl.xml.constants import ARC_CORE  # noqa: PLC0415 - a tenth of a second that only workbooks need
    from openpyxl.xml.functions import tostring  # noqa: PLC0415 - as above

    stamped, plain = BytesIO(), BytesIO()
    book.save(stamped)
    told = book.properties
    told.created = told.modified = datetime(*_EARLIEST, tzinfo=UTC)
    told.creator = _AUTHOR
    with ZipFile(stamped) as old, ZipFile(plain, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = tostring(told.to_tree()) if name == ARC_CORE else old.read(name)
            new.writestr(ZipInfo(name, _EARLIEST), part, ZIP_DEFLATED)
    return plain.getvalue()
