"""Tokens of programs in the books."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dialer.handlers.api_tokens import add_token, revoke_token
from dialer.tokens import digest_of
from domain.audit import AuditAction
from domain.errors import InputError
from domain.user import COMMAND_LINE, TokenScope
from ledger.books import Books
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

LATER = NOON + timedelta(days=1)
SCOPES = frozenset({TokenScope.DEBTORS_READ, TokenScope.BLOCKS_WRITE})


def test_a_token_is_found_by_its_secret_only(books: Books) -> None:
    with books.write() as tx:
        token, secret = add_token(tx, " CRM ", SCOPES, expires_at=LATER, by=COMMAND_LINE, now=NOON)
        assert tx.api_tokens.find(digest_of(secret)) == token
        assert tx.api_tokens.find(secret) is None
        assert secret not in str(tx.connection.exec_driver_sql("SELECT * FROM api_token").all())
    assert (token.name, token.scopes, token.created_by) == ("CRM", SCOPES, None)
    assert (token.in_force(NOON), token.in_force(LATER)) == (True, False)


def test_use_and_revocation_are_kept(books: Books) -> None:
    with books.write() as tx:
        token, _ = add_token(tx, "CRM", SCOPES, by=COMMAND_LINE, now=NOON)
        tx.api_tokens.used(token.id, LATER)
        assert revoke_token(tx, token.id, by=COMMAND_LINE, now=LATER).last_used_at == LATER
        again = revoke_token(tx, token.id, by=COMMAND_LINE, now=LATER + timedelta(days=1))
        assert (again.revoked_at, again.in_force(LATER)) == (LATER, False)
        assert [entry.action for entry in tx.audit_log.page()] == [
            AuditAction.TOKEN_REVOKED,
            AuditAction.TOKEN_ADDED,
        ]
        with pytest.raises(InputError, match="there is no token 99"):
            revoke_token(tx, 99, by=COMMAND_LINE, now=LATER)


@pytest.mark.parametrize(
    ("name", "scopes", "expires_at", "where"),
    [
        ("", SCOPES, None, "name"),
        ("x" * 101, SCOPES, None, "name"),
        ("CRM", frozenset(), None, "scopes"),
        ("CRM", SCOPES, NOON, "expires"),
    ],
)
def test_what_opens_nothing_is_not_given_out(
    books: Books, name: str, scopes: frozenset[TokenScope], expires_at: datetime | None, where: str
) -> None:
    with books.write() as tx, pytest.raises(InputError) as refused:
        add_token(tx, name, scopes, expires_at=expires_at, by=COMMAND_LINE, now=NOON)
    assert refused.value.where == where
