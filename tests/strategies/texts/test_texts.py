"""What a debtor reads: his facts, written as his language writes them; the variant that is always his."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from domain.debtor import Debt, Debtor
from domain.portfolio import Portfolio
from strategies.check.texts import widest
from strategies.texts.facts import VARIABLES, day, facts_of, money
from strategies.texts.language import find_texts, is_name, literal, parse_text, slots

pytestmark = pytest.mark.unit

TODAY = date(2026, 3, 10)
HEAT = Portfolio(1, "heat", "ТГК", "+78000000000")
DEBTS = (
    Debt("200", "вода", 50_000, date(2026, 2, 1)),
    Debt("100", "тепло", 73_456, date(2025, 12, 1)),
)
VARIANTS = """\
name: v
version: 2
salt: one
variants:
  a: {share: 70, says: {ru: "{creditor} {callback} а"}}
  b: {share: 30, says: {ru: "{creditor} {callback} б", kk: "{creditor} {callback} б kk"}}
"""


def debtor(key: str = "A", language: str = "ru", debts: tuple[Debt, ...] = DEBTS) -> Debtor:
    return Debtor(1, key, 1, ("Europe/Moscow",), language=language, debts=debts)


@pytest.mark.parametrize(
    ("roubles", "language", "said"),
    [
        ("1234.56", "ru", "1 234,56"),
        ("1234.56", "kk", "1 234,56"),
        ("1234.56", "en", "1,234.56"),
        ("1000", "ru", "1 000"),
        ("0.5", "ru", "0,50"),
        ("1234567.8", "ru", "1 234 567,80"),
    ],
)
def test_sums(roubles: str, language: str, said: str) -> None:
    assert money(Decimal(roubles), language) == said


def test_dates() -> None:
    assert (day(TODAY, "ru"), day(TODAY, "en")) == ("10.03.2026", "10 Mar 2026")


def test_facts_are_of_all_debts_and_of_the_oldest() -> None:
    facts = facts_of(debtor(), HEAT, "Дозвон", TODAY, language="ru", link="https://pay/x")
    assert facts == {
        **{"agency": "Дозвон", "creditor": "ТГК", "callback": "+78000000000", "link": "https://pay/x"},
        **{"debt": "1 234,56", "account": "100", "service": "тепло", "months": "3", "since": "01.12.2025"},
        **{"due": "31.01.2026", "today": "10.03.2026"},
    }
    assert facts.keys() == VARIABLES.keys()


def test_who_owes_nothing_has_every_variable_too() -> None:
    facts = facts_of(debtor(debts=()), HEAT, "Дозвон", TODAY, language="ru")
    assert (facts["debt"], facts["account"], facts["months"]) == ("0", "", "1")
    assert facts.keys() == VARIABLES.keys()


@pytest.mark.parametrize(
    ("since", "due"),
    [(date(2025, 12, 1), "31.01.2026"), (date(2026, 1, 1), "28.02.2026"), (date(2025, 11, 1), "31.12.2025")],
)
def test_a_bill_is_due_at_the_end_of_the_next_month(since: date, due: str) -> None:
    owes = debtor(debts=(Debt("1", "", 100, since),))
    assert facts_of(owes, HEAT, "", TODAY, language="ru")["due"] == due


def test_everybody_keeps_his_variant_and_the_shares_hold() -> None:
    text = parse_text(VARIANTS, "v.yaml")
    drawn = [text.wording(f"D{place}", "ru") for place in range(1_000)]
    assert drawn == [text.wording(f"D{place}", "ru") for place in range(1_000)]
    counts = Counter(one.id for one in drawn)
    assert 650 < counts["v@2:a"] < 750
    assert counts.total() == 1_000


def test_his_language_if_the_variant_has_it() -> None:
    text = parse_text(VARIANTS, "v.yaml")
    languages = {text.wording(f"D{place}", "kk").language for place in range(50)}
    assert languages == {"ru", "kk"}


def test_a_text_that_stands_in_the_strategy() -> None:
    text = literal("{creditor}: {debt}")
    assert (text.name, text.wording("A", "en").text) == ("", "{creditor}: {debt}")
    assert text.wording("A", "en").filled({"creditor": "ТГК", "debt": "5"}) == "ТГК: 5"


@pytest.mark.parametrize(
    ("text", "named"), [("debt_sms", True), ("Долг", False), ("pay now", False), ("{debt}", False)]
)
def test_names(text: str, named: bool) -> None:
    assert is_name(text) is named


def test_the_widest_facts_are_as_wide_as_real_ones_can_be() -> None:
    assert widest("{creditor}: {debt}") == 1
    assert widest("{creditor}" * 3) == 2
    assert slots("{a} {b}{a}") == {"a", "b"}


def test_every_shipped_text_is_called_as_its_file() -> None:
    found = find_texts()
    assert all(text.name == name for name, (text, _) in found.items())
    assert "debt_sms" in found
