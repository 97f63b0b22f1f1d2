"""Can anybody satisfy these clauses? Sound: a "no" is never wrong.

A search over what is still possible of every fact: intervals of numbers, sets of names, yes or no. Counts of the same
things keep their order (30 days hold no more payments than 90); else facts are taken to be independent, and a search
that grows too long is given up: both can only turn a "no" into a "yes".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from strategies.facts import FACTS, Quantity
from strategies.logic import All, AnyOf, Clause, Flag, Leaf, Not, OneOf, Range

LONGEST_SEARCH = 20_000
"""How many branches are looked at before the answer is "yes, for all we know"."""

Wish = tuple[Clause, bool]
"""A clause, and whether it is to hold or not to hold."""


def can_hold(clauses: Iterable[Clause], not_these: Iterable[Clause] = ()) -> bool:
    """Whether some debtor satisfies all ``clauses`` and none of ``not_these``, for all we know."""
    wishes = [*((clause, True) for clause in clauses), *((clause, False) for clause in not_these)]
    return _Search().finds(wishes, (), {})


def culprits(clauses: Sequence[Clause], not_these: Sequence[Clause] = ()) -> tuple[list[int], list[int]]:
    """The places of the fewest clauses, and of ``not_these``, which together nobody satisfies."""
    kept, others = list(range(len(clauses))), list(range(len(not_these)))
    for places in (others, kept):
        for place in list(places):
            places.remove(place)
            if can_hold([clauses[i] for i in kept], [not_these[i] for i in others]):
                places.append(place)
        places.sort()
    return kept, others


@dataclass(frozen=True, slots=True)
class _Number:
    """Half-open intervals that a number may lie in; ``unknown``: it may be none at all."""

    spans: tuple[tuple[float, float], ...] = ((-math.inf, math.inf),)
    unknown: bool = False

    def narrowed(self, leaf: Range, holds: bool) -> _Number | None:
        outside = ((-math.inf, leaf.low), (leaf.high, math.inf))
        allowed = ((leaf.low, leaf.high),) if holds else outside
        cut = [(max(a, low), min(b, high)) for a, b in self.spans for low, high in allowed]
        left = _Number(tuple((low, high) for low, high in cut if low < high), self.unknown and not holds)
        return left if left.spans or left.unknown else None


@dataclass(frozen=True, slots=True)
class _Names:
    """Names a fact may have: of each set in ``needed`` at least one, of ``barred`` none.

    A fact with one name keeps one needed set; where ``choices`` are known, it has one of those.
    """

    needed: tuple[frozenset[str], ...] = ()
    barred: frozenset[str] = frozenset()
    many: bool = False

    def narrowed(self, leaf: OneOf, holds: bool) -> _Names | None:
        if not holds:
            left = replace(self, barred=self.barred | leaf.names)
        elif self.many or not self.needed:
            left = replace(self, needed=(*self.needed, leaf.names))
        else:
            left = replace(self, needed=(self.needed[0] & leaf.names,))
        return left if all(names - left.barred for names in left.needed) else None


@dataclass(frozen=True, slots=True)
class _Yes:
    """Whether a flag may be up, may be down."""

    choices: frozenset[bool] = frozenset({True, False})

    def narrowed(self, leaf: Flag, holds: bool) -> _Yes | None:
        left = self.choices & {leaf.wanted is holds}
        return _Yes(left) if left else None


_Fact = _Number | _Names | _Yes
_Region = Mapping[Quantity | str, _Fact]


def _narrowed(region: _Region, leaf: Leaf, holds: bool) -> _Region | None:
    """What is possible once the leaf holds, or does not; None when nothing is."""
    key = leaf.quantity if isinstance(leaf, Range) else leaf.fact
    left: _Fact | None
    match leaf, region.get(key) or _anything(leaf):
        case Range(), _Number() as number:
            left = number.narrowed(leaf, holds)
        case OneOf(), _Names() as names:
            left = names.narrowed(leaf, holds)
        case Flag(), _Yes() as yes:
            left = yes.narrowed(leaf, holds)
        case _:
            raise TypeError(f"{key} is compared in two ways")
    if left is None or not isinstance(leaf, Range):
        return None if left is None else {**region, key: left}
    return _in_order({**region, key: left}, leaf.quantity)


def _in_order(region: _Region, changed: Quantity) -> _Region | None:
    """What a count that changed tells of those that count more or less of the same; None when they disagree."""
    counts: dict[Quantity | str, _Number] = {
        key: fact for key, fact in region.items() if isinstance(fact, _Number)
    }
    for other in region:
        if not isinstance(other, Quantity) or other == changed:
            continue
        for more, fewer in ((changed, other), (other, changed)):
            if not _counts_all_of(more, fewer):
                continue
            least, most = counts[fewer].spans[0][0], counts[more].spans[-1][1]
            raised = counts[more].narrowed(Range(more, low=least), holds=True)
            lowered = counts[fewer].narrowed(Range(fewer, high=most), holds=True)
            if raised is None or lowered is None:
                return None
            counts[more], counts[fewer] = raised, lowered
    return {**region, **counts}


PHONES_COUNTED = ("confirmed", "diallable", "known")
"""Each counts all that the one before counts."""


def _counts_all_of(more: Quantity, fewer: Quantity) -> bool:
    if more.fact != fewer.fact:
        return False
    if more.fact == "phones":
        return PHONES_COUNTED.index(more.part) > PHONES_COUNTED.index(fewer.part)
    return (
        more.part == fewer.part == "count"
        and (more.within is None or (fewer.within is not None and fewer.within <= more.within))
        and (not more.of or (bool(fewer.of) and fewer.of <= more.of))
        and (not more.channels or (bool(fewer.channels) and fewer.channels <= more.channels))
    )


def _anything(leaf: Leaf) -> _Fact:
    match leaf:
        case Range(quantity):
            return _Number(unknown=FACTS[quantity.fact].unknown)
        case OneOf(name):
            fact = FACTS[name]
            needed = (frozenset(fact.choices),) if fact.choices and not fact.many else ()
            return _Names(needed, many=fact.many)
        case Flag():
            return _Yes()


@dataclass(slots=True)
class _Search:
    looked: int = field(default=0)

    def finds(self, wishes: list[Wish], forks: tuple[tuple[Wish, ...], ...], region: _Region) -> bool:
        """Whether all wishes can come true, and of every fork one."""
        self.looked += 1
        if self.looked > LONGEST_SEARCH:
            return True
        for wish in (agenda := list(wishes)):
            match wish:
                case All(parts), True:
                    agenda.extend((part, True) for part in parts)
                case AnyOf(parts), False:
                    agenda.extend((part, False) for part in parts)
                case ((All(parts) | AnyOf(parts)), holds):
                    forks = (*forks, tuple((part, holds) for part in parts))
                case Not(part), holds:
                    agenda.append((part, not holds))
                case (Range() | OneOf() | Flag()) as leaf, holds:
                    narrowed = _narrowed(region, leaf, holds)
                    if narrowed is None:
                        return False
                    region = narrowed
        return self._one_of_each(forks, region)

    def _one_of_each(self, forks: tuple[tuple[Wish, ...], ...], region: _Region) -> bool:
        """Take the fork with the fewest ways that are still open."""
        live = [ways for fork in forks if (ways := _open_ways(fork, region)) is not None]
        if not live:
            return True
        tightest = min(live, key=len)
        others = tuple(fork for fork in live if fork is not tightest)
        return any(self.finds([way], others, region) for way in tightest)


def _open_ways(fork: tuple[Wish, ...], region: _Region) -> tuple[Wish, ...] | None:
    """The ways that are not shut already; None when one of them holds whatever else comes."""
    ways: list[Wish] = []
    for clause, holds in fork:
        if isinstance(clause, Leaf):
            if _narrowed(region, clause, not holds) is None:
                return None
            if _narrowed(region, clause, holds) is None:
                continue
        ways.append((clause, holds))
    return tuple(ways)
