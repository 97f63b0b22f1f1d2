"""Books for the tests of the engine: the same as those of the ledger."""

from tests.ledger.conftest import books, portfolio

__all__ = ["books", "portfolio"]
