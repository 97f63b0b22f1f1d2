"""The demo's portfolio: its shape, its sameness, its harmlessness, and that the import takes it."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from hashlib import sha256
from pathlib import Path

import phonenumbers
import pytest
from phonenumbers import carrier

from dialer.demo.portfolio import REFERENCE_DEBTORS, REFERENCE_KOPECKS, REGIONS, write_portfolio
from domain.debtor import Debtor
from domain.errors import EnvironmentFault
from ledger.books import Books
from ledger.imports.debtors import import_debtors
from ledger.imports.run import ImportResult
from ledger.migrate import upgrade

pytestmark = pytest.mark.unit

AS_OF = date(2026, 3, 2)


def imported(path: Path, tmp_path: Path) -> tuple[ImportResult, list[Debtor]]:
    books = Books.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    upgrade(books.engine)
    with books.write() as tx:
        portfolio = tx.portfolios.put("demo", creditor="К", contact_phone="", basis=None)
        result = import_debtors(tx.connection, portfolio.id, path)
        after, debtors = 0, list[Debtor]()
        while page := tx.debtors.page(portfolio.id, after=after, size=5_000):
            debtors += page
            after = page[-1].id
    books.close()
    return result, debtors


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[ImportResult, list[Debtor]]:
    folder = tmp_path_factory.mktemp("portfolio")
    write_portfolio(folder / "p.csv", seed=7, as_of=AS_OF)
    return imported(folder / "p.csv", folder)


def test_all_of_it_is_taken(whole: tuple[ImportResult, list[Debtor]]) -> None:
    result, debtors = whole
    assert (result.added, result.rejected) == (REFERENCE_DEBTORS, 0)
    assert len(debtors) == REFERENCE_DEBTORS


def test_it_has_the_shape_of_the_reference_project(whole: tuple[ImportResult, list[Debtor]]) -> None:
    _, debtors = whole
    assert sum(debtor.kopecks for debtor in debtors) == REFERENCE_KOPECKS
    assert min(debtor.kopecks for debtor in debtors) > 0
    assert {debtor.region for debtor in debtors} == set(REGIONS)
    assert len(REGIONS) == 40
    assert len({zone for debtor in debtors for zone in debtor.zones}) >= 11
    ages = Counter(min(debtor.months_overdue(AS_OF), 6) for debtor in debtors)
    assert (ages[1] + ages[2]) / len(debtors) == pytest.approx(0.5, abs=0.02)
    assert ages[6] / len(debtors) == pytest.approx(0.125, abs=0.02)


def test_phones_are_shared_in_families_and_some_have_several(
    whole: tuple[ImportResult, list[Debtor]],
) -> None:
    _, debtors = whole
    owners = Counter(phone.number for debtor in debtors for phone in debtor.phones)
    assert all(debtor.phones for debtor in debtors)
    assert max(owners.values()) == 2
    assert 0.02 < sum(count == 2 for count in owners.values()) / len(debtors) < 0.06
    assert {len(debtor.phones) for debtor in debtors} >= {1, 2, 3}
    assert {len(debtor.debts) for debtor in debtors} == {1, 2}


def test_no_number_can_be_anybodys(whole: tuple[ImportResult, list[Debtor]]) -> None:
    _, debtors = whole
    numbers = {phone.number for debtor in debtors for phone in debtor.phones}
    assert all(number.startswith("+7935") for number in numbers)
    assert not any(number[-6:-2] == "9990" for number in numbers), "the town's block of fixed roles"
    for number in sorted(numbers)[::500]:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed)
        assert carrier.name_for_number(parsed, "en") == ""


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_portfolio(tmp_path / name, seed=seed, as_of=AS_OF, debtors=500, flaws=20)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()
    digest = sha256((tmp_path / "a").read_bytes()).hexdigest()
    assert digest == "30ed77308dfda4aebc9c6ba293c2bf6481537151c4c1b0354d5612aeaa4e13d8", (
        "on every machine and in every version"
    )


def test_before_the_contact_search_few_have_a_phone(tmp_path: Path) -> None:
    write_portfolio(tmp_path / "p.csv", seed=1, as_of=AS_OF, debtors=10_000, phone_share=0.03)
    _, debtors = imported(tmp_path / "p.csv", tmp_path)
    assert sum(bool(debtor.phones) for debtor in debtors) / 10_000 == pytest.approx(0.03, abs=0.01)


def test_each_flaw_is_refused_once_and_the_sum_stays(tmp_path: Path) -> None:
    write_portfolio(tmp_path / "p.csv", seed=1, as_of=AS_OF, debtors=1_000, flaws=28)
    result, debtors = imported(tmp_path / "p.csv", tmp_path)
    assert (result.added, result.rejected) == (1_000, 28)
    assert sum(debtor.kopecks for debtor in debtors) == REFERENCE_KOPECKS * 1_000 // REFERENCE_DEBTORS
    assert result.rejects_file is not None
    with Path(result.rejects_file).open(encoding="utf-8", newline="") as file:
        kinds = Counter(line["field"] for line in csv.DictReader(file))
    assert kinds == {"sum": 8, "phone": 4, "external_id": 4, "row": 4, "oldest_unpaid": 4, "account": 4}


def test_more_flaws_than_debtors_are_one_each(tmp_path: Path) -> None:
    write_portfolio(tmp_path / "p.csv", seed=1, as_of=AS_OF, debtors=3, flaws=10)
    assert imported(tmp_path / "p.csv", tmp_path)[0].rejected == 3


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"the portfolio cannot be written: .*; name another file"):
        write_portfolio(tmp_path / "absent" / "p.csv", seed=1, as_of=AS_OF)
