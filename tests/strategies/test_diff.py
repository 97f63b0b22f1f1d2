"""What changed between two strategies, in words that a supervisor reads."""

from __future__ import annotations

import pytest

from files.diff import Change, ChangeKind
from strategies.diff import diff
from strategies.load import SHIPPED, parse_strategy, strategy_text

pytestmark = pytest.mark.unit

OLD = """\
name: t
regime: ru-230fz-agency
policies: [attempts-3-a-day]
segments:
  - {id: small, when: {sum: {below: 300}}, stop: too little}
  - id: fresh
    when: {months_overdue: {below: 6}, stage: [pre_court, judgment]}
    priority: 20
    exits: [{when: {promises: {state: kept}}, reason: kept it}]
    split: {salt: s, variants: {champion: {share: 70}, gentle: {share: 30, steps: [{id: soft, wait: 1d}]}}}
    steps:
      - id: inform
        ivr: debt_informer
        hours: 10:00-19:00
        retry:
          no_answer: {after: 3h, times: 2}
      - {id: pause, wait: 2d}
      - {id: sms, message: {kind: sms, text: hello}}
  - {id: aged, steps: [{id: call, ivr: debt_informer}]}
after_result:
  promise: {wait: 5d}
"""


def told(*changes: tuple[str, str]) -> list[str]:
    new = OLD
    for before, after in changes:
        assert before in new
        new = new.replace(before, after, 1)
    return [str(change) for change in diff(parse_strategy(OLD, "a.yaml"), parse_strategy(new, "b.yaml"))]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("times: 2", "times: 3", "segment fresh: step inform: retry no_answer: times 2 -> 3"),
        ("after: 3h", "after: 90m", "segment fresh: step inform: retry no_answer: after 3h -> 90m"),
        (
            "times: 2}",
            "times: 2, other_phone: true}",
            "segment fresh: step inform: retry no_answer: other_phone no -> yes",
        ),
        (
            "          no_answer",
            "          busy: {after: 15m, times: 1}\n          no_answer",
            "segment fresh: step inform: retry busy: added (after 15m, times 1, other_phone no)",
        ),
        (
            "        retry:\n          no_answer: {after: 3h, times: 2}\n",
            "",
            "segment fresh: step inform: retry no_answer: removed (after 3h, times 2, other_phone no)",
        ),
        ("10:00-19:00", "10:00-13:00, 14:00-19:00", "hours 10:00-19:00 -> 10:00-13:00, 14:00-19:00"),
        ("        hours: 10:00-19:00\n", "", "segment fresh: step inform: hours: removed (10:00-19:00)"),
        ("wait: 2d", "wait: 48h", ""),
        ("wait: 2d", "wait: 3d", "segment fresh: step pause: wait 2d -> 3d"),
        ("      - {id: pause, wait: 2d}\n", "", "segment fresh: step pause: removed (wait 2d)"),
        (
            "  - {id: aged",
            "  - {id: old, when: {months_overdue: {at_least: 36}}, stop: too old}\n  - {id: aged",
            "segment old: added (months_overdue at least 36 months; too old)",
        ),
        (
            "  - {id: aged, steps: [{id: call, ivr: debt_informer}]}\n",
            "",
            "segment aged: removed (everybody; steps call)",
        ),
        ("below: 6", "below: 7", "when months_overdue below 6 months, stage judgment or pre_court ->"),
        ("[pre_court, judgment]", "[judgment, pre_court]", ""),
        ("stop: too little", "stop: too small", "segment small: stop too little -> too small"),
        ("priority: 20", "priority: 30", "segment fresh: priority 20 -> 30"),
        ("priority: 20", "phones: {order: best}", "segment fresh: priority 20 -> 0"),
        (
            "state: kept",
            "state: open",
            "segment fresh: exit kept it: when promises kept at least 1 -> promises open",
        ),
        (
            "reason: kept it",
            "reason: kept",
            "segment fresh: exit kept it: removed (when promises kept at least 1, re",
        ),
        ("text: hello", "text: good day", "segment fresh: step sms: message: text hello -> good day"),
        ("salt: s", "salt: t", "segment fresh: split: salt s -> t"),
        ("wait: 1d", "wait: 4d", "segment fresh: split: variant gentle: step soft: wait 1d -> 4d"),
        ("promise: {wait: 5d}", "promise: {stop: agreed}", "after_result promise: wait: removed (5d)"),
        ("wait: 5d", "wait: 7d", "after_result promise: wait 5d -> 7d"),
        ("ru-230fz-agency", "ru-own", "regime ru-230fz-agency -> ru-own"),
        ("[attempts-3-a-day]", "[]", "policies: removed (attempts-3-a-day)"),
    ],
)
def test_one_change(before: str, after: str, words: str) -> None:
    lines = told((before, after))
    assert bool(lines) is bool(words)
    assert any(words in line for line in lines) or not words


def test_shares() -> None:
    assert told(("share: 70", "share: 60"), ("share: 30", "share: 40")) == [
        "segment fresh: split: variant champion: share 70 -> 60",
        "segment fresh: split: variant gentle: share 30 -> 40",
    ]


def test_moves_are_as_few_as_tell_the_new_order() -> None:
    small = "  - {id: small, when: {sum: {below: 300}}, stop: too little}\n"
    aged = "  - {id: aged, steps: [{id: call, ivr: debt_informer}]}\n"
    assert told((small, ""), (aged, aged + small)) == ["segment small: moved from place 1 to 3"]
    sms = "      - {id: sms, message: {kind: sms, text: hello}}\n"
    assert told((sms, ""), ("      - id: inform", sms + "      - id: inform")) == [
        "segment fresh: step sms: moved from place 3 to 1"
    ]


def test_changes_are_data() -> None:
    new = parse_strategy(OLD.replace("times: 2", "times: 3"), "b.yaml")
    assert diff(parse_strategy(OLD, "a.yaml"), new) == [
        Change(("segment fresh", "step inform", "retry no_answer", "times"), ChangeKind.CHANGED, "2", "3")
    ]


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.yaml")))
def test_nothing_changed(name: str) -> None:
    assert diff(parse_strategy(*strategy_text(name)), parse_strategy(*strategy_text(name))) == []


def test_two_that_have_nothing_in_common() -> None:
    one, other = (parse_strategy(*strategy_text(name)) for name in ("utilities-soft", "enforcement-bailiffs"))
    lines = [str(change) for change in diff(one, other)]
    assert "name utilities-soft -> enforcement-bailiffs" in lines
    assert sum("segment" in line and ": removed (" in line for line in lines) == len(one.segments)
    assert all("\n" not in line for line in lines)
