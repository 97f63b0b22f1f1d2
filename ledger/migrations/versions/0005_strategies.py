"""What strategies look at: payments, promises, instalments, proceedings, the quality of phones"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.times import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("step_use", "publication", "proceeding", "instalment", "promise", "payment", "phone_tried")
NAMED = {"plan": {"variant": "", "avoid": "", "why": "first"}, "touch": {"variant": "", "why": ""}}
"""A step is named by its id: a new version of a strategy must not send a debtor into another step."""
OF_DEBTOR = ("tags", "built", "property_class", "stage")
OF_VERSION = ("note", "author", "number")
OF_CAMPAIGN = ("planned_to", "planned_version_id", "planned_at", "wanted_version_id")
WIDER = {
    ("plan_due", "plan"): (["campaign_id", "state", "priority", "due_at"], ["why"]),
    ("touch_of_campaign", "touch"): (["campaign_id", "reserved_at", "outcome"], ["debtor_id"]),
}
"""The funnel reads these indexes and not their tables."""


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

    _versions()
    for name, given in NAMED.items():
        with op.batch_alter_table(name) as changed:
            changed.alter_column("step", existing_type=sa.Integer(), type_=sa.String())
            for column, default in given.items():
                changed.add_column(sa.Column(column, sa.String(), nullable=False, server_default=default))
    for (index, table), (columns, more) in WIDER.items():
        op.drop_index(index, table)
        op.create_index(index, table, columns + more)


def _versions() -> None:
    """Columns are added without a new table: the rows of others point at versions and campaigns."""
    op.add_column("strategy_version", sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("strategy_version", sa.Column("author", sa.String(), nullable=False, server_default=""))
    op.add_column("strategy_version", sa.Column("note", sa.String(), nullable=False, server_default=""))
    op.execute(
        "UPDATE strategy_version SET number = (SELECT count(*) FROM strategy_version AS before"
        " WHERE before.name = strategy_version.name AND before.id <= strategy_version.id)"
    )
    op.create_index("version_number", "strategy_version", ["name", "number"], unique=True)
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["strategy_version.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("publication_of_name", "publication", ["name"])
    op.execute(
        "INSERT INTO publication (name, version_id, at, author, kind)"
        " SELECT name, id, published_at, '', 'publish' FROM strategy_version ORDER BY id"
    )
    op.create_table(
        "step_use",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("kopecks", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.PrimaryKeyConstraint("campaign_id", "day", "segment", "step"),
    )
    op.add_column(
        "campaign", sa.Column("wanted_version_id", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute("UPDATE campaign SET wanted_version_id = strategy_version_id")
    op.add_column("campaign", sa.Column("planned_at", UtcDateTime(), nullable=True))
    op.add_column("campaign", sa.Column("planned_version_id", sa.Integer(), nullable=True))
    op.add_column("campaign", sa.Column("planned_to", sa.Integer(), nullable=True))


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
    for (index, table), (columns, _) in WIDER.items():
        op.drop_index(index, table)
        op.create_index(index, table, columns)
    for name, given in NAMED.items():
        with op.batch_alter_table(name) as changed:
            for column in given:
                changed.drop_column(column)
            changed.alter_column("step", existing_type=sa.String(), type_=sa.Integer(), postgresql_using="0")
    op.drop_index("debt_account", "debt")
    op.drop_index("debtor_of_portfolio", "debtor")
    for name in TABLES:
        op.drop_table(name)
    op.drop_index("version_number", "strategy_version")
    for name, added in {"campaign": OF_CAMPAIGN, "strategy_version": OF_VERSION}.items():
        for column in added:
            op.drop_column(name, column)
    with op.batch_alter_table("debtor") as debtor:
        for name in OF_DEBTOR:
            debtor.drop_column(name)
