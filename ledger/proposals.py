"""Proposals of strategies and scripts, and the timers that take a version back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, insert, select, update

from domain.errors import InputError
from domain.proposal import Proposal, ProposalState, Revert
from domain.version import VersionKind
from ledger.locks import hold
from ledger.proposal_tables import ProposalRow, RevertRow
from ledger.tables import table

PROPOSAL, REVERT = table(ProposalRow), table(RevertRow)
DECIDED_SHOWN = 20


@dataclass(frozen=True)
class Proposals:
    """Repository of the proposals and timers of one kind. A decided proposal is kept as it was decided."""

    connection: Connection
    kind: VersionKind = VersionKind.STRATEGY

    def add(
        self, name: str, body: str, *, author: str, note: str, revert_after_s: int | None, now: datetime
    ) -> Proposal:
        """A new open one."""
        row: dict[str, Any] = {"kind": self.kind.value, "name": name, "body": body, "at": now}
        row |= {"author": author, "note": note, "revert_after_s": revert_after_s}
        row |= {"state": ProposalState.OPEN.value}
        id = self.connection.execute(insert(PROPOSAL).values(row).returning(PROPOSAL.c.id)).scalar_one()
        return self.get(int(id))

    def get(self, id: int) -> Proposal:
        """The proposal with that id, of whatever kind; InputError when there is none."""
        row = self.connection.execute(select(PROPOSAL).where(PROPOSAL.c.id == id)).one_or_none()
        if row is None:
            raise InputError(f"there is no proposal {id}")
        return _proposal(row)

    def open(self, name: str = "") -> list[Proposal]:
        """Those that wait, the oldest first; of one name if it is told."""
        rows = self._rows().where(PROPOSAL.c.state == ProposalState.OPEN.value).order_by(PROPOSAL.c.id)
        rows = rows.where(PROPOSAL.c.name == name) if name else rows
        return [_proposal(row) for row in self.connection.execute(rows)]

    def decided(self, name: str) -> list[Proposal]:
        """The last ones of a name that were decided, the newest first."""
        rows = self._rows().where(PROPOSAL.c.name == name, PROPOSAL.c.state != ProposalState.OPEN.value)
        rows = rows.order_by(PROPOSAL.c.id.desc()).limit(DECIDED_SHOWN)
        return [_proposal(row) for row in self.connection.execute(rows)]

    def decide(
        self,
        id: int,
        state: ProposalState,
        *,
        by: str,
        answer: str = "",
        version_id: int | None = None,
        now: datetime,
    ) -> Proposal:
        """Close an open one; InputError when somebody else has decided it meanwhile."""
        hold(self.connection, [f"proposal {id}"])
        known = self.get(id)
        if known.state is not ProposalState.OPEN:
            raise InputError(f"the proposal was {known.state.value} already by {known.decided_by}")
        values = {"state": state.value, "decided_by": by, "decided_at": now, "answer": answer}
        changed = update(PROPOSAL).where(PROPOSAL.c.id == id).values(values | {"version_id": version_id})
        self.connection.execute(changed)
        return self.get(id)

    # ------------------------------------------------------------ timers
    def set_revert(self, revert: Revert) -> None:
        """Take the version back at that time, in the place of any timer of that name."""
        self.drop_revert(revert.name)
        self.connection.execute(insert(REVERT).values(asdict(revert) | {"kind": self.kind.value}))

    def drop_revert(self, name: str) -> None:
        """What is in force stays."""
        self.connection.execute(delete(REVERT).where(*self._timer(name)))

    def revert_of(self, name: str) -> Revert | None:
        """The timer of a name."""
        row = self.connection.execute(select(REVERT).where(*self._timer(name))).one_or_none()
        return _revert(row) if row else None

    def due_reverts(self, now: datetime) -> list[Revert]:
        """Those whose time has come, of every kind."""
        rows = select(REVERT).where(REVERT.c.at <= now).order_by(REVERT.c.at)
        return [_revert(row) for row in self.connection.execute(rows)]

    def _rows(self) -> Select[Any]:
        return select(PROPOSAL).where(PROPOSAL.c.kind == self.kind.value)

    def _timer(self, name: str) -> tuple[ColumnElement[bool], ...]:
        return REVERT.c.kind == self.kind.value, REVERT.c.name == name


def _proposal(row: Any) -> Proposal:
    values = dict(row._mapping)
    return Proposal(**values | {"kind": VersionKind(row.kind), "state": ProposalState(row.state)})


def _revert(row: Any) -> Revert:
    return Revert(**dict(row._mapping) | {"kind": VersionKind(row.kind)})
