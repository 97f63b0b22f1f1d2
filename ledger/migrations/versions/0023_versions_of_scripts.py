"""Versions, proposals and timers of scripts beside those of strategies"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.times import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TIMER = "name, from_id, to_id, at, author"


def upgrade() -> None:
    op.rename_table("strategy_version", "text_version")
    for name in ("text_version", "proposal"):
        op.add_column(name, sa.Column("kind", sa.String(), nullable=False, server_default="strategy"))
    op.drop_index("version_number", "text_version")
    op.create_index("version_number", "text_version", ["kind", "name", "number"], unique=True)
    _timers("revert", sa.Column("kind", sa.String(), primary_key=True))
    op.execute(f"INSERT INTO revert (kind, {TIMER}) SELECT 'strategy', {TIMER} FROM strategy_revert")
    op.drop_index("revert_at", "strategy_revert")
    op.drop_table("strategy_revert")
    op.create_index("revert_at", "revert", ["at"])


def _timers(table: str, *more: sa.Column[str]) -> None:
    op.create_table(
        table,
        *more,
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("from_id", sa.Integer(), sa.ForeignKey("text_version.id"), nullable=False),
        sa.Column("to_id", sa.Integer(), sa.ForeignKey("text_version.id"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
    )


def downgrade() -> None:
    _timers("strategy_revert")
    op.execute(f"INSERT INTO strategy_revert ({TIMER}) SELECT {TIMER} FROM revert WHERE kind = 'strategy'")
    op.drop_index("revert_at", "revert")
    op.drop_table("revert")
    op.create_index("revert_at", "strategy_revert", ["at"])
    op.execute("DELETE FROM proposal WHERE kind <> 'strategy'")
    op.execute(
        "DELETE FROM publication WHERE version_id IN (SELECT id FROM text_version WHERE kind <> 'strategy')"
    )
    op.execute("DELETE FROM text_version WHERE kind <> 'strategy'")
    op.drop_index("version_number", "text_version")
    op.create_index("version_number", "text_version", ["name", "number"], unique=True)
    for name in ("text_version", "proposal"):
        op.drop_column(name, "kind")
    op.rename_table("text_version", "strategy_version")
