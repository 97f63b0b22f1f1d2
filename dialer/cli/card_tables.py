"""Cards as tables in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain, groupby

from rich.table import Table

from dialer.card import Action, Allowance, BailiffCard, DebtorCard, Said

MASKED = "•••"
Line = tuple[str, str]
"""A label and words; a label that repeats is shown once."""
Sum = Callable[[int | None], str]


def table_of(card: DebtorCard, *, identified: bool) -> Table:
    """A debtor's card in the order of the screen."""

    def shown(text: str) -> str:
        return text if identified else MASKED

    def roubles(kopecks: int | None) -> str:
        return shown("no sum" if kopecks is None else _roubles(kopecks))

    table = Table(show_header=False)
    label = ""
    for what, words in chain(_owes(card, roubles, shown), _known(card, roubles), _contact(card)):
        table.add_row("" if what == label else what, words)
        label = what
    return table


def heading_of(card: BailiffCard) -> str:
    """Who the bailiff is, and how much lies with him."""
    where = ", ".join(filter(None, (card.name, card.department, card.address, *card.phones)))
    figures = f"open proceedings: {card.open}, {_roubles(card.kopecks)}; overdue promises: {card.overdue}"
    return f"{where}; {figures}; to be asked about: {card.enquiries}"


def table_of_proceedings(card: BailiffCard) -> Table:
    """All that a bailiff runs or ran."""
    table = Table("proceeding", "debtor", "document", "sum", "state")
    for run in card.proceedings:
        one = run.proceeding
        state = f"ended {one.ended_on}: {one.end_reason}" if one.ended_on else f"open{_said(one.last)}"
        if ask := run.enquiry:
            state = f"to be asked since {ask.since:%Y-%m-%d}: {ask.ask or 'how it stands'}; {state}"
        told = (f"{one.number} of {one.opened_on}", f"{run.debtor} {run.debtor_name}", one.document)
        table.add_row(*told, _roubles(one.kopecks), state)
    return table


def _owes(card: DebtorCard, roubles: Sum, shown: Callable[[str], str]) -> Iterator[Line]:
    """Who he is, what he owes, what is left of the limits."""
    who = card.who
    where = " ".join(filter(None, (who.region, f"{card.local:%H:%M} there", who.language)))
    yield "who", f"{who.name or who.key} ({who.key}), {who.creditor}, {where}"
    for question in who.identity:
        yield "ask", f"{question.ask}: {question.expected}"
    vulnerable = ", vulnerable" if who.vulnerable else ""
    if who.address:
        yield "address", shown(who.address)
    yield "debt", f"{roubles(card.kopecks)}, {card.stage}, {card.months_overdue} months{vulnerable}"
    for debt in card.debts:
        penalty = f" and penalty {roubles(debt.penalty_kopecks)}" if debt.penalty_kopecks else ""
        yield (
            "debt",
            f"{debt.service} {debt.account}: {roubles(debt.kopecks)}{penalty} since {debt.oldest_unpaid}",
        )
    for budget in card.budgets:
        used = ", ".join(_used(one) for one in budget.limits)
        yield "budget", f"{budget.channel}: {used}; {_next(budget.next_allowed, card.at)}"


def _known(card: DebtorCard, roubles: Sum) -> Iterator[Line]:
    """What happened, and what was promised."""
    for one in card.proceedings:
        state = f"ended {one.ended_on}" if one.ended_on else f"{one.bailiff.name} {one.bailiff.phone}"
        yield (
            "proceeding",
            f"{one.number} of {one.opened_on}: {roubles(one.kopecks)}, {state}{_said(one.last)}",
        )
    for touch in card.touches:
        told = f"{touch.at:%Y-%m-%d %H:%M} {touch.direction} {touch.channel} {touch.phone}"
        yield "last touches", f"{told}: {touch.outcome or 'open'} {touch.result}".strip()
    for promise in card.promises:
        yield "promises", f"{roubles(promise.kopecks)} by {promise.due}: {promise.state}"
    if plan := card.instalment:
        until = f" until {plan.until}" if plan.until else ""
        yield "instalment", f"{roubles(plan.kopecks_a_month)} a month from {plan.start}{until}"
    for phone in card.phones:
        yield "phones", f"{phone.number} {phone.status}, answered {phone.answered} of {phone.rung}"


def _contact(card: DebtorCard) -> Iterator[Line]:
    """What may be done, and what is said."""
    for block in card.blocks:
        until = f" until {block.until:%Y-%m-%d}" if block.until else ""
        yield "blocked", f"{block.reason}: {', '.join(block.channels)}{until}"
    for (channel, verdict), alike in groupby(card.actions, lambda act: (act.channel, _verdict(act, card.at))):
        phones = ", ".join(act.phone for act in alike)
        yield "actions", f"{channel} {phones}".strip() + f": {verdict}"
    if at := card.working:
        yield "plan", f"{at.campaign}: segment {at.segment}, step {at.step}, {at.state}: {at.reason}"
        yield "script", at.script


def _used(one: Allowance) -> str:
    """How far a limit is used up."""
    phone = f" ({one.phone})" if one.phone else ""
    return f"{one.rule}{phone} {one.used}/{one.limit}"


def _verdict(act: Action, now: datetime) -> str:
    """Whether it may be, and why not, with the words of those rules that have some."""
    if act.allowed:
        return "allowed"
    rules = ", ".join(f"{rule} ({act.why[rule]})" if rule in act.why else rule for rule in act.refused_by)
    return f"no: {rules}; {_next(act.next_allowed, now)}"


def _said(last: Said | None) -> str:
    """What the bailiff said last, as the end of a sentence."""
    if last is None:
        return ""
    promised = f", promised by {last.promised_until}" if last.promised_until else ""
    return f"; {last.at:%Y-%m-%d} {last.asked}: {last.status}{promised}{' (overdue)' if last.overdue else ''}"


def _next(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "not within 60 days"
    return "allowed now" if at <= now else f"next {at:%Y-%m-%d %H:%M} UTC"


def _roubles(kopecks: int) -> str:
    return f"{kopecks / 100:,.2f} RUB"
