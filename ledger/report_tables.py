"""The tables of figures: counts that are kept while touches end, so that no screen has to read the log."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from ledger.times import UtcDateTime


class TallyRow(SQLModel, table=True):
    """How many touches that were reserved within a half hour (``half_hour`` x 1800 s since 1970) ended alike.

    ``campaign_id`` and ``version_id`` are 0 where a touch has none. ``minutes`` are begun minutes of talk, as carriers
    charge them. A projection of the log of touches; open ones are not in it.
    """

    __tablename__ = "tally"

    campaign_id: int = Field(primary_key=True)
    half_hour: int = Field(primary_key=True)
    direction: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    version_id: int = Field(primary_key=True)
    segment: str = Field(primary_key=True)
    variant: str = Field(primary_key=True)
    step: str = Field(primary_key=True)
    outcome: str = Field(primary_key=True)
    touches: int
    answered: int
    talk_ms: int = Field(sa_type=BigInteger)
    minutes: int


class PulseRow(SQLModel, table=True):
    """The same in slots of five minutes (``slot`` x 300 s since 1970), coarser, and for the last weeks only."""

    __tablename__ = "pulse"

    slot: int = Field(primary_key=True)
    campaign_id: int = Field(primary_key=True)
    direction: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    outcome: str = Field(primary_key=True)
    touches: int


class OperatorTallyRow(SQLModel, table=True):
    """How many calls that began within a half hour an operator took, by how they ended."""

    __tablename__ = "operator_tally"

    operator_id: int = Field(primary_key=True)
    half_hour: int = Field(primary_key=True)
    outcome: str = Field(primary_key=True)
    touches: int
    talk_ms: int = Field(sa_type=BigInteger)


class RefusalRow(SQLModel, table=True):
    """How often a rule refused a touch of a campaign within a half hour."""

    __tablename__ = "refusal"

    campaign_id: int = Field(primary_key=True)
    half_hour: int = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    times: int


class PortfolioTotalRow(SQLModel, table=True):
    """A portfolio's debtors, those of them with a phone, and their debts: what its rows say, summed up."""

    __tablename__ = "portfolio_total"

    portfolio_id: int = Field(foreign_key="portfolio.id", primary_key=True)
    debtors: int
    with_phone: int
    kopecks: int = Field(sa_type=BigInteger)


class ContactCountRow(SQLModel, table=True):
    """How many touches a debtor had in a day, week or month of his own clock that began on the day ``since``.

    ``measure`` says which touches. A projection of the log of touches, of the present and the last windows only.
    """

    __tablename__ = "contact_count"
    __table_args__ = (
        Index("contact_count_most", "portfolio_id", "span", "since", "measure", "touches"),
        {"sqlite_with_rowid": False},
    )

    debtor_id: int = Field(foreign_key="debtor.id", primary_key=True)
    span: str = Field(primary_key=True)
    since: date = Field(primary_key=True)
    measure: str = Field(primary_key=True)
    portfolio_id: int
    touches: int


class RollRow(SQLModel, table=True):
    """Whom the touches of one half hour were with, packed (`ledger.rolls`): of a campaign, or, for the direction in, of
    the portfolio whose debtors rang. A projection of the log of touches; where there is none, the log itself is read.
    """

    __tablename__ = "roll"

    direction: str = Field(primary_key=True)
    of_id: int = Field(primary_key=True)
    half_hour: int = Field(primary_key=True)
    touches: bytes


class WaitRow(SQLModel, table=True):
    """How long one who rang us waited for an operator, counted from the desk that he came to first.

    ``half_hour`` is the one in which he began to wait, ``flowed_to`` the second desk that he was passed on to, empty if
    he was not. A projection of the journal (`ledger.waits`).
    """

    __tablename__ = "wait"
    __table_args__ = (
        Index("wait_figures", "half_hour", "desk", "wait_ms", "answered", "flowed_to"),
        Index("wait_ended", "ended_at"),
    )

    touch_id: str = Field(primary_key=True, max_length=32)
    half_hour: int
    desk: str
    since: datetime = Field(sa_type=UtcDateTime)
    wait_ms: int
    answered: bool
    flowed_to: str
    ended_at: datetime = Field(sa_type=UtcDateTime)


class AssignmentRow(SQLModel, table=True):
    """The variant that a debtor of a campaign fell into first, whatever became of him later; ``control`` is left alone.

    Without it a control group would lose exactly those who pay.
    """

    __tablename__ = "assignment"
    __table_args__ = (Index("assignment_of_segment", "campaign_id", "segment", "control"),)

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    debtor_id: int = Field(foreign_key="debtor.id", primary_key=True)
    segment: str
    variant: str
    control: bool


class ReportScheduleRow(SQLModel, table=True):
    """A report that is made again and again; ``target`` is a folder or an e-mail address."""

    __tablename__ = "report_schedule"

    id: int | None = Field(default=None, primary_key=True)
    report: str
    campaign: str = ""
    period: str
    format: str
    target: str
    hour: int
    zone: str
    author: str = ""
    next_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fault: str = ""


class WebhookRow(SQLModel, table=True):
    """Who is told of touches, and how far: ``sent_to`` is the last line of the journal that he has.

    ``kinds`` are names of events, by commas. ``failures`` in a row put off ``next_at``.
    """

    __tablename__ = "webhook"

    id: int | None = Field(default=None, primary_key=True)
    url: str
    secret: str
    kinds: str
    author: str = ""
    active: bool = True
    sent_to: int = Field(sa_type=BigInteger)
    failures: int = 0
    next_at: datetime = Field(sa_type=UtcDateTime)
    fault: str = ""
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeadLetterRow(SQLModel, table=True):
    """A line of the journal that a webhook did not take in time, and why."""

    __tablename__ = "dead_letter"

    webhook_id: int = Field(foreign_key="webhook.id", primary_key=True)
    event_id: int = Field(sa_type=BigInteger, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    fault: str
