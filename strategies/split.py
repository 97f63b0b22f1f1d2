"""Which variant of a split a debtor falls into: the same one in every process, run and order of the portfolio."""

from __future__ import annotations

from hashlib import sha256
from math import inf, log

from strategies.language import Split


def variant_of(split: Split, key: str) -> str:
    """The name of the variant for a debtor's external id.

    Every variant draws a number from the hash of salt, name and debtor, and the largest takes him (weighted rendezvous
    hashing): the order of the variants in the file moves nobody, and a changed share about as many as it must.
    """
    return max(
        split.variants, key=lambda name: (_draw(split.salt, name, key, split.variants[name].share), name)
    )


def _draw(salt: str, name: str, key: str, share: int) -> float:
    digest = sha256("\0".join((salt, name, key)).encode()).digest()
    chance = (int.from_bytes(digest[:7]) + 1) / (2**56 + 1)
    return log(chance) / share if share else -inf
