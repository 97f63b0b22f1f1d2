"""A second pair of eyes on strategies: proposals, and timers that take a version back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.times import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("revert_after_s", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), sa.ForeignKey("strategy_version.id"), nullable=True),
    )
    op.create_index("proposal_of_name", "proposal", ["name", "state"])
    op.create_table(
        "strategy_revert",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("from_id", sa.Integer(), sa.ForeignKey("strategy_version.id"), nullable=False),
        sa.Column("to_id", sa.Integer(), sa.ForeignKey("strategy_version.id"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
    )
    op.create_index("revert_at", "strategy_revert", ["at"])


def downgrade() -> None:
    op.drop_table("strategy_revert")
    op.drop_table("proposal")
