"""An answer to a reply: somebody writes back, over the channel that the reply came by. It is a touch like any other;
the rules judge it, the reserve logs it, a post room sends it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import category
from zoneinfo import ZoneInfo

from dialer.handlers.letters import Written, post
from dialer.handlers.out_of_plan import OutOfPlan, not_now, out_of_plan
from dialer.handlers.payment_link import new_token
from dialer.handlers.replies import ANSWERS_WITHIN
from dialer.handlers.sending import channel_of
from dialer.messages.stationery import Letter, Stationery
from dialer.settings import Settings, prices_of
from domain.debtor import Debtor
from domain.errors import FieldFault, FormFault
from domain.intensity import Refused
from domain.portfolio import Portfolio
from domain.touch import Channel, TouchId
from ledger.books import Transaction
from ledger.replies import Kept
from strategies.steps import Message
from strategies.texts.facts import VARIABLES, facts_of
from strategies.texts.language import Wording

STEP, FIELD = "answer", "text"
MOST_SMS, LONGEST = 4, 1_000
"""How many SMS an answer may fill, and how many characters one in a messenger may have."""
_BRACED = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer that is kept ready: a text of the house with his facts in it; ``{link}`` stays until it is sent."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Way:
    """How a reply can be answered: by which touch and rules, and over which kind of message."""

    asked: OutOfPlan
    kind: str
    portfolio: Portfolio

    @property
    def channel(self) -> Channel:
        """What limits count it as."""
        return self.asked.request.channel

    def refused(self, tx: Transaction, now: datetime) -> Refused | None:
        """What the rules have against it now; only an opinion, since nothing is locked."""
        ((verdict, _),) = tx.touches.judge([self.asked.request], self.asked.rules, self.asked.basis, now)
        return verdict if isinstance(verdict, Refused) else None


def way_to_answer(
    tx: Transaction, kept: Kept, settings: Settings, *, by: str, id: TouchId, now: datetime
) -> Way:
    """The way back to who wrote it, as ``by`` goes it. FormFault when there is none, whatever the rules may say."""
    if kept.debtor_id is None:
        raise _fault("Nobody is known who could be answered")
    kind = _kind(tx, kept, settings)
    if kind is None:
        raise _fault("Nobody carries messages over this channel any more")
    why, phone = f"{by} answers a reply", kept.reply.phone
    asked = out_of_plan(tx, kept.debtor_id, phone, id=id, step=STEP, why=why, channel=channel_of(kind))
    if asked is None:
        raise _fault("No campaign tells by which rules he is written to")
    debtor = asked.request.debtor
    if not any(one.number == phone and one.diallable for one in debtor.phones):
        raise _fault("It is no number that he may be written to on")
    return Way(asked, kind, tx.portfolios.get(debtor.portfolio_id))


def suggestions(way: Way, stationery: Stationery, now: datetime) -> list[Suggestion]:
    """The answers that are kept ready, in his language."""
    debtor = way.asked.request.debtor
    told = stationery.agency, _today(debtor, now)
    found = []
    for name, (text, _) in sorted(stationery.texts.items()):
        if text.answer:
            wording = text.wording(debtor.external_id, debtor.language)
            facts = facts_of(debtor, way.portfolio, *told, language=wording.language, link="{link}")
            found.append(Suggestion(name, text.title, wording.filled(facts)))
    return found


def write_answer(way: Way, typed: str, stationery: Stationery, now: datetime) -> Letter:
    """What he will read. FormFault when it cannot be sent as it is."""
    debtor, text = way.asked.request.debtor, signed(_read(typed), way.portfolio, stationery.agency)
    wording = Wording("", debtor.language, text)
    letter = stationery.letter(wording, debtor, way.portfolio, _today(debtor, now), new_token)
    if way.channel is Channel.SMS and letter.segments > MOST_SMS:
        raise _fault("It fills %(needed)s SMS, %(most)s may be sent", needed=letter.segments, most=MOST_SMS)
    return letter


def send_answer(tx: Transaction, way: Way, letter: Letter, settings: Settings, now: datetime) -> None:
    """Reserve the touch, and put the letter where a post room finds it. NotAllowed when the rules refuse it."""
    (verdict,) = tx.touches.reserve([way.asked.request], way.asked.rules, way.asked.basis, now)
    if isinstance(verdict, Refused):
        raise not_now(verdict)
    message = Message(kind=way.kind, text=letter.text)
    post(tx, prices_of(settings), [Written(way.asked.request, message, letter)], now)


def signed(text: str, portfolio: Portfolio, agency: str) -> str:
    """The text with who writes and where he is reached, which the law asks for, where it does not say so itself."""
    name = "{creditor}" if portfolio.creditor else "{agency}"
    if not any(one and one in text for one in (portfolio.creditor, agency, "{creditor}", "{agency}")):
        text = f"{name}: {text}"
    phone = portfolio.contact_phone
    return text if not phone or phone in text or "{callback}" in text else f"{text} {{callback}}"


def _read(typed: str) -> str:
    """What was typed, without what no phone shows."""
    plain = typed[: 10 * LONGEST].replace("\r\n", "\n")
    text = "".join(sign for sign in plain if sign == "\n" or category(sign) not in ("Cc", "Cs")).strip()
    if not text:
        raise _fault("Write what he shall read")
    if len(text) > LONGEST:
        raise _fault("Longer than %(most)s letters", most=LONGEST)
    if unknown := set(_BRACED.findall(text)) - VARIABLES.keys():
        raise _fault("There is no variable {%(name)s}", name=min(unknown))
    return text


def _kind(tx: Transaction, kept: Kept, settings: Settings) -> str | None:
    """The kind of message that he is answered by: that to which he replied, else another over the same channel, of the
    same provider if he has one. None when nobody carries any.
    """
    first = sorted(settings.providers, key=lambda one: one.name != kept.reply.provider)
    carried = [kind for one in first for kind in one.kinds if channel_of(kind) is Channel(kept.reply.channel)]
    written = tx.messages.last_to(kept.reply.phone, kept.reply.at - ANSWERS_WITHIN)
    return written.kind if written and written.kind in carried else next(iter(carried), None)


def _today(debtor: Debtor, now: datetime) -> date:
    return now.astimezone(ZoneInfo(next(iter(debtor.zones), "UTC"))).date()


def _fault(message: str, **facts: object) -> FormFault:
    return FormFault([FieldFault(FIELD, message, facts)])
