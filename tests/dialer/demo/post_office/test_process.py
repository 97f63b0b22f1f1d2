"""A post office of our own: it starts, survives a kill with all it took, and ends with us."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest

from asterisk.ports import free_port
from dialer.demo.post_office.addressees import Addressee
from dialer.demo.post_office.plan import PostPlan
from dialer.demo.post_office.process import PostOffice
from domain.errors import EnvironmentFault
from tests.dialer.demo.post_office.offices import QUICK, phone
from tests.polling import PATIENCE_S, until

pytestmark = pytest.mark.integration


def order(key: str) -> dict[str, str]:
    to = phone(Addressee.RECEIVES)
    return {"client_id": key, "channel": "viber", "to": to, "sender": "Dozvon", "text": "да"}


async def test_what_it_took_survives_a_kill(tmp_path: Path) -> None:
    plan = PostPlan(smpp_port=free_port("tcp"), http_port=free_port("tcp"), habits=QUICK)
    post = PostOffice(tmp_path, plan)
    headers = {"Authorization": f"Bearer {plan.api_key}"}
    try:
        async with httpx.AsyncClient(
            base_url=post.url, headers=headers, trust_env=False, timeout=PATIENCE_S
        ) as http:
            await post.start()
            first = await http.post("/v1/messages", json=order("k1"))
            post.stop()
            await post.start()
            again = await http.post("/v1/messages", json=order("k1"))
            assert (first.json()["id"], 202) == (again.json()["id"], again.status_code)
            await until(lambda: any("handed" in row for row in post.rows()))
            assert len([row for row in post.rows() if "taken" in row]) == 1
    finally:
        post.stop()
    assert post.pid is None


async def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        post = PostOffice(tmp_path, PostPlan(smpp_port=port, http_port=free_port("tcp")))
        with pytest.raises(EnvironmentFault, match="wanted for the post office's SMPP"):
            await post.start()
        assert post.pid is None
