"""Who calls us, and what bailiffs said: a touch may have no debtor yet, a proceeding has results"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.times import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INBOUND = sa.text("direction = 'in'")


def upgrade() -> None:
    with op.batch_alter_table("touch") as touch:
        touch.alter_column("debtor_id", existing_type=sa.Integer(), nullable=True)
    op.create_index("touch_inbound", "touch", ["debtor_id"], sqlite_where=INBOUND, postgresql_where=INBOUND)
    op.create_index("proceeding_of_official", "proceeding", ["bailiff", "department"])
    op.create_table(
        "proceeding_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proceeding_id", sa.Integer(), nullable=False),
        sa.Column("touch_id", sa.String(length=32), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("promised_until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("result_of_proceeding", "proceeding_result", ["proceeding_id"])


def downgrade() -> None:
    op.drop_table("proceeding_result")
    op.drop_index("proceeding_of_official", "proceeding")
    op.drop_index("touch_inbound", "touch")
    op.execute("DELETE FROM touch WHERE debtor_id IS NULL")
    with op.batch_alter_table("touch") as touch:
        touch.alter_column("debtor_id", existing_type=sa.Integer(), nullable=False)
