"""The shipped auto-informer says what the law asks for, in this order (LAW.md 1.5)."""

from __future__ import annotations

from hashlib import sha256

import pytest

from ivr_scripts.compile import version_name
from ivr_scripts.language import Menu, Record, Result
from ivr_scripts.load import SHIPPED, load_script, parse_script, script_text, shipped_script

pytestmark = pytest.mark.unit


def test_every_shipped_script_loads_under_its_own_name() -> None:
    for path in SHIPPED.glob("*.yaml"):
        assert load_script(path).name == path.stem


def test_robot_recording_caller_and_creditor_come_before_the_debt() -> None:
    spoken = " ".join(text for _, _, text in shipped_script("debt_informer").texts())
    places = [spoken.index(word) for word in ("робот", "записывается", "{agency}", "{creditor}", "{debt}")]
    assert places == sorted(places)


def test_a_wrong_person_may_leave_before_the_debt_is_named() -> None:
    spoken = " ".join(text for _, _, text in shipped_script("debt_informer").texts())
    assert spoken.index("нажмите девять") < spoken.index("{debt}")


def test_digits_and_silence() -> None:
    script = shipped_script("debt_informer")
    menu = script.nodes["choice"]
    assert isinstance(menu, Menu)
    assert {digit: choice.result for digit, choice in menu.digits.items()} == {
        "1": None,
        "2": Result.PROMISE,
        "9": Result.WRONG_PERSON,
    }
    assert script.nodes[menu.digits["1"].next].kind == "transfer"
    heard = script.nodes[script.after("choice") or ""]
    assert isinstance(heard, Record)
    assert heard.result is Result.LISTENED


def test_a_shipped_version_never_changes() -> None:
    """Touches name it: whoever changes the text gives it the next version, here and in the file."""
    published = {
        "closed@1": "28675ca973b7",
        "bailiff_greeting@2": "36a906c00b1b",
        "debt_informer@2": "d5723bbd58ca",
        "dialogue_robot@1": "cc48755525fe",
        "reminder@1": "c0950fa47db1",
        "safe_harbour@2": "d3e94bddc686",
        "self_service@2": "00aeaeb6f0ac",
    }
    shipped = {path.stem: script_text(path.stem)[0] for path in sorted(SHIPPED.glob("*.yaml"))}
    digests = {
        version_name(parse_script(body, name)): sha256(body.encode()).hexdigest()[:12]
        for name, body in shipped.items()
    }
    assert digests == published
