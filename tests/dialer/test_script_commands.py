"""``dozvon script`` as a supervisor runs it: what it prints, what it writes, and wrong input."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from dialer.cli.main import run
from domain.opener import Opener
from ivr_scripts.load import SHIPPED, load_script, shipped_scripts
from ivr_scripts.openers import opener_problems
from strategies.load import SHIPPED as STRATEGIES
from strategies.regime import openers_of, shipped_regimes
from tests.places import without_columns

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOZVON_PROMPTS__ENGINE", "tones")
    monkeypatch.setenv("DOZVON_PROMPTS__FOLDER", str(tmp_path / "prompts"))


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


class Terminal:
    """Runs commands and reads what they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def prints(self, *arguments: str) -> str:
        assert run(arguments) == 0
        return self._capsys.readouterr().out

    def fault(self, *arguments: str) -> str:
        """The one line told of wrong input."""
        assert run(arguments) == 2
        out, err = self._capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        return without_columns(err.removeprefix("error: ").strip())


def test_the_list_has_every_shipped_script(terminal: Terminal) -> None:
    listed = json.loads(terminal.prints("script", "list", "--json"))
    assert [script["name"] for script in listed] == shipped_scripts()
    assert "Автоинформатор о задолженности" in terminal.prints("script", "list")


@pytest.mark.parametrize("name", shipped_scripts())
def test_every_shipped_script_fits_every_shipped_regime(terminal: Terminal, name: str) -> None:
    told = json.loads(terminal.prints("script", "check", name, "--json"))
    assert (told["ok"], told["regimes"]) == (True, shipped_regimes())
    for regime in shipped_regimes():
        assert name in terminal.prints("script", "check", name, "--regime", regime)


def test_a_script_that_does_not_say_who_calls(terminal: Terminal, tmp_path: Path) -> None:
    text = (SHIPPED / "debt_informer.yaml").read_text(encoding="utf-8")
    (tmp_path / "own.yaml").write_text(text.replace("    says: [agency, creditor]\n", ""), encoding="utf-8")
    told = terminal.fault("script", "check", "own.yaml", "--regime", "ru-230fz-agency")
    assert told == (
        "own.yaml, line 22, nodes.caller: a way on by a digit comes before agency, creditor are said; regime"
        " ru-230fz-agency demands it; let a say before it tell this, and write says: [agency, creditor] there"
    )
    assert "ru-230fz" not in terminal.prints("script", "check", "own.yaml")


def test_regimes_demand_what_the_law_says() -> None:
    assert openers_of("ru-230fz-agency") == openers_of("ru-230fz-agency-rolling") == set(Opener)
    assert openers_of("bailiff-ru") == {Opener.AGENCY, Opener.CREDITOR}
    assert openers_of("ru-own") < set(Opener)
    assert not opener_problems(load_script(SHIPPED / "safe_harbour.yaml"), set(Opener))


def test_words_without_a_speech_model_are_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["script", "check", "dialogue_robot"]) == 0
    assert "there is no speech model at var/vosk-model: digits only" in capsys.readouterr().err


def test_a_whole_call_is_printed(terminal: Terminal) -> None:
    printed = terminal.prints("script", "render", "debt_informer", "--keys", "5,2")
    wanted = [
        "Звонит агентство Дозвон по поручению организации: Энергосбыт.",
        "двенадцать тысяч триста сорок пять рублей шестьдесят семь копеек. Срок долга: пять месяцев.",
        "no answer: 5",
        "digit 2",
        "result: promise",
        "восемь восемьсот пятьсот пятьдесят пять",
    ]
    places = [printed.index(words) for words in wanted]
    assert places == sorted(places)


def test_silence_and_machines(terminal: Terminal) -> None:
    silent = json.loads(terminal.prints("script", "render", "reminder", "--json"))
    assert {"event": "missed", "node": "choice", "heard": "silence"} in silent
    machine = json.loads(terminal.prints("script", "render", "reminder", "--machine", "--json"))
    assert machine[1] == {"event": "recorded", "result": "message_left"}
    assert "рубл" not in json.dumps(machine, ensure_ascii=False)


def test_a_call_is_written_as_sound(terminal: Terminal, tmp_path: Path) -> None:
    for rate in (8_000, 16_000):
        arguments = ("script", "listen", "safe_harbour", "call.wav", "--rate", str(rate), "--keys", "0")
        told = terminal.prints(*arguments)
        samples, rate_hz = soundfile.read(tmp_path / "call.wav")
        assert rate_hz == rate
        assert f"{len(samples) / rate:.1f} s written to call.wav" in told
        assert np.abs(samples).max() > 0.1


def test_the_dialplan_is_printed(terminal: Terminal) -> None:
    printed = terminal.prints("script", "dialplan", "reminder")
    assert printed.startswith("; Напоминание об оплате\n")
    assert "\n;   0 -> opted_out, 1 -> reminder, else -> listened\nexten => choice,1," in printed


def test_a_call_is_tried_in_the_terminal(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("да\nнет\nзаплачу\nзавтра\nда\nполторы тысячи рублей\n1\n"))
    tried = terminal.prints("script", "try", "dialogue_robot")
    promised = [line.strip("> ") for line in tried.splitlines() if "promise" in line]
    assert promised[1:3] == ["promise_sum: 1500", "result: promise"]
    monkeypatch.setattr("sys.stdin", io.StringIO("-\n"))
    assert "the debtor hung up" in terminal.prints("script", "try", "dialogue_robot")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["check", "nothing.yaml"],
            "no script 'nothing.yaml'; give a file, or one of the shipped: bailiff_greeting, closed",
        ),
        (["check", "debt_informer", "--regime", "mars"], "no regime 'mars'; shipped: bailiff-ru"),
        (["listen", "debt_informer", "a.wav", "--rate", "44100"], "--rate: 44100 samples per second are not"),
        (
            ["render", "debt_informer", "--debtor", "A1"],
            "--debtor: which portfolio's debtor?; give --portfolio",
        ),
        (["render", "debt_informer", "--machine"], "debt_informer does not look for machines; name a node"),
        (["render", "debt_informer", "--debtor", "A", "--portfolio", "P"], "no portfolio 'P'"),
    ],
)
def test_wrong_input_is_one_line(terminal: Terminal, arguments: list[str], told: str) -> None:
    assert terminal.fault("script", *arguments).startswith(told)


def test_a_strategy_is_refused_for_a_script_that_debtors_cannot_hear(
    terminal: Terminal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (STRATEGIES / "utilities-soft.yaml").read_text(encoding="utf-8")
    (tmp_path / "own.yaml").write_text(text.replace("ivr: debt_informer", "ivr: bailiff_greeting"))
    assert run(["strategy", "check", "own.yaml"]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert "bailiff_greeting.yaml, line" in told
    assert (
        "variables.proceeding: no fact of a debtor is proceeding: account; the facts are agency: text" in told
    )
