"""A scenario's file: values that change over the shift, and one line for each fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialer.pacing.scenario import Scenario, read_scenario
from domain.errors import InputError
from tests.dialer.pacing.shifts import scenario, write

pytestmark = pytest.mark.unit

FULL: dict[str, Any] = {
    "hours": 8,
    "agents": [[0, 20], [7200, 12], [10800, 20]],
    "answer_rate": [[0, 0.5], [7200, 0.1]],
    "answer_wave": 0.2,
    "machine_rate": 0.0,
    "fast_fail_rate": 0.2,
    "ring_s": {"setup": 2, "gamma_shape": 3, "gamma_scale": 3},
    "ring_timeout_s": 25,
    "talk_s": [[0, 60]],
    "talk_cv": 1.0,
    "wrap_s": 15,
    "wrap_cv": 0.5,
    "patience_s": 2.0,
    "target_abandon": 0.03,
    "leads": None,
    "outages": [[3600, 120]],
    "amd": {"false_positive": 0.0, "false_negative": 0.0, "delay_s": 0.0},
}


def test_every_field_of_the_format_is_read(tmp_path: Path) -> None:
    read = read_scenario(write(tmp_path, **FULL))
    assert set(FULL) == set(Scenario.model_fields)
    assert [read.agents.at(second) for second in (0, 7199.9, 7200, 20_000)] == [20, 20, 12, 20]
    assert read.outages == [(3600, 120)]


def test_a_number_holds_for_the_whole_shift() -> None:
    assert scenario(talk_s=0).talk_s.at(3000) == 0


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("agents", 2.5, "2.5 is no whole number from 0 to 10000"),
        ("agents", -1, "-1 is no whole number"),
        ("agents", [], "a number is expected, or a list of [from second, value]"),
        ("agents", [[60, 5]], "begins at second 0"),
        ("answer_rate", 1.5, "1.5 is no number from 0 to 1"),
        ("answer_rate", True, "True is no number from 0 to 1"),
        ("answer_rate", "a lot", "'a lot' is no number"),
        ("answer_rate", 0.9, "add up to 1.1 at second 0"),
        ("talk_s", [[0, 60], [0, 30]], "begins after the one before it"),
        ("talk_s", [[0, 60], [30]], "a list of [from second, value]"),
        ("hours", 0, "greater than 0"),
        ("leads", 1.5, "integer"),
        ("outages", [[60]], "outages"),
        ("seats", 3, "unknown key 'seats'"),
        ("amd", {"delay": 1}, "unknown key 'delay'"),
    ],
)
def test_a_fault_is_one_line_that_names_file_and_field(
    tmp_path: Path, field: str, value: object, says: str
) -> None:
    path = write(tmp_path, **{field: value})
    with pytest.raises(InputError) as fault:
        read_scenario(path)
    line = str(fault.value)
    assert says in line
    assert str(path) in line
    assert "\n" not in line
    assert field in line
