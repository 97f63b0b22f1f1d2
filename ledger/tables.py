"""The tables of the books. Row classes only: the domain's dataclasses are mapped in the repositories.

Times are aware UTC. A touch's id is a UUIDv7 in 32 hexadecimal digits, so ids sort by time of reservation.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from ledger.times import UtcDateTime


def only(where: str) -> dict[str, Any]:
    """What makes an index one of these rows only, on either kind of database."""
    return {f"{database}_where": text(where) for database in ("sqlite", "postgresql")}


class PortfolioRow(SQLModel, table=True):
    """One creditor's debts handed over together, with the document that entitles us to work them; or, by its ``kind``,
    the bailiffs who run proceedings.
    """

    __tablename__ = "portfolio"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    creditor: str
    contact_phone: str = ""
    basis_document: str | None = None
    basis_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    basis_to: datetime | None = Field(default=None, sa_type=UtcDateTime)
    kind: str = "debtors"


class DebtorRow(SQLModel, table=True):
    """A person of a portfolio; ``digest`` of the imported facts lets a re-import see what changed.

    ``person`` is the digest of a key that one human being has in every portfolio, null where no file told it.
    """

    __tablename__ = "debtor"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "external_id"),
        Index("debtor_key", "external_id"),
        Index("debtor_of_portfolio", "portfolio_id", "id"),
        Index("debtor_name", "name"),
        Index("debtor_of_person", "person", **only("person IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    portfolio_id: int = Field(foreign_key="portfolio.id")
    external_id: str
    name: str = Field(default="", sa_type=String().with_variant(String(collation="C"), "postgresql"))
    region: str = ""
    zones: str
    language: str = "ru"
    vulnerable: bool = False
    stage: str = "pre_court"
    property_class: str = ""
    built: int | None = None
    tags: str = ""
    person: str | None = None
    digest: str = ""
    address: str = Field(default="", sa_column_kwargs={"server_default": ""})
    birth_year: int | None = None


class DebtRow(SQLModel, table=True):
    """An overdue sum on one account for one service."""

    __tablename__ = "debt"
    __table_args__ = (
        UniqueConstraint("debtor_id", "account", "service"),
        Index("debt_account", "account"),
        CheckConstraint("kopecks >= 0", name="debt_not_negative"),
    )

    id: int | None = Field(default=None, primary_key=True)
    debtor_id: int = Field(foreign_key="debtor.id")
    account: str
    service: str = ""
    kopecks: int = Field(sa_type=BigInteger)
    oldest_unpaid: date
    penalty_kopecks: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class PhoneRow(SQLModel, table=True):
    """A phone of a debtor, in E.164 form; several debtors may share a number. ``extension`` is dialled after it."""

    __tablename__ = "phone"
    __table_args__ = (UniqueConstraint("debtor_id", "number"), Index("phone_number", "number"))

    id: int | None = Field(default=None, primary_key=True)
    debtor_id: int = Field(foreign_key="debtor.id")
    number: str
    status: str = "unverified"
    source: str = "client"
    position: int = 0
    extension: str = ""


class CampaignRow(SQLModel, table=True):
    """A portfolio worked by a strategy. ``fence`` numbers its present owner: older owners write nothing.

    ``strategy_version_id`` is the version that runs, ``wanted_version_id`` the one published for it. ``planned_*`` tell
    of the last planning pass: when it began, for which version, and while it goes on the last debtor it has planned.
    """

    __tablename__ = "campaign"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    portfolio_id: int = Field(foreign_key="portfolio.id")
    strategy_version_id: int = Field(foreign_key="text_version.id")
    wanted_version_id: int
    status: str
    caller_number: str
    max_channels: int
    max_calls_per_second: float
    call_limit: int | None = None
    fence: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    planned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    planned_version_id: int | None = None
    planned_to: int | None = None


class PlanRow(SQLModel, table=True):
    """What is next for one debtor of a campaign, and why; ``touch_id`` while a touch is open, ``asked_at`` while the
    step waits for a bailiff's word.

    ``place`` is the debtor's region and zones: the funnel counts a million plans by it from one index.
    """

    __tablename__ = "plan"
    __table_args__ = (
        Index("plan_due", "campaign_id", "state", "desk", "mode", "priority", "due_at"),
        Index("plan_alike", "campaign_id", "state", "segment", "variant", "step", "place", "why", "due_at"),
        Index("plan_reason", "campaign_id", "state", "reason", **only("reason <> ''")),
        Index("plan_asks", "debtor_id", **only("asked_at IS NOT NULL")),
    )

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    debtor_id: int = Field(foreign_key="debtor.id", primary_key=True)
    state: str
    segment: str = ""
    variant: str = ""
    step: str = ""
    attempts: int = 0
    round: int = 0
    turn: int = 0
    avoid: str = ""
    priority: int = 0
    desk: str = ""
    mode: str = ""
    due_at: datetime = Field(sa_type=UtcDateTime)
    touch_id: str | None = None
    why: str = "first"
    reason: str = ""
    place: str = ""
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TouchRow(SQLModel, table=True):
    """One contact attempt, as its events tell; ``outcome`` is null while it is open, ``debtor_id`` while unknown."""

    __tablename__ = "touch"
    __table_args__ = (
        Index("touch_of_debtor", "debtor_id", "reserved_at", "campaign_id", "direction"),
        Index("touch_of_phone", "phone", "reserved_at"),
        Index("touch_of_campaign", "campaign_id", "reserved_at", "outcome", "debtor_id", "direction"),
        Index("touch_of_trunk", "caller_number", "reserved_at"),
        Index("touch_open", "campaign_id", **only("outcome IS NULL")),
        Index("touch_inbound", "debtor_id", **only("direction = 'in'")),
        Index("touch_came_in", "reserved_at", "debtor_id", "channel", **only("direction = 'in'")),
        Index("touch_of_operator", "operator_id", "reserved_at", **only("operator_id IS NOT NULL")),
    )

    id: str = Field(primary_key=True, max_length=32)
    debtor_id: int | None = Field(default=None, foreign_key="debtor.id")
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id")
    strategy_version_id: int | None = Field(default=None, foreign_key="text_version.id")
    channel: str
    direction: str
    phone: str
    caller_number: str = ""
    segment: str = ""
    variant: str = ""
    step: str = ""
    why: str = ""
    script: str = ""
    creditor: str = ""
    debt: str = ""
    rules: str = ""
    node: str = ""
    reserved_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = None
    reason: str = ""
    sip: int | None = None
    cause: int | None = None
    ring_ms: int = 0
    talk_ms: int = 0
    digits: str = ""
    result: str = ""
    last_node: str = ""
    node_ms: int = 0
    answers: str = ""
    operator_id: int | None = Field(default=None, foreign_key="operator.id")


class BlockRow(SQLModel, table=True):
    """A block of contact with its basis document; ended by setting ``ends_at``, never deleted."""

    __tablename__ = "block"
    __table_args__ = (Index("block_of_debtor", "debtor_id"), Index("block_of_target", "target"))

    id: int | None = Field(default=None, primary_key=True)
    scope: str
    debtor_id: int | None = Field(default=None, foreign_key="debtor.id")
    target: str = ""
    channels: str
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str
    document: str = ""
    received_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    author: str = ""


class ConsentRow(SQLModel, table=True):
    """What a debtor agreed to, on which document; ended by setting ``ends_at``, never deleted.

    ``slot`` is written like 08:00-12:00, ``waives`` are ids of rules; ``phone`` is empty when it is about all of his.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("consent_of_debtor", "debtor_id"),)

    id: int | None = Field(default=None, primary_key=True)
    debtor_id: int = Field(foreign_key="debtor.id")
    phone: str = ""
    channels: str
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    slot: str = ""
    waives: str = ""
    document: str
    author: str = ""


class CallerNumberRow(SQLModel, table=True):
    """A number of ours that may be shown to debtors: whose contract gives it, and what the label says."""

    __tablename__ = "caller_number"

    number: str = Field(primary_key=True)
    operator_contract: str
    label: str = Field(max_length=32)
    category: str = ""
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_to: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SealRow(SQLModel, table=True):
    """A seal over the journal's lines up to ``last_event``, linked to the seal before it."""

    __tablename__ = "seal"

    id: int | None = Field(default=None, primary_key=True)
    last_event: int = Field(sa_type=BigInteger, unique=True)
    events: int
    digest: str
    sealed_at: datetime = Field(sa_type=UtcDateTime)


class TouchEventRow(SQLModel, table=True):
    """The journal, append-only: what was seen of a touch, when. ``facts`` is JSON."""

    __tablename__ = "touch_event"
    __table_args__ = (Index("event_of_touch", "touch_id"),)

    id: int | None = Field(
        default=None, sa_type=BigInteger().with_variant(Integer, "sqlite"), primary_key=True
    )
    touch_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    facts: str = "{}"


def table(row: type[SQLModel]) -> Any:
    """The SQLAlchemy table of a row class, for set-wise statements."""
    return row.__table__  # type: ignore[attr-defined]
