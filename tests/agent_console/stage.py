"""A console without a server: the real application over fresh books, asked by HTTP within the process, on a clock of
the test's own.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from redis.asyncio import Redis

from agent_console.app import create_app
from agent_console.services import Services
from dialer.handlers.users import add_user
from dialer.settings import Settings
from domain.user import COMMAND_LINE, Language, Role, User
from ledger.books import Books

MONDAY = datetime(2026, 3, 9, 9, tzinfo=UTC)
PASSWORD = "correct horse 9"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes in no time, for tests of anything else than hashes."""
HASH = QUICK.hash(PASSWORD)
HTML = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en"}


@dataclass
class TestClock:
    """Tells the time that the test sets."""

    __test__ = False

    at: datetime = MONDAY

    def now(self) -> datetime:
        """The test's time."""
        return self.at

    def goes_on(self, by: timedelta) -> None:
        """Later."""
        self.at += by


@dataclass
class Console:
    """The application and what it works on."""

    books: Books
    app: FastAPI
    settings: Settings
    clock: TestClock = field(default_factory=TestClock)

    def user(
        self,
        login: str,
        role: Role = Role.ADMINISTRATOR,
        *,
        portfolios: tuple[str, ...] = (),
        must_change: bool = False,
        language: Language = Language.EN,
    ) -> User:
        """Somebody whose password is `PASSWORD`; an operator gets a desk with it."""
        with self.books.write() as tx:
            if role is Role.OPERATOR and login not in {one.login for one in tx.operators.all()}:
                tx.operators.add(login, login.title(), [], "secret", 30)
            return add_user(
                tx,
                login,
                login.title(),
                role,
                HASH,
                portfolios=portfolios,
                language=language,
                must_change=must_change,
                by=COMMAND_LINE,
                now=self.clock.now(),
            )

    @asynccontextmanager
    async def browser(self, address: str = "10.0.0.1") -> AsyncIterator[AsyncClient]:
        """Somebody who asks from there, with cookies; redirects are for the test to see."""
        scheme = "http" if self.settings.demo else "https"
        transport = ASGITransport(self.app, client=(address, 50000))
        async with AsyncClient(transport=transport, base_url=f"{scheme}://desk.test", headers=HTML) as client:
            yield client

    @asynccontextmanager
    async def signed_in(self, login: str, address: str = "10.0.0.1") -> AsyncIterator[AsyncClient]:
        """A browser of that user; its htmx requests and forms carry the session's token."""
        async with self.browser(address) as client:
            answer = await sign_in(client, login)
            assert answer.status_code == 303, answer.text
            client.headers["X-CSRF-Token"] = csrf_of(await client.get("/password"))
            yield client


async def sign_in(client: AsyncClient, login: str, password: str = PASSWORD, next: str = "/") -> Response:
    """Send the form of the sign-in page."""
    return await client.post("/sign-in", data={"login": login, "password": password, "next": next})


def csrf_of(page: Response) -> str:
    """The token in the forms of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def console_over(books: Books, folder: Path, *, demo: bool = True) -> Console:
    """The console over these books; it has no Redis."""
    settings = Settings(home=folder, demo=demo)
    clock = TestClock()
    redis = Redis.from_url(f"unix://{folder / 'nobody.sock'}")
    return Console(books, create_app(Services(settings, books, redis, clock)), settings, clock)
