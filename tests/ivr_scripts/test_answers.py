"""What digits mean, in Python and in the dialplan: a real Asterisk is asked the same questions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from asterisk.install.installation import installation_in, installation_in_path
from asterisk.node import Node, NodePlan
from asterisk.ports import free_port
from ivr_scripts.answers import MOST_SUM, account_number, pressed_date, spoken_date, whole_sum
from ivr_scripts.compile import compile_script, context_name
from ivr_scripts.language import About, Script
from ivr_scripts.load import parse_script
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.say_back import answer_clips, say_back_clips
from ivr_scripts.spoken import Language
from tests.asterisk.raw_ami import raw_ami

pytestmark = pytest.mark.integration

TODAY = date(2026, 12, 20)
WITHIN_DAYS = 30

SCRIPT = """\
name: asks
version: 1
language: {language}
title: Вопросы
variables: {{debt: money}}
nodes:
  when:
    kind: ask
    about: promise_date
    text: Когда
    confirm: "{{answer}}"
    given: {{next: much}}
  much: {{kind: ask, about: promise_sum, text: Сколько, confirm: "{{answer}}", given: {{next: who}}}}
  who:
    kind: ask
    about: account
    gives: [debt]
    text: Кто
    confirm: "{{answer}}"
    given: {{next: end}}
  end: {{kind: hangup}}
"""

DATES = {
    "0": "2026-12-20",
    "1": "2026-12-21",
    "7": "2026-12-27",
    "12": "2027-01-01",
    "30": "2027-01-19",
    "31": None,
    "99": None,
    "2012": "2026-12-20",
    "1912": None,
    "3112": "2026-12-31",
    "0101": "2027-01-01",
    "1901": "2027-01-19",
    "2001": None,
    "3002": None,
    "2902": None,
    "0000": None,
    "9999": None,
    "123": None,
    "*": None,
    "1*12": None,
}
SPOKEN_DATES = {"2026-12-20": True, "2027-01-19": True, "2027-01-20": False, "2026-12-19": False}
SUMS = {
    "1": 1,
    "0": None,
    "007": 7,
    "21": 21,
    "111": 111,
    "1000": 1000,
    "21500": 21500,
    "100002": 100002,
    "312012": 312012,
    "999999": 999999,
    "1500.50": 1500,
    "15*5": None,
    "*": None,
}
ACCOUNTS = {"4100": "4100", "123": None, "00123456789012345678": "00123456789012345678", "41*00": "4100"}


def test_dates_that_are_pressed() -> None:
    for digits, expected in DATES.items():
        day = pressed_date(digits, TODAY, WITHIN_DAYS)
        assert (day.isoformat() if day else None) == expected, digits


def test_the_day_that_a_year_lacks() -> None:
    assert pressed_date("2902", date(2028, 2, 1), 30) == date(2028, 2, 29)
    assert pressed_date("2902", date(2026, 2, 1), 30) is None


def test_dates_that_were_understood() -> None:
    for said, in_reach in SPOKEN_DATES.items():
        assert (spoken_date(said, TODAY, WITHIN_DAYS) is not None) == in_reach
    assert spoken_date("", TODAY, WITHIN_DAYS) is None


def test_sums_and_accounts() -> None:
    assert {digits: whole_sum(digits) for digits in SUMS} == SUMS
    assert {digits: account_number(digits) for digits in ACCOUNTS} == ACCOUNTS
    assert whole_sum(str(MOST_SUM + 1)) is None


@pytest.mark.parametrize("language", ["en", "kk", "ru"])
@pytest.mark.parametrize("about", [About.ACCOUNT, About.PROMISE_DATE, About.PROMISE_SUM])
def test_what_is_said_back_can_be_recorded_ahead(language: Language, about: About) -> None:
    values = {
        About.PROMISE_DATE: [f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)],
        About.PROMISE_SUM: [str(value) for value in (*range(1, 1200), *range(1000, 999_999, 997))],
        About.ACCOUNT: ["0123456789"],
    }
    needed = {clip for value in values[about] for clip in answer_clips(language, about, value)}
    assert needed <= set(say_back_clips(language, about))


def questions(script: Script) -> list[tuple[About, str, str]]:
    """About what, by digits or speech, and the answer."""
    found = [(About.PROMISE_DATE, "digits", digits) for digits in DATES]
    found += [(About.PROMISE_DATE, "speech", said) for said in SPOKEN_DATES]
    found += [(About.PROMISE_SUM, "digits", digits) for digits in SUMS]
    return found + [(About.ACCOUNT, "digits", digits) for digits in ACCOUNTS]


def asked(script: Script) -> str:
    """A dialplan that reads each answer, says it back, and tells both."""
    lines = ["\n[asked]", f"exten => s,1,Set(DZ_TODAY={TODAY})"]
    for about, by, answer in questions(script):
        routine = f"{context_name(script)}-{about}"
        limit = WITHIN_DAYS if about is About.PROMISE_DATE else ""
        lines += [
            f" same => n,Set(DZ_BY={by})",
            f" same => n,Set(DZ_ANSWER={answer})",
            " same => n,Set(DZ_SAID=)",
            f" same => n,Gosub({routine},s,1({limit}))",
            f' same => n,ExecIf($["${{DZ_VALUE}}" != ""]?Gosub({routine}-said,s,1))',
            " same => n,UserEvent(Read,Value: ${DZ_VALUE},Said: ${DZ_SAID})",
        ]
    waits = "\n[waits]\nexten => s,1,Answer()\n same => n,Wait(60)\n"
    return "\n".join([*lines, " same => n,Hangup(16)"]) + waits


def expected(script: Script, store: PromptStore, about: About, by: str, answer: str) -> tuple[str, str]:
    """What Python reads, and the clips that say it."""
    value: object = account_number(answer)
    if about is About.PROMISE_SUM:
        value = whole_sum(answer)
    elif about is About.PROMISE_DATE:
        value = (spoken_date if by == "speech" else pressed_date)(answer, TODAY, WITHIN_DAYS)
    if value is None:
        return "", ""
    clips = answer_clips(script.language, about, str(value))
    return str(value), "&".join(store.reference(clip) for clip in clips)


@pytest.mark.parametrize("language", ["en", "kk", "ru"])
async def test_asterisk_reads_and_says_the_same(language: str, folder: Path, root_folder: Path) -> None:
    script = parse_script(SCRIPT.format(language=language), "asks.yaml")
    store = PromptStore(folder / "prompts", "tones", "sine")
    plan = NodePlan("node1", folder / "node", free_port(), free_port("tcp"), free_port(), store.folder)
    node = Node(plan, installation_in_path() or installation_in(root_folder))
    await node.start()
    try:
        await node.install_script("asks", compile_script(script, store) + asked(script))
        async with raw_ami(plan) as ami:
            await ami.send(
                Action="Originate",
                ActionID="asked",
                ChannelId="asked",
                Channel="Local/s@waits/n",
                Context="asked",
                Exten="s",
                Priority="1",
                Async="true",
            )
            await ami.until(1, Event="Hangup", Uniqueid="asked")
            told = [(event["Value"], event["Said"]) for event in ami.matching(UserEvent="Read")]
        assert told == [expected(script, store, *question) for question in questions(script)]
    finally:
        await node.stop()
    warnings = [
        line for line in node.folder.messages.read_text(encoding="utf-8").splitlines() if "WARNING" in line
    ]
    assert all("STRPTIME() found no time" in line for line in warnings), "only of days that no calendar has"
