"""Texts with variables are cut into what is fixed and what is filled in."""

from __future__ import annotations

import pytest

from ivr_scripts.spoken.text import speakable
from ivr_scripts.template import PAUSE, Fixed, Slot, parse_template

pytestmark = pytest.mark.unit


def test_a_text_without_variables_is_one_clip() -> None:
    assert parse_template("До свидания, всего") == (Fixed("До свидания, всего"),)


def test_variables_stand_between_the_fixed_words() -> None:
    assert parse_template("Ваш долг: {debt}. Срок: {months}.") == (
        Fixed("Ваш долг:"),
        Slot("debt"),
        Fixed(PAUSE),
        Fixed("Срок:"),
        Slot("months"),
        Fixed(PAUSE),
    )


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("Спасибо. До свидания.", 1),
        ("Звонит {agency}, он звонит {creditor}", 0),
        ("Вы {agency}? Скажите!", 2),
        ("{debt}... {months}", 1),
        ("... {debt} рублей - это {months}", 0),
    ],
)
def test_a_sentence_that_ends_at_a_variable_or_with_the_text_ends_in_a_pause(text: str, pauses: int) -> None:
    assert parse_template(text).count(Fixed(PAUSE)) == pauses


def test_adjacent_variables_need_no_words_between_them() -> None:
    assert parse_template("{debt}, {months}") == (Slot("debt"), Slot("months"))


@pytest.mark.parametrize("text", ["Долг {Сумма}", "Долг {}", "Долг {debt", "Долг debt}", "{{debt}}"])
def test_a_stray_brace_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="brace"):
        parse_template(text)


@pytest.mark.parametrize("text", ["", "...", " - "])
def test_a_text_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="say something"):
        parse_template(text)
    with pytest.raises(ValueError, match="say something"):
        speakable(text)


def test_a_folded_text_becomes_one_line() -> None:
    assert speakable("  Ваш\n  долг\t велик ") == "Ваш долг велик"


def test_control_characters_cannot_be_spoken() -> None:
    with pytest.raises(ValueError, match="control"):
        speakable("долг\x00")
