"""What a call to a bailiff brought: an answer for each of his proceedings, and when he is called again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialer.handlers.correct import correct
from dialer.handlers.replan import Replanner
from domain.campaign import PlanState, Why
from domain.debtor import Debtor
from domain.errors import InputError
from domain.portfolio import PortfolioKind
from domain.proceeding import ProceedingResult, ProceedingStatus
from domain.touch import Outcome, TouchId
from ledger.books import Transaction
from ledger.proceedings import Case

DAY = timedelta(days=1)


class Answer(NamedTuple):
    """What was ``asked`` and answered of the proceeding of that number, of all open ones where it is empty."""

    number: str
    status: ProceedingStatus
    asked: str = ""
    promised_until: date | None = None
    note: str = ""


def note_answers(
    tx: Transaction,
    touch: TouchId,
    answers: Sequence[Answer],
    *,
    call_again: date | None = None,
    now: datetime,
) -> list[ProceedingResult]:
    """Write down what a bailiff said in a call that has ended, one result for each proceeding.

    He is called again on the day told, else on the day after the first that he promised something for, if his campaign
    would call him later. What he says has ended leaves his plan and his debtor's stage, and plans of debtors that
    waited for his word go on. InputError when the touch is no ended call to a bailiff, or he does not run a proceeding.
    """
    bailiff, campaign_id = _called(tx, touch)
    results = note_told(tx, touch, answers, tx.proceedings.run_by(bailiff.id), now)
    promised = [one.promised_until for one in results if one.promised_until]
    if call_again:
        _call_on(tx, campaign_id, bailiff, call_again, "he asked to be called then")
    elif promised:
        _call_on(tx, campaign_id, bailiff, min(promised) + DAY, "he promised to act by then", sooner=True)
    Replanner(tx, bailiff.portfolio_id, now)([bailiff.id])
    return results


def note_told(
    tx: Transaction, touch: TouchId, answers: Sequence[Answer], cases: Sequence[Case], now: datetime
) -> list[ProceedingResult]:
    """Write down what he said of ``cases`` alone, as where he rang us: no plan of his own is moved."""
    results = [result for answer in answers for result in _results(answer, cases, touch, now)]
    tx.proceedings.note(results)
    _end(tx, results, now)
    _tell_plans(tx, cases, results, now)
    return results


def note_absent(
    tx: Transaction, touch: TouchId, *, author: str, call_again: date | None = None, now: datetime
) -> None:
    """Somebody else answered, and he was not at his desk: no talk with him, so no gap is kept to the next call, which
    is on the day told, else tomorrow. InputError as `note_answers`.
    """
    bailiff, campaign_id = _called(tx, touch)
    correct(tx, touch, Outcome.TALK_THIRD_PARTY, author=author, reason="not at his desk", now=now)
    day = call_again or now.astimezone(_zone(bailiff)).date() + DAY
    _call_on(tx, campaign_id, bailiff, day, "he was not at his desk")


def _called(tx: Transaction, touch: TouchId) -> tuple[Debtor, int | None]:
    """The bailiff who was called, and by which campaign."""
    debtor_id, campaign_id, outcome = tx.touches.whom(touch)
    bailiff = tx.debtors.load([debtor_id])[debtor_id] if debtor_id is not None else None
    if bailiff is None or tx.portfolios.get(bailiff.portfolio_id).kind is not PortfolioKind.BAILIFFS:
        raise InputError(
            f"touch {touch} was not to a bailiff", remedy="`dozvon touches` shows whom it was to"
        )
    if outcome is None:
        raise InputError(f"touch {touch} is still open", remedy="write it down when the call has ended")
    return bailiff, campaign_id


def _results(answer: Answer, cases: Sequence[Case], touch: TouchId, now: datetime) -> list[ProceedingResult]:
    if answer.status is ProceedingStatus.ENDED and not answer.note.strip():
        raise InputError("an end needs its reason", where="--note", remedy="e.g. --note 'paid in full'")
    told = [
        case.proceeding
        for case in cases
        if (case.proceeding.number == answer.number if answer.number else case.proceeding.open)
    ]
    if not told:
        runs = ", ".join(case.proceeding.number for case in cases[:5])
        what = f"he does not run proceeding {answer.number!r}" if answer.number else "he runs none any more"
        raise InputError(what, where="--proceeding", remedy=f"he runs {runs}" if runs else "")
    said = (answer.status, answer.asked, answer.promised_until, answer.note)
    return [ProceedingResult(one.id, now, *said, touch) for one in told]


def _end(tx: Transaction, results: Sequence[ProceedingResult], now: datetime) -> None:
    """End what he says has ended, its debtor's stage with it."""
    ended = {one.proceeding_id: one.note for one in results if one.status is ProceedingStatus.ENDED}
    tx.proceedings.end(ended, now.date())


def _tell_plans(
    tx: Transaction, cases: Sequence[Case], results: Sequence[ProceedingResult], now: datetime
) -> None:
    """His word is a fact of the debtors whom it is about: their plans may have waited for it."""
    debtor_of = {case.proceeding.id: case.proceeding.debtor_id for case in cases}
    debtors = tx.debtors.load({debtor_of[one.proceeding_id] for one in results})
    for portfolio_id in sorted({debtor.portfolio_id for debtor in debtors.values()}):
        theirs = [debtor.id for debtor in debtors.values() if debtor.portfolio_id == portfolio_id]
        Replanner(tx, portfolio_id, now)(theirs)


def _call_on(
    tx: Transaction, campaign_id: int | None, bailiff: Debtor, day: date, why: str, *, sooner: bool = False
) -> None:
    """Have him called again on a day of his own clock; with ``sooner`` only if that is before his plan's time.

    A plan that is done is taken up again where it was, but not for the sake of being sooner.
    """
    plan = tx.plans.claim(campaign_id, [bailiff.id]).get(bailiff.id) if campaign_id else None
    if plan is None or campaign_id is None or not plan.step or plan.state is PlanState.IN_TOUCH:
        return
    due_at = datetime.combine(day, time.min, _zone(bailiff)).astimezone(UTC)
    if sooner and (plan.state is PlanState.DONE or plan.due_at <= due_at):
        return
    moved = replace(plan, state=PlanState.DUE, due_at=due_at, why=Why.ANSWERED, reason=f"{day}: {why}")
    tx.plans.save(campaign_id, [moved])


def _zone(bailiff: Debtor) -> ZoneInfo:
    return ZoneInfo(next(iter(bailiff.zones), "UTC"))
