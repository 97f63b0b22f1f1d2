"""``dozvon operator``: who talks to debtors, with which phone, and what he is doing."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.table import Table

from asterisk.operator_phone import user_of
from asterisk.operators import queue_of
from dialer.cli import operator_desk, operator_talk
from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json, styled
from dialer.cli.figures import clock
from dialer.cli.operator_verbs import Login, command
from dialer.cli.options import AsJson
from dialer.floor.commands import see_floor
from dialer.phones import phone_servers
from dialer.settings import Settings, load_settings
from domain.errors import InputError
from domain.operator import Operator, StateChange
from domain.operator_phone import PhoneKind

app = typer.Typer(
    help="Operators: their skills, phones and passwords, and what they are doing.", no_args_is_help=True
)
app.add_typer(operator_talk.app)
app.add_typer(operator_desk.app)

SECRET_BYTES = 12
LOOK_BACK = timedelta(days=1)

NO_SERVER = {
    PhoneKind.TELEPHONE: "not told: set phones_address of a node in DOZVON_NODES",
    PhoneKind.BROWSER: "not told: set browsers_address of a node in DOZVON_NODES",
}
TRANSPORT = {
    PhoneKind.TELEPHONE: "transport UDP, codec G.711 A-law",
    PhoneKind.BROWSER: "transport WebSocket: the operator's page connects by itself",
}

Skills = Annotated[
    list[str] | None, typer.Option("--skill", help="What he can take, the best first; repeat it.")
]
InBrowser = Annotated[
    bool | None, typer.Option("--browser/--telephone", help="What he talks on: his browser, or a telephone.")
]
Reason = Annotated[str, typer.Option(help="Why, e.g. lunch, training.")]


@app.command("add")
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="His name, as colleagues see it.")] = "",
    skills: Skills = None,
    wrap_up: Annotated[int, typer.Option(help="Longest wrap-up, seconds; 0: none.", min=0, max=3600)] = 30,
    browser: InBrowser = None,
    as_json: AsJson = False,
) -> None:
    """Hire an operator; running diallers know him within seconds, `dozvon operator phone` tells his password."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,31}", login):
        remedy = "small Latin letters, digits, . _ -, at most 32"
        raise InputError(f"{login!r} cannot be a login", where="LOGIN", remedy=remedy)
    with open_books() as books, books.write() as tx:
        added = tx.operators.add(login, name, _checked(skills), _secret(), wrap_up)
        if browser:
            tx.operators.set_phone(login, PhoneKind.BROWSER)
    _say(added, "works here now", as_json)


@app.command("skill")
def set_skills(login: Login, skills: Skills = None, as_json: AsJson = False) -> None:
    """Replace what an operator can take; without --skill he takes only calls that need none."""
    with open_books() as books, books.write() as tx:
        changed = tx.operators.set_skills(login, _checked(skills))
    _say(changed, f"takes {', '.join(changed.desks)}", as_json)


@app.command("rotate")
def rotate(login: Login, as_json: AsJson = False) -> None:
    """Give his phone a new password; within seconds the old one registers no more."""
    with open_books() as books, books.write() as tx:
        changed = tx.operators.set_secret(login, _secret())
    _say(changed, "has a new password: `dozvon operator phone` tells it", as_json)


@app.command("remove")
def remove(login: Login, as_json: AsJson = False) -> None:
    """He works here no more: signed out, his phone refused, his log kept."""
    with open_books() as books, books.write() as tx:
        gone = tx.operators.remove(login)
    _say(gone, "works here no more", as_json)


@app.command("phone")
def phone(login: Login, browser: InBrowser = None, as_json: AsJson = False) -> None:
    """What to enter into his telephone, password included: show it to him only. --browser and --telephone change
    what he talks on, within two seconds; the browser's phone needs nothing entered.
    """
    with open_books() as books, books.write() as tx:
        operator = (
            tx.operators.find(login) if browser is None else tx.operators.set_phone(login, _kind(browser))
        )
        his = tx.operators.phones()[operator.id]
    servers = phone_servers(load_settings().nodes, his.kind)
    user = user_of(operator.id)
    if as_json:
        print_json({"kind": his.kind, "servers": servers, "user": user, "password": his.secret})
        return
    console.print(f"kind      {his.kind}\nserver    {', '.join(servers) or NO_SERVER[his.kind]}")
    console.print(f"user      {user}\npassword  {his.secret}\n{TRANSPORT[his.kind]}")


@app.command("list")
def list_operators(as_json: AsJson = False) -> None:
    """Who works here, and what each is doing, as the dialler that drives the floor sees it."""
    settings = load_settings()
    with open_books(settings) as books, books.read() as tx:
        operators = tx.operators.all()
    seen = asyncio.run(_board(settings))
    if as_json:
        print_json([asdict(one) | {"now": seen.get(one.id)} for one in operators])
        return
    table = Table("login", "name", "desks", "wrap-up", "state", "for", "reason")
    now = clock_of(settings).now()
    for one in operators:
        doing = seen.get(one.id, {"state": "unknown", "reason": "no dialler drives the floor", "since": ""})
        since = datetime.fromisoformat(doing["since"]) if doing["since"] else now
        lasts = clock(max(0.0, (now - since).total_seconds()))
        table.add_row(
            one.login,
            one.name,
            ", ".join(one.desks),
            f"{one.wrap_up_s} s",
            doing["state"],
            lasts,
            doing["reason"],
        )
    console.print(table)


@app.command("ready")
def ready(login: Login, as_json: AsJson = False) -> None:
    """Sign in, or end a pause or wrap-up: he is offered calls."""
    command("ready", login, "", as_json)


@app.command("pause")
def pause(login: Login, reason: Reason, as_json: AsJson = False) -> None:
    """Offer him no calls; if he is in one, from its end on."""
    command("pause", login, reason, as_json)


@app.command("after-call")
def after_call(login: Login, reason: Reason, as_json: AsJson = False) -> None:
    """Pause him after the call that he is in, or the next one."""
    command("pause_after_call", login, reason, as_json)


@app.command("wrapped-up")
def wrapped_up(login: Login, as_json: AsJson = False) -> None:
    """He has written down the result of his talk."""
    command("wrapped_up", login, "", as_json)


@app.command("sign-out")
def sign_out(login: Login, as_json: AsJson = False) -> None:
    """Offer him no calls any more; a talk goes on to its end."""
    command("sign_out", login, "", as_json)


@app.command("dial")
def dial(login: Login, as_json: AsJson = False) -> None:
    """Call the debtor whom he is shown (preview)."""
    command("dial", login, "", as_json)


@app.command("skip")
def skip(login: Login, reason: Reason, as_json: AsJson = False) -> None:
    """Do not call the debtor whom he is shown; the debtor comes up again in an hour."""
    command("skip", login, reason, as_json)


@app.command("log")
def show_log(
    login: Login,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="From when on (UTC); one day back if not told."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What he did when, and how long he was in each state."""
    settings = load_settings()
    now = clock_of(settings).now()
    begins = since.replace(tzinfo=UTC) if since else now - LOOK_BACK
    with open_books(settings) as books, books.read() as tx:
        lines = tx.operators.log_of(tx.operators.find(login).id, begins, now + LOOK_BACK)
    seconds = _in_states(lines, begins)
    if as_json:
        print_json({"login": login, "changes": [asdict(line) for line in lines], "seconds": seconds})
        return
    table = Table("at (UTC)", "state", "reason", "touch", "before", "for")
    for line in lines:
        at = f"{line.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(at, line.state.value, line.reason, line.touch, line.was.value, clock(line.was_s))
    console.print(table)
    console.print(", ".join(f"{state} {clock(total)}" for state, total in seconds.items()))


def _in_states(lines: list[StateChange], begins: datetime) -> dict[str, float]:
    """Seconds in each state that was left, counted from ``begins``."""
    total: Counter[str] = Counter()
    for line in lines:
        total[line.was.value] += min(line.was_s, (line.at - begins).total_seconds())  # type: ignore[assignment]
    return {state: round(seconds, 3) for state, seconds in sorted(total.items())}


async def _board(settings: Settings) -> dict[int, dict[str, Any]]:
    try:
        async with Redis.from_url(settings.redis_url) as redis:
            return {row["operator"]: row for row in await see_floor(redis)}
    except RedisError:
        return {}


def _kind(browser: bool) -> PhoneKind:
    return PhoneKind.BROWSER if browser else PhoneKind.TELEPHONE


def _checked(skills: list[str] | None) -> list[str]:
    for skill in skills or []:
        queue_of(skill)
    return skills or []


def _secret() -> str:
    return secrets.token_hex(SECRET_BYTES)


def _say(operator: Operator, what: str, as_json: bool) -> None:
    if as_json:
        print_json(asdict(operator))
    else:
        console.print(styled("[bold]{}[/] {}", operator.login, what))
