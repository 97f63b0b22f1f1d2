"""Users: who may sign in, as what, where he may search; his password is shown once, to whoever made it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from agent_console.access.dependencies import signed_in
from agent_console.access.sign_in import HASHING
from agent_console.access.visitor import Visitor
from agent_console.forms import Form, parsed
from agent_console.named import N_
from agent_console.page import page, services_of, told
from dialer.handlers.users import add_user, change_portfolios, change_role, remove_user, reset_password
from dialer.passwords import hash_password
from dialer.tokens import new_password
from domain.errors import InputError
from domain.operator import Operator
from domain.portfolio import Portfolio
from domain.user import Language, Role, User
from ledger.books import Transaction

router = APIRouter()

Here = Annotated[Visitor, Depends(signed_in)]

WRONG = {
    "login": N_("Somebody has this login already"),
    "operator": N_("Choose an operator whose desk nobody has"),
    "role": N_("This is the last administrator: make somebody else one first"),
    "portfolios": N_("Only operators are bound to portfolios"),
}
"""What the handlers refuse, by the field that is to blame."""


class NewUser(BaseModel):
    """Somebody who shall be able to sign in."""

    login: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,31}$")
    name: str = Field(default="", max_length=100)
    role: Role
    operator: str = ""
    portfolios: list[str] = []
    language: Language = Language.RU


class NewRole(BaseModel):
    """What somebody shall be; an operator has somebody's desk."""

    role: Role
    operator: str = ""


class NewPortfolios(BaseModel):
    """Where an operator may search."""

    portfolios: list[str] = []


@dataclass(frozen=True, slots=True)
class Known:
    """What both pages show and offer."""

    users: list[User]
    operators: list[Operator]
    portfolios: list[Portfolio]

    @property
    def desks(self) -> dict[int, str]:
        """Logins of operators by their ids."""
        return {int(one.id): one.login for one in self.operators}

    def free(self, but: User | None = None) -> list[Operator]:
        """Operators to whose desk nobody signs in, ``but`` for that user."""
        taken = {one.operator for one in self.users if one != but}
        return [one for one in self.operators if one.id not in taken]


def _known(tx: Transaction) -> Known:
    return Known(tx.users.all(), tx.operators.all(), tx.portfolios.all())


@router.get("/users")
async def users(request: Request) -> Response:
    """Everybody who may sign in, and the form for the next one."""
    return await _list(request, Form.empty(role=Role.OPERATOR, language=Language.RU, portfolios=[]))


@router.post("/users")
async def add(request: Request, visitor: Here) -> Response:
    """Let somebody sign in; the page shows the password that he must change."""
    given, form = await parsed(request, NewUser)
    if given is None:
        return await _list(request, form, status=422)
    password, hashed = await _new_password()
    now = services_of(request).now()

    def work(tx: Transaction) -> User:
        return add_user(
            tx,
            given.login,
            given.name,
            given.role,
            hashed,
            operator=given.operator,
            portfolios=given.portfolios,
            language=given.language,
            by=visitor.actor,
            now=now,
        )

    added, form = await _tried(request, work, form)
    if added is None:
        return await _list(request, form, status=422)
    return await _one(request, added.login, password=password)


@router.get("/users/{login}")
async def user(request: Request, login: str) -> Response:
    """One of them, and what can be changed."""
    return await _one(request, login)


@router.post("/users/{login}/role")
async def role(request: Request, login: str, visitor: Here) -> Response:
    """Make him something else; he has to sign in anew."""
    given, form = await parsed(request, NewRole)
    if given is None:
        return await _one(request, login, form=form)
    now = services_of(request).now()

    def work(tx: Transaction) -> User:
        found = tx.users.find(login)
        return change_role(tx, found, given.role, operator=given.operator, by=visitor.actor, now=now)

    return await _changed(request, login, work, form)


@router.post("/users/{login}/portfolios")
async def portfolios(request: Request, login: str, visitor: Here) -> Response:
    """Replace where he may search."""
    given, form = await parsed(request, NewPortfolios)
    if given is None:
        return await _one(request, login, form=form)
    now = services_of(request).now()

    def work(tx: Transaction) -> User:
        return change_portfolios(tx, tx.users.find(login), given.portfolios, by=visitor.actor, now=now)

    return await _changed(request, login, work, form)


@router.post("/users/{login}/password")
async def password(request: Request, login: str, visitor: Here) -> Response:
    """Give him another password, shown once; he is signed out everywhere."""
    made_up, hashed = await _new_password()
    services = services_of(request)
    now = services.now()

    def work(tx: Transaction) -> None:
        reset_password(tx, tx.users.find(login), hashed, by=visitor.actor, now=now)

    await services.write(work)
    return await _one(request, login, password=made_up)


@router.post("/users/{login}/remove")
async def remove(request: Request, login: str, visitor: Here) -> Response:
    """He may not sign in any more."""
    now = services_of(request).now()

    def work(tx: Transaction) -> User:
        found = tx.users.find(login)
        remove_user(tx, found, by=visitor.actor, now=now)
        return found

    gone, form = await _tried(request, work, Form.empty())
    return await _one(request, login, form=form) if gone is None else RedirectResponse("/users", 303)


async def _changed(request: Request, login: str, work: Callable[[Transaction], User], form: Form) -> Response:
    changed, form = await _tried(request, work, form)
    if changed is None:
        return await _one(request, login, form=form)
    return RedirectResponse(f"/users/{login}", 303)


async def _tried(
    request: Request, work: Callable[[Transaction], User], form: Form
) -> tuple[User | None, Form]:
    """What a handler made; or the form with what it refused, beside the field that is to blame."""
    try:
        return await services_of(request).write(work), form
    except InputError as refused:
        if refused.where not in WRONG:
            raise
        return None, form.with_fault(refused.where, told(request, WRONG[refused.where]))


async def _list(request: Request, form: Form, status: int = 200) -> Response:
    known = await services_of(request).read(_known)
    return page(request, "admin/users.html.j2", status=status, known=known, form=form, roles=Role)


async def _one(request: Request, login: str, *, form: Form | None = None, password: str = "") -> Response:
    services = services_of(request)
    now = services.now()

    def look(tx: Transaction) -> dict[str, Any]:
        found = tx.users.find(login)
        return {"user": found, "sessions": tx.sessions.of(found.id, now), "known": _known(tx)}

    seen = await services.read(look)
    known, user = seen["known"], seen["user"]
    shown = form or Form.empty(role=user.role, operator=known.desks.get(user.operator, ""))
    mine = [one.name for one in known.portfolios if one.id in user.portfolios]
    told_of = {"form": shown, "ticked": Form.empty(portfolios=mine), "password": password}
    told_of |= {"roles": Role, "desks": known.free(but=user)}
    return page(request, "admin/user.html.j2", status=422 if form else 200, **told_of, **seen)


async def _new_password() -> tuple[str, str]:
    """A password, and its hash."""
    made_up = new_password()
    return made_up, await to_thread.run_sync(hash_password, made_up, limiter=HASHING)
