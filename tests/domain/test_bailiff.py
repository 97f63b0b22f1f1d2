"""Bailiffs as people who are called: known again however a file spaces them, reached where their debtors live."""

from __future__ import annotations

import pytest

from domain.bailiff import Case, Office, key_of, office_of
from domain.proceeding import Bailiff

pytestmark = pytest.mark.unit

PETROV = Bailiff("Петров П. П.", "ОСП 1")
HERE, THERE, NOWHERE = (
    ("RU-SVE", "Asia/Yekaterinburg"),
    ("RU-MOW", "Europe/Moscow"),
    ("", "Europe/Moscow,Asia/Omsk"),
)


class TestKey:
    @pytest.mark.parametrize("name", ["Петров П. П.", "Петров П.П.", " петров  П.П. "])
    def test_the_same_however_it_is_spaced(self, name: str) -> None:
        assert key_of(Bailiff(name, "ОСП 1", "elsewhere", "+73432223344")) == key_of(PETROV)

    def test_another_department_has_another_bailiff(self) -> None:
        assert key_of(Bailiff(PETROV.name, "ОСП 2")) != key_of(PETROV)

    def test_a_department_without_a_name_is_called_too_but_nobody_is_not(self) -> None:
        assert key_of(Bailiff("", "ОСП 1")).startswith("bailiff-")
        assert key_of(Bailiff("", "", "ул. Мира", "+73432223344")) == ""

    def test_tells_nobody_s_name(self) -> None:
        assert key_of(PETROV).isascii()


class TestOffice:
    def test_is_where_most_debtors_of_a_known_region_live(self) -> None:
        cases = [Case(PETROV, *place) for place in (NOWHERE, NOWHERE, THERE, HERE, HERE)]
        assert office_of(cases) == Office("Петров П. П., ОСП 1", *HERE, ())

    def test_may_be_anywhere_when_nobody_s_region_is_known(self) -> None:
        assert office_of([Case(PETROV, *NOWHERE)]).zones == NOWHERE[1]

    def test_works_by_the_clock_that_files_tell_of_his_department(self) -> None:
        cases = [Case(PETROV, *HERE), Case(PETROV, *HERE, "Asia/Omsk")]
        assert (office_of(cases).region, office_of(cases).zones) == (HERE[0], "Asia/Omsk")

    def test_the_phone_that_most_proceedings_name_comes_first(self) -> None:
        told = (
            ("+73430000001", ""),
            ("+73430000002", "12"),
            ("+73430000002", "12"),
            ("", ""),
            ("+73430000002", "7"),
        )
        cases = [Case(Bailiff("П", "О", "", *phone), *HERE) for phone in told]
        assert office_of(cases).phones == (("+73430000002", "12"), ("+73430000001", ""))
