"""Consents; indexes by which limits of a campaign and of a trunk find their touches"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.times import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("channels", sa.String(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("waives", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("consent_of_debtor", "consent", ["debtor_id"])
    op.drop_index("touch_of_campaign", "touch")
    op.create_index("touch_of_campaign", "touch", ["campaign_id", "reserved_at", "outcome"])
    op.create_index("touch_of_trunk", "touch", ["caller_number", "reserved_at"])


def downgrade() -> None:
    op.drop_index("touch_of_trunk", "touch")
    op.drop_index("touch_of_campaign", "touch")
    op.create_index("touch_of_campaign", "touch", ["campaign_id", "outcome"])
    op.drop_table("consent")
