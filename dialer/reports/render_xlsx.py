"""A report as a workbook: a sheet for each table, figures as numbers with their formats."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from dialer.reports.table import Document, Kind, Table, Value
from domain.said import Say

FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.NUMBER: "#,##0.00",
    Kind.SHARE: "0.0%",
    Kind.MONEY: "#,##0.00",
    Kind.DURATION: "[h]:mm:ss",
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
LONGEST_NAME = 31
"""Of a sheet, in every version of Excel."""
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
DAY_S = 86_400


def render_xlsx(document: Document, say: Say) -> bytes:
    """The workbook's bytes."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": say(document.title), "created": document.made_at.replace(tzinfo=None)})
        formats = {kind: book.add_format({"num_format": shown}) for kind, shown in FORMATS.items()}
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        for place, table in enumerate(document.tables, start=1):
            name = f"{place} {say(table.title)}".translate(FORBIDDEN)[:LONGEST_NAME]
            _write(book.add_worksheet(name), table, ZoneInfo(document.zone), say, formats, head)
    return file.getvalue()


def _write(sheet: Any, table: Table, zone: ZoneInfo, say: Say, formats: dict[Kind, Any], head: Any) -> None:
    for column, shown in enumerate(table.columns):
        sheet.write_string(0, column, say(shown.name), head)
    for number, row in enumerate(table.cells(), start=1):
        for column, (value, kind) in enumerate(row):
            _cell(sheet, number, column, value, kind, zone, say, formats)
    for place, note in enumerate(table.notes, start=len(table.rows) + 2):
        sheet.write_string(place, 0, say(note))
    sheet.freeze_panes(1, 0)
    sheet.autofit()


def _cell(
    sheet: Any,
    row: int,
    column: int,
    value: Value,
    kind: Kind,
    zone: ZoneInfo,
    say: Say,
    formats: dict[Kind, Any],
) -> None:
    match value:
        case None:
            return
        case str():
            sheet.write_string(row, column, say(value) if kind is Kind.WORD else value)
        case datetime():
            sheet.write_datetime(
                row, column, value.astimezone(zone).replace(tzinfo=None), formats[Kind.MOMENT]
            )
        case date():
            sheet.write_datetime(row, column, value, formats[Kind.DAY])
        case _:
            scale = {Kind.MONEY: 100, Kind.DURATION: DAY_S}.get(kind, 1)
            sheet.write_number(row, column, value / scale, formats.get(kind))
