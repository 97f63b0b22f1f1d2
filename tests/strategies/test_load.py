"""Strategy files: what is accepted, and the one line that each fault is told in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import InputError
from domain.touch import Outcome
from strategies.facts import Quantity
from strategies.load import SHIPPED, parse_strategy, strategy_text
from strategies.logic import Range
from tests.faults import changed, told
from tests.places import without_columns

pytestmark = pytest.mark.unit

GOOD = """\
name: short
regime: ru-230fz-agency
policies: [attempts-3-a-day]
segments:
  - id: small
    when: {sum: {below: 300.50}}
    stop: too little
  - id: rest
    priority: 20
    steps:
      - id: inform
        ivr: debt_informer
        retry:
          busy: {after: 15m, times: 2}
          no_answer: {after: 3h, times: 1, other_phone: true}
        repeat: {every: 3d, times: 4}
      - id: pause
        wait: 90s
after_result:
  promise: {wait: 5d}
"""


SPLIT = "{salt: s, variants: {champion: {share: 70}, control: {share: 20, leave_alone: true}}}"


class TestGood:
    def test_a_strategy_is_read_whole(self) -> None:
        strategy = parse_strategy(GOOD, "s.yaml")
        inform, pause = strategy.segments[1].steps
        assert strategy.segments[0].clause == Range(Quantity("sum"), high=300.5)
        assert inform.retry[Outcome.BUSY].after == timedelta(minutes=15)
        assert inform.retry[Outcome.NO_ANSWER].other_phone
        assert inform.repeat is not None
        assert inform.repeat.every == timedelta(days=3)
        assert pause.wait == timedelta(seconds=90)
        assert (strategy.scripts, set(strategy.priorities)) == (frozenset({"debt_informer"}), {0, 20})

    @pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
    def test_every_shipped_strategy_loads_and_is_named_as_its_file(self, path: Path) -> None:
        text, file = strategy_text(path.stem)
        assert file == str(path)
        assert parse_strategy(text, file).name == path.stem

    def test_a_file_of_one_s_own(self, tmp_path: Path) -> None:
        (tmp_path / "own.yaml").write_text(GOOD)
        assert strategy_text(str(tmp_path / "own.yaml")) == (GOOD, str(tmp_path / "own.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    stop:", "    stpo:", "s.yaml, line 7, segments.0.stpo: unknown key 'stpo'"),
        ("ivr:", "ivvr:", "s.yaml, line 12, segments.1.steps.0.ivvr: unknown key 'ivvr'"),
        ("priority: 20", "priority: 101", "s.yaml, line 9, segments.1.priority: input should be less than"),
        ("300.50", "few", "s.yaml, line 6, segments.0.when.sum.below: input should be a valid number"),
        ("300.50", "nan", "s.yaml, line 6, segments.0.when.sum.below: input should be a finite number"),
        ("below: 300.50", "under: 300", "s.yaml, line 6, segments.0.when.sum.under: unknown key 'under'"),
        ("{below: 300.50}", "{}", "s.yaml, line 6, segments.0.when.sum: needs at_least, below or exactly"),
        ("{below: 300.50}", "few", "s.yaml, line 6, segments.0.when.sum: input should be a valid number"),
        ("below: 300.50", "below: 3, at_least: 3", "segments.0.when.sum: no number is at_least the one and"),
        ("below: 300.50", "below: 3, exactly: 2", "segments.0.when.sum: exactly stands alone"),
        ("sum: {below: 300.50}", "summ: 3", "s.yaml, line 6, segments.0.when.summ: unknown key 'summ'"),
        ("sum: {below: 300.50}", "stage: court", "segments.0.when.stage: input should be 'pre_court'"),
        ("sum: {below: 300.50}", "tags: []", "segments.0.when.tags: needs at least 1 item"),
        ("sum: {below: 300.50}", "any: []", "segments.0.when.any: needs at least 1 item"),
        ("sum: {below: 300.50}", "not: {sume: 3}", "segments.0.when.not.sume: unknown key 'sume'"),
        ("sum: {below: 300.50}", "last_talk: {}", "segments.0.when.last_talk: needs before, within or never"),
        ("sum: {below: 300.50}", "last_talk: {within: 2w}", "'2w' is not a duration such as 90s, 15m, 3h"),
        ("sum: {below: 300.50}", "oldest_unpaid: {}", "segments.0.when.oldest_unpaid: needs before or since"),
        (
            "sum: {below: 300.50}",
            "oldest_unpaid: {since: 2025-13}",
            "'2025-13' is not a date of the calendar",
        ),
        (
            "sum: {below: 300.50}",
            "oldest_unpaid: {since: may}",
            "'may' is neither a duration such as 90d nor",
        ),
        ("sum: {below: 300.50}", "phones: {}", "segments.0.when.phones: needs known, diallable or confirmed"),
        ("sum: {below: 300.50}", "promises: {}", "segments.0.when.promises: the field 'state' is missing"),
        (
            "sum: {below: 300.50}",
            "outcomes: {of: gone}",
            "segments.0.when.outcomes.of: input should be 'no_",
        ),
        (
            "sum: {below: 300.50}",
            "vulnerable: perhaps",
            "segments.0.when.vulnerable: input should be a valid",
        ),
        ("15m", "15min", "s.yaml, line 14, segments.1.steps.0.retry.busy.after: '15min' is not a duration"),
        ("15m", "0m", "s.yaml, line 14, segments.1.steps.0.retry.busy.after: '0m' is not a duration"),
        ("15m", "99999999999d", "'99999999999d' is not a duration such as 90s, 15m, 3h or 2d"),
        (
            "times: 2",
            "times: 0",
            "s.yaml, line 14, segments.1.steps.0.retry.busy.times: input should be greater",
        ),
        ("busy:", "bussy:", "s.yaml, line 14, segments.1.steps.0.retry.bussy: input should be 'no_carrier'"),
        (
            "wait: 90s",
            "wait: 90s\n        ivr: x",
            "segments.1.steps.1: step 'pause' needs exactly one of ivr, call, message, bailiff, wait, stop",
        ),
        (
            "wait: 90s",
            "wait: 90s\n        repeat: {every: 3d, times: 1}",
            "step 'pause' only waits: it has no repeat",
        ),
        ("wait: 90s", "stop: x\n        hours: 09:00-10:00", "step 'pause' only stops: it has no hours"),
        (
            "ivr:",
            "hours: closed\n        ivr:",
            "1.steps.0.hours: a step that is closed all day would never act",
        ),
        (
            "ivr:",
            "hours: 9-10\n        ivr:",
            "segments.1.steps.0.hours: '9-10' is not HH:MM-HH:MM or closed",
        ),
        (
            "ivr: debt_informer",
            "call: {mode: fast}",
            "segments.1.steps.0.call.mode: input should be 'predictive'",
        ),
        (
            "ivr: debt_informer",
            "message: {kind: sms}",
            "segments.1.steps.0.message: the field 'text' is missing",
        ),
        ("id: pause", "id: inform", "s.yaml, line 8, segments.1: step 'inform' is given twice"),
        ("id: pause", "id: a pause", "segments.1.steps.1.id: string should match pattern"),
        (
            "    priority: 20",
            "    phones: {order: worst}",
            "segments.1.phones.order: input should be 'given'",
        ),
        ("    priority: 20", "    exits: [{when: {sum: 1}}]", "exits.0: the field 'reason' is missing"),
        ("    priority: 20", f"    split: {SPLIT}", "segments.1.split: the shares sum to 90, not to 100"),
        (
            "    priority: 20",
            "    split: {salt: s, variants: {a: {share: 100}}}",
            "segments.1.split.variants: needs at least 2 items",
        ),
        (
            "        wait: 90s\n",
            "",
            "segments.1.steps.1: step 'pause' needs exactly one of ivr, call, message, bailiff, wait, stop",
        ),
        ("stop: too little", "title: x", "segments.0: segment 'small' needs steps, or stop with a reason"),
        (
            "    priority: 20",
            "    stop: both",
            "segments.1: segment 'rest' needs steps, or stop with a reason",
        ),
        ("id: rest", "id: small", "s.yaml, line 1: segment 'small' is given twice"),
        (
            "{wait: 5d}",
            "{wait: 5d, stop: no}",
            "after_result.promise: needs exactly one of wait, stop or other_phone",
        ),
        ("{wait: 5d}", "{}", "line 20, after_result.promise: needs exactly one of wait, stop or other_phone"),
        (
            "ru-230fz-agency",
            "ru-230",
            "s.yaml, line 2, regime: no regime 'ru-230'; take one of: bailiff-ru, kz-utility, ru-230fz-agency,",
        ),
        ("ru-230fz-agency", "../regimes/ru-230fz-agency", "no regime '../regimes/ru-230fz-agency'"),
        (
            "[attempts-3-a-day]",
            "[attempts]",
            "s.yaml, line 3, policies.0: no policy 'attempts'; take one of: attempts-3",
        ),
        ("name: short", "name: short\nname: long", "s.yaml, line 2: 'name' is given twice"),
        ("name: short\n", "", "s.yaml, line 1: the field 'name' is missing"),
        (
            "{after: 15m, times: 2}",
            "&b {after: 15m, times: 2}\n          rejected: *b",
            "line 15: references (*name)",
        ),
        (
            "{after: 15m, times: 2}",
            "soon",
            "segments.1.steps.0.retry.busy: a mapping is expected",
        ),
    ],
)
def test_a_fault_names_file_line_and_field(old: str, new: str, message: str) -> None:
    line = told(parse_strategy, changed(GOOD, old, new), "s.yaml")
    assert ", column " in line
    assert line.startswith("s.yaml, line ")
    assert message in without_columns(line)


def test_a_strategy_without_segments() -> None:
    with pytest.raises(InputError, match="s.yaml, line 3, column 1, segments: needs at least 1 item"):
        parse_strategy("name: a\nregime: ru-230fz-agency\nsegments: []\n", "s.yaml")


@pytest.mark.parametrize("name", ["utilities", "../shipped/utilities-technical"])
def test_an_unknown_strategy_lists_the_shipped(name: str) -> None:
    with pytest.raises(InputError, match="utilities-technical"):
        strategy_text(name)
