"""Passwords of users: argon2id hashes, and what a password must be."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import InputError

SHORTEST, LONGEST = 10, 256

_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """A hash with its salt and parameters in it; some 50 ms of a core, so never inside a transaction."""
    return _HASHER.hash(password)


def fits(password: str, hashed: str | None) -> bool:
    """Whether it is the password of that hash; takes as long when there is nobody to compare with."""
    try:
        _HASHER.verify(hashed or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def outdated(hashed: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(hashed)


def check_password(password: str, login: str) -> None:
    """InputError when it may not be somebody's password."""
    remedy = f"{SHORTEST} to {LONGEST} characters, and not the login"
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError("the password is too short or too long", where="password", remedy=remedy)
    if login.casefold() in (password.casefold(), password.casefold().strip("0123456789!.")):
        raise InputError("the password is the login", where="password", remedy=remedy)


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody's")
