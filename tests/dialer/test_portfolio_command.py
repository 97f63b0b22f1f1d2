"""``dozvon portfolio`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.main import run

pytestmark = pytest.mark.unit

NEW = ("portfolio", "set", "heat", "--creditor", "ТеплоСеть", "--phone", "8 (495) 000-00-01")
BASIS = ("--basis", "договор 12", "--valid-from", "2026-01-01")


@pytest.fixture(autouse=True)
def books(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOZVON_DATABASE_URL", f"sqlite:///{tmp_path / 'dozvon.db'}")


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run([*arguments, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_a_new_one_has_a_number_that_can_be_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, *NEW, *BASIS) == {
        "name": "heat",
        "kind": "debtors",
        "creditor": "ТеплоСеть",
        "contact_phone": "+74950000001",
        "basis": {"document": "договор 12", "from": "2026-01-01T00:00:00+00:00", "to": None},
    }


def test_what_is_not_told_stays(capsys: pytest.CaptureFixture[str]) -> None:
    before = document(capsys, *NEW, *BASIS)
    after = document(capsys, "portfolio", "set", "heat", "--phone", "+74950000002")
    assert after == before | {"contact_phone": "+74950000002"}
    ends = document(capsys, "portfolio", "set", "heat", "--valid-to", "2026-12-31")
    assert ends["basis"] == before["basis"] | {"to": "2026-12-31T00:00:00+00:00"}
    other = document(
        capsys, "portfolio", "set", "heat", "--basis", "договор 13", "--valid-from", "2027-01-01"
    )
    assert other["basis"] == {"document": "договор 13", "from": "2027-01-01T00:00:00+00:00", "to": None}


def test_a_basis_goes_only_when_that_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    document(capsys, *NEW, *BASIS)
    assert run(["portfolio", "set", "heat", "--basis", ""]) == 0
    assert capsys.readouterr().out == "portfolio heat: ТеплоСеть, basis none: nobody will be dialled\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (NEW[:5], "heat: a new portfolio needs --phone"),
        ((*NEW[:3], "--phone", "+74950000001"), "heat: a new portfolio needs --creditor"),
        ((*NEW[:6], "nobody"), "--phone: 'nobody': "),
        (
            (*NEW, "--basis", "договор 12"),
            "--valid-from: a legal basis needs its first day; e.g. --valid-from",
        ),
        (
            (*NEW, "--valid-to", "2026-12-31"),
            "--basis: days of which basis?; name the contract or assignment",
        ),
        ((*NEW, *BASIS, "--valid-to", "2025-12-31"), "--valid-to: the basis ends before it begins"),
    ],
)
def test_what_cannot_be_meant_changes_nothing(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert run(list(arguments)) == 2
    assert capsys.readouterr().err.startswith(f"error: {told}")
    assert run(["portfolio", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
