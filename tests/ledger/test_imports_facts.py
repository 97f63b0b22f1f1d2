"""The optional columns of a file of debtors, and files that are workbooks."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from domain.debtor import Debtor, PropertyClass, Stage
from domain.portfolio import Portfolio
from ledger.books import Books
from ledger.imports.debtors import import_debtors
from ledger.imports.run import ImportResult
from tests.ledger.importing import Import, counts, importing, rejects

pytestmark = pytest.mark.unit

HEADER = "account;sum;month;Стадия;Класс жилья;Год постройки;Метки;vulnerable"
FULL = "1;100;2025-11;ИП;Комфорт;1987;Спор | новосёл;да"


@pytest.fixture
def run(books: Books, portfolio: Portfolio, tmp_path: Path) -> Import:
    return importing(import_debtors, books, portfolio, tmp_path / "debtors.csv")


def debtor(books: Books, key: str) -> Debtor:
    with books.read() as tx:
        return tx.debtors.keyed(key)


def test_what_strategies_look_at_arrives(run: Import, books: Books) -> None:
    assert counts(run(HEADER, FULL, "2;100;2025-11;;;;;")) == (2, 0, 0, 0)
    one = debtor(books, "1")
    assert (one.stage, one.property_class, one.built) == (Stage.ENFORCEMENT, PropertyClass.COMFORT, 1987)
    assert (one.tags, one.vulnerable, one.creditor) == (frozenset({"спор", "новосёл"}), True, "Тепловые сети")
    two = debtor(books, "2")
    assert (two.stage, two.property_class, two.built, two.tags) == (Stage.PRE_COURT, None, None, frozenset())


def test_a_file_without_the_columns_leaves_the_facts(run: Import, books: Books) -> None:
    run(HEADER, FULL)
    assert counts(run("account;sum;month", "1;99;2025-11")) == (0, 1, 0, 0)
    now = debtor(books, "1")
    assert (now.kopecks, now.stage, now.built, now.vulnerable) == (9_900, Stage.ENFORCEMENT, 1987, True)
    run("account;sum;month;tags", "1;99;2025-11;")
    assert debtor(books, "1").tags == frozenset()


def test_what_only_a_card_shows_arrives_and_stays(run: Import, books: Books) -> None:
    header = "account;sum;month;Пени;Адрес;Дата рождения"
    run(header, "1;100;2025-11;12,50;Омск,  ул. Мира, 1;24.05.1961", "2;100;2025-11;;;")
    assert counts(run(header, "1;100;2025-11;12,50;Омск, ул. Мира, 1;1961", "2;100;2025-11;;;")) == (
        0,
        0,
        2,
        0,
    )
    assert counts(run("account;sum;month", "1;100;2025-11")) == (0, 1, 0, 0)
    one = debtor(books, "1")
    assert [debt.penalty_kopecks for debt in one.debts] == [1_250]
    with books.read() as tx:
        holder = tx.cards.holder(one.id)
        assert (holder.address, holder.birth_year) == ("Омск, ул. Мира, 1", 1961)
        assert tx.cards.holder(debtor(books, "2").id).birth_year is None
    assert counts(run("account;sum;month;penalty", "1;100;2025-11;13")) == (0, 1, 0, 0)
    assert debtor(books, "1").debts[0].penalty_kopecks == 1_300


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("ИП", "кассация", "stage", "none of pre court, judgment, enforcement"),
        ("Комфорт", "дворец", "property_class", "none of economy, comfort"),
        ("1987", "87", "built", "not a year like 1987"),
    ],
)
def test_a_wrong_fact_is_refused_alone_in_every_row(
    run: Import, books: Books, old: str, new: str, field: str, reason: str
) -> None:
    wrong = FULL.replace(old, new)
    result = run(HEADER, wrong, wrong.replace("1;", "2;", 1))
    assert counts(result) == (2, 0, 0, 2)
    assert [(line["row"], line["field"], line["value"]) for line in rejects(result)] == [
        ("2", field, new),
        ("3", field, new),
    ]
    assert reason in rejects(result)[0]["reason"]
    assert debtor(books, "2").kopecks == 10_000


@pytest.mark.parametrize("changed", [[], [1]])
def test_those_whose_facts_changed_are_told_within_the_transaction(
    run: Import, books: Books, changed: list[int]
) -> None:
    told: list[int] = []
    run(HEADER, FULL, "2;100;2025-11;;;;;", changed=told.extend)
    ids = {key: debtor(books, key).id for key in "12"}
    assert sorted(told) == sorted(ids.values())
    told.clear()
    second = "2;101;2025-11;;;;;" if changed else "2;100;2025-11;;;;;"
    run(HEADER, FULL, second, changed=told.extend)
    assert told == ([ids["2"]] if changed else [])


def workbook(path: Path, rows: Sequence[Sequence[str | float]]) -> None:
    """The least that is an XLSX file: its cells are inline texts and numbers."""

    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>' if value else "<c/>"
        return f"<c><v>{value}</v></c>"

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1"'
            f' Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
            '<sheet name="Долги" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1"'
            f' Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def test_a_workbook_is_read_like_a_csv_file(books: Books, portfolio: Portfolio, tmp_path: Path) -> None:
    path = tmp_path / "debtors.xlsx"
    header: list[str | float] = ["Лицевой счёт", "Сумма долга", "Месяц", "Телефоны", "ФИО"]
    rows: list[list[str | float]] = [
        header,
        [1002003004.0, 1234.5, "11.2025", 79160000001.0, "Анна"],
        [],
        ["", 5, "11.2025", "", "Б"],
    ]
    workbook(path, [["", "", "", "", ""], *rows])
    seen: list[tuple[int, int, int]] = []

    def again() -> ImportResult:
        with books.write() as tx:
            return import_debtors(
                tx.connection,
                portfolio.id,
                path,
                mapped={"oldest_unpaid": "Месяц"},
                progress=lambda *step: seen.append(step),
            )

    result = again()
    assert counts(result) == (1, 0, 0, 1)
    assert (rejects(result)[0]["row"], rejects(result)[0]["field"]) == ("5", "account")
    anna = debtor(books, "1002003004")
    assert (anna.kopecks, anna.phones[0].number) == (123_450, "+79160000001")
    assert seen[-1][1] == seen[-1][2] == path.stat().st_size
    assert counts(again()) == (0, 0, 1, 1)
