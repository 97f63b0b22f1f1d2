"""A small campaign in real books, for the tests of what the engine does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from dialer.handlers.reserve import Batch, reserve_batch
from dialer.handlers.take_over import Taken, read_work, take_over
from dialer.work import Work
from domain.campaign import Plan
from domain.debtor import Debtor
from domain.portfolio import LegalBasis
from domain.rules import RuleSet
from domain.touch import TouchId
from ledger.books import Books
from ledger.script_versions import ScriptVersion
from strategies.evaluate import first_plan
from strategies.load import parse_strategy
from tests.ledger.rows import (
    BASIS,
    CALLER,
    NOON,
    ONE_A_PHONE,
    ONE_LIVE_A_DAY,
    add_campaign,
    add_debtor,
    rules_of,
)

BODY = """\
name: test
regime: ru-230fz-agency
segments:
  - {id: vulnerable, when: {vulnerable: true}, stop: an operator helps}
  - id: big
    when: {sum: {below: 5000}}
    priority: 10
    steps:
      - id: inform
        ivr: debt_informer
        retry:
          busy: {after: 15m, times: 2}
          no_carrier: {after: 2m, times: 2}
        repeat: {every: 3d, times: 1}
  - id: huge
    priority: 20
    steps: [{id: inform, ivr: debt_informer}]
after_result:
  wrong_person: {other_phone: 1d}
"""
STRATEGY = parse_strategy(BODY, "test.yaml")
SCRIPTS = {"debt_informer": ScriptVersion("debt_informer@1", "name: debt_informer")}
RULES = rules_of(ONE_LIVE_A_DAY, ONE_A_PHONE)


class Desk:
    """A campaign called spring, owned by us, with the debtors that a test adds."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self._ids = count(1)
        with books.write() as tx:
            tx.numbers.put(CALLER)
            portfolio = tx.portfolios.put(
                "heat", creditor="Тепловые сети", contact_phone="+78000000000", basis=BASIS
            )
            campaign = add_campaign(tx, portfolio.id, body=BODY)
        self.portfolio, self.taken = portfolio, self.take_over()
        self.campaign = campaign

    @property
    def work(self) -> Work:
        return replace(self.taken.work, rules=RULES)

    def take_over(self) -> Taken:
        """Become the owner, as a dialler does at its start."""
        with self.books.read() as tx:
            campaign = tx.campaigns.named("spring")
        work = read_work(self.books, campaign, campaign.wanted_version_id)
        work = replace(work, scripts={name: script.id for name, script in SCRIPTS.items()})
        self.taken = take_over(self.books, work, campaign.name, SCRIPTS.values(), since=7.0, now=NOON)
        return self.taken

    def entitle(self, basis: LegalBasis) -> None:
        """Change the portfolio's document, as an operator does."""
        with self.books.write() as tx:
            tx.portfolios.put("heat", creditor="Тепловые сети", contact_phone="+78000000000", basis=basis)

    def add(self, key: str, *phones: str, roubles: int = 1000, zones: str = "Europe/Moscow") -> Debtor:
        """A debtor with the plan that the strategy gives him."""
        with self.books.write() as tx:
            debtor = add_debtor(tx, self.portfolio.id, key, *phones, roubles=roubles, zones=zones)
            tx.plans.save(self.campaign.id, [first_plan(STRATEGY, debtor, NOON)])
        return debtor

    def reserve(self, want: int = 10, *, rules: RuleSet = RULES, **more: object) -> Batch:
        """One batch at noon."""
        asked = {"want": want, "node": "n1", "new_id": self.new_id, "now": NOON, **more}
        work, fence = replace(self.work, rules=rules), self.taken.campaign.fence
        return reserve_batch(self.books, work, self.campaign.id, fence, **asked)  # type: ignore[arg-type]

    @property
    def new_id(self) -> Callable[[], TouchId]:
        return lambda: TouchId(f"01a200bb715f72ddb91035d9{next(self._ids):08x}")

    def plan(self, debtor: Debtor) -> Plan:
        """What is planned for him now."""
        with self.books.read() as tx:
            return tx.plans.load(self.campaign.id, [debtor.id])[debtor.id]

    def outcomes(self) -> dict[str, str | None]:
        """Every touch with its outcome."""
        with self.books.read() as tx:
            return {
                id: outcome and outcome.value for id, outcome in tx.touches.outcomes(self.campaign.id).items()
            }
