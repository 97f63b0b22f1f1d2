"""A creditor's file into the books: what is taken, what is refused, and what a second run does."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.campaign import Plan
from domain.debtor import Debtor
from domain.errors import EnvironmentFault
from domain.phone import PhoneStatus
from domain.portfolio import Portfolio
from ledger.books import Books
from ledger.imports.debtors import import_debtors
from ledger.imports.run import BATCH, ImportResult
from ledger.reports.funnel import FunnelRows
from tests.ledger.rows import NOON, add_campaign

pytestmark = pytest.mark.unit

HEADER = "Код должника;Лицевой счёт;ФИО;Регион;Услуга;Сумма долга;Месяц образования долга;Телефоны"
ANNA = "A1;100;Анна;RU-SVE;Отопление;1 234,56;11.2025;8 916 123-45-67, 8 343 222-33-44"
BORIS = "B1;200;Борис;RU-KGD;Отопление;500;2025-10;+79161112233"

Import = Callable[..., ImportResult]


@pytest.fixture
def run(books: Books, portfolio: Portfolio, tmp_path: Path) -> Import:
    """Imports these lines as a file."""

    def import_lines(*lines: str, encoding: str = "utf-8", **options: Any) -> ImportResult:
        path = tmp_path / "debtors.csv"
        path.write_bytes("\n".join(lines).encode(encoding))
        with books.write() as tx:
            return import_debtors(tx.connection, portfolio.id, path, **options)

    return import_lines


@pytest.fixture
def debtors(books: Books, portfolio: Portfolio) -> Callable[[], dict[str, Debtor]]:
    """The portfolio's debtors by key."""

    def load() -> dict[str, Debtor]:
        with books.read() as tx:
            return {d.external_id: d for d in tx.debtors.page(portfolio.id, after=0, size=10**6)}

    return load


Load = Callable[[], dict[str, Debtor]]


def rejects(result: ImportResult) -> list[dict[str, str]]:
    assert result.rejects_file is not None
    with Path(result.rejects_file).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_debtor_arrives_with_debt_phones_and_zone(run: Import, debtors: Load) -> None:
    assert run(HEADER, ANNA) == ImportResult(
        rows=1, added=1, changed=0, unchanged=0, rejected=0, rejects_file=None
    )
    anna = debtors()["A1"]
    assert (anna.region, anna.zones, anna.language, anna.vulnerable) == (
        "RU-SVE",
        ("Asia/Yekaterinburg",),
        "ru",
        False,
    )
    assert [(d.account, d.service, d.kopecks, d.oldest_unpaid) for d in anna.debts] == [
        ("100", "Отопление", 123456, date(2025, 11, 1))
    ]
    assert [phone.number for phone in anna.phones] == ["+79161234567", "+73432223344"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encoding_and_delimiter_are_detected_and_may_be_told(
    run: Import, debtors: Load, encoding: str, delimiter: str
) -> None:
    lines = ["Лицевой счёт;ФИО;Сумма долга;Месяц образования долга", "1;Жанна;100.50;11.2025"]
    told = [line.replace(";", delimiter) for line in lines]
    assert run(*told, encoding=encoding).added == 1
    name = encoding.removesuffix("-sig")
    assert run(*told, encoding=encoding, **{"delimiter": delimiter}).unchanged == 1
    assert name in {"utf-8", "cp1251"}
    assert debtors()["1"].kopecks == 10050


def test_a_russian_letter_may_come_late(run: Import, books: Books) -> None:
    lines = [f"{n};x;100;2025-11" for n in range(70_000)]
    run(
        "account,name,sum,oldest_unpaid".replace(",", ";"),
        *lines,
        "70001;Жанна;100;2025-11",
        encoding="cp1251",
    )
    with books.read() as tx:
        found = tx.connection.exec_driver_sql(
            "SELECT name FROM debtor WHERE external_id = '70001'"
        ).scalar_one()
    assert found == "Жанна"


def test_the_second_run_changes_nothing(run: Import, debtors: Load) -> None:
    run(HEADER, ANNA, BORIS)
    before = debtors()
    assert run(HEADER, BORIS, ANNA) == ImportResult(2, 0, 0, 2, 0, None)
    assert debtors() == before


def test_a_change_is_seen_and_what_is_not_told_stays(
    run: Import, debtors: Load, books: Books, portfolio: Portfolio
) -> None:
    run(HEADER, ANNA, "A1;101;Анна;RU-SVE;Водоснабжение;300;12.2025;", BORIS)
    anna = debtors()["A1"]
    with books.write() as tx:
        tx.debtors.mark_phone(anna.id, "+79161234567", PhoneStatus.WRONG)
    result = run(HEADER, ANNA.replace("1 234,56", "99").replace("8 343 222-33-44", "8 916 000-00-01"))
    assert (result.added, result.changed, result.unchanged) == (0, 1, 0)
    after = debtors()["A1"]
    assert [(debt.account, debt.kopecks) for debt in after.debts] == [("100", 9900), ("101", 30000)]
    assert {phone.number: phone.status for phone in after.phones} == {
        "+79161234567": PhoneStatus.WRONG,
        "+79160000001": PhoneStatus.UNVERIFIED,
        "+73432223344": PhoneStatus.UNVERIFIED,
    }
    assert debtors()["B1"].kopecks == 50000


def test_debts_of_one_debtor_may_stand_anywhere_in_the_file(run: Import, debtors: Load) -> None:
    others = [f"Z{n:05};{n};Имя;RU-MOW;Отопление;10;11.2025;" for n in range(BATCH + 10)]
    second = "A1;101;Анна;RU-SVE;Водоснабжение;300;12.2025;+79161234567, +79169999999"
    result = run(HEADER, ANNA, *others, second)
    assert (result.rows, result.added) == (BATCH + 12, BATCH + 11)
    assert debtors()["A1"].kopecks == 153456
    assert len(debtors()["A1"].phones) == 3
    assert run(HEADER, second, *others, ANNA).changed == 1, "the order of phones has changed"
    assert run(HEADER, second, ANNA, *others).unchanged == BATCH + 11


def test_two_portfolios_do_not_share_debtors(run: Import, books: Books, tmp_path: Path) -> None:
    run(HEADER, ANNA)
    with books.write() as tx:
        other = tx.portfolios.put("water", creditor="Водоканал", contact_phone="", basis=None)
        assert import_debtors(tx.connection, other.id, tmp_path / "debtors.csv").added == 1


@pytest.mark.parametrize(
    ("row", "field", "value", "reason"),
    [
        ("A2;1;Н;RU-SVE;;abc;11.2025;", "sum", "abc", "not a sum"),
        ("A2;1;Н;RU-SVE;;-5;11.2025;", "sum", "-5", "negative"),
        ("A2;1;Н;RU-SVE;;;11.2025;", "sum", "", "not a sum"),
        (";1;Н;RU-SVE;;5;11.2025;", "external_id", "", "is empty"),
        ("A2;;Н;RU-SVE;;5;11.2025;", "account", "", "is empty"),
        ("A2;1;Н;RU-SVE;;5;13.2025;", "oldest_unpaid", "13.2025", "no such date"),
        ("A2;1;Н;RU-SVE", "row", "A2 | 1 | Н | RU-SVE", "4 columns where the header has 8"),
        ("A2;1;Н;RU-SVE;;5;11.2025;;", "row", "A2 | 1 | Н | RU-SVE |  | 5 | 11.2025 |  | ", "9 columns"),
        ('A2;"1"2;Н;RU-SVE;;5;11.2025;', "row", 'A2;"1"2;Н;RU-SVE;;5;11.2025;', "must be doubled"),
        ("A1;100;Анна;RU-SVE;Отопление;7;11.2025;", "account", "100", "as in row 2"),
        (f"A2;1;Н;RU-SVE;{'у' * 101};5;11.2025;", "service", "у" * 101, "longer than 100"),
        (f"A2;1;{'н' * 200_000};RU-SVE;;5;11.2025;", "row", None, "a cell of more than 131,072"),
    ],
)
def test_a_broken_row_is_refused_whole_and_the_others_are_taken(
    run: Import, debtors: Load, row: str, field: str, value: str | None, reason: str
) -> None:
    result = run(HEADER, ANNA, row, BORIS)
    assert (result.rows, result.added, result.rejected) == (3, 2, 1)
    [refused] = rejects(result)
    assert (refused["row"], refused["field"]) == ("3", field)
    assert value is None or refused["value"] == value
    assert reason in refused["reason"]
    assert sorted(debtors()) == ["A1", "B1"]
    assert debtors()["A1"].kopecks == 123456


@pytest.mark.parametrize(
    ("row", "field", "value", "reason"),
    [
        ("A2;1;Н;RU-SVE;;5;11.2025;12345, +79161112233", "phone", "12345", "5 digits"),
        ("A2;1;Н;Тьмутаракань;;5;11.2025;+79161112233", "region", "Тьмутаракань", "all zones are assumed"),
    ],
)
def test_a_wrong_value_beside_the_debt_is_refused_alone(
    run: Import, debtors: Load, row: str, field: str, value: str, reason: str
) -> None:
    result = run(HEADER, row)
    assert (result.rows, result.added, result.rejected) == (1, 1, 1)
    [refused] = rejects(result)
    assert (refused["row"], refused["field"], refused["value"]) == ("2", field, value)
    assert reason in refused["reason"]
    assert [phone.number for phone in debtors()["A2"].phones] == ["+79161112233"]


def test_without_a_region_all_zones_of_the_country_must_allow_a_call(run: Import, debtors: Load) -> None:
    run(HEADER, "A1;100;Анна;;Отопление;5;11.2025;")
    assert len(debtors()["A1"].zones) == 11


def test_a_told_zone_is_surer_than_the_region(run: Import, debtors: Load) -> None:
    result = run(
        "account;region;zone;sum;month;vulnerable;language",
        "1;RU-SA;Asia/Srednekolymsk;5;2025-11;да;ru",
        "2;RU-SVE;МСК+2;5;2025-11;нет;якутский",
        "3;RU-SVE;;5;2025-11;?;ru",
    )
    assert debtors()["1"].zones == ("Asia/Srednekolymsk",)
    assert debtors()["1"].vulnerable
    assert debtors()["2"].zones == ("Asia/Yekaterinburg",)
    assert sorted((line["row"], line["field"]) for line in rejects(result)) == [
        ("3", "language"),
        ("3", "zone"),
        ("4", "vulnerable"),
    ]


def test_phones_may_stand_in_several_columns(run: Import, debtors: Load) -> None:
    run("account;sum;month;Телефон 1;Телефон 2", "1;5;2025-11;89161234567;8 916 123-45-67 / 89160000000")
    assert [phone.number for phone in debtors()["1"].phones] == ["+79161234567", "+79160000000"]


def test_own_headers_are_mapped(run: Import, debtors: Load) -> None:
    mapped = {"account": "Счёт", "sum": "Всего, р", "oldest_unpaid": "С какого", "phones": ["моб", "дом"]}
    run("Счёт;Всего, р;С какого;моб;дом;сумма", "1;5;2025-11;89161234567;83432223344;777", mapped=mapped)
    assert debtors()["1"].kopecks == 500
    assert len(debtors()["1"].phones) == 2


def test_empty_rows_are_no_rows(run: Import) -> None:
    assert run(HEADER, ANNA, "", ";;;;;;;", BORIS, "").rows == 2


def test_a_quoted_cell_may_hold_anything(run: Import, debtors: Load) -> None:
    result = run(HEADER, 'A1;100;"ООО ""Дом;\nстрой""";RU-SVE;;5;11.2025;', 'B;2;Н;RU-SVE;;"x";11.2025;')
    assert result.added == 1
    assert rejects(result)[0]["row"] == "4", "the line of the file, not the count of rows"
    assert debtors()["A1"].kopecks == 500


def test_the_rejects_file_goes_where_it_is_told_and_vanishes_when_all_is_well(
    run: Import, tmp_path: Path
) -> None:
    folder = tmp_path / "rejects"
    folder.mkdir()
    bad = BORIS.replace("500", "abc")
    assert run(HEADER, bad, rejects_folder=folder).rejects_file == str(folder / "debtors.rejects.csv")
    assert run(HEADER, BORIS, rejects_folder=folder).rejects_file is None
    assert list(folder.iterdir()) == []


def test_a_rejects_file_that_cannot_be_written_stops_the_import(
    run: Import, tmp_path: Path, debtors: Load
) -> None:
    with pytest.raises(EnvironmentFault, match=r"rejects file cannot be written: .*; name another folder"):
        run(HEADER, ANNA, BORIS.replace("500", "abc"), rejects_folder=tmp_path / "absent")
    assert debtors() == {}


def test_progress_grows_to_the_whole(run: Import) -> None:
    seen: list[tuple[int, int, int]] = []
    rows = [f"Z{n};{n};Имя;RU-MOW;Отопление;10;11.2025;" for n in range(3 * BATCH)]
    run(HEADER, *rows, progress=lambda *step: seen.append(step))
    assert seen == sorted(seen)
    assert len(seen) >= 6
    assert seen[-1][0] == 3 * BATCH
    assert seen[-1][1] == seen[-1][2] > 0


def test_the_result_is_the_document_that_the_command_prints(run: Import) -> None:
    assert run(HEADER, ANNA).to_json() == {
        "rows": 1,
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "rejected": 0,
        "rejects_file": None,
    }


def test_whoever_has_moved_is_planned_where_he_lives_now(
    run: Import, debtors: Load, books: Books, portfolio: Portfolio
) -> None:
    run(HEADER, ANNA, BORIS)
    with books.write() as tx:
        campaign = add_campaign(tx, portfolio.id)
        tx.plans.save(campaign.id, [Plan(debtor.id, NOON) for debtor in debtors().values()])
    run(HEADER, ANNA.replace("RU-SVE", "RU-OMS"), BORIS)
    with books.read() as tx:
        told = {
            plans.alike.region: plans.alike.zones
            for plans in FunnelRows(tx.connection, campaign, NOON).plans()
        }
    assert told == {"RU-OMS": ("Asia/Omsk",), "RU-KGD": ("Europe/Kaliningrad",)}
