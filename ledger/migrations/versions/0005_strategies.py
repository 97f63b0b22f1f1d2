"""What strategies look at: payments, promises, instalments, proceedings, the quality of phones"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.tables import UtcDateTime

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("proceeding", "instalment", "promise", "payment", "phone_tried")
NAMED = {"plan": {"variant": "", "avoid": "", "why": "first"}, "touch": {"variant": "", "why": ""}}
"""A step is named by its id: a new version of a strategy must not send a debtor into another step."""
OF_DEBTOR = ("tags", "built", "property_class", "stage")


def upgrade() -> None:
    op.add_column("debtor", sa.Column("stage", sa.String(), nullable=False, server_default="pre_court"))
    op.add_column("debtor", sa.Column("property_class", sa.String(), nullable=False, server_default=""))
    op.add_column("debtor", sa.Column("built", sa.Integer(), nullable=True))
    op.add_column("debtor", sa.Column("tags", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "phone_tried",
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("debtor_id", "number", "band"),
    )
    _money_tables()
    op.create_table(
        "proceeding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("bailiff", sa.String(), nullable=False),
        sa.Column("bailiff_phone", sa.String(), nullable=False),
        sa.Column("kopecks", sa.BigInteger(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("debtor_id", "number"),
    )
    op.create_index("proceeding_of_bailiff", "proceeding", ["bailiff_phone"])
    op.create_index("debtor_of_portfolio", "debtor", ["portfolio_id", "id"])
    op.create_index("debt_account", "debt", ["account"])

    for name, columns in NAMED.items():
        with op.batch_alter_table(name) as changed:
            changed.alter_column("step", existing_type=sa.Integer(), type_=sa.String())
            for column, default in columns.items():
                changed.add_column(sa.Column(column, sa.String(), nullable=False, server_default=default))


def _money_tables() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("kopecks", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"]),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("portfolio_id", "key"),
    )
    op.create_index("payment_of_debtor", "payment", ["debtor_id"])
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("touch_id", sa.String(length=32), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("kopecks", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("promise_of_debtor", "promise", ["debtor_id"])
    op.create_table(
        "instalment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("kopecks_a_month", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("instalment_of_debtor", "instalment", ["debtor_id"])


def downgrade() -> None:
    for name, columns in NAMED.items():
        with op.batch_alter_table(name) as changed:
            for column in columns:
                changed.drop_column(column)
            changed.alter_column("step", existing_type=sa.String(), type_=sa.Integer(), postgresql_using="0")
    op.drop_index("debt_account", "debt")
    op.drop_index("debtor_of_portfolio", "debtor")
    for name in TABLES:
        op.drop_table(name)
    with op.batch_alter_table("debtor") as debtor:
        for name in OF_DEBTOR:
            debtor.drop_column(name)
