"""What other programs tell: payments, blocks, phones, proceedings and debtors of a portfolio.

The rows of a file, as JSON or as the file itself. What was told before changes nothing, so whoever is not sure that he
was heard says it again.
"""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from agent_console.access.dependencies import bearer
from agent_console.api.campaigns import by
from agent_console.page import services_of
from dialer.handlers.bring_in import KINDS, Kind, bring_in
from domain.audit import AuditAction, Subject
from domain.errors import InputError
from domain.user import ApiToken
from ledger.books import Transaction

router = APIRouter(prefix="/api/v1/portfolios", tags=["what is told"])

MOST_ROWS = 10_000
"""More in one request would keep the books' writer from everybody else for seconds."""

Token = Annotated[ApiToken, Depends(bearer)]
Name = Annotated[str, InPath(max_length=100)]
Cell = str | int | float | None
Rows = Annotated[list[dict[str, Cell]], Body(min_length=1, max_length=MOST_ROWS)]


class Rejected(BaseModel):
    """A row, or a value of one, that was not taken; rows count from 1."""

    row: int
    field: str
    value: str
    reason: str


class TakenIn(BaseModel):
    """What became of the rows."""

    rows: int
    added: int
    changed: int
    unchanged: int
    rejected: list[Rejected] = Field(default_factory=list)


@router.post("/{name}/payments", summary="Payments that the creditor received")
async def payments(request: Request, name: Name, rows: Rows, token: Token) -> TakenIn:
    """Fields: external_id or account, day, sum; payment_id, remaining. Debtors who paid leave their plans at once."""
    return await _take(request, KINDS["payments"], name, rows, token)


@router.post("/{name}/blocks", summary="Who may not be contacted")
async def blocks(request: Request, name: Name, rows: Rows, token: Token) -> TakenIn:
    """Fields: external_id or phone, reason, received_at; channels, document, from, to."""
    return await _take(request, KINDS["blocks"], name, rows, token)


async def _take(
    request: Request, kind: Kind, portfolio: str, rows: list[dict[str, Cell]], token: ApiToken
) -> TakenIn:
    services, by_whom = services_of(request), by(token)
    now, what = services.now(), Subject("portfolio", portfolio)

    def take(tx: Transaction) -> TakenIn:
        with tempfile.TemporaryDirectory(prefix="dz-told-") as folder:
            file = Path(folder) / f"{kind.what}.csv"
            _write(file, rows)
            try:
                result = bring_in(tx, kind, portfolio, file, now=now, encoding="utf-8")
            except InputError as fault:
                if str(file) not in fault.where:
                    raise
                raise InputError(fault.what, where="body", remedy=kind.help) from fault
            rejected = _rejected(result.rejects_file)
        counts = {name: getattr(result, name) for name in ("rows", "added", "changed", "unchanged")}
        detail: dict[str, Any] = {"kind": kind.what, **counts, "rejected": len(rejected)}
        tx.audit_log.add(
            None, AuditAction.ROWS_TOLD, subject=what, detail=detail, address=by_whom.address, now=now
        )
        return TakenIn(**counts, rejected=rejected)

    return await services.write(take)


def _write(file: Path, rows: list[dict[str, Cell]]) -> None:
    """The rows as the file that the importer reads."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if not columns:
        raise InputError("the rows have no fields", where="body", remedy="see docs/api.md")
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, columns, restval="")
        writer.writeheader()
        writer.writerows(
            {name: "" if value is None else value for name, value in row.items()} for row in rows
        )


def _rejected(file: Path | str | None) -> list[Rejected]:
    """What the importer wrote of the rows that it did not take."""
    if not file or not Path(file).exists():
        return []
    with Path(file).open(encoding="utf-8", newline="") as source:
        lines = sorted(list(csv.reader(source))[1:], key=lambda line: int(line[0]))
    return [
        Rejected(
            row=int(line[0]) - 1, field=line[1], value=line[2], reason=line[3]
        )  # the file's first row is names
        for line in lines
    ]
