"""What follows from a disposition: promises, plans in parts, calls back, blocks, help; and when he is called next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.handlers.call_back_verdict import call_back_verdict
from dialer.handlers.take_over import published_strategy
from domain.block import DEFAULT_CHANNELS, OF_A_PHONE, Block
from domain.callback import Callback
from domain.campaign import DEFAULT_DESK
from domain.debtor import PAYMENT_KNOWN_AFTER, Debtor, Promise
from domain.disposition import Disposition, Fields, Need
from domain.errors import FieldFault, FormFault
from domain.instalment import schedule
from domain.phone import PhoneStatus, phone_after
from domain.rules import Scope
from domain.window import DAY, local_midnight
from ledger.books import Transaction
from ledger.dispositions import Talk
from ledger.promises import Promised
from strategies.after_talk import after_talk

LOOKED_INTO = timedelta(days=10)
"""How long a disputed debt rests, where the strategy does not say."""
COMPLAINT_ANSWERED = timedelta(days=30)
"""How long a complaint is looked into, and nobody contacts who made it."""
PAYMENT_ON_ITS_WAY = timedelta(days=5)
"""How long the payment is waited for of who says that he has paid, where the strategy does not say."""

NOT_THEN = "The rules do not allow a call then: %(rules)s"
NOT_THEN_BUT_LATER = "The rules do not allow a call then: %(rules)s; they do from %(at)s on"


@dataclass(frozen=True, slots=True)
class Next:
    """Something that happens next: ``words`` are to be translated, and filled with ``facts`` by their names."""

    words: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = {name: _shown(name, value) for name, value in self.facts.items()}
        return self.words % shown


@dataclass(frozen=True, slots=True)
class Case:
    """Who said what of which talk with whom."""

    talk: Talk
    debtor: Debtor
    kind: Disposition
    fields: Fields
    login: str

    @property
    def zone(self) -> ZoneInfo:
        """The debtor's clock."""
        return ZoneInfo(next(iter(self.debtor.zones), "UTC"))

    @property
    def document(self) -> str:
        """What a block names as its basis."""
        return f"{self.fields.note or self.kind.title} (talk {self.talk.touch})"[-200:]


@dataclass(frozen=True, slots=True)
class Follows:
    """What an effect tells: in words, and until when he rests."""

    next: tuple[Next, ...] = ()
    rests_until: datetime | None = None


def carry_out(tx: Transaction, case: Case, now: datetime) -> tuple[Next, ...]:
    """Do it; answers what happens next. Plans are moved as the talk asks; whoever calls this plans him anew."""
    effect = _EFFECTS.get(case.kind.result)
    follows = effect(tx, case, now) if effect else Follows()
    told = [*follows.next, *_blocked(tx, case, now)]
    _mark_phone(tx, case)
    if case.fields.phone and tx.debtors.add_phone(case.debtor.id, case.fields.phone):
        told.append(Next("The number is added to his phones"))
    if case.fields.note:
        tx.notes.add(case.debtor.id, case.login, case.fields.note, now)
    _move_plans(tx, case, follows.rests_until, now)
    return tuple(told)


def _move_plans(tx: Transaction, case: Case, rests_until: datetime | None, now: datetime) -> None:
    words = f"{case.kind.code.replace('_', ' ')}, said operator {case.login}"
    for campaign in tx.campaigns.under_way(case.debtor.portfolio_id):
        plan = tx.plans.claim(campaign.id, [case.debtor.id]).get(case.debtor.id)
        if plan is None:
            continue
        strategy = published_strategy(tx.versions.get(campaign.strategy_version_id))[0]
        result, phone = case.kind.result, case.talk.phone
        moved = after_talk(strategy, plan, result, now, rests_until=rests_until, words=words, phone=phone)
        if moved is not plan:
            tx.plans.save(campaign.id, [moved])


# ------------------------------------------------------------ the effects
def _promise(tx: Transaction, case: Case, now: datetime) -> Follows:
    fields, debtor = case.fields, case.debtor
    assert fields.date and fields.kopecks, "the form was checked"  # noqa: PT018
    parts = schedule(fields.kopecks, fields.parts or 1, fields.date)
    if fields.parts and Need.PARTS in case.kind.needs:
        tx.instalments.agree(debtor.id, parts, case.talk.touch)
    else:
        parts = schedule(fields.kopecks, 1, fields.date)
    first = Promise(now, parts[0].due, parts[0].kopecks)
    tx.promises.add([Promised(debtor.id, first, case.talk.touch)])
    until = _morning_of(first.due + PAYMENT_KNOWN_AFTER + DAY, case)
    facts = {"date": first.due, "kopecks": first.kopecks, "until": until}
    if len(parts) == 1:
        return Follows((Next("%(kopecks)s by %(date)s; nobody calls before %(until)s", facts),), until)
    words = (
        "%(parts)s payments until %(last)s, the first %(kopecks)s by %(date)s; nobody calls before %(until)s"
    )
    return Follows((Next(words, facts | {"parts": len(parts), "last": parts[-1].due}),), until)


def _call_back(tx: Transaction, case: Case, now: datetime) -> Follows:
    at, phone = case.fields.at, case.fields.phone or case.talk.phone
    assert at, "the form was checked"
    verdict = call_back_verdict(tx, case.debtor.id, phone, at)
    if not verdict.allowed:
        message = NOT_THEN_BUT_LATER if verdict.next_allowed else NOT_THEN
        facts = {"rules": verdict.refused_by, "at": verdict.next_allowed}
        raise FormFault([FieldFault(Need.AT.value, message, facts)])
    why = f"agreed with operator {case.login}"
    tx.call_backs.agree(Callback(case.talk.touch, case.debtor.id, phone, DEFAULT_DESK, why, at))
    until = _morning_of(at.astimezone(case.zone).date() + DAY, case)
    return Follows((Next("He is called back at %(at)s, first by you", {"at": at}),), until)


def _already_paid(tx: Transaction, case: Case, now: datetime) -> Follows:
    until = now + (_strategy_waits(tx, case) or PAYMENT_ON_ITS_WAY)
    return Follows((Next("The payment is waited for until %(until)s", {"until": until}),), until)


def _dispute(tx: Transaction, case: Case, now: datetime) -> Follows:
    until = now + (_strategy_waits(tx, case) or LOOKED_INTO)
    tx.debtors.mark(case.debtor.id, case.debtor.vulnerable, case.debtor.tags | {"dispute"})
    return Follows((Next("The debt is looked into; nobody calls before %(until)s", {"until": until}),), until)


def _hardship(tx: Transaction, case: Case, now: datetime) -> Follows:
    tx.debtors.mark(case.debtor.id, True, case.debtor.tags | {"hardship"})
    return Follows((Next("From now on he is only offered help"),))


def _wrong_person(tx: Transaction, case: Case, now: datetime) -> Follows:
    return Follows((Next("Nobody calls him on this number any more"),))


def _complaint(tx: Transaction, case: Case, now: datetime) -> Follows:
    return Follows(rests_until=now + COMPLAINT_ANSWERED)


_EFFECTS: Mapping[str, Callable[[Transaction, Case, datetime], Follows]] = {
    "promise": _promise,
    "call_back": _call_back,
    "already_paid": _already_paid,
    "dispute": _dispute,
    "hardship": _hardship,
    "wrong_person": _wrong_person,
    "complaint": _complaint,
}


def _blocked(tx: Transaction, case: Case, now: datetime) -> tuple[Next, ...]:
    reason = case.kind.blocks
    if reason is None:
        return ()
    complains = case.kind.result == "complaint"
    block = Block(
        channels=DEFAULT_CHANNELS[reason],
        start=now,
        end=now + COMPLAINT_ANSWERED if complains else None,
        reason=reason.value,
        document=case.document,
        received_at=now,
    )
    if reason in OF_A_PHONE:
        block = Block(
            block.channels, now, None, reason.value, Scope.PHONE, case.talk.phone, case.document, now
        )
        tx.blocks.put(block, debtor_id=None, author=case.login)
        return (Next("Machines do not call this number any more"),)
    tx.blocks.put(block, debtor_id=case.debtor.id, author=case.login)
    if complains:
        return (Next("Nobody contacts him before %(until)s", {"until": block.end}),)
    return (Next("Nobody contacts him any more"),)


def _mark_phone(tx: Transaction, case: Case) -> None:
    """What the talk has shown of the phone; that somebody talked was taken for the debtor himself until now."""
    phone = next((one for one in case.debtor.phones if one.number == case.talk.phone), None)
    if phone is None:
        return
    confirmed = tx.dispositions.talked_before(case.debtor.id, phone.number, case.talk.touch)
    before = phone.status
    if before is PhoneStatus.CONFIRMED and not confirmed:
        before = PhoneStatus.UNVERIFIED
    if (after := phone_after(before, case.kind.outcome)) is not phone.status:
        tx.debtors.mark_phone(case.debtor.id, phone.number, after)


def _strategy_waits(tx: Transaction, case: Case) -> timedelta | None:
    """How long the strategy waits after such an answer."""
    campaign = tx.campaigns.latest(case.debtor.portfolio_id)
    if campaign is None:
        return None
    strategy = published_strategy(tx.versions.get(campaign.strategy_version_id))[0]
    answer = strategy.after_result.get(case.kind.result)
    return answer.wait if answer else None


def _morning_of(day: date, case: Case) -> datetime:
    return local_midnight(day, case.zone)


def _shown(name: str, value: object) -> str:
    """A fact as the command line tells it."""
    if name == "kopecks" and isinstance(value, int):
        return f"{value / 100:,.2f} RUB"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
