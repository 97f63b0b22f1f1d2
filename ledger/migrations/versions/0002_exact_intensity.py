"""Blocks, caller numbers, seals; touches name creditor, debt and the rules; plans the phone's turn"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.times import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OF_TOUCH = ("creditor", "debt", "rules")


def upgrade() -> None:
    op.create_table(
        "block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=True),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("channels", sa.String(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("block_of_debtor", "block", ["debtor_id"])
    op.create_index("block_of_target", "block", ["target"])
    op.create_table(
        "caller_number",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("operator_contract", sa.String(), nullable=False),
        sa.Column("label", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.Column("valid_to", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "seal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sealed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("last_event"),
    )
    op.create_index("debtor_key", "debtor", ["external_id"])
    op.add_column("plan", sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    for name in OF_TOUCH:
        op.add_column("touch", sa.Column(name, sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("plan") as plan:
        plan.drop_column("turn")
    with op.batch_alter_table("touch") as touch:
        for name in OF_TOUCH:
            touch.drop_column(name)
    op.drop_index("debtor_key", "debtor")
    for name in ("seal", "caller_number", "block"):
        op.drop_table(name)
