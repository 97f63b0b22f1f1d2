"""Bailiffs are called: a portfolio of them, whose proceedings each one runs, and extensions behind switchboards"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

RUN = sa.text("bailiff_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("portfolio", sa.Column("kind", sa.String(), nullable=False, server_default="debtors"))
    op.add_column("phone", sa.Column("extension", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("proceeding") as proceeding:
        proceeding.add_column(sa.Column("extension", sa.String(), nullable=False, server_default=""))
        proceeding.add_column(sa.Column("bailiff_id", sa.Integer(), nullable=True))
        proceeding.create_foreign_key("proceeding_bailiff", "debtor", ["bailiff_id"], ["id"])
    op.create_index("proceeding_run_by", "proceeding", ["bailiff_id"], sqlite_where=RUN, postgresql_where=RUN)


def downgrade() -> None:
    op.drop_index("proceeding_run_by", "proceeding")
    with op.batch_alter_table("proceeding") as proceeding:
        proceeding.drop_constraint("proceeding_bailiff", type_="foreignkey")
        proceeding.drop_column("bailiff_id")
        proceeding.drop_column("extension")
    op.drop_column("phone", "extension")
    op.drop_column("portfolio", "kind")
