"""Faults that only the whole page shows: what is asked, said too soon, or never heard. One line each."""

from __future__ import annotations

import pytest

from domain.errors import InputError
from domain.opener import Opener
from ivr_scripts.load import parse_script
from ivr_scripts.openers import opener_problems
from tests.places import without_columns

pytestmark = pytest.mark.unit

GOOD = """\
name: service
version: 1
language: ru
title: Обслуживание
variables: {agency: text, debt: money}
nodes:
  greeting: {kind: say, says: [agency], text: "Это {agency}.", interrupted_by: choice}
  greeting_two: {kind: say, says: [robot], text: Это робот., interrupted_by: choice}
  account:
    kind: ask
    about: account
    gives: [debt]
    words: true
    text: Номер счёта?
    confirm: "Счёт {answer}?"
    given: {next: balance}
    next: choice
  balance: {kind: say, text: "Ваш долг {debt}."}
  choice:
    kind: menu
    text: Нажмите один.
    digits:
      1: {next: paid}
  end: {kind: hangup}
  paid:
    kind: ask
    about: yes_no
    text: Уже заплатили?
    yes: {result: already_paid, next: end}
    no: {next: day}
    next: end
  day:
    kind: ask
    about: promise_date
    text: Когда?
    given: {result: promise, next: end}
    next: end
"""


def test_a_good_script() -> None:
    script = parse_script(GOOD, "service.yaml")
    assert script.found_later == {"debt"}
    assert script.hears_words


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "    yes: {result: already_paid, next: end}\n",
            "",
            "nodes.paid: an ask about yes_no needs no and yes",
        ),
        (
            "    given: {result: promise, next: end}\n",
            "    yes: {next: end}\n    no: {next: end}\n",
            "nodes.day: an ask about promise_date needs given, and only that",
        ),
        (
            "given: {result",
            "given: {words: [завтра], result",
            "the words of an ask are known: write `words: true`",
        ),
        ("text: Уже заплатили?", "text: Уже?\n    confirm: Да?", "nodes.paid: a confirm repeats {answer}"),
        ("text: Когда?", "text: Когда?\n    confirm: Точно?", "nodes.day: a confirm repeats {answer}"),
        (
            "text: Когда?",
            "text: Когда?\n    gives: [debt]",
            "nodes.day: gives names the variables that an account",
        ),
        ("    gives: [debt]\n", "", "nodes.account: gives names the variables that an account number gives"),
        (
            "gives: [debt]",
            "gives: [dept]",
            "line 12, nodes.account.gives: unknown variable 'dept'; declare it",
        ),
        (
            "text: Когда?",
            "text: Когда?\n    within_days: 0",
            "nodes.day.within_days: input should be greater",
        ),
        (
            "about: promise_date",
            "about: weather",
            "nodes.day.about: input should be 'yes_no', 'promise_date'",
        ),
        ("Ваш долг {debt}.", "Ваш долг {answer}.", "nodes.balance.text: unknown variable {answer}"),
        ("{agency}.", "{agency:genitive}.", "nodes.greeting.text: a text has no genitive in the language ru"),
        (
            "Нажмите один.",
            "Ваш долг {debt}.",
            "line 21, nodes.choice.text: {debt} is not known yet on every way",
        ),
        (
            "Номер счёта?",
            "Ваш долг {debt}?",
            "line 14, nodes.account.text: {debt} is not known yet on every way",
        ),
        (
            "text: Это робот., interrupted_by: choice",
            "text: Это робот.",
            "line 7, nodes.greeting.interrupted_by: the last opener after it, 'greeting_two', names another menu",
        ),
        (
            "says: [agency]",
            "says: [agent]",
            "nodes.greeting.says.0: input should be 'agency', 'creditor', 'robot'",
        ),
        ("no: {next: day}", "no: {next: days}", "nodes.paid.no.next: there is no node 'days'"),
        ("  end: {kind: hangup}", "  end: {kind: hangup, next: day}", "nodes.end.next: unknown key 'next'"),
        (
            "    given: {result: promise, next: end}\n    next: end\n",
            "    given: {result: promise, next: end}\n    next: paid\n",
            "silence never leaves",
        ),
    ],
)
def test_faults_name_file_line_and_field(old: str, new: str, message: str) -> None:
    assert GOOD.count(old) >= 1
    faulty = GOOD.replace(old, new, 1)
    if "silence" in message:
        faulty = faulty.replace("no: {next: day}\n    next: end", "no: {next: day}\n    next: day")
    with pytest.raises(InputError) as caught:
        parse_script(faulty, "service.yaml")
    line = without_columns(str(caught.value))
    assert message in line
    assert line.startswith("service.yaml, line")
    assert "\n" not in line


OPENERS = """\
name: calls
version: 1
language: ru
title: Звонок
variables: {agency: text, debt: money}
nodes:
  hello: {kind: say, says: [robot], text: Это робот., interrupted_by: choice}
  who: {kind: say, says: [agency, recorded], text: "Звонит {agency}.", interrupted_by: choice}
  debt: {kind: say, text: "Долг {debt}.", interrupted_by: choice}
  choice:
    kind: menu
    text: Нажмите один.
    digits:
      1: {next: debt}
  end: {kind: hangup}
"""
DEMANDED = frozenset({Opener.ROBOT, Opener.AGENCY, Opener.RECORDED})


def missing(text: str, demanded: frozenset[Opener] = DEMANDED) -> list[tuple[str, str]]:
    problems = opener_problems(parse_script(text, "calls.yaml"), demanded)
    return [(problem.path[-1], problem.what) for problem in problems]


class TestOpeners:
    def test_a_kept_digit_comes_after_the_last_opener(self) -> None:
        assert missing(OPENERS) == []

    def test_nothing_demanded_nothing_missing(self) -> None:
        bare = OPENERS.replace("says: [robot], ", "").replace("says: [agency, recorded], ", "")
        assert missing(bare, frozenset()) == []

    def test_a_text_that_a_digit_leaves_before_the_openers(self) -> None:
        early = OPENERS.replace("says: [robot], ", "")
        assert missing(early)[0] == (
            "hello",
            "a way on by a digit comes before agency, robot, recorded are said",
        )

    def test_the_debt_is_named_too_soon(self) -> None:
        early = OPENERS.replace("Это робот.", '"Долг {debt}."')
        assert missing(early)[0] == (
            "hello",
            "a fact of the debt comes before agency, robot, recorded are said",
        )

    def test_one_opener_is_never_said(self) -> None:
        silent = OPENERS.replace("[agency, recorded]", "[agency]")
        assert missing(silent) == [
            ("debt", "a fact of the debt comes before recorded is said"),
            ("choice", "a question comes before recorded is said"),
            ("end", "the end comes before recorded is said"),
        ]

    def test_a_machine_hears_them_too(self) -> None:
        beep = '  beep: {kind: say, text: "Долг {debt}.", next: end}\n'
        on_machine = OPENERS.replace("variables:", "on_machine: beep\nvariables:") + beep
        assert ("beep", "a fact of the debt comes before agency, robot, recorded are said") in missing(
            on_machine
        )

    def test_a_way_past_the_openers(self) -> None:
        jump = (
            OPENERS.replace("1: {next: debt}", "1: {next: debt}\n      2: {next: who}")
            .replace("  hello:", "  first: {kind: goto, next: choice}\n  hello:")
            .replace("1: {next: debt}", "1: {next: hello}")
        )
        assert "choice" in dict(missing(jump))
