"""``dozvon user``: who may sign in to the console, as what, and where he may search."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json, styled
from dialer.cli.options import AsJson
from dialer.handlers import users
from dialer.passwords import check_password, hash_password
from dialer.settings import load_settings
from dialer.tokens import new_password
from domain.user import COMMAND_LINE, Language, Role, User
from ledger.books import Transaction

app = typer.Typer(help="Users of the console: their roles, passwords and portfolios.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="The user's login.", metavar="LOGIN")]
RoleOption = Annotated[Role, typer.Option("--role", help="What he is.")]
OperatorOption = Annotated[
    str,
    typer.Option("--operator", help="Whose desk an operator has; the operator of his own login if not told."),
]
Portfolios = Annotated[
    list[str] | None, typer.Option("--portfolio", help="Where an operator may search; repeat it.")
]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")
]


@app.command("add")
def add(
    login: Login,
    role: RoleOption,
    name: Annotated[str, typer.Option(help="His name, as colleagues see it.")] = "",
    operator: OperatorOption = "",
    portfolios: Portfolios = None,
    language: Annotated[Language, typer.Option(help="What the pages speak to him.")] = Language.RU,
    password_stdin: FromInput = False,
    as_json: AsJson = False,
) -> None:
    """Let somebody sign in; he must change the password, which is made up and shown once if none is given."""
    now = clock_of(settings := load_settings()).now()
    password, made_up = _password(login, password_stdin)
    hashed = hash_password(password)
    with open_books(settings) as books, books.write() as tx:
        added = users.add_user(
            tx,
            login,
            name,
            role,
            hashed,
            operator=operator,
            portfolios=portfolios or [],
            language=language,
            by=COMMAND_LINE,
            now=now,
        )
        shown = _shown(tx, added)
    _say(shown, f"may sign in as {role}", as_json, password if made_up else "")


@app.command("list")
def list_users(as_json: AsJson = False) -> None:
    """Who may sign in."""
    with open_books() as books, books.read() as tx:
        rows = [_shown(tx, user) for user in tx.users.all()]
    if as_json:
        print_json(rows)
        return
    table = Table("login", "name", "role", "operator", "portfolios", "language")
    for row in rows:
        searches = ", ".join(row["portfolios"]) or ("none" if row["role"] == Role.OPERATOR else "all")
        table.add_row(row["login"], row["name"], row["role"], row["operator"], searches, row["language"])
    console.print(table)


@app.command("password")
def password(login: Login, password_stdin: FromInput = False, as_json: AsJson = False) -> None:
    """Give him another password, which he must change; he is signed out everywhere."""
    now = clock_of(settings := load_settings()).now()
    given, made_up = _password(login, password_stdin)
    hashed = hash_password(given)
    with open_books(settings) as books, books.write() as tx:
        user = tx.users.find(login)
        users.reset_password(tx, user, hashed, by=COMMAND_LINE, now=now)
        shown = _shown(tx, user)
    _say(shown, "has another password", as_json, given if made_up else "")


@app.command("role")
def role(login: Login, role: RoleOption, operator: OperatorOption = "", as_json: AsJson = False) -> None:
    """Make him something else; he has to sign in anew."""
    now = clock_of(settings := load_settings()).now()
    with open_books(settings) as books, books.write() as tx:
        found = tx.users.find(login)
        changed = users.change_role(tx, found, role, operator=operator, by=COMMAND_LINE, now=now)
        shown = _shown(tx, changed)
    _say(shown, f"is {role} now", as_json)


@app.command("portfolios")
def portfolios(login: Login, portfolios: Portfolios = None, as_json: AsJson = False) -> None:
    """Replace where an operator may search; without --portfolio he sees only whom he talks to."""
    now = clock_of(settings := load_settings()).now()
    with open_books(settings) as books, books.write() as tx:
        found = tx.users.find(login)
        changed = users.change_portfolios(tx, found, portfolios or [], by=COMMAND_LINE, now=now)
        shown = _shown(tx, changed)
    _say(shown, f"searches in {', '.join(shown['portfolios']) or 'no portfolio'}", as_json)


@app.command("remove")
def remove(login: Login, as_json: AsJson = False) -> None:
    """He may not sign in any more; what he did stays in the audit log."""
    now = clock_of(settings := load_settings()).now()
    with open_books(settings) as books, books.write() as tx:
        gone = tx.users.find(login)
        shown = _shown(tx, gone)
        users.remove_user(tx, gone, by=COMMAND_LINE, now=now)
    _say(shown, "may not sign in any more", as_json)


def _password(login: str, from_input: bool) -> tuple[str, bool]:
    """A password, and whether we made it up."""
    if not from_input and not sys.stdin.isatty():
        return new_password(), True
    given = sys.stdin.readline().rstrip("\n") if from_input else _asked()
    if not given and not from_input:
        return new_password(), True
    check_password(given, login)
    return given, False


def _asked() -> str:
    said: str = typer.prompt(
        "Password (empty: make one up)",
        default="",
        hide_input=True,
        show_default=False,
        confirmation_prompt=True,
    )
    return said


def _shown(tx: Transaction, user: User) -> dict[str, Any]:
    names = {one.id: one.name for one in tx.portfolios.all()}
    operators = {one.id: one.login for one in tx.operators.all()}
    return {
        "login": user.login,
        "name": user.name,
        "role": user.role,
        "operator": operators.get(user.operator, "") if user.operator else "",
        "portfolios": sorted(names[id] for id in user.portfolios),
        "language": user.language,
        "must_change_password": user.must_change_password,
    }


def _say(shown: dict[str, Any], what: str, as_json: bool, password: str = "") -> None:
    if as_json:
        print_json(shown | ({"password": password} if password else {}))
        return
    console.print(styled("[bold]{}[/] {}", shown["login"], what))
    if password:
        console.print(f"password  {password}   (shown this once)")
