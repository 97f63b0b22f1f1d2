"""The two cookies of the console: the session's secret, and the language of whoever has no session."""

from __future__ import annotations

from fastapi import Request, Response

from dialer.settings import Settings
from domain.user import Language

SESSION = "dozvon"
LANGUAGE = "dozvon-language"
YEAR_S = 365 * 24 * 3600


def session_name(settings: Settings) -> str:
    """The session's cookie; its prefix has browsers refuse one that another host, or plain HTTP, has set."""
    return SESSION if settings.demo else f"__Host-{SESSION}"


def secret_of(request: Request, settings: Settings) -> str:
    """The session's secret that the browser sent, empty when it has none."""
    return request.cookies.get(session_name(settings), "")


def give_session(response: Response, settings: Settings, secret: str) -> None:
    """Let the browser keep the secret until it is closed: for HTTPS only outside the demo, and never for scripts."""
    response.set_cookie(
        session_name(settings),
        secret,
        secure=not settings.demo,
        httponly=True,
        samesite="lax",
    )


def take_session(response: Response, settings: Settings) -> None:
    """Have the browser forget it."""
    response.delete_cookie(session_name(settings), secure=not settings.demo, httponly=True, samesite="lax")


def give_language(response: Response, settings: Settings, language: Language) -> None:
    """The choice of somebody who is not signed in."""
    response.set_cookie(
        LANGUAGE, language, max_age=YEAR_S, secure=not settings.demo, httponly=True, samesite="lax"
    )
