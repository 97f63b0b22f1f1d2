"""What stands beside the history of those who are asked for: three questions, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from domain.debtor import Debtor
from domain.intensity import Ask, Standing
from ledger.blocks import Blocks
from ledger.consents import Consents
from ledger.numbers import Numbers


class Standings:
    """Blocks, consents and caller numbers as they stand when it is made; ``same`` as `load_history` takes it."""

    def __init__(
        self, connection: Connection, debtors: Sequence[Debtor], asks: Sequence[Ask], same: Mapping[int, str]
    ) -> None:
        ids = [debtor.id for debtor in debtors]
        self._blocks = Blocks(connection).standing(ids, {ask.phone for ask in asks}, same)
        self._consents = Consents(connection).of(ids)
        self._numbers = Numbers(connection).registered({ask.trunk for ask in asks})

    def of(self, debtor: Debtor, ask: Ask) -> Standing:
        """To judge one ask by."""
        return Standing(
            debtor.zones,
            debtor.region,
            self._blocks.of(debtor.id, ask.phone),
            self._consents.get(debtor.id, ()),
            self._numbers.get(ask.trunk),
        )
