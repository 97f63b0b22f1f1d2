"""What operators' talks came to, cheaper counts of contacts, and indexes that hold all that a report asks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.contact_counts import recount_contacts
from ledger.tally import OF_OPERATORS, recount

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

CAME_IN = sa.text("direction = 'in'")
WITH_REASON = sa.text("reason <> ''")
OF_CAMPAIGN = ["campaign_id", "reserved_at", "outcome", "debtor_id"]


def upgrade() -> None:
    op.create_table(
        "operator_tally",
        sa.Column("operator_id", sa.Integer(), primary_key=True),
        sa.Column("half_hour", sa.Integer(), primary_key=True),
        sa.Column("outcome", sa.String(), primary_key=True),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
    )
    op.drop_table("contact_count")
    _make_contact_counts()
    _index_touches([*OF_CAMPAIGN, "direction"], ["reserved_at", "debtor_id", "channel"])
    op.create_index(
        "plan_reason",
        "plan",
        ["campaign_id", "state", "reason"],
        sqlite_where=WITH_REASON,
        postgresql_where=WITH_REASON,
    )
    recount(op.get_bind(), [OF_OPERATORS])
    recount_contacts(op.get_bind())


def _make_contact_counts() -> None:
    op.create_table(
        "contact_count",
        sa.Column("debtor_id", sa.Integer(), sa.ForeignKey("debtor.id"), primary_key=True),
        sa.Column("span", sa.String(), primary_key=True),
        sa.Column("since", sa.Date(), primary_key=True),
        sa.Column("measure", sa.String(), primary_key=True),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "contact_count_most", "contact_count", ["portfolio_id", "span", "since", "measure", "touches"]
    )


def _index_touches(of_campaign: list[str], came_in: list[str]) -> None:
    for name in ("touch_of_campaign", "touch_came_in"):
        op.drop_index(name, "touch")
    op.create_index("touch_of_campaign", "touch", of_campaign)
    op.create_index("touch_came_in", "touch", came_in, sqlite_where=CAME_IN, postgresql_where=CAME_IN)


def downgrade() -> None:
    op.drop_index("plan_reason", "plan")
    _index_touches(OF_CAMPAIGN, ["reserved_at"])
    op.create_index("contact_count_since", "contact_count", ["span", "since"])
    op.drop_table("operator_tally")
