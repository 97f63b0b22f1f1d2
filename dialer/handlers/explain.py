"""Explain: why a debtor is treated as he is, now or at a past instant.

The past is told from the journal: touches as they were known then, the plan as they make it when the strategy that was
in force is played over them. Facts of the debtor (sum, phones, tags...) are not kept by date: they are as today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.explanation import Explanation
from dialer.handlers.reserve import present_of, touch_request
from dialer.handlers.take_over import work_of
from dialer.ids import new_touch_id
from dialer.settings import Settings
from dialer.work import Work, equipped
from domain.campaign import Campaign, Plan, PlanState
from domain.debtor import Debtor
from domain.errors import InputError
from domain.intensity import Refused, permit
from domain.said import said
from domain.touch import PastTouch
from domain.version import Version
from ledger.books import Transaction
from ledger.persons import same_persons
from ledger.reports.past import KnownTouch, began, known_touches, touches_between
from ledger.reports.statement import of_people
from ledger.standings import Standings
from strategies.after_touch import after_touch
from strategies.enquiry import wakes_at
from strategies.evaluate import Present, first_plan, next_step
from strategies.facts import Facts
from strategies.matching import match_segment, why_not
from strategies.moves import Act, Decision
from strategies.replan import replan

MINUTE = timedelta(minutes=1)
MOST_MOVES = 100


def explain(
    tx: Transaction,
    key: str,
    *,
    portfolio: str = "",
    campaign: str = "",
    at: str = "",
    settings: Settings | None = None,
    now: datetime,
) -> Explanation:
    """Why the debtor with that key is treated so by a campaign, the newest one that works him if none is told.

    ``at`` is an ISO time, the debtor's own without an offset; now if empty. Prices, what past calls teach and
    who performs which steps are told by ``settings``. InputError for what is not there.
    """
    debtor = tx.debtors.keyed(key, tx.portfolios.named(portfolio).id if portfolio else None)
    asked, others = _campaign(tx, debtor, campaign)
    instant = _instant(at, debtor, now)
    past = instant < now
    call = _call(tx, asked, debtor, instant) if past else None
    instant = call.past.at if call else instant
    read = work_of(tx, asked, _version(tx, asked, call, instant) if past else None)
    work = equipped(read, settings) if settings else read
    present = present_of(tx, asked, work, now)
    known = tx.debtors.load([debtor.id], work.strategy.wants)[debtor.id]
    inquiry = _Inquiry(tx, asked, work, known, instant, replace(present, used={}) if past else present)
    return inquiry.explanation(others, call, past=past)


def _campaign(tx: Transaction, debtor: Debtor, name: str) -> tuple[Campaign, tuple[str, ...]]:
    """The campaign that is asked about, and the other ones that work his portfolio."""
    working = tx.campaigns.under_way(debtor.portfolio_id)
    if name:
        found = tx.campaigns.named(name)
        if found.portfolio_id != debtor.portfolio_id:
            of = {"campaign": name, "debtor": debtor.external_id}
            what = said("campaign %(campaign)r works another portfolio than debtor %(debtor)r is in", **of)
            raise InputError(what, where="--campaign")
    elif working:
        found = working[-1]
    else:
        key = debtor.external_id
        what = said("no running or paused campaign works the portfolio of debtor %(debtor)r", debtor=key)
        raise InputError(what, remedy=said("start one, or tell --campaign"))
    return found, tuple(other.name for other in working if other.id != found.id)


def _instant(text: str, debtor: Debtor, now: datetime) -> datetime:
    """What ``--at`` says."""
    if not text:
        return now
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        what = said("%(text)r is no time", text=text)
        remedy = said("e.g. 2026-03-10T10:42, the debtor's own time, or 2026-03-10T07:42Z")
        raise InputError(what, where="--at", remedy=remedy) from None
    zone = ZoneInfo(debtor.zones[0] if debtor.zones else "UTC")
    at = (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
    if at > now:
        remedy = said("ask `strategy dry-run` what will be")
        raise InputError(said("%(at)s lies in the future", at=text), where="--at", remedy=remedy)
    return at


def _call(tx: Transaction, campaign: Campaign, debtor: Debtor, at: datetime) -> KnownTouch | None:
    """The campaign's touch that was begun in the minute from then on."""
    touches = touches_between(tx.connection, debtor.id, at, at + MINUTE)
    return next((touch for touch in touches if touch.campaign_id == campaign.id), None)


def _version(tx: Transaction, campaign: Campaign, call: KnownTouch | None, at: datetime) -> Version:
    """The version that the touch names, or the one that was in force then."""
    if call and call.version_id:
        return tx.versions.get(call.version_id)
    if at < (start := began(tx.connection, campaign)):
        of = {"campaign": campaign.name, "at": f"{start:%Y-%m-%d %H:%M}"}
        what = said("campaign %(campaign)r began only at %(at)s UTC", **of)
        raise InputError(what, where="--at", remedy=said("ask about a later time"))
    runs = tx.versions.get(campaign.strategy_version_id)
    in_force = [one for one in tx.versions.publications(runs.name) if one.at <= at]
    return tx.versions.get(in_force[-1].version_id) if in_force else runs


@dataclass(frozen=True, slots=True)
class _Inquiry:
    tx: Transaction
    campaign: Campaign
    work: Work
    debtor: Debtor
    at: datetime
    present: Present

    def explanation(self, others: tuple[str, ...], call: KnownTouch | None, *, past: bool) -> Explanation:
        """Everything, in the order in which it is decided."""
        touches = known_touches(self.tx.connection, self.debtor, self.at)
        own = [touch.past for touch in touches if touch.debtor_id == self.debtor.id]
        plan = self._replayed(touches, own) if past else self._planned(own)
        facts, strategy = Facts(self.debtor, self.at, own), self.work.strategy
        segment = match_segment(strategy, facts)
        before = strategy.segments[: strategy.segments.index(segment)] if segment else strategy.segments
        decision = self._decision(plan, own) if plan.state is PlanState.DUE else None
        return Explanation(
            debtor=self.debtor,
            campaign=self.campaign,
            others=others,
            version=self.work.version,
            at=self.at,
            past=past,
            passed_by=tuple((one.id, why_not(one, facts)) for one in before),
            plan=plan,
            segment=segment.id if segment else "",
            clause=segment.clause_words if segment else "",
            decision=decision,
            refused=self._refused(decision, touches, past) if isinstance(decision, Act) else None,
            call=call,
        )

    def _planned(self, own: Sequence[PastTouch]) -> Plan:
        """The plan in the books, or the one that he will get."""
        plans = self.tx.plans.load(self.campaign.id, [self.debtor.id])
        return plans.get(self.debtor.id) or first_plan(self.work.strategy, self.debtor, self.at, own)

    def _replayed(self, touches: Sequence[KnownTouch], own: Sequence[PastTouch]) -> Plan:
        """The plan that the touches of this campaign had made of the first one by then."""
        strategy, debtor = self.work.strategy, self.debtor
        plan = first_plan(strategy, debtor, began(self.tx.connection, self.campaign))
        for touch in touches:
            past = touch.past
            if touch.debtor_id != debtor.id or touch.campaign_id != self.campaign.id:
                continue
            plan = self._at_step(self._moved_on(plan, past.at, own), touch)
            if past.outcome is None:
                return plan
            ended = touch.ended_at or past.at
            plan = after_touch(strategy, plan, past.outcome, touch.result, ended, past.phone)
        return replan(strategy, debtor, self._moved_on(plan, self.at, own), self.at, own)

    def _moved_on(self, plan: Plan, until: datetime, own: Sequence[PastTouch]) -> Plan:
        """The plan after all that needs no touch: waits, steps that are passed over."""
        for _ in range(MOST_MOVES):
            at = wakes_at(plan, self.debtor)
            if plan.state is not PlanState.DUE or at > until:
                break
            past = [touch for touch in own if touch.at < at]
            decision = next_step(self.work.strategy, self.debtor, plan, at, past, self.present)
            if isinstance(decision, Act):
                break
            plan = decision.plan
        return plan

    def _at_step(self, plan: Plan, touch: KnownTouch) -> Plan:
        """The plan while that touch was open."""
        here = (plan.segment, plan.variant, plan.step) == (touch.segment, touch.variant, touch.step)
        plan = plan if here else replace(plan, attempts=0, round=0)
        plan = replace(plan, segment=touch.segment, variant=touch.variant, step=touch.step)
        return replace(plan, state=PlanState.IN_TOUCH, touch_id=touch.past.id)

    def _decision(self, plan: Plan, own: Sequence[PastTouch]) -> Decision:
        return next_step(self.work.strategy, self.debtor, plan, self.at, own, self.present)

    def _refused(self, act: Act, touches: Sequence[KnownTouch], past: bool) -> Refused | None:
        """What a reserve answers; at a past instant without the limits that count others' touches of the house."""
        rules, basis = self.work.rules, self.work.portfolio.basis
        request = touch_request(act, self.debtor, self.campaign, self.work, "", new_touch_id())
        if past:
            ask, known = request.ask, [touch.past for touch in touches]
            same = same_persons(self.tx.connection, [self.debtor])
            standing = Standings(self.tx.connection, [self.debtor], [ask], same).of(self.debtor, ask)
            verdict = permit(of_people(rules), ask, standing, history=known, basis=basis, now=self.at)
        else:
            ((verdict, _),) = self.tx.touches.judge([request], rules, basis, self.at)
        return verdict if isinstance(verdict, Refused) else None
