"""Plans that are alike stand together, so that a million of them are counted at a glance"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ALIKE = ("campaign_id", "state", "segment", "variant", "step", "place", "why", "due_at")
DUE = ("campaign_id", "state", "desk", "mode", "priority", "due_at")
PLACE = "(SELECT region || ' ' || zones FROM debtor WHERE debtor.id = plan.debtor_id)"


def upgrade() -> None:
    op.add_column("plan", sa.Column("place", sa.String(), nullable=False, server_default=""))
    op.execute(f"UPDATE plan SET place = {PLACE}")
    op.create_index("plan_alike", "plan", ALIKE)
    op.drop_index("plan_due", "plan")
    op.create_index("plan_due", "plan", DUE)


def downgrade() -> None:
    op.drop_index("plan_due", "plan")
    op.create_index("plan_due", "plan", (*DUE, "why"))
    op.drop_index("plan_alike", "plan")
    op.drop_column("plan", "place")
