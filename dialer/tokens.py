"""Secrets that open something: given out once, kept as their digests."""

from __future__ import annotations

import secrets
from hashlib import sha256

SECRET_BYTES = 32
PASSWORD_BYTES = 12
API_PREFIX = "dozvon_"
"""Lets whoever finds a token in a file know what it opens."""


def new_secret() -> str:
    """A secret that nobody guesses, in letters that cookies and addresses take."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_password() -> str:
    """A first password, to be shown once and changed."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def digest_of(secret: str) -> str:
    """What the books keep of a secret; it is random, so a plain hash is enough."""
    return sha256(secret.encode()).hexdigest()
