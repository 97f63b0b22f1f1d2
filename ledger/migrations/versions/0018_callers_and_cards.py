"""Where callers go who wait too long, when operators work, and what cards show: penalty, address, year of birth"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

LINE = (("overflow_desk", sa.String(), ""), ("overflow_s", sa.Integer(), "0"))


def upgrade() -> None:
    for name, kind, value in LINE:
        op.add_column("line", sa.Column(name, kind, nullable=False, server_default=value))
    op.add_column("debtor", sa.Column("address", sa.String(), nullable=False, server_default=""))
    op.add_column("debtor", sa.Column("birth_year", sa.Integer(), nullable=True))
    op.add_column("debt", sa.Column("penalty_kopecks", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("proceeding", sa.Column("zones", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "operator_shift",
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"]),
        sa.PrimaryKeyConstraint("operator_id", "weekday"),
    )


def downgrade() -> None:
    op.drop_table("operator_shift")
    op.drop_column("proceeding", "zones")
    op.drop_column("debt", "penalty_kopecks")
    op.drop_column("debtor", "birth_year")
    op.drop_column("debtor", "address")
    for name, _, _ in LINE:
        op.drop_column("line", name)
