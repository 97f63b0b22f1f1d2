"""A step waits for what the bailiff says: since when"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.times import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ASKS = sa.text("asked_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("plan", sa.Column("asked_at", UtcDateTime(), nullable=True))
    op.create_index("plan_asks", "plan", ["debtor_id"], sqlite_where=ASKS, postgresql_where=ASKS)


def downgrade() -> None:
    op.drop_index("plan_asks", "plan")
    op.drop_column("plan", "asked_at")
