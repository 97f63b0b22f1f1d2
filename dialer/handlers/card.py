"""The cards' data: of a debtor, of a bailiff; a bounded number of short questions, whatever the size of the books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialer.card import (
    BailiffCard,
    DebtorCard,
    Enquiry,
    Question,
    Run,
    Said,
    ShownBlock,
    ShownDebt,
    ShownInstalment,
    ShownPhone,
    ShownProceeding,
    ShownPromise,
    Who,
    Working,
)
from dialer.handlers.contact_now import Contact
from dialer.handlers.enquiries import enquiries
from dialer.handlers.take_over import published_strategy
from domain.campaign import Campaign
from domain.debtor import Debtor, Want
from domain.errors import InputError
from domain.phone import Phone
from domain.portfolio import Portfolio, PortfolioKind
from domain.proceeding import Bailiff, ProceedingResult
from domain.rules import RuleSet
from domain.version import Version
from ledger.books import Transaction
from ledger.cards import Holder
from ledger.persons import same_persons
from ledger.proceedings import Case
from ledger.reports.statement import of_people
from strategies.evaluate import first_plan
from strategies.language import Strategy

WANTED = frozenset({Want.PROMISES, Want.INSTALMENT, Want.QUALITY})
LAST_TOUCHES = 5
TAIL = 4
"""So many last characters of an account are asked for: they prove who speaks, and tell nothing to who listens."""


def debtor_card(tx: Transaction, holder: Holder, *, now: datetime, campaign: str = "") -> DebtorCard:
    """A debtor's card at ``now`` (aware UTC), by the rules of a campaign: the one named, else the one that speaks for
    his portfolio. Where there was never one, no regime is known, and nothing is said of what is allowed.
    """
    debtor = tx.debtors.load([holder.debtor_id], WANTED)[holder.debtor_id]
    portfolio = tx.portfolios.get(debtor.portfolio_id)
    same = same_persons(tx.connection, [debtor])
    by = _by(tx, debtor, campaign)
    contact = Contact(tx, debtor, by.campaign, portfolio, by.rules, same, now) if by else None
    actions = contact.actions() if contact else []
    local = now.astimezone(ZoneInfo(next(iter(debtor.zones), "UTC")))
    today = local.date()
    return DebtorCard(
        at=now,
        local=local,
        who=_who(debtor, holder, portfolio),
        kopecks=debtor.kopecks,
        stage=debtor.stage,
        months_overdue=debtor.months_overdue(today),
        debts=tuple(_debts(debtor, today)),
        budgets=tuple(contact.budgets(actions)) if contact else (),
        proceedings=tuple(_proceeding(case, today) for case in tx.proceedings.of_debtor(debtor.id)),
        touches=tx.cards.last_touches([debtor.id, *same], LAST_TOUCHES),
        promises=tuple(ShownPromise(one.made_at, one.due, one.state, one.kopecks) for one in debtor.promises),
        instalment=_instalment(debtor, today),
        phones=tuple(map(_phone, debtor.phones)),
        blocks=tuple(_blocks(tx, debtor, same, now)),
        actions=tuple(actions),
        working=_working(tx, debtor, by, now) if by else None,
        penalty_kopecks=sum(debt.penalty_kopecks for debt in debtor.debts),
    )


def bailiff_card(tx: Transaction, name: str, department: str = "", *, now: datetime) -> BailiffCard:
    """The card of the bailiff of that name; InputError when there is none, or one in each of several departments."""
    cases = tx.proceedings.of_bailiff(name, department)
    if not cases:
        raise InputError(
            f"no proceeding has the bailiff {name!r}", remedy="tell the name as the file wrote it"
        )
    officials = [case.proceeding.bailiff for case in cases]
    if len(departments := {official.department for official in officials}) > 1:
        several = ", ".join(sorted(departments))
        raise InputError(f"a bailiff {name!r} works in each of {several}", remedy="tell --department")
    return _of_bailiff(tx, officials, cases, now)


def card_of(
    tx: Transaction, debtor_id: int, *, now: datetime, campaign: str = ""
) -> DebtorCard | BailiffCard:
    """The card of whomever a campaign calls: a debtor, or a bailiff with all that he runs."""
    holder = tx.cards.holder(debtor_id)
    if tx.portfolios.get(holder.portfolio_id).kind is not PortfolioKind.BAILIFFS:
        return debtor_card(tx, holder, now=now, campaign=campaign)
    cases = tx.proceedings.run_by(debtor_id)
    return _of_bailiff(tx, [case.proceeding.bailiff for case in cases] or [Bailiff(holder.name)], cases, now)


def _of_bailiff(
    tx: Transaction, officials: Sequence[Bailiff], cases: Sequence[Case], now: datetime
) -> BailiffCard:
    """``officials`` are the bailiff as each of his proceedings names him, one at least."""
    wanted = enquiries(tx, {case.proceeding.debtor_id for case in cases if case.proceeding.open})
    runs = [_run(case, wanted, now.date()) for case in cases]
    at_work = [run.proceeding for run in runs if run.proceeding.ended_on is None]
    return BailiffCard(
        name=officials[0].name,
        department=officials[0].department,
        address=next(filter(None, (official.address for official in officials)), ""),
        phones=tuple(filter(None, dict.fromkeys(official.phone for official in officials))),
        open=len(at_work),
        overdue=sum(one.last is not None and one.last.overdue for one in at_work),
        kopecks=sum(one.kopecks for one in at_work),
        proceedings=tuple(sorted(runs, key=lambda run: run.enquiry is None)),
        enquiries=sum(run.enquiry is not None for run in runs),
    )


def _run(case: Case, wanted: Mapping[int, Enquiry], today: date) -> Run:
    enquiry = wanted.get(case.proceeding.debtor_id) if case.proceeding.open else None
    return Run(case.debtor_key, case.debtor_name, case.creditor, _proceeding(case, today), enquiry)


class _By(NamedTuple):
    """The campaign whose rules hold, and the version of its strategy that it runs."""

    campaign: Campaign
    version: Version

    @property
    def strategy(self) -> Strategy:
        return published_strategy(self.version)[0]

    @property
    def rules(self) -> RuleSet:
        return of_people(published_strategy(self.version)[1])


def _by(tx: Transaction, debtor: Debtor, name: str) -> _By | None:
    """By which campaign a debtor is judged; None where his portfolio never had one."""
    found = tx.campaigns.named(name) if name else tx.campaigns.latest(debtor.portfolio_id)
    if found is None:
        return None
    if found.portfolio_id != debtor.portfolio_id:
        what = f"campaign {name!r} works another portfolio than debtor {debtor.external_id!r} is in"
        raise InputError(what, where="--campaign")
    return _By(found, tx.versions.get(found.strategy_version_id))


def _who(debtor: Debtor, holder: Holder, portfolio: Portfolio) -> Who:
    asks = [Question("full name", holder.name)] if holder.name else []
    if holder.birth_year:
        asks.append(Question("year of birth", str(holder.birth_year)))
    asks += [
        Question(f"last {TAIL} characters of the account", debt.account[-TAIL:]) for debt in debtor.debts[:1]
    ]
    return Who(
        debtor_id=debtor.id,
        key=debtor.external_id,
        name=holder.name,
        language=debtor.language,
        portfolio=portfolio.name,
        creditor=portfolio.creditor,
        region=debtor.region,
        vulnerable=debtor.vulnerable,
        identity=tuple(asks),
        address=holder.address,
    )


def _debts(debtor: Debtor, today: date) -> Iterator[ShownDebt]:
    for debt in debtor.debts:
        months = debt.months_overdue(today)
        sums = (debt.kopecks, debt.penalty_kopecks)
        yield ShownDebt(debt.account, debt.service, debt.oldest_unpaid, months, *sums)


def _said(last: ProceedingResult, today: date) -> Said:
    return Said(last.at, last.asked, last.status, last.promised_until, last.overdue(today), last.note)


def _proceeding(case: Case, today: date) -> ShownProceeding:
    one, last = case.proceeding, case.last
    return ShownProceeding(
        number=one.number,
        opened_on=one.opened_on,
        document=one.document,
        bailiff=one.bailiff,
        ended_on=one.ended_on,
        end_reason=one.end_reason,
        last=_said(last, today) if last else None,
        kopecks=one.kopecks,
    )


def _instalment(debtor: Debtor, today: date) -> ShownInstalment | None:
    plan = debtor.instalment
    if plan is None:
        return None
    return ShownInstalment(plan.start, plan.until, plan.runs(today), plan.kopecks_a_month)


def _phone(phone: Phone) -> ShownPhone:
    rung, answered = sum(band.rung for band in phone.tried), sum(band.answered for band in phone.tried)
    return ShownPhone(phone.number, phone.status, phone.source, rung, answered)


def _blocks(tx: Transaction, debtor: Debtor, same: Mapping[int, str], now: datetime) -> Iterator[ShownBlock]:
    """Those that hold now: his own, his person's, and those of his phones whoever has them."""
    phones = [phone.number for phone in debtor.phones]
    for block in tx.blocks.standing([debtor.id], phones, same).of(debtor.id, *phones):
        if block.covers(now):
            channels = tuple(sorted(block.channels))
            yield ShownBlock(block.reason, channels, block.target, block.end, block.document)


def _working(tx: Transaction, debtor: Debtor, by: _By, now: datetime) -> Working:
    plan = tx.plans.load(by.campaign.id, [debtor.id]).get(debtor.id)
    if plan is None:
        whole = tx.debtors.load([debtor.id], by.strategy.wants)[debtor.id]
        plan = first_plan(by.strategy, whole, now)
    segment = by.strategy.segment(plan.segment)
    steps = segment.steps_of(plan.variant) if segment else ()
    return Working(
        campaign=by.campaign.name,
        strategy=by.version.label,
        segment=plan.segment,
        segment_title=segment.title if segment else "",
        step=plan.step,
        state=plan.state,
        due_at=plan.due_at,
        reason=plan.reason,
        script=next((step.script for step in steps if step.id == plan.step), ""),
    )
