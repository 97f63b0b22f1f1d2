"""Preview: whom an operator may call next, before he decides to; and what becomes of it when he will not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dialer.handlers.reserve import decide, postponed
from dialer.work import Work
from domain.campaign import CampaignStatus, Mode, Plan, PlanState, Why
from domain.intensity import Refused
from domain.touch import TouchId
from ledger.books import Books, Transaction

SKIP_PAUSE = timedelta(hours=1)
"""How soon a debtor comes up again whom an operator has skipped."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A debtor whom the strategy wants called by an operator and whom the rules allow to call now."""

    debtor_id: int
    external_id: str
    phone: str
    script: str
    plan: Plan


def find_candidate(
    books: Books,
    work: Work,
    campaign_id: int,
    fence: int,
    *,
    desk: str,
    mode: Mode,
    shown: Collection[int],
    new_id: Callable[[], TouchId],
    now: datetime,
) -> Candidate | None:
    """The most urgent debtor who is not ``shown`` to somebody else. Nothing is reserved; whom strategy or rules hold
    back is postponed. LeaseLost when a newer owner has the campaign.
    """

    def find(tx: Transaction) -> Candidate | None:
        campaign = tx.campaigns.owned(campaign_id, fence)
        if campaign.status is not CampaignStatus.RUNNING:
            return None
        due = tx.plans.take_due(campaign_id, now, len(shown) + 1, desk, mode)
        due = [plan for plan in due if plan.debtor_id not in shown]
        asked, moved = decide(tx, due, work, campaign, "", new_id, now)
        basis = tx.portfolios.get(campaign.portfolio_id).basis
        verdicts = tx.touches.judge([one.request for one in asked], work.rules, basis, now)
        found: list[Candidate] = []
        for one, (verdict, _) in zip(asked, verdicts, strict=True):
            if isinstance(verdict, Refused):
                moved.append(postponed(one.plan, verdict, now))
            else:
                debtor, touch = one.request.debtor, one.request
                found.append(Candidate(debtor.id, debtor.external_id, touch.phone, touch.script, one.plan))
        tx.plans.save(campaign_id, moved)
        return found[0] if found else None

    return books.attempt(find)


def skip(
    books: Books, campaign_id: int, fence: int, debtor_id: int, login: str, reason: str, now: datetime
) -> None:
    """An operator would rather not call him now; LeaseLost when a newer owner has the campaign."""

    def postpone(tx: Transaction) -> None:
        tx.campaigns.owned(campaign_id, fence)
        plan = tx.plans.claim(campaign_id, [debtor_id]).get(debtor_id)
        if plan is not None and plan.state is PlanState.DUE:
            words = f"skipped by operator {login}: {reason}"
            tx.plans.save(
                campaign_id, [replace(plan, due_at=now + SKIP_PAUSE, why=Why.SKIPPED, reason=words)]
            )

    books.attempt(postpone)
