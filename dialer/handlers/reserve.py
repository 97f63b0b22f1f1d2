"""Reserve: take what is due, ask the strategy and the rules, log the touches; one transaction a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dialer.handlers.inbound import hold_callers
from dialer.handlers.letters import Written, post, unreached, write_letter
from dialer.handlers.step_caps import note_reserved, room, used_today
from dialer.messages.stationery import Letter
from dialer.work import Work
from domain.campaign import Campaign, CampaignStatus, Mode, Plan, PlanState, Why
from domain.debtor import Debtor, Want
from domain.intensity import HORIZON, Refused
from domain.touch import TouchId
from ledger.books import Books, Transaction
from ledger.history import touches_of
from ledger.tally import count_refusals
from ledger.touches import TouchRequest
from strategies.evaluate import Present, next_step
from strategies.moves import Act
from strategies.steps import Step, StepKind

STALE_DUE = timedelta(minutes=10)
"""How soon a debtor is looked at again when nothing within 60 days allows a touch."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """A touch that is logged and may be originated now."""

    request: TouchRequest
    plan: Plan
    step: Step
    letter: Letter | None = None


@dataclass(slots=True)
class Batch:
    """What one transaction did."""

    campaign: Campaign
    reserved: list[Reserved] = field(default_factory=list)
    taken: int = 0
    refusals: Counter[str] = field(default_factory=Counter)


def reserve_batch(
    books: Books,
    work: Work,
    campaign_id: int,
    fence: int,
    *,
    want: int,
    node: str,
    new_id: Callable[[], TouchId],
    now: datetime,
    desk: str = "",
    mode: Mode | None = None,
    debtor: int | None = None,
) -> Batch:
    """Reserve up to ``want`` touches that need no operator, or of a ``desk`` those that are dialled so, or that of one
    ``debtor`` there.

    LeaseLost when a newer owner has the campaign: nothing is written.
    """

    def reserve(tx: Transaction) -> Batch:
        batch = Batch(tx.campaigns.owned(campaign_id, fence))
        if batch.campaign.status is CampaignStatus.RUNNING and want > 0:
            due = tx.plans.take_due(campaign_id, now, want, desk, mode, debtor)
            batch.taken = len(due)
            due, held = hold_callers(tx, due, now)
            asked, moved = decide(tx, due, work, batch.campaign, node, new_id, now)
            tx.plans.save(campaign_id, held + moved + _ask(tx, asked, work, batch, now))
            count_refusals(tx.connection, campaign_id, batch.refusals, now)
        return batch

    return books.attempt(reserve)


def decide(
    tx: Transaction,
    due: list[Plan],
    work: Work,
    campaign: Campaign,
    node: str,
    new_id: Callable[[], TouchId],
    now: datetime,
) -> tuple[list[Reserved], list[Plan]]:
    """What the strategy wants of due plans: touches for the rules to judge, and plans that it moves on."""
    ids, wants = [plan.debtor_id for plan in due], work.strategy.wants
    debtors = tx.debtors.load(ids, wants)
    history = touches_of(tx.connection, ids) if Want.HISTORY in wants else {}
    present = replace(present_of(tx, campaign, work, now), unreached=unreached(tx, work, due, debtors))
    moved: list[Plan] = []
    asked: list[Reserved] = []
    asked_for = Counter[tuple[str, str]]()
    for plan in due:
        past = history.get(plan.debtor_id, ())
        decision = next_step(work.strategy, debtors[plan.debtor_id], plan, now, past, present)
        lane = (decision.plan.desk, decision.plan.mode)  # a new version may have moved the step to another
        if isinstance(decision, Act) and lane == (plan.desk, plan.mode):
            step = (decision.plan.segment, decision.plan.step)
            if asked_for[step] >= room(work, decision.plan, present.used):
                continue  # the rules may refuse those before him: then his turn comes with the next batch
            asked_for[step] += 1
            debtor = debtors[plan.debtor_id]
            request = touch_request(decision, debtor, campaign, work, node, new_id())
            letter = write_letter(work, decision.step, debtor, now)
            asked.append(Reserved(request, decision.plan, decision.step, letter))
        else:
            moved.append(decision.plan)
    return asked, moved


def present_of(tx: Transaction, campaign: Campaign, work: Work, now: datetime) -> Present:
    """What holds for all debtors of a campaign now."""
    asks = work.strategy.asks and tx.bailiffs.are_called()
    return Present(
        performs=work.performs | ({StepKind.BAILIFF.value} if asks else frozenset()),
        used=used_today(tx, campaign.id, work, now),
        lawful=work.lawful,
        learn=work.learn,
    )


def touch_request(
    act: Act, debtor: Debtor, campaign: Campaign, work: Work, node: str, id: TouchId
) -> TouchRequest:
    """The touch that a decision asks for."""
    return TouchRequest(
        id=id,
        debtor=debtor,
        channel=act.step.channel,
        phone=act.choice.phone.number if act.choice else "",
        campaign_id=campaign.id,
        strategy_version_id=work.version_id,
        segment=act.plan.segment,
        variant=act.plan.variant,
        step=act.plan.step,
        why=act.plan.why.value,
        script=script_of(act.step, debtor, work),
        caller_number=campaign.caller_number,
        node=node,
        creditor=work.portfolio.creditor,
    )


def script_of(step: Step, debtor: Debtor, work: Work) -> str:
    """The version of what is said."""
    if step.message:
        return work.stationery.wording(step.message, debtor).id
    return work.scripts.get(step.script, step.script)


def _ask(tx: Transaction, asked: list[Reserved], work: Work, batch: Batch, now: datetime) -> list[Plan]:
    """Put the requests to the rules; the plans as the verdicts leave them.

    The legal basis is read anew: a contract may end while a campaign runs.
    """
    basis = tx.portfolios.get(batch.campaign.portfolio_id).basis
    verdicts = tx.touches.reserve([a.request for a in asked], work.rules, basis, now)
    plans: list[Plan] = []
    for asking, verdict in zip(asked, verdicts, strict=True):
        if isinstance(verdict, Refused):
            batch.refusals.update(verdict.rules)
            plans.append(postponed(asking.plan, verdict, now))
        else:
            plan = replace(asking.plan, state=PlanState.IN_TOUCH, touch_id=asking.request.id)
            batch.reserved.append(replace(asking, plan=plan))
            plans.append(plan)
    note_reserved(tx, batch.campaign.id, work, (one.plan for one in batch.reserved), now)
    letters = [
        Written(one.request, one.step.message, one.letter)
        for one in batch.reserved
        if one.step.message and one.letter
    ]
    post(tx, work.prices, letters, now)
    return plans


def postponed(plan: Plan, verdict: Refused, now: datetime) -> Plan:
    """The plan of a touch that the rules refuse, until they might allow it."""
    reason = f"held back by {', '.join(verdict.rules)}"
    due_at = verdict.next_allowed
    if due_at is None:
        due_at, reason = now + STALE_DUE, f"{reason}; not within {HORIZON.days} days"
    return replace(plan, due_at=due_at, why=Why.HELD_BACK, reason=reason)
