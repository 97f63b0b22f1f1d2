"""The post office's record against our log: one message, one touch, the same text, the same end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dialer.demo.post_office.addressees import State
from dialer.demo.post_office.alphabet import whole
from dialer.demo.post_office.record import Row
from domain.message import echo_of
from domain.touch import Outcome, TouchId

REFUSED = frozenset({Outcome.MSG_FAILED, Outcome.INVALID_NUMBER})
STAYED_HOME = frozenset({Outcome.NOT_PLACED, None})
ARRIVED = frozenset({State.DELIVERED, State.READ})


@dataclass(frozen=True, slots=True)
class Logged:
    """A message as our log has it."""

    phone: str
    text: str
    outcome: Outcome | None


@dataclass(slots=True)
class MessageComparison:
    """What differs. All lists empty: the log tells exactly what the post office got and did."""

    taken: int = 0
    """Messages that the office has got, of any number of parts."""
    touches: int = 0
    """Touches that say one was sent."""
    lost: list[str] = field(default_factory=list)
    """The office got it, and we have no touch."""
    doubled: list[str] = field(default_factory=list)
    """The office got it twice."""
    phantom: list[str] = field(default_factory=list)
    """We say that it was sent, and the office has never heard of it."""
    torn: list[str] = field(default_factory=list)
    """The office got some of its parts: a fault between them, or a crash; it must not be logged as delivered."""
    different: list[str] = field(default_factory=list)
    """Another text, or another end."""
    unknown: int = 0
    open: int = 0

    @property
    def equal(self) -> bool:
        """Whether both tell the same."""
        return not (self.lost or self.doubled or self.phantom or self.torn or self.different)


@dataclass(slots=True)
class _Message:
    """What the office knows of one touch."""

    parts: Counter[int] = field(default_factory=Counter)
    of: int = 1
    texts: dict[int, str] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)


def compare_messages(rows: Iterable[Row], log: Mapping[TouchId, Logged]) -> MessageComparison:
    """``rows`` are the office's record, ``log`` our messages by touch, those of every campaign that it served."""
    found = MessageComparison()
    by_echo = {(one.phone, f"{echo_of(touch):04x}"): touch for touch, one in log.items()}
    messages: dict[TouchId, _Message] = defaultdict(_Message)
    refused = set[TouchId]()
    told, asked = defaultdict[str, set[State]](set), defaultdict[str, set[State]](set)
    for row in rows:
        if "told" in row:
            told[row["told"]].add(State(row["state"]))
        elif "asked" in row:
            asked[row["asked"]].add(State(row["state"]))
        elif "taken" in row or "refused" in row:
            touch = by_echo.get((row["to"], row["key"]), TouchId(row["key"]))
            if touch not in log:
                found.lost += [f"{row['to']}: {row['key'] or 'no key'}"] if "taken" in row else []
            elif "refused" in row:
                refused.add(touch)
            else:
                _take(messages[touch], row)
    for touch, message in messages.items():
        heard, perhaps = [told[id] for id in message.ids], [told[id] | asked[id] for id in message.ids]
        _judge(found, touch, message, log[touch], expected(heard) | expected(perhaps))
    found.taken = len(messages) + len(found.lost)
    found.phantom = [
        f"{touch}: logged as {one.outcome}"
        for touch, one in log.items()
        if touch not in messages and not _never_taken(one.outcome, touch in refused)
    ]
    outcomes = [one.outcome for one in log.values()]
    found.touches = len(messages) + len(found.phantom)
    found.unknown, found.open = outcomes.count(Outcome.UNKNOWN), outcomes.count(None)
    return found


def _take(message: _Message, row: Row) -> None:
    _, message.of, nth = row["part"] or (0, 1, 1)
    message.parts[nth] += 1
    message.texts[nth] = row["text"]
    message.ids.append(row["taken"])


def _judge(
    found: MessageComparison, touch: TouchId, message: _Message, logged: Logged, true: set[Outcome | None]
) -> None:
    text = whole([message.texts[nth] for nth in sorted(message.texts)])
    if max(message.parts.values()) > 1:
        found.doubled.append(touch)
    elif len(message.parts) < message.of:
        found.torn.append(f"{touch}: {len(message.parts)} of {message.of} parts, logged as {logged.outcome}")
        if logged.outcome in {Outcome.MSG_DELIVERED, Outcome.NOT_PLACED}:
            found.different.append(f"{touch}: torn, logged as {logged.outcome}")
    elif text != logged.text:
        found.different.append(f"{touch}: another text")
    elif logged.outcome not in true:
        found.different.append(f"{touch}: {sorted(map(str, true))} would be true, logged as {logged.outcome}")


def expected(told: list[set[State]]) -> set[Outcome | None]:
    """The outcomes that are true of a message that the office has got, by what it told of each part; one of which it
    has told nothing may still be open.
    """
    arrived = [bool(states & ARRIVED) for states in told]
    failed = any(State.FAILED in states for states in told)
    if all(arrived):
        return {Outcome.MSG_DELIVERED}
    if failed:
        return {*REFUSED, Outcome.MSG_SENT} if any(arrived) else {*REFUSED}
    return {Outcome.MSG_SENT, Outcome.MSG_DELIVERED, Outcome.UNKNOWN, None}


def _never_taken(outcome: Outcome | None, refused: bool) -> bool:
    """Whether that outcome is true of a message that the office never got."""
    if outcome in STAYED_HOME or outcome is Outcome.UNKNOWN:
        return True
    return refused and outcome in REFUSED
