"""Enforcement proceedings: the bailiff's cases, and the stage that they put a debtor in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from domain.debtor import Stage
from domain.portfolio import Portfolio
from domain.proceeding import ProceedingResult, ProceedingStatus
from ledger.books import Books
from ledger.fact_tables import ProceedingRow
from ledger.imports.debtors import import_debtors
from ledger.imports.proceedings import import_proceedings
from ledger.tables import table
from tests.ledger.importing import Import, counts, importing, rejects
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

DEBTORS = ("debtor_id;account;sum;month;stage", "A;100;500;2025-11;суд", "B;200;900;2025-10;")
HEADER = (
    "Номер ИП;Код должника;Дата возбуждения;Исполнительный документ;ОСП;Адрес ОСП;Пристав;Телефон пристава;"
    "Остаток;Дата окончания;Причина окончания"
)
OPEN = "1/26-ИП;A;01.02.2026;судебный приказ 2-5/2026;ОСП 1;ул. Мира, 1;Петров П. П.;8 343 222-33-44;480,10;;"
ENDED = OPEN.removesuffix(";") + "05.03.2026;исполнено"
SECOND = "2/26-ИП;A;2026-02-03;;;;;;20;;"


@pytest.fixture
def run(books: Books, portfolio: Portfolio, tmp_path: Path) -> Import:
    """Imports lines of proceedings; two debtors are there."""
    importing(import_debtors, books, portfolio, tmp_path / "debtors.csv")(*DEBTORS)
    return importing(import_proceedings, books, portfolio, tmp_path / "proceedings.csv")


def stage(books: Books, key: str) -> Stage:
    with books.read() as tx:
        return tx.debtors.keyed(key).stage


def rows(books: Books) -> list[dict[str, Any]]:
    with books.read() as tx:
        return [
            dict(row._mapping)
            for row in tx.connection.execute(select(table(ProceedingRow)).order_by(table(ProceedingRow).c.id))
        ]


def test_a_proceeding_arrives_with_its_bailiff(run: Import, books: Books) -> None:
    assert counts(run(HEADER, OPEN)) == (1, 0, 0, 0)
    [row] = rows(books)
    assert (row["number"], row["kopecks"], row["bailiff"], row["ended_on"]) == (
        "1/26-ИП",
        48_010,
        "Петров П. П.",
        None,
    )
    assert (row["department"], row["address"], row["bailiff_phone"]) == (
        "ОСП 1",
        "ул. Мира, 1",
        "+73432223344",
    )
    assert row["document"] == "судебный приказ 2-5/2026"


def test_the_second_run_changes_nothing(run: Import) -> None:
    told: list[int] = []
    assert counts(run(HEADER, OPEN, SECOND, changed=told.extend)) == (2, 0, 0, 0)
    assert len(told) == 1
    assert counts(run(HEADER, SECOND, OPEN, changed=told.extend)) == (0, 0, 2, 0)
    assert len(told) == 1


def test_enforcement_lasts_as_long_as_a_proceeding_is_open(run: Import, books: Books) -> None:
    assert (stage(books, "A"), stage(books, "B")) == (Stage.JUDGMENT, Stage.PRE_COURT)
    run(HEADER, OPEN, SECOND)
    assert (stage(books, "A"), stage(books, "B")) == (Stage.ENFORCEMENT, Stage.PRE_COURT)
    assert counts(run(HEADER, ENDED)) == (0, 1, 0, 0)
    assert stage(books, "A") is Stage.ENFORCEMENT
    run(HEADER, SECOND.removesuffix(";") + "2026-03-06;")
    assert stage(books, "A") is Stage.JUDGMENT


def test_a_file_of_debtors_that_tells_no_stage_leaves_it(
    run: Import, books: Books, portfolio: Portfolio, tmp_path: Path
) -> None:
    run(HEADER, OPEN)
    again = importing(import_debtors, books, portfolio, tmp_path / "debtors.csv")
    again("debtor_id;account;sum;month", "A;100;600;2025-11")
    assert stage(books, "A") is Stage.ENFORCEMENT


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (OPEN, "number", "the same proceeding as in row 2"),
        (";A;01.02.2026;;;;;;480;;", "number", "is empty"),
        ("3;A;;;;;;;480;;", "opened_on", "not a day"),
        ("3;A;01.02.2026;;;;;;480;31.01.2026;", "ended_on", "before the day it was opened"),
        ("3;Z;01.02.2026;;;;;;480;;", "external_id", "no debtor of the portfolio"),
        (f"3;A;01.02.2026;{'д' * 1001};;;;;480;;", "document", "longer than 1000"),
    ],
)
def test_a_wrong_row_is_refused_and_the_others_are_taken(
    run: Import, row: str, field: str, reason: str
) -> None:
    result = run(HEADER, OPEN, row)
    assert counts(result) == (1, 0, 0, 1)
    [refused] = rejects(result)
    assert (refused["row"], refused["field"]) == ("3", field)
    assert reason in refused["reason"]


def test_a_wrong_phone_of_a_bailiff_is_refused_alone(run: Import, books: Books) -> None:
    result = run(HEADER, OPEN.replace("8 343 222-33-44", "12"))
    assert counts(result) == (1, 0, 0, 1)
    assert rejects(result)[0]["field"] == "bailiff_phone"
    assert rows(books)[0]["bailiff_phone"] == ""


def test_the_department_s_clock_is_told_by_its_region_or_its_zone(run: Import, books: Books) -> None:
    header = "number;debtor_id;opened_on;sum;Регион ОСП;department zone"
    run(
        header,
        "1;A;2026-02-03;20;Свердловская область;",
        "2;A;2026-02-03;20;RU-SVE;Asia/Omsk",
        "3;A;2026-02-03;20;;",
    )
    assert [row["zones"] for row in rows(books)] == ["Asia/Yekaterinburg", "Asia/Omsk", ""]


def test_an_extension_stands_in_a_column_or_after_the_number(run: Import, books: Books) -> None:
    header = HEADER + ";Добавочный"
    behind = OPEN.replace("222-33-44", "222-33-44 доб. 12")
    run(header, f"{behind};", f"{SECOND};305", SECOND.replace("2/26", "3/26") + ";twelve")
    assert [(row["number"][0], row["bailiff_phone"], row["extension"]) for row in rows(books)] == [
        ("1", "+73432223344", "12"),
        ("2", "", "305"),
    ]


def test_what_a_bailiff_said_to_be_over_stays_so_until_a_file_tells_its_end(
    run: Import, books: Books
) -> None:
    run(HEADER, OPEN, SECOND)
    first, second = (row["id"] for row in rows(books))
    over = ProceedingResult(first, NOON, ProceedingStatus.ENDED, note="paid")
    with books.write() as tx:
        tx.proceedings.note([over])
        tx.proceedings.end({first: "paid", second: "nobody said so"}, date(2026, 3, 1))
    assert stage(books, "A") is Stage.JUDGMENT
    assert counts(run(HEADER, OPEN, SECOND)) == (0, 1, 1, 0)
    assert [row["ended_on"] for row in rows(books)] == [date(2026, 3, 1), None]
    run(HEADER, ENDED)
    assert (rows(books)[0]["ended_on"], rows(books)[0]["end_reason"]) == (date(2026, 3, 5), "исполнено")
