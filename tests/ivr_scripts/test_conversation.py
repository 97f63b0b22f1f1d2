"""A call without a telephone: words, confirmations, and the ends of long calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.errors import InputError
from ivr_scripts.conversation import Conversation, Event, Given, Heard, Missed, Pressed, Recorded, Spoken
from ivr_scripts.language import Result, Script
from ivr_scripts.load import SHIPPED, load_script, parse_script, shipped_script
from ivr_scripts.template import PAUSE
from tests.ivr_scripts.branches import FACTS, TODAY, branches, told

pytestmark = pytest.mark.unit


def call(script: Script, *answers: str) -> list[Event]:
    given = iter(answers)
    return list(Conversation(script, FACTS, TODAY, lambda: next(given, "")).events())


def outcome(events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, Missed | Given | Pressed | Recorded)]


def test_a_whole_talk_in_words() -> None:
    talk = call(
        shipped_script("dialogue_robot"),
        *("да", "нет", "заплачу", "через неделю", "да", "две тысячи пятьсот", "верно"),
    )
    assert outcome(talk) == [
        Given("person", "person", "yes"),
        Given("paid", "paid", "no"),
        Given("day", "promise_date", "2026-03-17"),
        Given("sum", "promise_sum", "2500"),
        Recorded(Result.PROMISE),
    ]


def test_what_was_understood_is_said_back_and_can_be_taken_back() -> None:
    talk = call(shipped_script("dialogue_robot"), "1", "2", "1", "1503", "2", "2003", "1")
    texts = [event.text for event in talk if isinstance(event, Spoken)]
    assert any(text.startswith("Вы заплатите пятнадцатое марта.") for text in texts)
    assert any(text.startswith("Вы заплатите двадцатое марта.") for text in texts)
    assert Missed("day", "2") in talk
    assert Given("day", "promise_date", "2026-03-20") in talk


def test_words_without_sense_and_digits_out_of_reach() -> None:
    talk = call(shipped_script("dialogue_robot"), "бу бу", "1", "2", "1", "2505", "двадцать пятого мая")
    assert [event.heard for event in talk if isinstance(event, Missed)][:3] == [
        "unsure",
        "2505",
        "2026-05-25",
    ]


def test_words_are_noise_where_only_digits_are_heard() -> None:
    talk = call(shipped_script("debt_informer"), "оператор")
    assert Missed("choice", "unsure") in talk


def test_an_account_number_is_nobody_s_business() -> None:
    talk = call(shipped_script("self_service"), "12", "410022")
    assert next(event.heard for event in talk if isinstance(event, Missed)) == "unknown"
    assert Given("account", "account", "410022") in talk


def test_silence_lasts_as_long_as_the_script_says() -> None:
    waits = [event.waits_s for event in call(shipped_script("debt_informer")) if isinstance(event, Heard)]
    assert waits == [4, 4]


def every_branch() -> Iterator[tuple[str, list[Event]]]:
    for path in sorted(SHIPPED.glob("*.yaml")):
        script = load_script(path)
        for branch in branches(script):
            yield branch.name, branch.events(script)


def test_every_branch_of_every_script_ends() -> None:
    found = dict(every_branch())
    assert len(found) > 50
    assert all(told(events)[-1] == "Step end" for events in found.values())


def test_every_node_of_every_script_is_on_a_branch() -> None:
    for path in sorted(SHIPPED.glob("*.yaml")):
        script = load_script(path)
        lines = {line for branch in branches(script) for line in told(branch.events(script))}
        left = {name for name in script.nodes if f"Step {name}" not in lines}
        assert left <= {"message_left", "message", "message_phone"}, script.name


def test_a_fact_that_is_missing_is_one_line() -> None:
    script = shipped_script("debt_informer")
    with pytest.raises(InputError, match="variable 'debt': the call has no value for it"):
        list(Conversation(script, {**FACTS, "debt": None}, TODAY, str).events())


def test_a_script_in_english() -> None:
    script = parse_script(
        """\
name: english
version: 1
language: en
title: In English
variables: {debt: money}
nodes:
  greeting: {kind: say, text: "You owe {debt}."}
  choice:
    kind: menu
    text: Press one.
    digits:
      1: {words: [operator], result: operator_wanted, next: end}
  end: {kind: hangup}
""",
        "english.yaml",
    )
    talk = call(script, "operator")
    assert Recorded(Result.OPERATOR_WANTED) in talk
    assert talk[1] == Spoken(
        "You owe two thousand one hundred five dollars twenty one cents.",
        ("You owe", "two thousand", "one hundred", "five", "dollars", "twenty", "one", "cents", PAUSE),
    )


@pytest.mark.parametrize(
    ("language", "said", "sure"),
    [
        ("en", "next friday", "that's right"),
        ("kk", "келесі жұма", "дұрыс"),
        ("ru", "в следующую пятницу", "верно"),
    ],
)
def test_a_promise_in_each_language(language: str, said: str, sure: str) -> None:
    script = parse_script(
        f"""\
name: promises
version: 1
language: {language}
title: Promises
nodes:
  day:
    kind: ask
    about: promise_date
    words: true
    text: When, қашан, когда?
    confirm: "{{answer}}?"
    given: {{result: promise, next: end}}
    next: end
  end: {{kind: hangup}}
""",
        "promises.yaml",
    )
    assert Given("day", "promise_date", "2026-03-20") in call(script, said, sure)
