"""A report on paper: A4, landscape where a table is wide, in a font that has Cyrillic."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from fpdf import FPDF
from fpdf.fonts import FontFace

from dialer.reports.table import Document, Kind, Table
from dialer.reports.words import words
from domain.said import Say

FONT = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
WIDE = 6
"""Columns from which a table is printed on its side."""
GREY = (236, 236, 236)
LETTERS = (Kind.TEXT, Kind.WORD)


class _Pages(FPDF):
    """Every page says which one it is."""

    def footer(self) -> None:
        """At the foot of a page."""
        self.set_y(-12)
        self.set_font(size=7)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="C")


def render_pdf(document: Document, say: Say) -> bytes:
    """The file's bytes."""
    pages = _Pages(format="A4")
    pages.add_font("DejaVu", fname=FONT)
    pages.set_font("DejaVu", size=8)
    pages.set_title(say(document.title))
    pages.set_creation_date(document.made_at)
    zone = ZoneInfo(document.zone)
    for place, table in enumerate(document.tables):
        if place == 0 or len(table.columns) >= WIDE or pages.will_page_break(40):
            pages.add_page(orientation="landscape" if len(table.columns) >= WIDE else "portrait")
        if place == 0:
            _head(pages, document, zone, say)
        _table(pages, table, zone, say)
    return bytes(pages.output())


def _head(pages: FPDF, document: Document, zone: ZoneInfo, say: Say) -> None:
    pages.set_font(size=14)
    pages.cell(text=say(document.title), new_x="LMARGIN", new_y="NEXT")
    pages.set_font(size=8)
    period = " – ".join(words(at, Kind.MOMENT, zone) for at in (document.since, document.until))
    told = ", ".join(filter(None, (document.campaign, period, document.zone)))
    pages.cell(text=told, new_x="LMARGIN", new_y="NEXT")


def _table(pages: FPDF, table: Table, zone: ZoneInfo, say: Say) -> None:
    pages.ln(4)
    pages.set_font(size=10)
    pages.cell(text=say(table.title), new_x="LMARGIN", new_y="NEXT")
    pages.ln(1)
    pages.set_font(size=8)
    align = tuple("LEFT" if column.kind in LETTERS else "RIGHT" for column in table.columns)
    widths = tuple(3 if column.kind in LETTERS else 2 for column in table.columns)
    style = FontFace(emphasis="", fill_color=GREY)
    with pages.table(
        text_align=align, col_widths=widths, headings_style=style, borders_layout="MINIMAL"
    ) as shown:
        heads = shown.row()
        for column in table.columns:
            heads.cell(say(column.name))
        for row in table.cells():
            line = shown.row()
            for value, kind in row:
                line.cell(words(value, kind, zone, say))
    for note in table.notes:
        pages.set_font(size=7)
        pages.multi_cell(0, text=say(note), new_x="LMARGIN", new_y="NEXT")
    pages.set_font(size=8)
