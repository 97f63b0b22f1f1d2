"""``dozvon softphone`` without an exchange: one line for what is wrong, and a local API for one's own programs only."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_console.softphone import SipAccount, Softphone
from agent_console.softphone.desk import Desk
from agent_console.softphone.local_api import local_api, local_app
from asterisk.ports import LOOPBACK
from dialer.cli.console import errors
from dialer.cli.main import run
from domain.errors import EnvironmentFault
from domain.operator_phone import PhoneKind
from ledger.books import Books
from ledger.migrate import upgrade

pytestmark = pytest.mark.unit

NODE = {
    "name": "node1",
    "ami_secret": "long-and-private",
    "scripts_folder": "/a",
    "channel_log": "/b.json",
    "browsers_address": "wss://pbx.example/ws",
}
ACCOUNT = SipAccount("op1", "secret", LOOPBACK, 5060)
TOKEN = "a-token"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `dozvon softphone ...` over books with two operators: status and the line on standard error."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    monkeypatch.setattr(errors, "width", 200)
    monkeypatch.setenv("DOZVON_DATABASE_URL", url)
    monkeypatch.setenv("DOZVON_NODES", json.dumps([NODE]))
    books = Books.open(url)
    upgrade(books.engine)
    with books.write() as tx:
        tx.operators.add("anna", "Анна", [], "secret", 30)
        tx.operators.add("oleg", "Олег", [], "secret", 30)
        tx.operators.set_phone("oleg", PhoneKind.BROWSER)
    books.close()

    def tell(*arguments: str) -> tuple[int, str]:
        return run(["softphone", *arguments]), capsys.readouterr().err.strip()

    return tell


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("anna",), "error: no node takes telephones; set phones_address of a node in DOZVON_NODES"),
        (("anna", "--microphone", ""), "error: --microphone: names no program; take --null-audio"),
        (("anna", "--password-stdin"), "error: --password-stdin: the password is in the books; leave it out"),
        (("ivan",), "error: there is no operator 'ivan'; `dozvon operator list` shows them"),
        (
            ("oleg",),
            "error: oleg: this operator talks in his browser; `dozvon operator phone oleg --telephone`",
        ),
        (
            ("op1", "--server", "a b:c", "--password-stdin"),
            "error: --server: 'a b:c' is no address; give HOST:PORT",
        ),
    ],
)
def test_one_line_for_what_is_wrong(told: Any, arguments: tuple[str, ...], line: str) -> None:
    status, said = told(*arguments)
    assert status == 2
    assert said.startswith(line)


def test_without_pjsua2() -> None:
    look = "import sys; sys.modules['pjsua2'] = None; from dialer.cli.main import main; main(['softphone', 'anna'])"
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)
    said = " ".join(ran.stderr.split())
    assert (ran.returncode, said.startswith("error: pjsua2 cannot be loaded (")) == (1, True)
    assert "install the extra `desk`" in said


def program(**headers: str) -> httpx.AsyncClient:
    """Another program of this machine, over a desk whose phone is not on."""
    app = local_app(Desk(Softphone(ACCOUNT)), TOKEN)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:1", headers=headers
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer other"}, 401),
        ({"authorization": "Bearer ключ".encode()}, 401),
        ({**BEARER, "origin": "http://127.0.0.1:1"}, 403),
        ({**BEARER, "host": "rebound.example:1"}, 403),
        ({**BEARER, "host": "127.0.0.1"}, 403),
    ],
)
async def test_who_may_not_command_it(headers: dict[str, Any], status: int) -> None:
    async with program() as asks:
        for answer in (await asks.get("/state", headers=headers), await asks.post("/mute", headers=headers)):
            assert answer.status_code == status
            assert answer.json()["detail"]


async def test_what_it_is_told_wrong() -> None:
    async with program(**BEARER) as asks:
        assert (await asks.get("/state")).json()["registered"] is False
        sung = await asks.post("/sing")
        assert (sung.status_code, sung.json()["detail"][:24]) == (404, "the commands are answer,")
        assert (await asks.post("/dtmf", content="1" * 300)).status_code == 413
        assert (await asks.post("/dtmf", content=b"\xff")).status_code == 400
        nobody = await asks.post("/dtmf", content="1")
        assert (nobody.status_code, nobody.json()) == (422, {"detail": "dtmf: there is no call"})


async def test_a_port_that_is_taken() -> None:
    desk = Desk(Softphone(ACCOUNT))
    async with local_api(desk, 0, TOKEN) as port:
        with pytest.raises(
            EnvironmentFault, match=rf"nothing can be served at 127\.0\.0\.1:{port} .* another --port"
        ):
            async with local_api(desk, port, TOKEN):
                pass


def test_the_account_of_the_books(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOZVON_NODES", json.dumps([NODE | {"phones_address": "pbx.invalid:5070"}]))
    status, said = told("anna", "--null-audio")
    assert status == 1
    assert said.startswith("error: pbx.invalid:5070: there is no way to the exchange (")
