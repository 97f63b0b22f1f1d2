"""What clauses may look at: the table of facts, from which the reference and the JSON Schema are made.

A fact is read as a number, as one or several names, or as yes or no. Times are numbers too: seconds ago.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from domain.debtor import Debtor, PromiseState, PropertyClass, Stage, Want
from domain.phone import PhoneStatus
from domain.proceeding import NOTHING, ProceedingStatus
from domain.said import said
from domain.touch import Direction, Outcome, PastTouch

NEVER = 1e12
"""Seconds ago of what has never been: longer than any duration."""

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number to be read from the facts: equal quantities are the same number for every debtor.

    ``part`` tells which number of the fact; ``within``, ``of`` and ``channels`` choose what is counted, an empty set
    everything.
    """

    fact: str
    part: str = ""
    within: timedelta | None = None
    of: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Facts:
    """A debtor at an instant, with his past touches."""

    debtor: Debtor
    now: datetime
    history: Sequence[PastTouch] = ()

    @cached_property
    def today(self) -> date:
        """The date of ``now``."""
        return self.now.date()


Measure = Callable[[Facts], float]


@dataclass(frozen=True)
class Fact:
    """A fact: how a clause writes it (``form``), its unit, what it means, what a loader must fetch for it.

    Exactly one of ``number``, ``names`` and ``flag`` reads it. A number of an ``unknown`` fact may be nan, which lies
    in no range.
    """

    name: str
    form: str
    meaning: str
    unit: str = ""
    want: Want | None = None
    number: Callable[[Quantity], Measure] | None = None
    names: Callable[[Facts], Collection[str]] | None = None
    flag: Callable[[Facts], bool] | None = None
    choices: tuple[str, ...] = ()
    many: bool = False
    unknown: bool = False


def _sum(quantity: Quantity) -> Measure:
    return lambda facts: facts.debtor.kopecks / 100


def _oldest_unpaid(quantity: Quantity) -> Measure:
    def day(facts: Facts) -> float:
        return min((debt.oldest_unpaid for debt in facts.debtor.debts), default=facts.today).toordinal()

    return day if quantity.part == "day" else lambda facts: (facts.today.toordinal() - day(facts)) * DAY_S


def _building_age(quantity: Quantity) -> Measure:
    return lambda facts: math.nan if facts.debtor.built is None else facts.today.year - facts.debtor.built


def _payments(quantity: Quantity) -> Measure:
    days = math.inf if quantity.within is None else quantity.within / timedelta(days=1)

    def recent(facts: Facts) -> list[int]:
        payments = facts.debtor.payments
        return [payment.kopecks for payment in payments if 0 <= (facts.today - payment.on).days < days]

    if quantity.part == "sum":
        return lambda facts: sum(recent(facts)) / 100
    return lambda facts: len(recent(facts))


def _since(quantity: Quantity, now: datetime) -> datetime:
    return datetime.min.replace(tzinfo=now.tzinfo) if quantity.within is None else now - quantity.within


def _promises(quantity: Quantity) -> Measure:
    def count(facts: Facts) -> float:
        since = _since(quantity, facts.now)
        promises = facts.debtor.promises
        return sum(since < promise.made_at and promise.state in quantity.of for promise in promises)

    return count


def _overdue(quantity: Quantity) -> Measure:
    def count(facts: Facts) -> float:
        promises = facts.debtor.promises
        return sum(promise.state is PromiseState.OPEN and promise.due < facts.today for promise in promises)

    return count


def _outcomes(quantity: Quantity) -> Measure:
    def counts(touch: PastTouch, since: datetime, now: datetime) -> bool:
        return (
            touch.direction is Direction.OUT
            and since < touch.at <= now
            and (touch.outcome in quantity.of if quantity.of else touch.outcome is not None)
            and (not quantity.channels or touch.channel in quantity.channels)
        )

    def count(facts: Facts) -> float:
        since = _since(quantity, facts.now)
        return sum(counts(touch, since, facts.now) for touch in facts.history)

    return count


def _last_talk(quantity: Quantity) -> Measure:
    def ago(facts: Facts) -> float:
        talks = (touch.at for touch in facts.history if touch.outcome is Outcome.TALK_DEBTOR)
        last = max((at for at in talks if at <= facts.now), default=None)
        return NEVER if last is None else (facts.now - last).total_seconds()

    return ago


def _phones(quantity: Quantity) -> Measure:
    match quantity.part:
        case "diallable":
            return lambda facts: sum(phone.diallable for phone in facts.debtor.phones)
        case "confirmed":
            return lambda facts: sum(p.status is PhoneStatus.CONFIRMED for p in facts.debtor.phones)
        case _:
            return lambda facts: len(facts.debtor.phones)


def _instalment(facts: Facts) -> bool:
    return facts.debtor.instalment is not None and facts.debtor.instalment.runs(facts.today)


_ALL = (
    Fact("sum", "number", "what the debtor owes on all his accounts", said("roubles"), number=_sum),
    Fact(
        "oldest_unpaid",
        "moment",
        "the first day of the oldest unpaid month; today where nothing is owed",
        "ago",
        number=_oldest_unpaid,
    ),
    Fact(
        "months_overdue",
        "number",
        "whole months since the oldest unpaid month; 0 where nothing is owed",
        said("months"),
        number=lambda quantity: lambda facts: facts.debtor.months_overdue(facts.today),
    ),
    Fact("debts", "number", "how many debts he has", number=lambda quantity: lambda f: len(f.debtor.debts)),
    Fact(
        "services",
        "names",
        "the services that his debts are for, as the creditor's file names them",
        names=lambda facts: [debt.service for debt in facts.debtor.debts],
        many=True,
    ),
    Fact("creditor", "names", "whom the money is owed to", names=lambda facts: (facts.debtor.creditor,)),
    Fact(
        "region",
        "names",
        "where he lives: a code of ISO 3166-2 such as RU-MOW",
        names=lambda f: (f.debtor.region,),
    ),
    Fact(
        "property_class",
        "names",
        "the class of his building",
        names=lambda facts: (facts.debtor.property_class or "unknown",),
        choices=(*PropertyClass, "unknown"),
    ),
    Fact(
        "building_age",
        "number",
        "years since the building was built; in no range where the year is unknown",
        said("years"),
        number=_building_age,
        unknown=True,
    ),
    Fact(
        "stage", "names", "how far the law has gone", names=lambda f: (f.debtor.stage,), choices=tuple(Stage)
    ),
    Fact(
        "bailiff_said",
        "names",
        "what the bailiff said last of each of his proceedings; nothing, where he was not heard yet",
        want=Want.ENFORCEMENT,
        names=lambda facts: [one.said(facts.now) for one in facts.debtor.enforcements],
        choices=(*ProceedingStatus, NOTHING),
        many=True,
    ),
    Fact(
        "bailiff_overdue",
        "number",
        "his open proceedings for which the day by which the bailiff promised to act has passed",
        want=Want.ENFORCEMENT,
        number=lambda quantity: (
            lambda facts: sum(one.overdue(facts.now) for one in facts.debtor.enforcements)
        ),
    ),
    Fact(
        "payments",
        "payments",
        "payments of the last days: their count, their sum in roubles",
        want=Want.PAYMENTS,
        number=_payments,
    ),
    Fact(
        "part_paid",
        "yes or no",
        "he has paid something, and still owes",
        want=Want.PAYMENTS,
        flag=lambda facts: bool(facts.debtor.payments) and facts.debtor.kopecks > 0,
    ),
    Fact(
        "promises",
        "promises",
        "promises to pay: open, kept or broken",
        want=Want.PROMISES,
        number=_promises,
        choices=tuple(PromiseState),
    ),
    Fact(
        "overdue_promises",
        "number",
        "promises whose day has passed and that nobody has kept or broken yet; of a bailiff, what he has not done",
        want=Want.PROMISES,
        number=_overdue,
    ),
    Fact(
        "instalment",
        "yes or no",
        "an instalment plan is in force today",
        want=Want.INSTALMENT,
        flag=_instalment,
    ),
    Fact(
        "outcomes",
        "outcomes",
        "what became of our own touches, per channel",
        want=Want.HISTORY,
        number=_outcomes,
        choices=tuple(Outcome),
    ),
    Fact(
        "last_talk",
        "ago",
        "when he himself was last talked to, whoever called",
        "ago",
        want=Want.HISTORY,
        number=_last_talk,
    ),
    Fact("phones", "phones", "how many phones he has: known, diallable, confirmed", number=_phones),
    Fact("vulnerable", "yes or no", "he belongs to a vulnerable group", flag=lambda f: f.debtor.vulnerable),
    Fact(
        "language", "names", "the language he is spoken to in, e.g. ru", names=lambda f: (f.debtor.language,)
    ),
    Fact(
        "tags",
        "names",
        "words that people and imports have put on him",
        names=lambda facts: facts.debtor.tags,
        many=True,
    ),
)

FACTS: dict[str, Fact] = {fact.name: fact for fact in _ALL}
"""Every fact by its name, in the order of the reference."""
