"""``dozvon softphone``: an operator's telephone without a browser."""

from __future__ import annotations

import asyncio
import io
import re
import shlex
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from redis.asyncio import Redis

from agent_console.softphone import SipAccount
from agent_console.softphone.sitting import Sitting, sit
from agent_console.softphone.sound import SoundPrograms
from asterisk.operator_phone import user_of
from dialer.cli.common import open_books
from dialer.floor.commands import ask_floor
from dialer.phones import phone_servers
from dialer.settings import Settings, load_settings
from domain.errors import InputError
from domain.operator_phone import PhoneKind

MICROPHONE = "arecord -q -t raw -f S16_LE -c 1 -r 8000 --period-time=20000 --buffer-time=100000"
EARPHONES = "aplay -q -t raw -f S16_LE -c 1 -r 8000 --period-time=20000 --buffer-time=100000"
SIP_PORT, STDIN = 5060, 0


def softphone(
    login: Annotated[
        str, typer.Argument(help="The operator; with --server his phone's user.", metavar="LOGIN")
    ],
    server: Annotated[str, typer.Option(help="HOST:PORT of the exchange, without books and dialler.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="With --server: the first line of standard input.")
    ] = False,
    answer: Annotated[bool, typer.Option(help="Answer by itself, or wait for `answer`.")] = True,
    null_audio: Annotated[bool, typer.Option("--null-audio", help="Hear and say nothing.")] = False,
    microphone: Annotated[str, typer.Option(help="Program that records, 16-bit mono 8000 Hz.")] = MICROPHONE,
    earphones: Annotated[str, typer.Option(help="Program that plays the same.")] = EARPHONES,
    port: Annotated[
        int | None, typer.Option(help="Serve the local API here; 0: any port.", min=0, max=65535)
    ] = None,
) -> None:
    """Be an operator's telephone without a browser: states come as lines, commands are typed as lines."""
    sound = None
    if not null_audio:
        sound = SoundPrograms(_program(microphone, "--microphone"), _program(earphones, "--earphones"))
    typed = io.FileIO(STDIN, closefd=False)
    if server:
        password = _password(typed) if password_stdin else typer.prompt("Password", hide_input=True)
        account, floor = SipAccount(login, password, *_address(server, "--server")), None
    elif password_stdin:
        remedy = "leave it out, or add --server"
        raise InputError("the password is in the books", where="--password-stdin", remedy=remedy)
    else:
        settings = load_settings()
        account, floor = _account(settings, login), _floor(settings, login)
    asyncio.run(sit(account, Sitting(sound, port, answer, floor), typed))


def _password(typed: io.FileIO) -> str:
    return typed.readline().decode(errors="replace").rstrip("\r\n")


def _account(settings: Settings, login: str) -> SipAccount:
    """His phone at the first node that takes telephones."""
    with open_books(settings) as books, books.read() as tx:
        operator = tx.operators.find(login)
        phone = tx.operators.phones()[operator.id]
    if phone.kind is not PhoneKind.TELEPHONE:
        remedy = f"`dozvon operator phone {login} --telephone` changes it"
        raise InputError("this operator talks in his browser", where=login, remedy=remedy)
    servers = phone_servers(settings.nodes, PhoneKind.TELEPHONE)
    if not servers:
        remedy = "set phones_address of a node in DOZVON_NODES"
        raise InputError("no node takes telephones", remedy=remedy)
    return SipAccount(user_of(operator.id), phone.secret, *_address(servers[0], "phones_address"))


def _floor(settings: Settings, login: str) -> Callable[[str, str], Awaitable[object]]:
    async def ask(verb: str, argument: str) -> object:
        async with Redis.from_url(settings.redis_url) as redis:
            return await ask_floor(redis, verb, login, argument)

    return ask


def _address(text: str, where: str) -> tuple[str, int]:
    known = re.fullmatch(r"([\w.-]+)(?::(\d{1,5}))?", text, re.ASCII)
    if not known:
        raise InputError(f"{text!r} is no address", where=where, remedy="give HOST:PORT")
    return known[1], int(known[2] or SIP_PORT)


def _program(text: str, where: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise InputError(f"{text!r} is no command ({error})", where=where) from error
    if not words:
        raise InputError("names no program", where=where, remedy="take --null-audio to hear and say nothing")
    return words
