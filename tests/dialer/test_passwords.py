"""Passwords: what fits, what must be hashed anew, and what may not be one."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from dialer.passwords import check_password, fits, hash_password, outdated
from domain.errors import InputError

pytestmark = pytest.mark.unit

PASSWORD = "пароль и слово 7"


def test_only_the_password_fits_its_hash() -> None:
    hashed = hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$")
    assert PASSWORD not in hashed
    assert fits(PASSWORD, hashed)
    assert not fits(PASSWORD + " ", hashed)
    assert not fits("", hashed)


def test_nobody_has_a_password() -> None:
    assert not fits(PASSWORD, None)
    assert not fits("nobody's", None)
    assert not fits(PASSWORD, "no hash at all")


def test_a_weak_hash_is_made_anew() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert fits(PASSWORD, weak)
    assert (outdated(weak), outdated(hash_password(PASSWORD))) == (True, False)


@pytest.mark.parametrize(
    "password", ["", "nine sign", "x" * 257, "anna.karenina", "Anna.Karenina1", "anna.karenina!9"]
)
def test_what_may_not_be_a_password(password: str) -> None:
    with pytest.raises(InputError, match="10 to 256 characters, and not the login"):
        check_password(password, "anna.karenina")


def test_what_may() -> None:
    for password in ("ten signs.", "x" * 256, "anna.karenina and her train"):
        check_password(password, "anna.karenina")
