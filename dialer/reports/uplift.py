"""What a campaign has brought, against its own control group: who falls where is chance, so the difference is its work.

Shares of debtors who paid are compared within each segment by Newcombe's hybrid score interval (Statistics in Medicine
17, 1998, method 10); over all segments by the sum of their differences, weighted by their sizes (post-stratification).
Whoever was put into a group stays in it, touched or not: intention to treat.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from dialer.reports.ask import ReportAsk
from dialer.reports.table import Cell, Column, Kind, Table
from ledger.reports.money import Group, groups
from ledger.transaction import Transaction

Z = 1.959964
"""Of a normal distribution 95 per cent lie within so many standard deviations."""
ENOUGH = 10
"""So many who paid, and who did not, each group must have before anything is said."""
NOT_ENOUGH = "Not enough data yet: each group needs at least 10 debtors who paid and 10 who did not."
NO_CONTROL = "This campaign has no control group: a share of a split segment must be left alone."
NO_DIFFERENCE = "No effect can be told from chance yet: the interval contains zero."


@dataclass(frozen=True, slots=True)
class Difference:
    """How much larger the share of payers is among the worked than in the control group: the estimate, and its 95 per
    cent confidence interval.
    """

    of: str
    worked: Group
    control: Group
    estimate: float
    low: float
    high: float

    @property
    def enough(self) -> bool:
        """Whether the figures carry a conclusion at all."""
        return all(ENOUGH <= group.payers <= group.debtors - ENOUGH for group in (self.worked, self.control))

    @property
    def told(self) -> bool:
        """Whether the effect is told from chance."""
        return self.enough and not self.low <= 0 <= self.high


def newcombe(paid: int, of: int, paid_without: int, of_without: int) -> tuple[float, float]:
    """The 95 per cent interval of the difference of two shares."""
    share, without = paid / of, paid_without / of_without
    low, high = _wilson(paid, of)
    low_without, high_without = _wilson(paid_without, of_without)
    difference = share - without
    return (
        difference - sqrt((share - low) ** 2 + (high_without - without) ** 2),
        difference + sqrt((high - share) ** 2 + (without - low_without) ** 2),
    )


def differences(found: Iterable[Group]) -> list[Difference]:
    """Of each segment that has both groups, and at last of all of them together."""
    by_segment: dict[str, dict[bool, Group]] = {}
    for group in found:
        by_segment.setdefault(group.segment, {})[group.control] = group
    pairs = [(both[False], both[True]) for both in by_segment.values() if len(both) == 2]
    each = [_difference(worked, control) for worked, control in pairs]
    return [*each, _together(each)] if each else []


def uplift(tx: Transaction, ask: ReportAsk) -> list[Table]:
    """The report. InputError without a campaign."""
    campaign = ask.one(tx)
    found = differences(groups(tx.connection, campaign.id, campaign.portfolio_id, ask.since, ask.until))
    columns = (
        Column("segment"),
        *(Column(name, Kind.COUNT) for name in ("worked", "of them paid")),
        Column("share that paid", Kind.SHARE),
        *(Column(name, Kind.COUNT) for name in ("control group", "paid without us")),
        Column("share that paid without us", Kind.SHARE),
        *(Column(name, Kind.SHARE) for name in ("uplift", "at least", "at most")),
        Column("uplift per debtor", Kind.MONEY),
    )
    return [Table("Uplift against the control group", columns, [_row(one) for one in found], _notes(found))]


def _notes(found: Sequence[Difference]) -> list[str]:
    if not found:
        return [NO_CONTROL]
    whole = found[-1]
    if not whole.enough:
        return [NOT_ENOUGH]
    return [] if whole.told else [NO_DIFFERENCE]


def _row(one: Difference) -> list[Cell]:
    worked, control = one.worked, one.control
    known = one.estimate if one.enough else None
    bounds = (one.low, one.high) if one.enough else (None, None)
    money = worked.kopecks / worked.debtors - control.kopecks / control.debtors
    return [
        one.of,
        *(worked.debtors, worked.payers, worked.payers / worked.debtors),
        *(control.debtors, control.payers, control.payers / control.debtors),
        *(known, *bounds, round(money) if one.enough else None),
    ]


def _difference(worked: Group, control: Group) -> Difference:
    low, high = newcombe(worked.payers, worked.debtors, control.payers, control.debtors)
    estimate = worked.payers / worked.debtors - control.payers / control.debtors
    return Difference(worked.segment, worked, control, estimate, low, high)


def _together(each: Sequence[Difference]) -> Difference:
    """Segments weighted by their sizes; each one's half widths add up as independent errors do."""
    sizes = [one.worked.debtors + one.control.debtors for one in each]
    weights = [size / sum(sizes) for size in sizes]
    estimate = sum(weight * one.estimate for weight, one in zip(weights, each, strict=True))
    below = sqrt(sum((w * (one.estimate - one.low)) ** 2 for w, one in zip(weights, each, strict=True)))
    above = sqrt(sum((w * (one.high - one.estimate)) ** 2 for w, one in zip(weights, each, strict=True)))
    worked, control = (_sum([getattr(one, side) for one in each]) for side in ("worked", "control"))
    return Difference("all", worked, control, estimate, estimate - below, estimate + above)


def _sum(some: Sequence[Group]) -> Group:
    debtors, payers, kopecks = (
        sum(getattr(one, of) for one in some) for of in ("debtors", "payers", "kopecks")
    )
    return Group("all", some[0].control, debtors, payers, kopecks)


def _wilson(paid: int, of: int) -> tuple[float, float]:
    share, spread = paid / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / of + spread / of / 4) / (1 + spread)
    return middle - half, middle + half
