"""The demo's screens: the console, and people of each role who may sign in to it."""

from __future__ import annotations

import asyncio
import secrets
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from asterisk.ports import require_free
from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, styled
from dialer.demo.beside import running
from dialer.demo.world import World
from dialer.handlers.users import add_user
from dialer.passwords import hash_password
from domain.errors import EnvironmentFault
from domain.operator_phone import PhoneKind
from domain.user import COMMAND_LINE, Role

PEOPLE = {Role.OPERATOR: "Оператор", Role.SUPERVISOR: "Супервизор", Role.ADMINISTRATOR: "Администратор"}
"""One of each role, whose login is the role's name."""
WRAP_UP_S = 60
STARTS_S = 60.0


def let_in(world: World, portfolios: Sequence[str]) -> str:
    """Give everybody an account with the same made-up password, and the operator a telephone in his browser."""
    settings, password = world.settings, f"demo-{secrets.token_hex(3)}"
    now, hashed = clock_of(settings).now(), hash_password(password)
    with open_books(settings) as books, books.write() as tx:
        login = Role.OPERATOR.value
        tx.operators.add(login, PEOPLE[Role.OPERATOR], [], secrets.token_hex(8), WRAP_UP_S)
        tx.operators.set_phone(login, PhoneKind.BROWSER)
        for role, name in PEOPLE.items():
            theirs = portfolios if role is Role.OPERATOR else ()
            add_user(
                tx,
                role.value,
                name,
                role,
                hashed,
                portfolios=theirs,
                must_change=False,
                by=COMMAND_LINE,
                now=now,
            )
    return password


@asynccontextmanager
async def serving(world: World, portfolios: Sequence[str]) -> AsyncIterator[None]:
    """While it lasts, the console is served and a worker makes reports; where, and for whom, is printed."""
    password = let_in(world, portfolios)
    port = str(_port(world.settings.console.port))
    async with running(world, "console", "--port", port, stdout=PIPE) as served, running(world, "worker"):
        _tell(await _address(served, world.settings.home / "console.log"), password)
        yield


def _port(usual: int) -> int:
    """The usual port, where people look for it; any other when it is taken."""
    try:
        require_free(usual, "tcp", "the console")
    except EnvironmentFault:
        return 0
    return usual


async def _address(process: Process, log: Path) -> str:
    assert process.stdout is not None
    line = ""
    with suppress(TimeoutError):
        async with asyncio.timeout(STARTS_S):
            line = (await process.stdout.readline()).decode()
    if "://" not in line:
        raise EnvironmentFault("the console did not start", remedy=f"read {log}")
    return line.split()[-1]


def _tell(address: str, password: str) -> None:
    console.print(styled("[bold green]the console:[/] [bold]{}[/]", address), soft_wrap=True)
    logins = ", ".join(role.value for role in PEOPLE)
    console.print(
        styled("sign in as [bold]{}[/] with the password [bold]{}[/]", logins, password), soft_wrap=True
    )
    console.print(
        styled("[dim]the operator talks through the browser: allow it the microphone[/]"), soft_wrap=True
    )
