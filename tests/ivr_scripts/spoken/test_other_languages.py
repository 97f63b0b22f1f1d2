"""Kazakh and English: the same values, with num2words as the independent witness of plain numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from ivr_scripts.spoken import DECLINED, Kind, Language, cases_of, clip_set, clips
from ivr_scripts.spoken.grammar import Case
from ivr_scripts.spoken.values import MAX_SUM

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("language", "value", "words"),
    [
        ("kk", "0", "нөл теңге"),
        ("kk", "1", "бір теңге"),
        ("kk", "21.05", "жиырма бір теңге бес тиын"),
        ("kk", "100", "жүз теңге"),
        ("kk", "1000", "бір мың теңге"),
        ("kk", "1000000", "бір миллион теңге"),
        ("en", "0", "zero dollars"),
        ("en", "1", "one dollar"),
        ("en", "1.01", "one dollar one cent"),
        ("en", "11.11", "eleven dollars eleven cents"),
        ("en", "101", "one hundred one dollars"),
        ("en", "21000", "twenty one thousand dollars"),
    ],
)
def test_sums(language: Language, value: str, words: str) -> None:
    assert " ".join(clips(Kind.MONEY, Decimal(value), language)) == words


@pytest.mark.parametrize(
    ("language", "kind", "value", "words"),
    [
        ("kk", Kind.DATE, date(2026, 3, 15), "екі мың жиырма алтыншы жылғы он бесінші наурыз"),
        ("kk", Kind.DATE, date(2020, 12, 30), "екі мың жиырмасыншы жылғы отызыншы желтоқсан"),
        ("kk", Kind.MONTHS, 12, "он екі ай"),
        ("kk", Kind.PHONE, "+77011234567", "сегіз жеті жүз бір жүз жиырма үш қырық бес алпыс жеті"),
        ("en", Kind.DATE, date(2026, 3, 15), "the fifteenth of March twenty twenty-six"),
        ("en", Kind.MONTHS, 1, "one month"),
        ("en", Kind.PHONE, "+12125550100", "plus one two one two five five five zero one zero zero"),
        ("en", Kind.ACCOUNT, "40-12", "four zero one two"),
    ],
)
def test_other_values(language: Language, kind: Kind, value: object, words: str) -> None:
    assert " ".join(clips(kind, value, language)) == words


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=MAX_SUM))
def test_kazakh_numbers_agree_with_num2words(count: int) -> None:
    said = " ".join(clips(Kind.MONEY, Decimal(count), "kk")).removesuffix(" теңге")
    assert said == num2words(count, lang="kz")


@settings(deadline=None)
@given(st.sampled_from(["kk", "en"]), st.integers(min_value=0, max_value=MAX_SUM * 100))
def test_every_sum_is_in_the_clip_set(language: Language, hundredths: int) -> None:
    assert set(clips(Kind.MONEY, Decimal(hundredths) / 100, language)) <= set(clip_set(Kind.MONEY, language))


def test_only_russian_has_cases() -> None:
    for kind in Kind:
        assert cases_of(kind, "ru") == (frozenset(Case) if kind in DECLINED else {Case.NOMINATIVE})
        assert cases_of(kind, "kk") == cases_of(kind, "en") == {Case.NOMINATIVE}
