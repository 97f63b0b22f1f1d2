"""``dozvon operator`` in a talk: hold, transfer, consult, hang up, and calls of his own wish."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from dialer.cli.common import open_books, phone_of
from dialer.cli.operator_verbs import Login, command
from dialer.cli.options import AsJson

app = typer.Typer()


@app.command("hold")
def hold(login: Login, as_json: AsJson = False) -> None:
    """His debtor hears music."""
    command("hold", login, "", as_json)


@app.command("unhold")
def unhold(login: Login, as_json: AsJson = False) -> None:
    """His debtor hears him again; a colleague who was asked is let go."""
    command("unhold", login, "", as_json)


@app.command("transfer")
def transfer(
    login: Login, desk: Annotated[str, typer.Option(help="The desk.")], as_json: AsJson = False
) -> None:
    """His debtor waits at a desk, and he is done with him."""
    command("transfer", login, desk, as_json)


@app.command("consult")
def consult(
    login: Login, colleague: Annotated[str, typer.Option(help="His login.")], as_json: AsJson = False
) -> None:
    """A colleague's phone rings; the debtor hears music meanwhile."""
    command("consult", login, colleague, as_json)


@app.command("complete")
def complete(login: Login, as_json: AsJson = False) -> None:
    """The debtor is the colleague's now who was asked."""
    command("complete", login, "", as_json)


@app.command("hang-up")
def hang_up(login: Login, as_json: AsJson = False) -> None:
    """His call ends, also one that only rings yet."""
    command("hang_up", login, "", as_json)


@app.command("extend")
def extend(
    login: Login,
    seconds: Annotated[float, typer.Option(help="How much longer.", min=1, max=600)] = 30,
    as_json: AsJson = False,
) -> None:
    """Make his wrap-up longer, once."""
    command("extend", login, str(seconds), as_json)


@app.command("call")
def call(
    login: Login,
    debtor: Annotated[str, typer.Option(help="The debtor's key.")],
    phone: Annotated[str, typer.Option(help="Which of his phones.")],
    portfolio: Annotated[str, typer.Option(help="His portfolio, where several have the key.")] = "",
    as_json: AsJson = False,
) -> None:
    """Call a debtor of his own wish, if the rules allow it now; when they do not, says when they will."""
    number = phone_of(phone, "--phone")
    with open_books() as books, books.read() as tx:
        whose = tx.debtors.keyed(debtor, tx.portfolios.named(portfolio).id if portfolio else None)
    wish = orjson.dumps({"debtor": whose.id, "phone": number}).decode()
    command("call", login, wish, as_json)
