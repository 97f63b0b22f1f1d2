"""Totals of portfolios, and who was contacted most in a day, a week, a month: no page counts a million rows"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.contact_counts import recount_contacts
from ledger.totals import recount_totals

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portfolio_total",
        sa.Column("portfolio_id", sa.Integer(), sa.ForeignKey("portfolio.id"), primary_key=True),
        sa.Column("debtors", sa.Integer(), nullable=False),
        sa.Column("with_phone", sa.Integer(), nullable=False),
        sa.Column("kopecks", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "contact_count",
        sa.Column("debtor_id", sa.Integer(), sa.ForeignKey("debtor.id"), primary_key=True),
        sa.Column("span", sa.String(), primary_key=True),
        sa.Column("since", sa.Date(), primary_key=True),
        sa.Column("measure", sa.String(), primary_key=True),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
    )
    op.create_index(
        "contact_count_most", "contact_count", ["portfolio_id", "span", "since", "measure", "touches"]
    )
    op.create_index("contact_count_since", "contact_count", ["span", "since"])
    recount_totals(op.get_bind())
    recount_contacts(op.get_bind())


def downgrade() -> None:
    op.drop_table("contact_count")
    op.drop_table("portfolio_total")
