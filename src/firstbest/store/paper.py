"""The one door by which a document becomes a PDF: typst, with the fonts it brings along and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path


class PaperUnavailable(Exception):  # noqa: N818 - it names what is the matter
    """PDF was asked for and cannot be made here."""


def pdf(source: str, drawings: Mapping[str, bytes]) -> bytes:
    """The PDF of a typst document and the drawings it names. Raises `PaperUnavailable` without typst.

    The document carries no date and system fonts are left aside, so the same document gives the same bytes.
    """
    try:
        import typst  # noqa: PLC0415 - an extra that only paper needs
    except ImportError:
        raise PaperUnavailable("PDF needs the extra 'pdf': pip install 'firstbest[pdf]'") from None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "deck.typ").write_text(source, encoding="utf-8")
        for drawing, data in drawings.items():
            (folder / drawing).write_bytes(data)
        found = typst.compile(folder / "deck.typ", root=folder, ignore_system_fonts=True)
        assert isinstance(found, bytes), "typst answers one PDF"
        return found
