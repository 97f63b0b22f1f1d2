"""The operator's desk: what talks brought, drafts, notes, and the parts of instalment plans"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.times import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disposition",
        sa.Column("touch_id", sa.String(32), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("code", "fields", "note", "before")),
        sa.Column("saves", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"]),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("touch_id"),
    )
    op.create_index("disposition_of_operator", "disposition", ["operator_id", "at"])
    op.create_index("disposition_of_debtor", "disposition", ["debtor_id", "at"])
    op.create_table(
        "draft",
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("touch_id", sa.String(32), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"]),
        sa.PrimaryKeyConstraint("operator_id", "touch_id"),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("note_of_debtor", "note", ["debtor_id", "at"])
    _instalments()


def _instalments() -> None:
    op.add_column("instalment", sa.Column("touch_id", sa.String(32), nullable=True))
    op.create_table(
        "instalment_part",
        sa.Column("instalment_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("kopecks", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["instalment_id"], ["instalment.id"]),
        sa.PrimaryKeyConstraint("instalment_id", "due"),
    )


def downgrade() -> None:
    op.drop_table("instalment_part")
    op.drop_column("instalment", "touch_id")
    op.drop_index("note_of_debtor", "note")
    op.drop_table("note")
    op.drop_table("draft")
    op.drop_index("disposition_of_debtor", "disposition")
    op.drop_index("disposition_of_operator", "disposition")
    op.drop_table("disposition")
