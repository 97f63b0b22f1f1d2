"""PostgreSQL refuses root: as whom it runs is what this machine permits."""

from __future__ import annotations

import os
import subprocess

import pytest

from dialer.private import unprivileged
from dialer.private.unprivileged import NAMESPACE, NOBODY, OURSELVES, Account
from domain.errors import EnvironmentFault

pytestmark = pytest.mark.integration

FORBIDDEN = Account(("false",), 0)
MISSING = Account(("no-such-program",), 0)


def test_who_is_not_root_stays_himself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unprivileged.unprivileged() is OURSELVES


@pytest.mark.parametrize("refused", [FORBIDDEN, MISSING])
def test_the_second_way_is_taken_where_the_first_is_shut(
    monkeypatch: pytest.MonkeyPatch, refused: Account
) -> None:
    open_way = Account(("env",), 7)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(unprivileged, "NAMESPACE", refused)
    monkeypatch.setattr(unprivileged, "NOBODY", open_way)
    assert unprivileged.unprivileged() is open_way


def test_no_way_at_all_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(unprivileged, "NAMESPACE", FORBIDDEN)
    monkeypatch.setattr(unprivileged, "NOBODY", MISSING)
    with pytest.raises(EnvironmentFault, match="run the same as an ordinary user"):
        unprivileged.unprivileged()


@pytest.mark.parametrize("account", [NAMESPACE, NOBODY], ids=["namespace", "nobody"])
def test_inside_nobody_is_root(account: Account) -> None:
    if account.works:
        said = subprocess.run([*account.prefix, "id", "-u"], capture_output=True, text=True, check=True)
        assert int(said.stdout) > 0
    else:
        assert os.geteuid() != 0 or account is NAMESPACE
