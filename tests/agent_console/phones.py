"""A page that is nothing but a phone, for tests of the phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.async_api import BrowserContext, Page

import agent_console
from asterisk.ports import LOOPBACK
from dialer.phones import BrowserAccount
from tests.polling import until

STATIC = Path(agent_console.__file__).parent / "static"

PAGE = """<!doctype html><html lang="en"><title>phone</title><button id="start">start</button>
<script type="module">
import { Phone } from "/static/js/phone/phone.js";
window.told = [];
window.phone = new Phone({ account: async () => window.account, autoAnswer: window.autoAnswer });
for (const name of ["state", "call", "microphone", "muted", "level", "quality", "devices"])
  phone.addEventListener(name, ({ detail }) => told.push({ name, ...detail }));
document.getElementById("start").addEventListener("click", () => phone.start());
</script>"""

Told = dict[str, Any]


@dataclass(frozen=True)
class PhonePage:
    """The page, and what its phone has told."""

    page: Page

    async def told(self, **wanted: object) -> list[Told]:
        """The events with these details, in order; ``name`` is the event's."""
        told: list[Told] = await self.page.evaluate("told")
        return [one for one in told if wanted.items() <= one.items()]

    async def tells(self, **wanted: object) -> Told:
        """The first event with these details, as soon as it has come."""
        await until(lambda: self.told(**wanted), what=f"the phone tells {wanted}")
        return (await self.told(**wanted))[0]

    async def told_so_often(self, count: int, **wanted: object) -> bool:
        """Whether that many such events have come."""
        return len(await self.told(**wanted)) >= count

    async def heard_itself(self) -> bool:
        """Whether the microphone's beep was on the level meter since the last ``forget``."""
        return any(level["input"] > 0.1 for level in await self.told(name="level"))

    async def forget(self) -> None:
        """What was told before is no longer asked about."""
        await self.page.evaluate("told.length = 0")

    async def sound(self) -> dict[str, float]:
        """Of the call, so far: packets in and out, and the energy of what came in."""
        seen: dict[str, float] = await self.page.evaluate(
            """async () => {
              const sound = { received: 0, energy: 0, sent: 0 };
              for (const stat of (await phone.call?.stats())?.values() ?? []) {
                if (stat.type === "inbound-rtp") {
                  sound.received = stat.packetsReceived;
                  sound.energy = stat.totalAudioEnergy;
                }
                if (stat.type === "outbound-rtp") sound.sent = stat.packetsSent;
              }
              return sound;
            }"""
        )
        return seen


async def open_phone(
    context: BrowserContext,
    site: str,
    account: BrowserAccount,
    *,
    auto_answer: bool = True,
    start: bool = True,
) -> PhonePage:
    """A tab of ``site`` with a phone of this account."""
    page = await context.new_page()
    await page.add_init_script(
        f"window.account = {dict(account)!r}; window.autoAnswer = {str(auto_answer).lower()};"
    )
    await page.goto(f"{site}/phone")
    if start:
        await page.click("#start")
    return PhonePage(page)


class _Site(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments, directory=str(STATIC.parent))

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            super().do_GET()
            return
        body = PAGE.encode() if self.path == "/phone" else b""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody asks."""


@contextmanager
def phone_site() -> Iterator[str]:
    """The address of a site of this machine with the page: what a test would answer in its stead has no address of its
    own, and a browser lets no such page speak to the exchange beside it.
    """
    with ThreadingHTTPServer((LOOPBACK, 0), _Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()
