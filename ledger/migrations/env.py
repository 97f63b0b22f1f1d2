"""Alembic's entry: runs on the connection that `ledger.migrate` hands over."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from ledger import (
    fact_tables,
    inbound_tables,
    message_tables,
    operator_tables,
    proposal_tables,
    report_tables,
    tables,
    user_tables,
)

for row in (
    tables.TouchRow,
    fact_tables.PaymentRow,
    operator_tables.OperatorRow,
    inbound_tables.LineRow,
    proposal_tables.ProposalRow,
    message_tables.MessageRow,
    report_tables.TallyRow,
    user_tables.UserRow,
):
    assert row.metadata is SQLModel.metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
