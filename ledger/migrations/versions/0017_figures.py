"""Figures: counts kept as touches end, who falls into which variant, what is reported again and again, webhooks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.tally import PULSE, TALLY, recount
from ledger.times import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CAME_IN = sa.text("direction = 'in'")
OF_OPERATORS = sa.text("operator_id IS NOT NULL")


def upgrade() -> None:
    _make_counts()
    _make_services()
    op.create_index("promise_made", "promise", ["made_at"])
    op.create_index("payment_on", "payment", ["portfolio_id", "paid_on", "debtor_id", "kopecks"])
    op.create_index("touch_came_in", "touch", ["reserved_at"], sqlite_where=CAME_IN, postgresql_where=CAME_IN)
    op.create_index(
        "touch_of_operator",
        "touch",
        ["operator_id", "reserved_at"],
        sqlite_where=OF_OPERATORS,
        postgresql_where=OF_OPERATORS,
    )
    recount(op.get_bind(), (TALLY, PULSE))
    op.execute(
        "INSERT INTO assignment (campaign_id, debtor_id, segment, variant, control) "
        "SELECT campaign_id, debtor_id, segment, variant, why = 'control' FROM plan WHERE variant <> ''"
    )


def _make_counts() -> None:
    text = ("direction", "channel")
    op.create_table(
        "tally",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("half_hour", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in text),
        sa.Column("version_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("segment", "variant", "step", "outcome")),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            *("campaign_id", "half_hour", *text, "version_id", "segment", "variant", "step", "outcome")
        ),
    )
    op.create_table(
        "pulse",
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in (*text, "outcome")),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slot", "campaign_id", *text, "outcome"),
    )
    op.create_table(
        "refusal",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("half_hour", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "half_hour", "rule"),
    )
    op.create_table(
        "assignment",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("control", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("campaign_id", "debtor_id"),
    )


def _make_services() -> None:
    op.create_table(
        "report_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("report", "campaign", "period", "format", "target")
        ),
        sa.Column("hour", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("zone", "author")),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("url", "secret", "kinds", "author")),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sent_to", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "dead_letter",
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"]),
        sa.PrimaryKeyConstraint("webhook_id", "event_id"),
    )


def downgrade() -> None:
    for table in (
        *("dead_letter", "webhook", "report_schedule"),
        *("assignment", "refusal", "pulse", "tally"),
    ):
        op.drop_table(table)
    op.drop_index("touch_of_operator", "touch")
    op.drop_index("touch_came_in", "touch")
    op.drop_index("payment_on", "payment")
    op.drop_index("promise_made", "promise")
