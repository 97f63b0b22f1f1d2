"""Operators, their skills, and the log of their states"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.times import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("wrap_up_s", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "operator_skill",
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"]),
        sa.PrimaryKeyConstraint("operator_id", "skill"),
    )
    op.create_table(
        "operator_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("touch_id", sa.String(), nullable=True),
        sa.Column("leg", sa.String(), nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("was_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("log_of_operator", "operator_log", ["operator_id", "at"])


def downgrade() -> None:
    op.drop_index("log_of_operator", "operator_log")
    op.drop_table("operator_log")
    op.drop_table("operator_skill")
    op.drop_table("operator")
