"""What a reply asks for, by its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reply import Meaning, meaning_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("СТОП", Meaning.STOP),
        ("стоп!!!", Meaning.STOP),
        (" Stop ", Meaning.STOP),
        ("стоп рассылка", Meaning.STOP),
        ("Не пишите мне больше.", Meaning.STOP),
        ("unsubscribe", Meaning.STOP),
        ("Тоқта", Meaning.STOP),
        ("Отписаться", Meaning.STOP),
        ("не останавливайте перерасчёт", Meaning.OTHER),
        ("Вы просите стоп-кран или что, я уже всё оплатил", Meaning.OTHER),
        ("Сколько я должен", Meaning.QUESTION),
        ("а рассрочку можно?", Meaning.QUESTION),
        ("Перезвоните мне вечером", Meaning.QUESTION),
        ("when must I pay", Meaning.QUESTION),
        ("спасибо, оплатил", Meaning.OTHER),
        ("👍", Meaning.OTHER),
        ("", Meaning.OTHER),
        ("😀" * 2500, Meaning.OTHER),
    ],
)
def test_words(text: str, meaning: Meaning) -> None:
    assert meaning_of(text) is meaning


@given(st.text(max_size=200))
def test_any_text_means_something(text: str) -> None:
    assert meaning_of(text) in Meaning
