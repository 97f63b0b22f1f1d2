"""A report as a file: JSON for programs, CSV for whatever reads tables, XLSX and PDF for people."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from io import StringIO
from urllib.parse import quote
from zoneinfo import ZoneInfo

import orjson

from dialer.reports.render_xlsx import render_xlsx
from dialer.reports.table import Document
from dialer.reports.words import as_written, words
from domain.said import Say

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell must not begin with, or a spreadsheet would compute it."""


class Format(StrEnum):
    """What a report can be written as."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


MEDIA_TYPES: Mapping[Format, str] = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PDF: "application/pdf",
}


def render(document: Document, format: Format, say: Say = as_written) -> bytes:
    """The file; ``say`` translates titles, columns, notes and words of ours."""
    return _RENDERERS[format](document, say)


def file_name(document: Document, format: Format) -> str:
    """A name that tells what is in it, e.g. ``progress-spring-2026-03-01-2026-04-01.pdf``."""
    zone = ZoneInfo(document.zone)
    days = (f"{at.astimezone(zone):%Y-%m-%d}" for at in (document.since, document.until))
    campaign = "".join(letter if letter.isalnum() else "_" for letter in document.campaign)
    return "-".join(filter(None, (document.name, campaign, *days))) + f".{format}"


def attachment(document: Document, format: Format) -> str:
    """The header that has a browser keep the file under its name, whatever its letters (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(file_name(document, format))}"


def _json(document: Document, say: Say) -> bytes:
    del say  # programs read names, not words
    return orjson.dumps(document.to_json(), option=orjson.OPT_INDENT_2)


def _csv(document: Document, say: Say) -> bytes:
    """With a byte order mark, semicolons and decimal commas: so a Russian Excel opens it as a table."""
    text = StringIO()
    csv.writer(text, delimiter=";").writerows(_lines(document, say))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _lines(document: Document, say: Say) -> Iterator[list[str]]:
    zone = ZoneInfo(document.zone)
    for place, table in enumerate(document.tables):
        if place:
            yield []
        yield [say(table.title)]
        yield [say(column.name) for column in table.columns]
        for row in table.cells():
            yield [_harmless(words(value, kind, zone, say, ","), value) for value, kind in row]
        yield from ([say(note)] for note in table.notes)


def _harmless(text: str, value: object) -> str:
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def _pdf(document: Document, say: Say) -> bytes:
    from dialer.reports.render_pdf import render_pdf  # its library loads for as long as a report may take

    return render_pdf(document, say)


_RENDERERS: Mapping[Format, Callable[[Document, Say], bytes]] = {
    Format.JSON: _json,
    Format.CSV: _csv,
    Format.XLSX: render_xlsx,
    Format.PDF: _pdf,
}
