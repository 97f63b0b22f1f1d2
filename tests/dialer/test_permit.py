"""``dozvon permit --cases FILE --json``: the contract, the worked cases, and the line told of each wrong file."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.main import run
from tests.places import without_columns

pytestmark = pytest.mark.unit

EXAMPLE = """\
{"cases": [{"id": "c1", "regime": "ru-230fz-agency", "policies": ["attempts-3-a-day"], "scope": "debtor",
  "debtor": {"id": "D1", "zones": ["Europe/Moscow"], "region": "RU-MOW"},
  "ask": {"channel": "call_human", "phone": "+79160000001", "debt": "A", "creditor": "C1"},
  "now": "2026-03-10T12:00:00Z",
  "history": [{"id": "t1", "debtor": "D1", "at": "2026-03-10T07:00:00Z", "channel": "call_human", "direction": "out",
               "outcome": "talk_debtor", "phone": "+79160000001", "debt": "A", "creditor": "C1"}],
  "blocks": [{"scope": "debtor", "channels": ["direct"], "from": "2026-03-10T00:00:00+03:00", "to": null,
              "reason": "hospital"}]}]}
"""
"""As the design has it, but that the block of the design's example is told in its own test."""


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Asked:
    """The command on a file of these cases."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def text(self, text: str, *options: str) -> tuple[int, str, str]:
        Path("cases.json").write_text(text, encoding="utf-8")
        status = run(["permit", "--cases", "cases.json", *options])
        out, err = self._capsys.readouterr()
        return status, out, err

    def cases(self, *cases: dict[str, Any]) -> list[dict[str, Any]]:
        status, out, err = self.text(json.dumps({"cases": cases}), "--json")
        assert (status, err) == (0, "")
        answers: list[dict[str, Any]] = json.loads(out)["answers"]
        assert [answer["id"] for answer in answers] == [case["id"] for case in cases]
        return answers

    def fault(self, text: str) -> str:
        """The line told of a wrong file."""
        status, out, err = self.text(text, "--json")
        assert (status, out) == (2, "")
        assert err.count("\n") == 1
        assert err.startswith("error: ")
        return err.removeprefix("error: ").strip()


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str]) -> Asked:
    return Asked(capsys)


def example() -> dict[str, Any]:
    case: dict[str, Any] = json.loads(EXAMPLE)["cases"][0]
    return case


def without(*fields: str, **other: Any) -> dict[str, Any]:
    """The example without some of what is optional, and with something else."""
    case = {**deepcopy(example()), **other}
    return {name: value for name, value in case.items() if name not in fields}


def call(
    id: str, at: str, outcome: str | None = "talk_debtor", channel: str = "call_human"
) -> dict[str, Any]:
    return {"id": id, "debtor": "D1", "at": at, "channel": channel, "direction": "out", "outcome": outcome}


def answer(refused_by: list[str], next_allowed: str | None) -> dict[str, Any]:
    return {"allowed": not refused_by, "refused_by": refused_by, "next_allowed": next_allowed}


def told(of: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in of.items() if name not in ("id", "why")}


class TestTheContract:
    def test_the_example_without_its_block(self, asked: Asked) -> None:
        (found,) = asked.cases(without("blocks"))
        assert found == {"id": "c1", **answer(["calls-per-day"], "2026-03-11T05:00:00Z")}

    def test_the_example_with_its_block(self, asked: Asked) -> None:
        status, out, _ = asked.text(EXAMPLE, "--json")
        assert status == 0
        (found,) = json.loads(out)["answers"]
        assert told(found) == answer(["block", "calls-per-day"], None)
        assert found["why"] == {"block": "hospital"}

    def test_what_is_allowed(self, asked: Asked) -> None:
        (found,) = asked.cases(without("blocks", "policies", "scope", history=[]))
        assert found == {"id": "c1", **answer([], None)}

    def test_everything_optional_may_be_left_out(self, asked: Asked) -> None:
        debtor = {"id": "D1", "zones": ["Europe/Moscow"]}
        bare = without("blocks", "policies", "scope", "history", debtor=debtor, ask={"channel": "sms"})
        assert told(asked.cases(bare)[0]) == answer([], None)

    def test_an_open_reservation_counts(self, asked: Asked) -> None:
        case = without("blocks", history=[call("t1", "2026-03-10T07:00:00Z", None)])
        assert told(asked.cases(case)[0]) == answer(["calls-per-day"], "2026-03-11T05:00:00Z")

    def test_the_scope_overrides_the_regime_s_and_not_the_policy_s(self, asked: Asked) -> None:
        other = {**call("t1", "2026-03-10T07:00:00Z"), "debt": "B"}
        by_debt = without("blocks", scope="debt", history=[other])
        by_debtor = without("blocks", scope="debtor", history=[other])
        found = asked.cases(by_debt, by_debtor)
        assert [told(one)["allowed"] for one in found] == [True, False]
        three = [{**other, "id": f"t{n}"} for n in range(3)]
        assert told(asked.cases(without("blocks", scope="debt", history=three))[0])["refused_by"] == [
            "attempts-per-day"
        ]

    def test_several_rules_are_named_together(self, asked: Asked) -> None:
        case = without("blocks", now="2026-03-10T19:30:00Z")
        assert told(asked.cases(case)[0]) == answer(["hours", "calls-per-day"], "2026-03-11T05:00:00Z")

    def test_a_block_of_a_phone_by_target_or_by_field(self, asked: Asked) -> None:
        block = {
            "scope": "phone",
            "channels": ["direct"],
            "from": "2026-03-10T00:00:00Z",
            "to": "2026-03-12T00:00:00Z",
        }
        cases = [
            without(history=[], blocks=[{**block, **about}])
            for about in ({"target": "+79160000001"}, {"phone": "+79160000001"}, {"target": "+79160000002"})
        ]
        assert [told(one)["refused_by"] for one in asked.cases(*cases)] == [["block"], ["block"], []]

    def test_without_zones_all_of_the_country_must_be_open(self, asked: Asked) -> None:
        case = without("blocks", debtor={"id": "D1"}, history=[])
        early = {**case, "now": "2026-03-10T05:59:00Z"}  # 07:59 in Kaliningrad
        found = asked.cases(early, {**case, "now": "2026-03-10T09:59:00Z"})  # 21:59 in Kamchatka
        assert [told(one) for one in found] == [answer(["hours"], "2026-03-10T06:00:00Z"), answer([], None)]

    def test_a_consent_narrows_by_its_slot_and_waives_what_may_be_waived(self, asked: Asked) -> None:
        agreed = {"channels": ["call"], "from": "2026-03-01T00:00:00Z", "document": "letter 7"}
        slot = without("blocks", history=[], consents=[{**agreed, "slot": "18:00-20:00"}])
        talk = call("t1", "2026-03-11T15:00:00Z")
        york = {"regime": "us-reg-f", "debtor": {"id": "D1", "zones": ["America/New_York"]}}
        called = without("blocks", "policies", "scope", **york, now="2026-03-12T15:00:00Z", history=[talk])
        waived = {
            **called,
            "consents": [{**agreed, "waives": ["call-after-talk"], "to": "2026-03-20T00:00:00Z"}],
        }
        of_another = {**called, "consents": [{**agreed, "waives": ["call-after-talk"], "phone": "+7999"}]}
        found = asked.cases(slot, called, waived, of_another)
        after_talk = answer(["call-after-talk"], "2026-03-18T12:00:00Z")
        assert [told(one) for one in found] == [
            answer(["chosen-slot"], "2026-03-10T15:00:00Z"),
            after_talk,
            answer([], None),
            after_talk,
        ]
        assert found[0]["why"] == {"chosen-slot": "letter 7"}

    def test_campaigns_and_trunks_are_counted_whoever_was_touched(self, asked: Asked) -> None:
        other = {**call("t1", "2026-03-10T07:00:00Z"), "debtor": "D2", "campaign": "7", "trunk": "+7800"}
        cases = [
            without("blocks", scope=scope, history=[other], ask={"channel": "call_human", scope: name})
            for scope, name in (("campaign", "7"), ("campaign", "8"), ("trunk", "+7800"), ("trunk", "+7801"))
        ]
        found = [told(one)["refused_by"] for one in asked.cases(*cases)]
        assert found == [["calls-per-day"], [], ["calls-per-day"], []]

    def test_nothing_asked(self, asked: Asked) -> None:
        assert asked.cases() == []

    def test_a_file_indented_by_tabs(self, asked: Asked) -> None:
        status, out, _ = asked.text(json.dumps({"cases": [without("blocks")]}, indent="\t"), "--json")
        assert status == 0
        assert json.loads(out)["answers"][0]["refused_by"] == ["calls-per-day"]

    def test_for_people_it_is_a_table(self, asked: Asked) -> None:
        status, out, _ = asked.text(EXAMPLE)
        assert status == 0
        assert "c1" in out
        assert "calls-per-day" in out


def worked(
    id: str, zone: str, now: str, channel: str, *history: dict[str, Any], **more: Any
) -> dict[str, Any]:
    region = more.pop("region", "")
    return {
        "id": id,
        "regime": more.pop("regime", "ru-230fz-agency"),
        "debtor": {"id": "D1", "zones": [zone], "region": region},
        "ask": {"channel": channel},
        "now": now,
        "history": list(history),
        **more,
    }


MOSCOW = "Europe/Moscow"
WEEK_END = [call("1", "2026-03-12T10:00:00+03:00"), call("2", "2026-03-15T12:00:00+03:00")]
FULL_WEEK = [call("1", "2026-03-09T10:00:00+03:00"), call("2", "2026-03-11T10:00:00+03:00")]
APRIL = [call("1", "2026-04-28T10:00:00+03:00"), call("2", "2026-04-30T10:00:00+03:00")]
TUESDAY = call("1", "2026-03-10T07:00:00Z")
MET = call("1", "2026-03-10T10:00:00+03:00", "meeting_held", "meeting")
UNANSWERED = [call(str(hour), f"2026-03-10T{hour:02}:00:00+03:00", "no_answer") for hour in range(9, 14)]
FRIDAY = [call(str(hour), f"2026-03-27T{hour:02}:00:00+05:00", "no_answer") for hour in (9, 11, 13)]
HOSPITAL = {
    "scope": "debtor",
    "channels": ["direct"],
    "from": "2026-03-10T00:00:00+03:00",
    "to": "2026-03-20T00:00:00+03:00",
    "reason": "hospital",
}
ROLLING = {"regime": "ru-230fz-agency-rolling"}
KZ = {"regime": "kz-utility"}
WORKED = [
    (
        worked("1", "Europe/Kaliningrad", "2026-03-11T05:59:59Z", "call_human"),
        ["hours"],
        "2026-03-11T06:00:00Z",
    ),
    (worked("3", "Asia/Kamchatka", "2026-03-11T10:00:00Z", "call_human"), ["hours"], "2026-03-11T20:00:00Z"),
    (worked("3b", "Asia/Kamchatka", "2026-03-11T09:59:59Z", "call_human"), [], None),
    (worked("5", MOSCOW, "2026-03-09T17:00:00Z", "sms"), ["hours"], "2026-03-10T05:00:00Z"),
    (worked("6", MOSCOW, "2026-01-09T05:30:00Z", "call_human"), ["hours"], "2026-01-09T06:00:00Z"),
    (
        worked("8", "Asia/Yekaterinburg", "2026-03-20T03:30:00Z", "call_human", region="RU-BA"),
        ["hours"],
        "2026-03-20T04:00:00Z",
    ),
    (worked("8b", "Asia/Yekaterinburg", "2026-03-20T03:30:00Z", "call_human", region="RU-SVE"), [], None),
    (
        worked(
            "9", "Asia/Vladivostok", "2026-03-10T22:30:00Z", "call_human", call("1", "2026-03-10T00:30:00Z")
        ),
        [],
        None,
    ),
    (worked("11", MOSCOW, "2026-03-16T05:00:00Z", "call_human", *WEEK_END), [], None),
    (
        worked("11b", MOSCOW, "2026-03-16T05:00:00Z", "call_human", *WEEK_END, **ROLLING),
        ["calls-per-week"],
        "2026-03-19T07:00:00Z",
    ),
    (
        worked("12", MOSCOW, "2026-03-13T09:00:00Z", "call_agent", *FULL_WEEK),
        ["calls-per-week"],
        "2026-03-16T05:00:00Z",
    ),
    (
        worked("14", MOSCOW, "2026-05-01T07:00:00Z", "call_human", *APRIL),
        ["calls-per-week"],
        "2026-05-04T05:00:00Z",
    ),
    (
        worked("16", MOSCOW, "2026-03-10T12:00:00Z", "call_agent", TUESDAY),
        ["calls-per-day"],
        "2026-03-11T05:00:00Z",
    ),
    (worked("16b", MOSCOW, "2026-03-10T12:00:00Z", "sms", TUESDAY), [], None),
    (worked("16c", MOSCOW, "2026-03-10T12:00:00Z", "meeting", TUESDAY), [], None),
    (
        worked("18", MOSCOW, "2026-03-12T07:00:00Z", "meeting", MET),
        ["meetings-per-week"],
        "2026-03-16T05:00:00Z",
    ),
    (worked("18b", MOSCOW, "2026-03-12T07:00:00Z", "call_human", MET), [], None),
    (worked("19", MOSCOW, "2026-03-10T12:00:00Z", "call_human", *UNANSWERED), [], None),
    (
        worked(
            "19b", MOSCOW, "2026-03-10T12:00:00Z", "call_human", *UNANSWERED, policies=["attempts-3-a-day"]
        ),
        ["attempts-per-day"],
        "2026-03-11T05:00:00Z",
    ),
    (
        worked("22", MOSCOW, "2026-03-16T09:00:00Z", "call_human", blocks=[HOSPITAL]),
        ["block"],
        "2026-03-20T05:00:00Z",
    ),
    (worked("22b", MOSCOW, "2026-03-16T09:00:00Z", "sms", blocks=[HOSPITAL]), [], None),
    (
        worked("25", "Asia/Almaty", "2026-03-27T10:00:00Z", "call_human", *FRIDAY, **KZ),
        ["calls-per-day"],
        "2026-03-30T03:00:00Z",
    ),
    (
        worked("27", "Asia/Almaty", "2026-03-26T02:30:00Z", "call_human", **KZ),
        ["hours"],
        "2026-03-26T03:00:00Z",
    ),
]


def test_the_worked_cases_of_the_law_through_a_file(asked: Asked) -> None:
    found = asked.cases(*(case for case, _, _ in WORKED))
    expected = {case["id"]: answer(rules, at) for case, rules, at in WORKED}
    assert {one["id"]: told(one) for one in found} == expected


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            '"Europe/Moscow"',
            '"Europe/Moskau"',
            "line 2, cases.0.debtor.zones: there is no time zone 'Europe/Moskau'",
        ),
        (
            '["Europe/Moscow"]',
            '"Europe/Moscow"',
            "line 2, cases.0.debtor.zones: a list is expected",
        ),
        ('"D1", "zones"', '5, "zones"', "line 2, cases.0.debtor.id: input should be a valid string"),
        (
            '"2026-03-10T12:00:00Z"',
            '"noon"',
            "line 4, cases.0.now: a time is written with its offset, like 2026-",
        ),
        (
            '"2026-03-10T12:00:00Z"',
            '"2026-03-10T12:00:00"',
            "line 4, cases.0.now: a time is written with its offset",
        ),
        (
            '"2026-03-10T12:00:00Z"',
            '"9999-12-31T23:00:00Z"',
            "line 4, cases.0.now: now is of the years 1970 to 2100",
        ),
        (
            '"2026-03-10T12:00:00Z"',
            '"0001-01-01T00:00:00+03:00"',
            "line 4, cases.0.now: a time is of the years 1 to 9999",
        ),
        ('"2026-03-10T12:00:00Z"', "1773144000", "line 4, cases.0.now: a time is written with its offset"),
        ('"2026-03-10T07:00:00Z"', "null", "line 5, cases.0.history.0.at: a time is written with its offset"),
        ('"talk_debtor"', '"talked"', "line 6, cases.0.history.0.outcome: input should be 'no_carrier'"),
        ('"outcome": "talk_debtor", ', "", "line 5, cases.0.history.0: the field 'outcome' is missing"),
        ('"out"', '"away"', "line 5, cases.0.history.0.direction: input should be 'out' or 'in'"),
        (
            '"channel": "call_human", "phone"',
            '"channel": "fax", "phone"',
            "line 3, cases.0.ask.channel: input should be",
        ),
        ('"scope": "debtor",\n', '"scope": "house",\n', "line 1, cases.0.scope: input should be 'debtor'"),
        (
            '["direct"]',
            '["fax"]',
            "line 7, cases.0.blocks.0.channels: 'fax' is no channel and no group of channels",
        ),
        ('["direct"]', '"direct"', "line 7, cases.0.blocks.0.channels: a list of channels is expected"),
        (
            '"scope": "debtor", "channels"',
            '"scope": "phone", "channels"',
            "a block of one phone names it as target",
        ),
        (
            '"to": null',
            '"to": "2026-03-09T00:00:00Z"',
            "line 7, cases.0.blocks.0: the block ends before it begins",
        ),
        ('"ru-230fz-agency"', '"ru-230"', "line 1, cases.0.regime: no regime 'ru-230'; shipped: bailiff-ru,"),
        (
            '"attempts-3-a-day"',
            '"attempts"',
            "line 1, cases.0.policies: no policy 'attempts'; shipped: attempts-3-a-day",
        ),
        ('"id": "c1", ', "", "line 1, cases.0: the field 'id' is missing"),
        ('"id": "c1", ', '"id": "c1", "id": "c2", ', "line 1: 'id' is given twice"),
        ('"cases"', '"case"', "line 1, case: unknown key 'case'"),
        ('"now": "2026', '"when": "2026', "line 4, cases.0.when: unknown key 'when'"),
        ('{"cases": [{"id"', '{"cases": [{id', "line 1: not JSON: Expecting property name"),
    ],
)
def test_a_wrong_file_is_one_line_with_file_line_and_field(
    asked: Asked, old: str, new: str, line: str
) -> None:
    assert old in EXAMPLE
    told = without_columns(asked.fault(EXAMPLE.replace(old, new, 1)))
    assert told.startswith("cases.json, line ")
    assert line in told


AGREED = {"channels": ["call"], "from": "2026-03-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("consent", "line"),
    [
        (
            {"waives": ["hours"]},
            ".waives: 'hours' may not be waived; a consent may waive call-after-talk, calls-per",
        ),
        ({"waives": ["hour"]}, ".waives: 'hour' is a rule of no regime and no policy; a consent may waive"),
        ({"waives": "call-after-talk"}, ".waives: a list of rules is expected"),
        ({"slot": "8-12"}, ".slot: '8-12' is no slot; one is written 08:00-12:00"),
        ({"slot": []}, ".slot: [] is no slot"),
        ({"channels": ["fax"]}, ".channels: 'fax' is no channel and no group of channels"),
        ({"from": "monday"}, ".from: a time is written with its offset"),
        ({"to": "2026-02-01T00:00:00Z"}, ": the consent ends before it begins"),
        ({"phones": "+7"}, ".phones: unknown key 'phones'"),
    ],
)
def test_a_wrong_consent_is_named_by_its_field(asked: Asked, consent: dict[str, Any], line: str) -> None:
    case = without("blocks", consents=[{**AGREED, **consent}])
    told = asked.fault(json.dumps({"cases": [case]}, indent=1))
    assert told.startswith("cases.json, line ")
    assert f"cases.0.consents.0{line}" in told


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "cases.json, line 1: not JSON: Expecting value"),
        ("[]", "cases.json, line 1: a mapping is expected"),
        ("[" * 100_000, "cases.json: lists or mappings stand in one another too deep"),
        ('{"cases": [5]}', "cases.json, line 1, cases.0: a mapping is expected"),
        ('{"cases": null}', "cases.json, line 1, cases: a list is expected"),
    ],
)
def test_a_file_that_is_something_else(asked: Asked, text: str, line: str) -> None:
    assert without_columns(asked.fault(text)).startswith(line)


def test_a_file_that_begins_with_a_mark_of_its_encoding(asked: Asked) -> None:
    status, out, err = asked.text("\ufeff" + json.dumps({"cases": [without("blocks")]}), "--json")
    assert (status, err, len(json.loads(out)["answers"])) == (0, "", 1)


def test_a_block_for_ever_by_its_date(asked: Asked) -> None:
    block = {"channels": ["direct"], "from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"}
    (found,) = asked.cases(without("history", blocks=[block]))
    assert told(found) == answer(["block"], None)


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["permit", "--cases", "none.json", "--json"]) == 2
    assert capsys.readouterr().err == "error: none.json: cannot be read: No such file or directory\n"


def test_a_year_whose_days_off_are_not_final_is_said_once(asked: Asked) -> None:
    cases = [without(now=f"{year}-03-10T12:00:00Z", id=str(n)) for n, year in enumerate((2026, 2031, 2031))]
    cases.append(without(now="2031-03-10T12:00:00Z", id="US", regime="us-reg-f", policies=[]))
    status, out, err = asked.text(json.dumps({"cases": cases}), "--json")
    assert (status, len(json.loads(out)["answers"])) == (0, 4)
    assert [line.split(" are ")[0] for line in err.splitlines()] == [
        "warning: days off of 2031 in RU",
        "warning: days off of 2031 in US",
    ]
