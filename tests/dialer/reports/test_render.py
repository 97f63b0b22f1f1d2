"""The same report as JSON, CSV, XLSX and PDF: read back, with its units, its words and its letters."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from python_calamine import load_workbook

from dialer.reports.render import MEDIA_TYPES, Format, file_name, render
from dialer.reports.table import Column, Document, Figure, Kind, Table

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 10, 9, tzinfo=UTC)
COLUMNS = (
    Column("channel", Kind.WORD),
    Column("name"),
    Column("touches", Kind.COUNT),
    Column("share", Kind.SHARE),
    Column("cost", Kind.MONEY),
    Column("talk", Kind.DURATION),
    Column("at", Kind.MOMENT),
    Column("day", Kind.DAY),
    Column("figure", Kind.ANY),
)
ROW = ("sms", "=Иванова", 1234, 0.256, 150_050, 3661.0, NOON, date(2026, 3, 1), Figure(0.5, Kind.SHARE))
NOTHING = ("", "", None, None, None, None, None, None, Figure(None, Kind.MONEY))
DOCUMENT = Document(
    "cost",
    "Costs",
    "весна/1",
    datetime(2026, 2, 28, 21, tzinfo=UTC),
    datetime(2026, 3, 31, 21, tzinfo=UTC),
    NOON,
    "Europe/Moscow",
    (Table("Costs by channel", COLUMNS, (ROW, NOTHING), ("A note.",)), Table("Empty", (Column("x"),), ())),
)
RUSSIAN = {"Costs by channel": "Затраты по каналам", "sms": "СМС", "A note.": "Примечание.", "share": "доля"}


def say(text: str) -> str:
    return RUSSIAN.get(text, text)


def test_json_keeps_kinds_and_values() -> None:
    document = json.loads(render(DOCUMENT, Format.JSON, say))
    assert document["tables"][0]["columns"][3] == {"name": "share", "kind": "share"}
    assert document["tables"][0]["rows"][0][:5] == ["sms", "=Иванова", 1234, 0.256, 150_050]
    assert document["tables"][0]["rows"][0][8] == {"value": 0.5, "kind": "share"}
    assert document["since"] == "2026-02-28T21:00:00+00:00"


def test_csv_is_one_that_a_russian_excel_opens() -> None:
    text = render(DOCUMENT, Format.CSV, say)
    assert text.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert lines[0] == ["Затраты по каналам"]
    assert lines[1][3] == "доля"
    assert lines[2] == [
        *("СМС", "'=Иванова", "1234", "25,6%", "1500,50", "1:01:01"),
        *("2026-03-10 12:00", "2026-03-01", "50,0%"),
    ]
    assert lines[3] == [""] * 9
    assert lines[4:] == [["Примечание."], [], ["Empty"], ["x"]]


def test_xlsx_has_numbers_and_no_formulas() -> None:
    book = load_workbook(BytesIO(render(DOCUMENT, Format.XLSX, say)))
    assert book.sheet_names == ["1 Затраты по каналам", "2 Empty"]
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[1][:5] == ["СМС", "=Иванова", 1234.0, 0.256, 1500.5]
    assert rows[1][6:8] == [NOON.replace(hour=12, tzinfo=None), date(2026, 3, 1)]
    assert rows[2] == [""] * 9
    assert rows[-1][0] == "Примечание."


def test_pdf_has_its_font_within() -> None:
    file = render(DOCUMENT, Format.PDF, say)
    assert file.startswith(b"%PDF-")
    assert b"DejaVuSans" in file
    assert b"/FontFile2" in file
    assert file.rstrip().endswith(b"%%EOF")


def test_a_long_table_goes_over_pages() -> None:
    long = Table("Long", COLUMNS[:3], [ROW[:3]] * 200)
    file = render(Document("x", "X", "", NOON, NOON, NOON, "UTC", (long,)), Format.PDF)
    assert file.count(b"/Type /Page\n") > 3


@pytest.mark.parametrize("format", sorted(Format))
def test_a_report_without_tables_is_a_file_too(format: Format) -> None:
    assert render(Document("x", "X", "", NOON, NOON, NOON, "UTC"), format)
    assert "/" in MEDIA_TYPES[format]


def test_a_file_s_name_tells_what_is_in_it() -> None:
    assert file_name(DOCUMENT, Format.PDF) == "cost-весна_1-2026-03-01-2026-04-01.pdf"
    house = Document("queues", "Queues", "", NOON, NOON, NOON, "UTC")
    assert file_name(house, Format.CSV) == "queues-2026-03-10-2026-03-10.csv"
