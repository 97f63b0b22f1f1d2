"""``dozvon strategy check``: all findings as lines on standard error, or as one document; exit status 2 on errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialer.cli.main import run
from dialer.known import known_names
from ivr_scripts.load import shipped_script
from strategies.load import SHIPPED
from tests.dialer.test_commands_of_campaigns import KNOWN, live_in
from tests.places import without_columns

pytestmark = pytest.mark.unit

FILE = """\
name: mine
regime: ru-230fz-agency
segments:
  - id: all
    help: true
    steps: [{id: inform, ivr: debt_informer}, {id: write, message: {kind: sms, text: debt_sms, segments: 2}}]
"""
WARNING = (
    "mine.yaml, line 6, segments.0.steps.1.message: nobody performs sms yet: step 'write' is passed over;"
    " name who carries sms in DOZVON_PROVIDERS, or take the step out"
)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    live_in(monkeypatch, KNOWN)


def checked(text: str, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    Path("mine.yaml").write_text(text, encoding="utf-8")
    status = run(["strategy", "check", "mine.yaml", *options])
    out, err = capsys.readouterr()
    return status, out, without_columns(err)


def test_warnings_do_not_refuse(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = checked(FILE, capsys)
    assert (status, err) == (0, f"warning: {WARNING}\n")
    assert "mine is in order; regime ru-230fz-agency" in out
    assert "inform (ivr), write (sms)" in out


def test_every_error_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        FILE.replace("debt_informer", "nothing")
        + "  - {id: rest, stop: never}\nafter_result: {hm: {wait: 1d}}\n"
    )
    status, out, err = checked(text, capsys)
    assert (status, out) == (2, "")
    assert [line.partition(": ")[0] for line in err.splitlines()] == ["error", "warning", "error", "error"]
    assert "line 6, segments.0.steps.0.ivr: there is no IVR script 'nothing'; take one of: " in err
    assert (
        "line 7, segments.1: segment 'rest' can never match: everybody in it is taken by 'all' above;" in err
    )
    assert "line 8, after_result.hm: nothing records the result 'hm'; take one of: already_paid," in err


def test_a_regime_that_nobody_ships_is_told_at_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = checked(FILE.replace("ru-230fz-agency", "ru-230"), capsys)
    assert (status, out) == (2, "")
    assert err.startswith("error: mine.yaml, line 2, regime: no regime 'ru-230'; take one of: bailiff-ru,")


def test_as_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = checked(FILE.replace("text: debt_sms", "text: привет, как дела"), capsys, "--json")
    assert (status, err) == (2, "")
    assert json.loads(out)["ok"] is False
    status, out, err = checked(FILE, capsys, "--json")
    assert (status, err) == (0, "")
    document = json.loads(out)
    (finding,) = document.pop("findings")
    assert document == {"name": "mine", "ok": True, "segments": ["all"]}
    said = "nobody performs sms yet: step 'write' is passed over"
    assert (finding["severity"], finding["what"]) == ("warning", said)
    assert finding["where"].startswith("mine.yaml, line 6, column ")


def test_what_cannot_be_read_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = checked(FILE.replace("ivr:", "ivvr:").replace("regime:", "regim:"), capsys)
    assert (status, out) == (2, "")
    assert sorted(err.splitlines()[:2]) == [
        "error: mine.yaml, line 2, regim: unknown key 'regim'",
        "error: mine.yaml, line 6, segments.0.steps.0.ivvr: unknown key 'ivvr'",
    ]
    status, out, err = checked("- a\n- b\n", capsys)
    assert (status, out, err) == (2, "", "error: mine.yaml, line 1: is a mapping of name, title, regime...\n")


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.yaml")))
def test_every_shipped_strategy_passes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["strategy", "check", name, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [said for said in document["findings"] if "nobody performs" not in said["what"]] == []


def test_every_known_script_can_be_loaded() -> None:
    for name in sorted(known_names().scripts):
        assert shipped_script(name).name == name
