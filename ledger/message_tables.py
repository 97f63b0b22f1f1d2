"""The tables of written messages: what is sent, what providers tell of it, what debtors answer, and payment links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.tables import only
from ledger.times import UtcDateTime


class MessageRow(SQLModel, table=True):
    """The message of a touch: its text as it was reserved, and where it is.

    ``due_at`` is when somebody must look at it again, whatever happens: to send it, to ask for it, to close it.
    ``parts`` is how many ids its provider gives it, ``within_s`` how long a receipt is waited for, ``echo`` the
    reference that an SMSC sends back.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("message_due", "due_at", **only("due_at IS NOT NULL")),
        Index("message_waiting", "campaign_id", "kind", **only("state = 'waiting'")),
        Index("message_to", "phone", "touch_id"),
    )

    touch_id: str = Field(primary_key=True, max_length=32, foreign_key="touch.id")
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id")
    debtor_id: int = Field(foreign_key="debtor.id")
    kind: str
    phone: str
    text: str
    segments: int
    parts: int = 1
    kopecks: int = 0
    within_s: int
    state: str
    reason: str = ""
    provider: str = ""
    tries: int = 0
    echo: int
    made_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sending_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MessagePartRow(SQLModel, table=True):
    """One part of a message as its provider knows it: ``ref`` is the provider's id."""

    __tablename__ = "message_part"
    __table_args__ = (Index("part_of_message", "touch_id"),)

    provider: str = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    touch_id: str = Field(max_length=32, foreign_key="message.touch_id")
    state: str
    reason: str = ""


class StrayReceiptRow(SQLModel, table=True):
    """A receipt that belongs to nothing we know; kept, because the id that it names may yet be written down."""

    __tablename__ = "stray_receipt"
    __table_args__ = (
        UniqueConstraint("provider", "ref", "state"),
        Index("stray_of_phone", "phone", "echo"),
    )

    id: int | None = Field(
        default=None, sa_type=BigInteger().with_variant(Integer, "sqlite"), primary_key=True
    )
    provider: str
    ref: str
    state: str
    reason: str = ""
    phone: str = ""
    echo: int | None = None
    at: datetime = Field(sa_type=UtcDateTime)


class ReplyRow(SQLModel, table=True):
    """What somebody wrote to us; ``touch_id`` is the inbound touch, ``answers`` the message that he answers."""

    __tablename__ = "reply"
    __table_args__ = (
        UniqueConstraint("provider", "ref"),
        Index("reply_of_debtor", "debtor_id"),
        Index("reply_new", "at", **only("state = 'new'")),
    )

    id: int | None = Field(default=None, primary_key=True)
    provider: str
    ref: str
    phone: str
    debtor_id: int | None = Field(default=None, foreign_key="debtor.id")
    touch_id: str = Field(max_length=32)
    answers: str | None = Field(default=None, max_length=32)
    channel: str
    text: str
    meaning: str
    state: str
    at: datetime = Field(sa_type=UtcDateTime)
    done_by: int | None = Field(default=None, foreign_key="operator.id")
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    note: str = ""


class PaymentLinkRow(SQLModel, table=True):
    """A link that shows one debtor what he owes and how to pay; ``token`` is all that opens it."""

    __tablename__ = "payment_link"
    __table_args__ = (Index("link_of_debtor", "debtor_id"),)

    token: str = Field(primary_key=True)
    debtor_id: int = Field(foreign_key="debtor.id")
    touch_id: str = Field(max_length=32)
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
