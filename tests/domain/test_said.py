"""Sentences that can be said again in another language."""

from __future__ import annotations

import json
import pickle

import pytest

from domain.said import Said, as_data, from_data, listed, retold, said

pytestmark = pytest.mark.unit

RUSSIAN = {
    "no phone of %(who)s %(why)s": "ни один телефон %(who)s %(why)s",
    "answers at %(hour)s": "не отвечает в %(hour)s",
    "%(one)s or %(other)s": "%(one)s или %(other)s",
    "100 %% of %(who)s": "100 %% у %(who)s",
}


def in_russian(text: str) -> str:
    return RUSSIAN.get(text, text)


def test_it_is_its_english_sentence() -> None:
    told = said("no phone of %(who)r %(why)s", who="A1", why=said("answers at %(hour)s", hour=9))
    assert told == "no phone of 'A1' answers at 9"
    assert json.dumps({"why": told}) == json.dumps({"why": "no phone of 'A1' answers at 9"})
    assert type(str(told)) is str


def test_facts_that_were_said_are_retold_too() -> None:
    told = said("no phone of %(who)s %(why)s", who="A1", why=said("answers at %(hour)s", hour=9))
    assert retold(told, in_russian) == "ни один телефон A1 не отвечает в 9"


def test_what_nobody_translated_stays_english() -> None:
    assert retold(said("hours of %(rules)s", rules="own"), in_russian) == "hours of own"


def test_names_are_never_translated() -> None:
    assert retold("answers at %(hour)s", in_russian) == "answers at %(hour)s"


def test_per_cent_signs() -> None:
    told = said("100 %% of %(who)s", who="A1")
    assert (told, retold(told, in_russian)) == ("100 % of A1", "100 % у A1")


def test_lists() -> None:
    told = listed(["a", "b", said("answers at %(hour)s", hour=9)], "%(one)s or %(other)s")
    assert told == "a or b or answers at 9"
    assert retold(told, in_russian) == "a или b или не отвечает в 9"
    assert listed(["a", "b"]) == "a, b"
    assert (listed(["a"]), listed([])) == ("a", "")


def test_it_goes_between_processes() -> None:
    told = pickle.loads(pickle.dumps(said("answers at %(hour)s", hour=9)))
    assert isinstance(told, Said)
    assert retold(told, in_russian) == "не отвечает в 9"


def test_it_travels_as_json() -> None:
    told = said("no phone of %(who)s %(why)s", who="A1", why=said("answers at %(hour)s", hour=9))
    came = from_data(json.loads(json.dumps(as_data(told))))
    assert came == told
    assert retold(came, in_russian) == "ни один телефон A1 не отвечает в 9"


@pytest.mark.parametrize("text", ["", "answers at %(hour)s", "100 %"])
def test_text_that_nobody_said_travels_as_it_is(text: str) -> None:
    assert as_data(text) == text
    assert retold(from_data(as_data(text)), in_russian) == text
