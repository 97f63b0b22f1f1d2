"""Which segments nobody can be in, and whom none takes."""

from __future__ import annotations

from collections.abc import Iterator

from domain.said import Said, listed, said
from strategies.check.finding import Finding, Path, error, warning
from strategies.language import Segment, Strategy
from strategies.logic import All, Clause, Flag, words
from strategies.reach import can_hold, culprits

VULNERABLE = Flag("vulnerable", wanted=True)
NOT_VULNERABLE = Flag("vulnerable", wanted=False)


def segment_findings(strategy: Strategy) -> Iterator[Finding]:
    """Segments that can never match, exits that cannot do what is meant, and the vulnerable whom nobody helps."""
    earlier: list[Segment] = []
    for place, segment in enumerate(strategy.segments):
        path = ("segments", str(place))
        never = _never(segment, earlier, path)
        yield from (never,) if never else _exits(segment, path)
        if not never:
            earlier.append(segment)
    yield from _helpless(strategy)


def _taken(segment: Segment) -> list[Clause]:
    """The conditions of a segment one by one; only help and a stop take people of a vulnerable group."""
    clause = segment.clause
    parts: list[Clause] = [*clause.parts] if isinstance(clause, All) else [clause]
    return [*parts, NOT_VULNERABLE] if segment.presses else parts


def _never(segment: Segment, earlier: list[Segment], path: Path) -> Finding | None:
    own = _taken(segment)
    if not can_hold(own):
        guilty = [own[place] for place in culprits(own)[0]]
        return error((*path, "when"), *_contradiction(segment, guilty))
    others = [All(tuple(_taken(other))) for other in earlier]
    if can_hold(own, others):
        return None
    shadows = [repr(earlier[place].id) for place in culprits(own, others)[1]]
    return error(
        path,
        said(
            "segment %(segment)r can never match: everybody in it is taken by %(others)s above",
            **{"segment": segment.id, "others": listed(shadows, "%(one)s and %(other)s")},
        ),
        said("move it up, narrow those above, or take it out"),
    )


def _contradiction(segment: Segment, guilty: list[Clause]) -> tuple[Said, Said]:
    if NOT_VULNERABLE in guilty and segment.presses:
        what = said(
            "segment %(segment)r can never match: it wants people of a vulnerable group, and does not help",
            segment=segment.id,
        )
        return what, said("say help: true, or stop with a reason")
    what = said(
        "segment %(segment)r can never match: its conditions contradict each other: %(clauses)s",
        **{
            "segment": segment.id,
            "clauses": listed([words(clause) for clause in guilty], "%(one)s; %(other)s"),
        },
    )
    return what, said("mend one")


def _exits(segment: Segment, path: Path) -> Iterator[Finding]:
    for place, ending in enumerate(segment.exits):
        where = (*path, "exits", str(place), "when")
        of = {"segment": segment.id, "clause": words(ending.when.clause)}
        if not can_hold([*_taken(segment), ending.when.clause]):
            what = said("nobody in segment %(segment)r can ever be: %(clause)s", **of)
            yield warning(where, what, said("take the exit out, or mend it"))
        elif not can_hold(_taken(segment), [ending.when.clause]):
            what = said("everybody in segment %(segment)r leaves it at once: %(clause)s", **of)
            yield error(where, what, said("give the segment a stop instead, or mend the exit"))


def _helpless(strategy: Strategy) -> Iterator[Finding]:
    """Others than help and stops pass the vulnerable over, so some may fall through all segments."""
    for_them = [segment.clause for segment in strategy.segments if not segment.presses]
    if can_hold([VULNERABLE], for_them):
        yield warning(
            ("segments",),
            said(
                "no segment takes some people of a vulnerable group: only one with help: true, or a stop, can"
            ),
            said("add one for them"),
        )
