"""``dozvon pacing simulate|compare`` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialer.cli import main
from dialer.cli.shifts import SHIPPED
from dialer.pacing.scenario import read_scenario
from tests.dialer.pacing.shifts import write

pytestmark = pytest.mark.unit

SHORT = {"hours": 0.1, "target_abandon": 0.05, "patience_s": 3}


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as exit:
        main(["pacing", *map(str, arguments)])
    return int(exit.value.code or 0)


def test_simulate_answers_one_json_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, **SHORT)
    told = []
    for _ in range(2):
        assert run("simulate", "--scenario", path, "--pacer", "predictive", "--seed", 3, "--json") == 0
        told.append(json.loads(capsys.readouterr().out))
    for figures in told:
        assert figures.pop("decide_ms_p99") > 0
    assert told[0] == told[1]
    assert told[0]["decisions"] == 360


def test_compare_prints_a_table_of_all_pacers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compare", "--scenario", write(tmp_path, **SHORT)) == 0
    shown = capsys.readouterr().out
    for word in ("progressive", "ratio", "predictive", "operators' utilisation", "worst half-hour"):
        assert word in shown


def test_compare_writes_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "shift.png"
    told = ("--pacer", "progressive", "--pacer", "ratio", "--level", 3, "--plot", picture, "--json")
    assert run("compare", "--scenario", write(tmp_path, **SHORT), *told) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"progressive", "ratio"}
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def test_shipped_scenarios_are_sound(path: Path) -> None:
    assert read_scenario(path).hours == 8


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("--scenario", "nowhere.json"),
            "no scenario 'nowhere.json'; give a file, or one of the shipped: answer-steps, ",
        ),
        (("--pacer", "clever"), "unknown pacer 'clever'"),
        (("--pacer", "ratio", "--level", "0"), "level: 0.0 is not between 1 and 20"),
    ],
)
def test_a_wrong_word_is_one_line(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("simulate", *arguments) == 2
    shown = capsys.readouterr().err
    assert says in shown
    assert shown.count("\n") == 1
