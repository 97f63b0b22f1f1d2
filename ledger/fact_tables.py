"""The tables of what becomes known of a debtor while he is worked: money, promises, proceedings, tried phones."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.tables import only
from ledger.times import UtcDateTime


class PhoneTriedRow(SQLModel, table=True):
    """How often a debtor's phone was rung in an hour band and somebody answered; a projection of the log."""

    __tablename__ = "phone_tried"

    debtor_id: int = Field(foreign_key="debtor.id", primary_key=True)
    number: str = Field(primary_key=True)
    band: int = Field(primary_key=True)
    rung: int
    answered: int


class PaymentRow(SQLModel, table=True):
    """Money that came in; ``key`` is the creditor's id of it, or what else tells it apart in the portfolio."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "key"),
        Index("payment_of_debtor", "debtor_id"),
        Index("payment_on", "portfolio_id", "paid_on", "debtor_id", "kopecks"),
    )

    id: int | None = Field(default=None, primary_key=True)
    portfolio_id: int = Field(foreign_key="portfolio.id")
    debtor_id: int = Field(foreign_key="debtor.id")
    key: str
    paid_on: date
    kopecks: int = Field(sa_type=BigInteger)


class PromiseRow(SQLModel, table=True):
    """A promise to pay, with the touch in which it was made."""

    __tablename__ = "promise"
    __table_args__ = (Index("promise_of_debtor", "debtor_id"), Index("promise_made", "made_at"))

    id: int | None = Field(default=None, primary_key=True)
    debtor_id: int = Field(foreign_key="debtor.id")
    touch_id: str | None = Field(default=None, max_length=32)
    made_at: datetime = Field(sa_type=UtcDateTime)
    due: date
    kopecks: int | None = Field(default=None, sa_type=BigInteger)
    state: str = "open"


class InstalmentRow(SQLModel, table=True):
    """An instalment plan; of several the one that starts last counts. ``touch_id`` is the talk it was agreed in, null
    where a file told it.
    """

    __tablename__ = "instalment"
    __table_args__ = (Index("instalment_of_debtor", "debtor_id"),)

    id: int | None = Field(default=None, primary_key=True)
    debtor_id: int = Field(foreign_key="debtor.id")
    starts_on: date
    ends_on: date | None = None
    kopecks_a_month: int | None = Field(default=None, sa_type=BigInteger)
    touch_id: str | None = Field(default=None, max_length=32)


class ProceedingRow(SQLModel, table=True):
    """An enforcement proceeding: the bailiff's case against a debtor; open while ``ended_on`` is null.

    ``bailiff_id`` is the bailiff's own row among those who are called, null as long as there is no portfolio of them.
    ``zones`` are those of his department where a file tells them.
    """

    __tablename__ = "proceeding"
    __table_args__ = (
        UniqueConstraint("debtor_id", "number"),
        Index("proceeding_number", "number"),
        Index("proceeding_of_bailiff", "bailiff_phone"),
        Index("proceeding_of_official", "bailiff", "department"),
        Index("proceeding_run_by", "bailiff_id", **only("bailiff_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    debtor_id: int = Field(foreign_key="debtor.id")
    number: str
    opened_on: date
    document: str = ""
    department: str = ""
    address: str = ""
    bailiff: str = ""
    bailiff_phone: str = ""
    kopecks: int = Field(sa_type=BigInteger)
    ended_on: date | None = None
    end_reason: str = ""
    extension: str = ""
    bailiff_id: int | None = Field(default=None, foreign_key="debtor.id")
    zones: str = Field(default="", sa_column_kwargs={"server_default": ""})


class ProceedingResultRow(SQLModel, table=True):
    """What a talk with a bailiff brought for one of his proceedings; the last one tells how it stands."""

    __tablename__ = "proceeding_result"
    __table_args__ = (Index("result_of_proceeding", "proceeding_id"),)

    id: int | None = Field(default=None, primary_key=True)
    proceeding_id: int = Field(foreign_key="proceeding.id")
    touch_id: str | None = Field(default=None, max_length=32)
    at: datetime = Field(sa_type=UtcDateTime)
    status: str
    asked: str = ""
    promised_until: date | None = None
    note: str = ""


class StepUseRow(SQLModel, table=True):
    """What a step with a daily cap has used up on a day, all debtors together."""

    __tablename__ = "step_use"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    day: date = Field(primary_key=True)
    segment: str = Field(primary_key=True)
    step: str = Field(primary_key=True)
    touches: int
    kopecks: int = Field(sa_type=BigInteger)
