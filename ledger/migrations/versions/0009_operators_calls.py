"""Who takes the calls that need an operator, and who took them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

DUE = ("campaign_id", "state", "desk", "mode", "priority", "due_at", "why")
BEFORE = ("campaign_id", "state", "priority", "due_at", "why")


def upgrade() -> None:
    op.add_column("plan", sa.Column("desk", sa.String(), nullable=False, server_default=""))
    op.add_column("plan", sa.Column("mode", sa.String(), nullable=False, server_default=""))
    op.drop_index("plan_due", "plan")
    op.create_index("plan_due", "plan", DUE)
    # Written out: alembic would add the reference by a statement that SQLite does not have.
    op.execute("ALTER TABLE touch ADD COLUMN operator_id INTEGER REFERENCES operator (id)")


def downgrade() -> None:
    with op.batch_alter_table("touch") as touch:
        touch.drop_column("operator_id")
    op.drop_index("plan_due", "plan")
    op.create_index("plan_due", "plan", BEFORE)
    for column in ("mode", "desk"):
        op.drop_column("plan", column)
