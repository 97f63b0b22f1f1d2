"""Every branch of a script as the answers that lead into it, and what a call then says and records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ivr_scripts.conversation import Conversation, Entered, Event, Heard, Spoken
from ivr_scripts.language import About, Ask, Menu, Script

TODAY = date(2026, 3, 10)
FACTS: Mapping[str, object] = {
    "agency": "агентство Дозвон",
    "creditor": "Энергосбыт",
    "callback": "+78005553535",
    "debt": Decimal("2105.21"),
    "months": 21,
    "account": "4100 22",
    "since": date(2025, 11, 1),
    "proceeding": "12345/26",
}
SILENCE = ""
WRONG = {About.YES_NO: "5", About.PROMISE_DATE: "3102", About.PROMISE_SUM: "0#", About.ACCOUNT: "12#"}
RIGHT = {About.PROMISE_DATE: "1503", About.PROMISE_SUM: "21500#", About.ACCOUNT: "410022#"}


@dataclass(frozen=True, slots=True)
class Branch:
    """A way through a script: what the debtor answers, question by question; then he is silent."""

    name: str
    answers: tuple[str, ...]

    def events(self, script: Script) -> list[Event]:
        answers = iter(self.answers)
        return list(Conversation(script, FACTS, TODAY, lambda: next(answers, SILENCE)).events())


def branches(script: Script) -> Iterator[Branch]:
    """For each question that can be reached: each of its answers, silence, and an error until it gives up; a script
    that asks nothing has one way.
    """
    if not any(isinstance(node, Menu | Ask) for node in script.nodes.values()):
        yield Branch(f"{script.name}-listens", ())
    for name, before in ways(script).items():
        node = script.nodes[name]
        if isinstance(node, Menu | Ask):
            for answer, pressed in answers_of(node).items():
                yield Branch(f"{script.name}-{name}-{answer}", (*before, *pressed))


def answers_of(node: Menu | Ask) -> dict[str, tuple[str, ...]]:
    """What may be answered to one question, by name."""
    tries = node.retries + 1
    if isinstance(node, Menu):
        wrong = next(digit for digit in "5678*" if digit not in node.digits)
        return {digit: (digit,) for digit in node.digits} | {"silence": (), "wrong": (wrong,) * tries}
    ways: dict[str, tuple[str, ...]] = {"silence": (), "wrong": (WRONG[node.about],) * tries}
    if node.about is About.YES_NO:
        return ways | {"yes": ("1",), "no": ("2",)}
    given = (RIGHT[node.about],)
    if node.confirm is None:
        return ways | {"given": given}
    return ways | {"given": (*given, "1"), "unsure": (*given, "2") * tries}


def ways(script: Script) -> dict[str, tuple[str, ...]]:
    """The shortest way to each question, as the answers to those before it."""
    found: dict[str, tuple[str, ...]] = {}
    open_nodes: list[tuple[str, tuple[str, ...]]] = [(script.start, ())]
    while open_nodes:
        name, before = open_nodes.pop(0)
        while not isinstance(script.nodes[name], Menu | Ask) and (after := script.after(name)):
            name = after
        node = script.nodes[name]
        if name in found or not isinstance(node, Menu | Ask):
            continue
        found[name] = before
        if isinstance(node, Menu):
            open_nodes += [(choice.next, (*before, digit)) for digit, choice in node.digits.items()]
        else:
            open_nodes += [
                (choice.next, (*before, *answers_of(node)[way])) for way, choice in node.choices.items()
            ]
    return found


def spoken(events: list[Event]) -> list[str]:
    """The clips in their order."""
    return [clip for event in events if isinstance(event, Spoken) for clip in event.clips]


def told(events: list[Event]) -> list[str]:
    """What the dialplan must tell of it, in the words of `test_dialplan.reported`."""
    return [_line(event) for event in events if not isinstance(event, Spoken | Heard) and not _silent(event)]


def _silent(event: Event) -> bool:
    return isinstance(event, Entered) and event.kind == "goto"


def _line(event: Event) -> str:
    kinds = {
        "Entered": "Step",
        "Missed": "Missed",
        "Pressed": "Digit",
        "Given": "Answer",
        "Recorded": "Result",
    }
    facts = [getattr(event, name) for name in event.__slots__ if name != "kind"]
    return " ".join([kinds[type(event).__name__], *facts])
