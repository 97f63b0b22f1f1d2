"""The text of a strategy under review: what is wrong with it and where, what it changes, and what it looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent_console.floor.findings import Looked, finding, other_name
from dialer.handlers.take_over import published_strategy
from dialer.known import known_names
from dialer.messages.stationery import Stationery
from dialer.repertoire import repertoire
from dialer.script_rules import check_scripts
from domain.errors import InputError
from ledger.books import Transaction
from strategies.check import Severity
from strategies.diff import diff
from strategies.language import Segment, Strategy
from strategies.load import Note, review_strategy
from strategies.steps import Step, StepKind
from strategies.values import duration_words, hours_words


@dataclass(frozen=True, slots=True)
class Review(Looked):
    """All that can be said of a text; ``strategy`` is None when it cannot be read."""

    strategy: Strategy | None


def review_text(tx: Transaction, text: str, name: str, now: datetime, stationery: Stationery) -> Review:
    """Look at a text of the strategy ``name``, against the version that is in force."""
    scripts, present = repertoire(tx), tx.versions.in_force(name)
    notes: list[Note | InputError] = []
    try:
        known = known_names(stationery, scripts, bailiffs=tx.bailiffs.are_called())
        strategy, found = review_strategy(text, name, known, now)
        notes += found
        if strategy and not any(note.severity is Severity.ERROR for note in found):
            check_scripts(strategy, scripts)
            notes += filter(None, [other_name(strategy.name, name)])
    except InputError as fault:
        strategy, notes = None, [fault]
    changes = None
    if present and strategy:
        changes = [change.words for change in diff(published_strategy(present)[0], strategy)]
    return Review([finding(note) for note in notes], changes, strategy)


# ---------------------------------------------------------------- the picture
SIGNS = {
    StepKind.IVR: "phone-out",
    StepKind.CALL: "headset",
    StepKind.MESSAGE: "message",
    StepKind.BAILIFF: "gavel",
    StepKind.WAIT: "clock",
    StepKind.STOP: "stop",
}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as a chip: its sign, its name, what it does, and its fine print."""

    sign: str
    id: str
    does: str
    details: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """The way of one variant through a segment; ``share`` in per cent, None without a split."""

    name: str
    share: int | None
    steps: Sequence[ShownStep]


@dataclass(frozen=True, slots=True)
class ShownSegment:
    """A segment: who is in it, and the ways through it; none when everybody in it is left alone."""

    id: str
    title: str
    who: str
    priority: int
    stop: str
    ends: Sequence[str]
    rows: Sequence[Row]


def picture(strategy: Strategy) -> list[ShownSegment]:
    """The strategy's segments from top to bottom."""
    return [_segment(segment) for segment in strategy.segments]


def _segment(segment: Segment) -> ShownSegment:
    variants = segment.split.variants if segment.split else {}
    rows = [
        Row(name, variant.share, _steps(segment.steps_of(name))) for name, variant in variants.items()
    ] or [Row("", None, _steps(segment.steps))]
    return ShownSegment(
        segment.id,
        segment.title,
        segment.clause_words,
        segment.priority,
        segment.stop,
        [ending.reason for ending in segment.exits],
        [] if segment.stop else rows,
    )


def _steps(steps: Sequence[Step]) -> list[ShownStep]:
    return [ShownStep(SIGNS[step.kind], step.id, _does(step), _details(step)) for step in steps]


def _does(step: Step) -> str:
    if step.call:
        return " ".join(filter(None, (step.call.mode.value, step.call.skill)))
    if step.message:
        return step.message.kind
    if step.bailiff:
        return duration_words(step.bailiff.within)
    return duration_words(step.wait) if step.wait is not None else step.ivr or step.stop or ""


def _details(step: Step) -> list[str]:
    details = [
        f"{outcome}: {retry.times}× {duration_words(retry.after)}" for outcome, retry in step.retry.items()
    ]
    if step.repeat:
        details.insert(0, f"↻ {step.repeat.times}× {duration_words(step.repeat.every)}")
    if step.hours:
        details.append(hours_words(step.hours))
    if step.cap and step.cap.touches_a_day is not None:
        details.append(f"≤ {step.cap.touches_a_day}")
    if step.cap and step.cap.roubles_a_day is not None:
        details.append(f"≤ {step.cap.roubles_a_day:g} ₽")
    if step.message:
        details.append(step.message.text)
    return details
