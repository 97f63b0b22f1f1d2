"""The first sheet of an XLSX workbook as rows of text, as if it had been saved as CSV."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from domain.errors import InputError

SIGNATURE = b"PK\x03\x04"
"""How a workbook (a zip archive) begins."""

Cell = str | float | bool | datetime | date | time | timedelta


def read_workbook(path: Path) -> list[list[str]]:
    """All rows from the first on; InputError when it cannot be read as a workbook."""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheet: list[list[Cell]] = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise InputError(
            "is not a workbook that can be read", where=str(path), remedy="save it as XLSX or CSV UTF-8"
        ) from error
    return [list(map(_text, row)) for row in sheet]


def _text(cell: Cell) -> str:
    """As a person sees it: an account is not ``1002.0``, a day has no midnight."""
    match cell:
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date():
            return cell.isoformat()
        case _:
            return str(cell).strip()
