"""Dry run: what a strategy would do to a portfolio in the next days; nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from domain.campaign import Why
from domain.portfolio import Portfolio
from domain.touch import Channel
from ledger.books import Transaction
from ledger.history import touches_of
from ledger.persons import same_persons
from ledger.reports.experience import latest_outcomes, sample
from ledger.reports.table import share
from strategies.chances import Chance, Chances, Prices, learned
from strategies.evaluate import PRESENT
from strategies.forecast import Assumptions, Fate, Subject, forecast
from strategies.language import Strategy
from strategies.regime import load_rules

PAGE = 1000
SAMPLE = 10_000


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: ``days`` dates from today on, on at most ``sample`` debtors. ``kinds`` of steps are performed
    beside calls to debtors; ``all_steps`` plays the kinds of steps too that nobody performs yet.
    """

    strategy: Strategy
    prices: Prices
    days: int = 7
    sample: int = SAMPLE
    learn: bool = True
    all_steps: bool = False
    kinds: frozenset[str] = frozenset()

    @property
    def performs(self) -> frozenset[str]:
        """The kinds of steps that are played."""
        strategy = self.strategy
        steps = (step for segment in strategy.segments for step in segment.all_steps)
        return (
            frozenset(step.performer for step in steps) if self.all_steps else PRESENT.performs | self.kinds
        )


class Place(NamedTuple):
    """Where a debtor begins: a segment and variant, or why he is left alone."""

    segment: str
    variant: str
    left_alone: Why | None


@dataclass(slots=True)
class DryRun:
    """The figures of the sample, as estimates for all ``debtors`` of the portfolio; costs in roubles."""

    strategy: str
    portfolio: str
    at: datetime
    days: int
    debtors: int
    sampled: int
    own_experience: list[Channel]
    places: Counter[Place] = field(default_factory=Counter)
    touches: Counter[tuple[date, Channel]] = field(default_factory=Counter)
    costs: defaultdict[tuple[date, Channel], float] = field(default_factory=lambda: defaultdict(float))
    held_back: Counter[str] = field(default_factory=Counter)
    held_back_debtors: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def add(self, fate: Fate) -> None:
        """Count one debtor of the sample."""
        self.places[Place(fate.segment, fate.variant, fate.left_alone)] += 1
        self.touches.update(fate.touches)
        for key, cost in fate.costs.items():
            self.costs[key] += cost
        self.held_back.update(fate.held_back)
        self.held_back_debtors += bool(fate.held_back)
        self.passed_over.update(fate.passed_over)
        self.asked.update(fate.asked)

    @property
    def weight(self) -> float:
        """How many debtors of the portfolio one of the sample stands for."""
        return self.debtors / self.sampled if self.sampled else 1.0

    def estimate(self, counted: float) -> int:
        """A count of the sample as one of the portfolio."""
        return round(counted * self.weight)

    @property
    def untaken(self) -> int:
        """Debtors whom no segment takes."""
        return self.estimate(sum(n for place, n in self.places.items() if place.left_alone is Why.NO_SEGMENT))

    @property
    def cost(self) -> float:
        """Roubles for all touches."""
        return round(sum(self.costs.values()) * self.weight, 2)

    def to_json(self) -> dict[str, Any]:
        """The document of ``dozvon strategy dry-run --json``."""
        return {
            **{"strategy": self.strategy, "portfolio": self.portfolio, "at": self.at.isoformat()},
            **{"days": self.days, "debtors": self.debtors, "sample": self.sampled},
            "own_experience": self.own_experience,
            "segments": [
                {**place._asdict(), "debtors": self.estimate(n), "share": share(n, self.sampled)}
                for place, n in self.places.most_common()
            ],
            "no_segment": self.untaken,
            "touches": [
                {
                    **{"date": day.isoformat(), "channel": channel, "touches": self.estimate(n)},
                    "cost": round(self.costs[day, channel] * self.weight, 2),
                }
                for (day, channel), n in sorted(self.touches.items())
            ],
            "total": {"touches": self.estimate(self.touches.total()), "cost": self.cost},
            "held_back": {
                "debtors": self.estimate(self.held_back_debtors),
                "rules": {rule: self.estimate(n) for rule, n in self.held_back.most_common()},
            },
            "passed_over": {step: self.estimate(n) for step, n in self.passed_over.most_common()},
            "asked_of_bailiffs": {step: self.estimate(n) for step, n in self.asked.most_common()},
        }


def dry_run(
    tx: Transaction, trial: Trial, portfolio: Portfolio, now: datetime, progress: Callable[[int, int], None]
) -> DryRun:
    """Try the strategy on the portfolio as it is; ``progress``: debtors done, of the sample."""
    total = tx.debtors.count(portfolio.id)
    ids = sample(tx.connection, portfolio.id, trial.sample)
    counted = _counted(tx, portfolio)
    assumptions = Assumptions(
        trial.strategy,
        load_rules(trial.strategy.regime, trial.strategy.policies),
        portfolio.basis,
        learned(counted),
        trial.prices,
        trial.performs,
        trial.learn,
        total / max(1, len(ids)),
    )
    own = sorted(channel for channel, chances in counted.items() if assumptions.chances[channel] == chances)
    found = DryRun(trial.strategy.name, portfolio.name, now, trial.days, total, len(ids), own)
    for done, subject in enumerate(_subjects(tx, trial.strategy, ids), 1):
        found.add(forecast(subject, assumptions, now, trial.days))
        if done % 100 == 0 or done == len(ids):
            progress(done, len(ids))
    return found


def _counted(tx: Transaction, portfolio: Portfolio) -> Chances:
    """The portfolio's own experience, by channel."""
    found: dict[Channel, list[Chance]] = {}
    for channel, outcome, result, touches, talk_s in latest_outcomes(tx.connection, portfolio.id):
        found.setdefault(channel, []).append(Chance(outcome, touches, talk_s, result))
    return found


def _subjects(tx: Transaction, strategy: Strategy, ids: Sequence[int]) -> Iterator[Subject]:
    """The debtors with what stands about them, read page by page."""
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        debtors = tx.debtors.load(page, strategy.wants)
        history = touches_of(tx.connection, page)
        numbers = {phone.number for debtor in debtors.values() for phone in debtor.phones}
        blocks = tx.blocks.standing(page, numbers, same_persons(tx.connection, debtors.values()))
        for id, debtor in debtors.items():
            yield Subject(debtor, history.get(id, ()), blocks.of(id, *(p.number for p in debtor.phones)))
