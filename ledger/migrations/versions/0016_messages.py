"""Written messages: what is sent, what providers tell of it, what debtors answer, and payment links"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.times import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

DUE = sa.text("due_at IS NOT NULL")
WAITING = sa.text("state = 'waiting'")
NEW = sa.text("state = 'new'")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _touch(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def upgrade() -> None:
    _messages()
    _receipts()
    _replies()


def _messages() -> None:
    op.create_table(
        "message",
        _touch("touch_id"),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        *(_text("kind"), _text("phone"), _text("text")),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("segments", "parts", "kopecks", "within_s")
        ),
        *(_text("state"), _text("reason"), _text("provider")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("tries", "echo")),
        *(_at("made_at"), _at("due_at", nullable=True), _at("sending_at", nullable=True)),
        sa.ForeignKeyConstraint(["touch_id"], ["touch.id"]),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"]),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("touch_id"),
    )
    op.create_index("message_due", "message", ["due_at"], sqlite_where=DUE, postgresql_where=DUE)
    op.create_index(
        "message_waiting",
        "message",
        ["campaign_id", "kind"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index("message_to", "message", ["phone", "touch_id"])


def _receipts() -> None:
    op.create_table(
        "message_part",
        *(_text("provider"), _text("ref"), _touch("touch_id"), _text("state"), _text("reason")),
        sa.ForeignKeyConstraint(["touch_id"], ["message.touch_id"]),
        sa.PrimaryKeyConstraint("provider", "ref"),
    )
    op.create_index("part_of_message", "message_part", ["touch_id"])
    op.create_table(
        "stray_receipt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *(_text("provider"), _text("ref"), _text("state"), _text("reason"), _text("phone")),
        sa.Column("echo", sa.Integer(), nullable=True),
        _at("at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("provider", "ref", "state"),
    )
    op.create_index("stray_of_phone", "stray_receipt", ["phone", "echo"])


def _replies() -> None:
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        *(_text("provider"), _text("ref"), _text("phone")),
        sa.Column("debtor_id", sa.Integer(), nullable=True),
        *(_touch("touch_id"), _touch("answers", nullable=True)),
        *(_text("channel"), _text("text"), _text("meaning"), _text("state"), _at("at")),
        sa.Column("done_by", sa.Integer(), nullable=True),
        *(_at("done_at", nullable=True), _text("note")),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.ForeignKeyConstraint(["done_by"], ["operator.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("provider", "ref"),
    )
    op.create_index("reply_of_debtor", "reply", ["debtor_id"])
    op.create_index("reply_new", "reply", ["at"], sqlite_where=NEW, postgresql_where=NEW)
    op.create_table(
        "payment_link",
        _text("token"),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        *(_touch("touch_id"), _at("made_at"), _at("expires_at"), _at("opened_at", nullable=True)),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("link_of_debtor", "payment_link", ["debtor_id"])


def downgrade() -> None:
    for name in ("payment_link", "reply", "stray_receipt", "message_part", "message"):
        op.drop_table(name)
