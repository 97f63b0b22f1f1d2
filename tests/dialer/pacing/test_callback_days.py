"""Whole simulated days: what the controller is worth beside none, and beside a rate that nobody could know."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dialer.cli.callbacks import SHIPPED, callbacks
from dialer.cli.main import run
from dialer.pacing.callbacks.constant import best_constant
from dialer.pacing.callbacks.day import Day, worst_half_hour
from dialer.pacing.callbacks.scenario import CallbackScenario, read_callback_scenario
from dialer.pacing.callbacks.simulator import simulate_callbacks
from domain.errors import InputError

pytestmark = pytest.mark.unit

LUNCH = {"operators": [[0, 10], [14400, 5], [18000, 10]]}
SHORT = {"operators": 4, "hours": 1.5, "max_rate": 5.0}
SLOW = {"large"}
"""Sixty operators take long to simulate; benchmarks.callbacks does."""


def scenario(**fields: Any) -> CallbackScenario:
    return CallbackScenario.model_validate(fields)


def shipped(name: str) -> CallbackScenario:
    return read_callback_scenario(SHIPPED / f"{name}.json")


NAMES = sorted(file.stem for file in SHIPPED.glob("*.json"))


@pytest.fixture(scope="module")
def lunch() -> Day:
    return simulate_callbacks(shipped("lunch"), 1)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SLOW])
def test_the_service_level_holds_at_nearly_the_volume_of_the_best_constant_rate(name: str) -> None:
    day = shipped(name)
    controlled = simulate_callbacks(day, 1)
    _, held = best_constant(day, [1], lambda days: days[0].service_level >= day.level)
    assert controlled.service_level >= 0.77
    assert controlled.calls_out >= 0.8 * held[0].calls_out


def test_at_lunch_it_serves_where_a_constant_rate_does_not(lunch: Day) -> None:
    day = shipped("lunch")
    _, held = best_constant(day, [1], lambda days: days[0].service_level >= day.level)
    assert worst_half_hour([lunch]) >= worst_half_hour(held) + 0.15
    rate, as_good = best_constant(
        day, [1], lambda days: worst_half_hour(days) >= worst_half_hour([lunch]) - 0.01
    )
    assert rate > 0
    assert lunch.calls_out > 1.3 * as_good[0].calls_out


def test_it_holds_back_before_lunch_not_at_lunch(lunch: Day) -> None:
    rates = np.array([minute.rate for minute in lunch.minutes])
    assert rates[225:240].mean() < 0.6 * rates[120:180].mean()
    assert rates[285:300].mean() > rates[225:240].mean()


def test_it_does_not_swing(lunch: Day) -> None:
    rates = [minute.rate for minute in lunch.minutes[60:180]]
    assert max(abs(after / before - 1) for before, after in pairwise(rates)) <= 0.41
    steps = [np.mean(rates[n : n + 30]) for n in range(0, 120, 30)]
    assert max(steps) < 1.6 * min(steps)


def test_its_reasons_name_rate_and_time(lunch: Day) -> None:
    told = [minute.reason for minute in lunch.minutes]
    said = re.compile(r"IVR at \d+\.\d\d/s.*(full at \d\d:\d\d|has room)|IVR stands still: .+")
    assert all(said.match(reason) for reason in told)
    assert any("full at 13:" in reason for reason in told[200:240])


def test_without_it_hardly_anybody_is_answered() -> None:
    free = simulate_callbacks(shipped("lunch"), 1, 20.0)
    assert free.service_level < 0.05
    assert free.to_json()["hung_up"] > 10_000


def test_the_same_seed_gives_the_same_day() -> None:
    first, again, other = (simulate_callbacks(scenario(**SHORT), seed) for seed in (5, 5, 6))
    assert first.to_json() == again.to_json()
    assert first.calls == again.calls
    assert first.calls != other.calls


def test_yesterday_makes_a_better_morning() -> None:
    """The first day begins with doubt about the share; the third knows it."""
    short = scenario(operators=10, hours=2.0, opens_at_hour=9)
    first, third = (simulate_callbacks(short.model_copy(update={"days": days}), 3) for days in (1, 3))
    assert third.calls_out > first.calls_out


def test_nobody_at_the_desk_and_nobody_calling() -> None:
    empty = simulate_callbacks(scenario(operators=0, hours=0.5), 1)
    assert empty.calls_out == 0
    quiet = simulate_callbacks(scenario(operators=3, hours=0.5, base_per_hour=0, share=0.0), 1)
    assert quiet.calls_out > 0
    assert quiet.to_json() | {"calls_out": 0} == Day(20.0, 1800.0).to_json()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "the field 'operators' is missing"),
        ({"operators": 5, "operater": 4}, "unknown key 'operater'"),
        ({"operators": 2.5}, "is no whole number from 0"),
        ({"operators": 5, "share": 1.5}, "is no number from 0 to 1"),
        ({"operators": 5, "talk_s": [[60, 100]]}, "begins at second 0"),
        ({"operators": 5, "bursts": [[0]]}, "bursts"),
        ({"operators": 5, "level": 1}, "level"),
    ],
    ids=str,
)
def test_a_wrong_scenario_is_one_line(tmp_path: Path, fields: dict[str, Any], message: str) -> None:
    file = tmp_path / "day.json"
    file.write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_callback_scenario(file)
    assert message in str(refused.value)
    assert "day.json, line 1" in str(refused.value)


class TestCommand:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        file = tmp_path / "day.json"
        file.write_text(json.dumps(SHORT), encoding="utf-8")
        return file

    def test_json(self, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["pacing", "callbacks", "--scenario", str(file), "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert document["controlled"]["service_level"] > document["not_controlled"]["service_level"]
        assert document["best_constant_rate"]["calls_out"] > 0
        assert 0 < document["constant_rate"] < 5

    def test_table_and_plot(self, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        picture = file.with_suffix(".png")
        callbacks(file, 2, picture)
        assert "service level" in capsys.readouterr().out
        assert picture.read_bytes().startswith(b"\x89PNG")

    def test_a_picture_that_cannot_be_written(
        self, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for picture in (tmp_path / "none" / "day.png", tmp_path / "day.nothing"):
            assert run(["pacing", "callbacks", "--scenario", str(file), "--plot", str(picture)]) == 2
            assert "cannot be written" in capsys.readouterr().err
