"""A debtor of a small campaign who was talked to at noon, for the tests of what operators say of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from dialer.disposition_form import read_fields
from dialer.handlers.dispose import Disposed, Done, dispose
from domain.call import Call
from domain.call_events import Connected
from domain.campaign import Plan
from domain.debtor import Debtor, Want
from domain.touch import Channel, Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Transaction
from ledger.inbound import InboundCall
from ledger.touches import Closing
from strategies.evaluate import first_plan
from strategies.load import parse_strategy
from tests.ledger.rows import BASIS, CALLER, NOON, add_campaign, add_debtor, request, rules_of

MOSCOW = ZoneInfo("Europe/Moscow")
PHONE, OTHER = "+79160000001", "+79160000002"
BODY = """\
name: test
regime: ru-230fz-agency
segments:
  - {id: help, when: {vulnerable: true}, help: true, steps: [{id: offer, call: {mode: preview}}]}
  - id: everybody
    when: {not: {tags: dispute}}
    steps:
      - {id: talk, call: {mode: progressive}, repeat: {every: 3d, times: 5}}
after_result:
  wrong_person: {other_phone: 1d}
  refusal: {stop: refused}
promises: {within: 14d, share: 30, parts: 6}
"""
STRATEGY = parse_strategy(BODY, "test.yaml")


class Scene:
    """One debtor with two phones and 1000 roubles of debt, whom operator anna talked to; boris works here, too."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self._ids = count(1)
        tx.numbers.put(CALLER)
        portfolio = tx.portfolios.put("heat", creditor="Heat", contact_phone=CALLER.number, basis=BASIS)
        self.anna = tx.operators.add("anna", "", (), "secret", 30).id
        self.boris = tx.operators.add("boris", "", (), "secret", 30).id
        self.portfolio, self.campaign = portfolio, add_campaign(tx, portfolio.id, body=BODY)
        self.debtor = add_debtor(tx, portfolio.id, "A1", PHONE, OTHER)
        self.first = first_plan(STRATEGY, self.debtor, NOON)
        tx.plans.save(self.campaign.id, [self.first])
        self.touch = self.call()

    def call(self, at: datetime = NOON, *, ends: bool = True, phone: str = PHONE) -> TouchId:
        """A call of ours at that time, which ended with a talk of two minutes."""
        touch = TouchId(f"01a200bb715f72ddb91035d9{next(self._ids):08x}")
        asked = replace(request(self.debtor, touch, self.campaign, phone), channel=Channel.CALL_HUMAN)
        self.tx.touches.reserve([asked], rules_of(), BASIS, at)
        if ends:
            self.end(touch, at)
        return touch

    def end(self, touch: TouchId, at: datetime = NOON) -> None:
        call = Call(touch, answered_at=at, ended_at=at, operators=(Connected(touch, at, self.anna),))
        self.tx.touches.close([Closing(call, Verdict(Outcome.TALK_DEBTOR, "talked"), at)])

    def caller(self, debtor: Debtor | None = None) -> TouchId:
        """Somebody who rang us and was talked to; nobody knows who it is if no debtor is told."""
        touch = TouchId(f"01a200bb715f72ddb91035d9{next(self._ids):08x}")
        came = InboundCall(touch, PHONE, CALLER.number, "node1", "rang", debtor)
        self.tx.inbound.arrived(came, NOON)
        self.end(touch)
        return touch

    def say(self, code: str, touch: TouchId | None = None, /, **fields: Any) -> Done:
        """Anna says what a talk brought, of a ``debtor`` if he is told; of the talk of noon if none is told."""
        return self.say_at(NOON, code, touch, **fields)

    def say_at(
        self, now: datetime, code: str, touch: TouchId | None = None, /, *, debtor: Any = None, **fields: Any
    ) -> Done:
        told = Disposed(touch or self.touch, code, read_fields(fields, MOSCOW), debtor)
        return dispose(self.tx, told, self.anna, now)

    @property
    def plan(self) -> Plan:
        return self.tx.plans.load(self.campaign.id, [self.debtor.id])[self.debtor.id]

    @property
    def now_known(self) -> Debtor:
        """The debtor with all that is known of him."""
        wanted = (Want.PROMISES, Want.INSTALMENT)
        return self.tx.debtors.load([self.debtor.id], wanted)[self.debtor.id]

    def outcome(self, touch: TouchId | None = None) -> Outcome | None:
        return self.tx.dispositions.talk(touch or self.touch).outcome
