"""Calls that come in: the numbers of ours that people ring, and whom we owe a call back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.times import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OWED = sa.text("state = 'owed'")


def upgrade() -> None:
    op.create_table(
        "line",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=True),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=True),
        sa.Column("weekend", sa.String(), nullable=True),
        sa.Column("script", sa.String(), nullable=False),
        sa.Column("closed_script", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "callback",
        sa.Column("touch_id", sa.String(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("touch_id"),
    )
    op.create_index("callback_owed", "callback", ["due_at"], sqlite_where=OWED, postgresql_where=OWED)


def downgrade() -> None:
    op.drop_table("callback")
    op.drop_table("line")
