"""Touches packed by the half hour, and callers' waits: no report reads a log of thirty million touches"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.packing import recount_rolls
from ledger.times import UtcDateTime
from ledger.waits import recount_waits

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roll",
        sa.Column("direction", sa.String(), primary_key=True),
        sa.Column("of_id", sa.Integer(), primary_key=True),
        sa.Column("half_hour", sa.Integer(), primary_key=True),
        sa.Column("touches", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "wait",
        sa.Column("touch_id", sa.String(32), primary_key=True),
        sa.Column("half_hour", sa.Integer(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("wait_ms", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("flowed_to", sa.String(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
    )
    op.create_index("wait_figures", "wait", ["half_hour", "desk", "wait_ms", "answered", "flowed_to"])
    op.create_index("wait_ended", "wait", ["ended_at"])
    recount_rolls(op.get_bind())
    recount_waits(op.get_bind())


def downgrade() -> None:
    op.drop_table("wait")
    op.drop_table("roll")
