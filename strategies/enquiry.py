"""What follows when a bailiff has been asked about a debtor's proceedings: pure.

Nobody calls him for the sake of one debtor: the campaign that calls bailiffs asks of all his proceedings at once. So a
step waits for his next word, whatever call it comes in, and no touch of the debtor is made.
"""

from __future__ import annotations

from datetime import datetime

from domain.campaign import Plan, PlanState
from domain.debtor import Debtor
from domain.proceeding import ProceedingResult, ProceedingStatus
from domain.said import said
from domain.touch import Outcome
from strategies.after_touch import after_touch
from strategies.language import Strategy

RESULTS = {status: f"bailiff_{status}" for status in ProceedingStatus}
"""The names of his answers in ``after_result``."""


def to_ask(debtor: Debtor) -> bool:
    """Whether a proceeding of the debtor is open whose bailiff is called."""
    return any(one.open and one.known for one in debtor.enforcements)


def wakes_at(plan: Plan, debtor: Debtor) -> datetime:
    """When the plan has something to do: when it falls due, or with the first word after its question."""
    words = (one.at for one in _heard(plan, debtor))
    return min(words, default=plan.due_at)


def after_asking(strategy: Strategy, debtor: Debtor, plan: Plan, now: datetime) -> Plan | None:
    """The plan when the bailiff has answered, or not in time; None while his word is waited for, or nothing was asked.

    That he was silent is ``no_answer`` to the step's retries.
    """
    step = strategy.step(plan.segment, plan.variant, plan.step)
    if plan.asked_at is None or plan.state is not PlanState.DUE or step is None or step.bailiff is None:
        return None
    if answer := max((one for one in _heard(plan, debtor) if one.at <= now), key=_when, default=None):
        result, words = RESULTS[answer.status], _words(answer)
        return after_touch(strategy, plan, Outcome.TALK_DEBTOR, result, now, words=words)
    if not to_ask(debtor):
        result, words = RESULTS[ProceedingStatus.ENDED], said("his proceeding has ended")
        return after_touch(strategy, plan, Outcome.TALK_DEBTOR, result, now, words=words)
    if now >= plan.asked_at + step.bailiff.within:
        words = said("no word of his bailiff in time")
        return after_touch(strategy, plan, Outcome.NO_ANSWER, "", now, words=words)
    return None


def _heard(plan: Plan, debtor: Debtor) -> list[ProceedingResult]:
    """What was said since the plan's question."""
    since = plan.asked_at
    return [one for of in debtor.enforcements for one in of.heard if since is not None and since < one.at]


def _when(answer: ProceedingResult) -> datetime:
    return answer.at


def _words(answer: ProceedingResult) -> str:
    if answer.promised_until:
        day = answer.promised_until
        return said("his bailiff says %(status)s, by %(day)s", status=answer.status.value, day=day)
    return said("his bailiff says %(status)s", status=answer.status.value)
