"""A transaction: the repositories of the books on one connection."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from domain.version import VersionKind
from ledger.api_tokens import ApiTokens
from ledger.audit_log import AuditLog
from ledger.bailiffs import Bailiffs
from ledger.blocks import Blocks
from ledger.call_backs import CallBacks
from ledger.callers import Callers
from ledger.campaigns import Campaigns
from ledger.cards import Cards
from ledger.consents import Consents
from ledger.debtors import Debtors
from ledger.dispositions import Dispositions, Drafts
from ledger.inbound import Inbound
from ledger.instalments import Instalments
from ledger.journal import Journal
from ledger.lines import Lines
from ledger.messages import Messages
from ledger.notes import Notes
from ledger.numbers import Numbers
from ledger.operators import Operators
from ledger.plans import Plans
from ledger.portfolios import Portfolios
from ledger.proceedings import Proceedings
from ledger.promises import Promises
from ledger.proposals import Proposals
from ledger.receipts import Receipts
from ledger.recordings import Recordings
from ledger.replies import PaymentLinks, Replies
from ledger.schedules import Schedules
from ledger.script_versions import ScriptVersions
from ledger.seals import Seals
from ledger.search import Search
from ledger.sessions import Sessions
from ledger.shifts import Shifts
from ledger.step_use import StepUse
from ledger.touches import Touches
from ledger.users import Users
from ledger.versions import Versions
from ledger.webhooks import Webhooks


@dataclass(frozen=True)
class Transaction:
    """The repositories on one connection; whoever opened it commits it."""

    connection: Connection

    @cached_property
    def debtors(self) -> Debtors:
        """Debtors with debts and phones."""
        return Debtors(self.connection)

    @cached_property
    def portfolios(self) -> Portfolios:
        """Portfolios and their legal basis."""
        return Portfolios(self.connection)

    @cached_property
    def campaigns(self) -> Campaigns:
        """Campaigns, their caps and owners."""
        return Campaigns(self.connection)

    @cached_property
    def versions(self) -> Versions:
        """Versions of strategies, and which are in force."""
        return Versions(self.connection)

    def versions_of(self, kind: VersionKind) -> Versions:
        """Versions of strategies or scripts, and which are in force."""
        return Versions(self.connection, kind)

    @cached_property
    def promises(self) -> Promises:
        """What debtors promised to pay."""
        return Promises(self.connection)

    @cached_property
    def instalments(self) -> Instalments:
        """Plans to pay in parts."""
        return Instalments(self.connection)

    @cached_property
    def dispositions(self) -> Dispositions:
        """What operators say came of their talks."""
        return Dispositions(self.connection)

    @cached_property
    def drafts(self) -> Drafts:
        """Forms that operators have begun."""
        return Drafts(self.connection)

    @cached_property
    def notes(self) -> Notes:
        """Notes on debtors."""
        return Notes(self.connection)

    @cached_property
    def proceedings(self) -> Proceedings:
        """Enforcement proceedings, and what bailiffs said of them."""
        return Proceedings(self.connection)

    @cached_property
    def bailiffs(self) -> Bailiffs:
        """The bailiffs who are called."""
        return Bailiffs(self.connection)

    @cached_property
    def callers(self) -> Callers:
        """Whom a caller's number leads to."""
        return Callers(self.connection)

    @cached_property
    def cards(self) -> Cards:
        """Whose card is asked for, and what happened last."""
        return Cards(self.connection)

    @cached_property
    def step_use(self) -> StepUse:
        """What steps with a daily cap have used up."""
        return StepUse(self.connection)

    @cached_property
    def plans(self) -> Plans:
        """What is next for each debtor."""
        return Plans(self.connection)

    @cached_property
    def touches(self) -> Touches:
        """The log of touches."""
        return Touches(self.connection)

    @cached_property
    def inbound(self) -> Inbound:
        """The log of those who call us."""
        return Inbound(self.connection)

    @cached_property
    def call_backs(self) -> CallBacks:
        """Whom we owe a call."""
        return CallBacks(self.connection)

    @cached_property
    def lines(self) -> Lines:
        """The numbers of ours that people ring."""
        return Lines(self.connection)

    @cached_property
    def blocks(self) -> Blocks:
        """Who may not be contacted."""
        return Blocks(self.connection)

    @cached_property
    def consents(self) -> Consents:
        """What debtors agreed to."""
        return Consents(self.connection)

    @cached_property
    def numbers(self) -> Numbers:
        """The register of caller numbers."""
        return Numbers(self.connection)

    @cached_property
    def operators(self) -> Operators:
        """Who talks to debtors, and when."""
        return Operators(self.connection)

    @cached_property
    def shifts(self) -> Shifts:
        """When operators work."""
        return Shifts(self.connection)

    @cached_property
    def scripts(self) -> ScriptVersions:
        """The texts that calls were made with."""
        return ScriptVersions(self.connection)

    @cached_property
    def recordings(self) -> Recordings:
        """Where talks were recorded."""
        return Recordings(self.connection)

    @cached_property
    def seals(self) -> Seals:
        """The journal's seals."""
        return Seals(self.connection)

    @cached_property
    def journal(self) -> Journal:
        """The append-only events of touches."""
        return Journal(self.connection)

    @cached_property
    def search(self) -> Search:
        """Debtors by what a person has at hand."""
        return Search(self.connection)

    @cached_property
    def proposals(self) -> Proposals:
        """Texts of strategies that wait for approval, and timers that take one back."""
        return Proposals(self.connection)

    def proposals_of(self, kind: VersionKind) -> Proposals:
        """Texts of strategies or scripts that wait for approval, and timers that take one back."""
        return Proposals(self.connection, kind)

    @cached_property
    def users(self) -> Users:
        """Who may sign in."""
        return Users(self.connection)

    @cached_property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        return Sessions(self.connection)

    @cached_property
    def api_tokens(self) -> ApiTokens:
        """Which programs may ask."""
        return ApiTokens(self.connection)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Who is told of touches."""
        return Webhooks(self.connection)

    @cached_property
    def schedules(self) -> Schedules:
        """Reports that are made again and again."""
        return Schedules(self.connection)

    @cached_property
    def audit_log(self) -> AuditLog:
        """Who did or saw what."""
        return AuditLog(self.connection)

    @cached_property
    def messages(self) -> Messages:
        """What is written to debtors."""
        return Messages(self.connection)

    @cached_property
    def receipts(self) -> Receipts:
        """What providers tell of messages."""
        return Receipts(self.connection)

    @cached_property
    def replies(self) -> Replies:
        """What debtors answer."""
        return Replies(self.connection)

    @cached_property
    def payment_links(self) -> PaymentLinks:
        """The links by which debtors pay."""
        return PaymentLinks(self.connection)
