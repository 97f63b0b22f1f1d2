"""The last touch before a payment, and the sizes of groups, are found without the rows"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("touch_of_debtor", "touch")
    op.create_index("touch_of_debtor", "touch", ["debtor_id", "reserved_at", "campaign_id", "direction"])
    op.create_index("assignment_of_segment", "assignment", ["campaign_id", "segment", "control"])


def downgrade() -> None:
    op.drop_index("assignment_of_segment", "assignment")
    op.drop_index("touch_of_debtor", "touch")
    op.create_index("touch_of_debtor", "touch", ["debtor_id", "reserved_at"])
