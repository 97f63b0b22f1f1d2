"""docs/regimes.md says what is true: its examples are read, its table and its answer are the program's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dialer.cli.main import run
from domain.touch import CHANNEL_GROUPS, Channel
from files.model import parse_model
from strategies.regime import load_rules, shipped_policies, shipped_regimes
from strategies.rule_language import RegimeModel
from tests.house.tree import ROOT

pytestmark = pytest.mark.unit

TEXT = (ROOT / "docs" / "regimes.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_example_names_every_field_and_is_accepted() -> None:
    (example,) = blocks("yaml")
    model = parse_model(example, RegimeModel, "docs/regimes.md")[0]
    assert len(model.versions) == 2
    newest = model.versions[-1]
    for part in (newest.hours[0], newest.limits[0]):
        assert part.model_fields_set == set(type(part).model_fields)


def test_the_table_has_every_shipped_file_with_every_limit() -> None:
    rows = {
        line.split("|")[1].replace("policy", "").strip(" `"): line
        for line in TEXT.splitlines()
        if "| `" in line or "| policy" in line
    }
    for regime in shipped_regimes():
        for limit in load_rules(regime).limits:
            row = rows["ru-230fz-agency" if regime.endswith("rolling") else regime]
            assert re.search(
                rf"`{limit.id}` {'48 hours' if limit.id.startswith('gap') else limit.max}\b", row
            ), limit.id
    for policy in shipped_policies():
        for limit in load_rules("ru-own", [policy]).limits:
            assert f"`{limit.id}` {limit.max} " in rows[policy]


def test_every_channel_and_group_is_explained() -> None:
    for name in [*Channel, *CHANNEL_GROUPS]:
        assert f"`{name}`" in TEXT or f" {name}," in TEXT


def test_the_answer_is_the_command_s(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cases, answer = blocks("json")
    Path("cases.json").write_text(cases, encoding="utf-8")
    assert run(["permit", "--cases", "cases.json", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(answer)
