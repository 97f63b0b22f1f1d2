"""Strategy files: what is accepted, and the one line that each fault is told in."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from domain.errors import InputError
from domain.touch import Outcome
from strategies.load import SHIPPED, parse_strategy, strategy_text
from tests.faults import changed, told

pytestmark = pytest.mark.unit

GOOD = """\
name: short
regime: ru-230fz-agency
policies: [attempts-3-a-day]
segments:
  - id: small
    when: {sum_below: 300.50}
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


class TestGood:
    def test_a_strategy_is_read_whole(self) -> None:
        strategy = parse_strategy(GOOD, "s.yaml")
        inform, pause = strategy.segments[1].steps
        assert strategy.segments[0].when.sum_below == Decimal("300.50")
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
        ("300.50", "-1", "s.yaml, line 6, segments.0.when.sum_below: input should be greater than 0"),
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
            "segments.1.steps.1: step 'pause' needs exactly one of ivr or wait",
        ),
        ("        wait: 90s\n", "", "segments.1.steps.1: step 'pause' needs exactly one of ivr or wait"),
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
            "s.yaml, line 2, regime: no regime 'ru-230'; regimes: bailiff-ru, kz-utility, ru-230fz-agency,",
        ),
        ("ru-230fz-agency", "../regimes/ru-230fz-agency", "no regime '../regimes/ru-230fz-agency'"),
        (
            "[attempts-3-a-day]",
            "[attempts]",
            "s.yaml, line 3, policies.0: no policy 'attempts'; policies: attempts-3",
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
    assert line.startswith("s.yaml, line ")
    assert message in line


def test_a_strategy_without_segments() -> None:
    with pytest.raises(InputError, match="s.yaml, line 3, segments: tuple should have at least 1 item"):
        parse_strategy("name: a\nregime: ru-230fz-agency\nsegments: []\n", "s.yaml")


@pytest.mark.parametrize("name", ["utilities", "../shipped/utilities-technical"])
def test_an_unknown_strategy_lists_the_shipped(name: str) -> None:
    with pytest.raises(InputError, match="utilities-technical"):
        strategy_text(name)
