"""The pages of access: sign in, sign out, change the password, choose the language."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Form as Field
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from agent_console.access.cookies import give_language, give_session, secret_of, take_session
from agent_console.access.dependencies import signed_in
from agent_console.access.refusals import SIGN_IN, local_path
from agent_console.access.sessions import address_of
from agent_console.access.sign_in import TooManyFailures, WrongPassword, choose_password, end_session, prove
from agent_console.access.sign_in import sign_in as try_sign_in
from agent_console.access.visitor import Visitor
from agent_console.forms import Form, parsed
from agent_console.page import page, services_of, told
from dialer.passwords import LONGEST, SHORTEST, check_password
from domain.audit import AuditAction
from domain.errors import InputError
from domain.user import Language
from ledger.books import Transaction

router = APIRouter()

Here = Annotated[Visitor, Depends(signed_in)]
LONGEST_LOGIN = 64


class SignIn(BaseModel):
    """What is asked of somebody who wants in."""

    login: str
    password: str
    next: str = "/"


class NewPassword(BaseModel):
    """The present password, and the next one twice."""

    present: str
    password: str
    again: str


@router.get(SIGN_IN)
async def sign_in_page(request: Request, next: str = "/") -> Response:
    """The form; whoever is signed in goes where he wanted."""
    if request.state.visitor is not None:
        return RedirectResponse(local_path(next), 303)
    return page(request, "access/sign_in.html.j2", form=Form.empty(next=local_path(next)))


@router.post(SIGN_IN)
async def sign_in(request: Request) -> Response:
    """Sign in: 303 to the page that was asked for, 401 when login or password are wrong, 429 after too many."""
    given, form = await parsed(request, SignIn)
    if given is None:
        return page(request, "access/sign_in.html.j2", status=422, form=form)
    services, login = services_of(request), given.login.strip().lower()[:LONGEST_LOGIN]
    was = secret_of(request, services.settings)
    try:
        secret = await try_sign_in(services, login, given.password, address_of(request), was)
    except WrongPassword:
        wrong = form.with_fault("", told(request, "The login or the password is wrong"))
        return page(request, "access/sign_in.html.j2", status=401, form=wrong)
    except TooManyFailures as refused:
        return _wait(request, "access/sign_in.html.j2", form, refused.wait)
    answer = RedirectResponse(local_path(given.next), 303)
    give_session(answer, services.settings, secret)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, visitor: Here) -> Response:
    """The session ends at once, in every tab."""
    services, by = services_of(request), visitor.actor
    now, secret = services.now(), secret_of(request, services.settings)

    def end(tx: Transaction) -> None:
        end_session(tx, secret, now)
        tx.audit_log.add(by.user, AuditAction.SIGNED_OUT, address=by.address, now=now)

    await services.write(end)
    answer = RedirectResponse(SIGN_IN, 303)
    take_session(answer, services.settings)
    return answer


@router.get("/password")
async def password_page(request: Request) -> Response:
    """The form to choose another password."""
    return page(request, "access/password.html.j2", form=Form.empty(), changed=False)


@router.post("/password")
async def change_password(request: Request, visitor: Here) -> Response:
    """Choose another password: all other sessions of the same user end."""
    given, form = await parsed(request, NewPassword)
    if given is not None:
        form = _judged(request, visitor, given, form)
    if given is None or form.faults:
        return page(request, "access/password.html.j2", status=422, form=form, changed=False)
    services, address = services_of(request), address_of(request)
    try:
        await prove(services, visitor.user.login, given.present, address)
    except WrongPassword:
        wrong = form.with_fault("present", told(request, "This is not your password"))
        return page(request, "access/password.html.j2", status=422, form=wrong, changed=False)
    except TooManyFailures as refused:
        return _wait(request, "access/password.html.j2", form, refused.wait, changed=False)
    await choose_password(services, visitor.user, given.password, visitor.session.id, address)
    return page(request, "access/password.html.j2", form=Form.empty(), changed=True)


@router.post("/language")
async def choose_language(
    request: Request, language: Annotated[Language, Field()], back: Annotated[str, Field()] = "/"
) -> Response:
    """The pages speak it from now on: to a user everywhere, to a stranger in this browser."""
    services, visitor = services_of(request), request.state.visitor
    answer = RedirectResponse(local_path(back), 303)
    give_language(answer, services.settings, language)
    if visitor is not None:
        id = visitor.user.id
        await services.write(lambda tx: tx.users.set_language(id, language))
    return answer


def _judged(request: Request, visitor: Visitor, given: NewPassword, form: Form) -> Form:
    """The form with what is wrong with the new password."""
    try:
        check_password(given.password, visitor.user.login)
    except InputError:
        limits = {"shortest": SHORTEST, "longest": LONGEST}
        rule = told(request, "From %(shortest)s to %(longest)s characters, and not the login", **limits)
        return form.with_fault("password", rule)
    if given.password != given.again:
        return form.with_fault("again", told(request, "This is not the same password"))
    if given.password == given.present:
        return form.with_fault("password", told(request, "This is the password that you have"))
    return form


def _wait(request: Request, template: str, form: Form, wait: timedelta, **context: object) -> Response:
    minutes = ceil(wait.total_seconds() / 60)
    message = told(request, "Too many wrong passwords. Try again in %(minutes)s min", minutes=minutes)
    answer = page(request, template, status=429, form=form.with_fault("", message), **context)
    answer.headers["Retry-After"] = str(ceil(wait.total_seconds()))
    return answer
