"""The text of a script under review: what is wrong with it and where, what it changes, and the ways through it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent_console.floor.findings import Looked, finding, other_name
from dialer.handlers.review_script import look_at_script
from dialer.repertoire import repertoire
from domain.errors import InputError
from ivr_scripts.diff import diff
from ivr_scripts.language import Ask, Choice, Menu, Node, Record, Say, Script, Transfer
from ivr_scripts.load import parse_script
from ivr_scripts.openers import opener_problems
from ledger.books import Transaction
from strategies.regime import openers_of, shipped_regimes


@dataclass(frozen=True, slots=True)
class ScriptReview(Looked):
    """All that can be said of a text; ``script`` is None when it cannot be read, ``regimes`` allow how it begins."""

    script: Script | None
    regimes: Sequence[str]


def review_script_text(tx: Transaction, text: str, name: str) -> ScriptReview:
    """Look at a text of the script ``name``, against the one that is in force and for those who play it."""
    try:
        script, faults = look_at_script(tx, text, name)
        if script:
            faults += filter(None, [other_name(script.name, name)])
    except InputError as fault:
        script, faults = None, [fault]
    if script is None:
        return ScriptReview([finding(fault) for fault in faults], None, None, [])
    regimes = [one for one in shipped_regimes() if not opener_problems(script, openers_of(one))]
    return ScriptReview([finding(fault) for fault in faults], _changes(tx, script, name), script, regimes)


def _changes(tx: Transaction, script: Script, name: str) -> list[str] | None:
    known = repertoire(tx)
    if name not in known.names:
        return None
    return [change.words for change in diff(parse_script(*known.text(name)), script)]


# ---------------------------------------------------------------- the picture
SIGNS = {
    "say": "speaker",
    "menu": "keypad",
    "ask": "mic",
    "transfer": "headset",
    "record": "flag",
    "goto": "branch",
    "hangup": "phone-off",
}


@dataclass(frozen=True, slots=True)
class ShownWay:
    """A way on: what the debtor does for it (empty: nothing), what is recorded, and where it leads."""

    on: str
    result: str
    to: str


@dataclass(frozen=True, slots=True)
class ShownNode:
    """A node with its sign, what it says or records, and the ways on that do not simply go down the page."""

    id: str
    kind: str
    sign: str
    text: str
    says: str
    begins: bool
    machine: bool
    ways: Sequence[ShownWay]


def picture(script: Script) -> list[ShownNode]:
    """The nodes from top to bottom."""
    names = list(script.nodes)
    below = dict(zip(names, [*names[1:], ""], strict=True))
    return [
        ShownNode(
            name,
            node.kind,
            SIGNS[node.kind],
            _text(node),
            ", ".join(sorted(node.says)) if isinstance(node, Say) else "",
            name == script.start,
            name == script.on_machine,
            list(_ways(script, name, node, below[name])),
        )
        for name, node in script.nodes.items()
    ]


def _text(node: Node) -> str:
    match node:
        case Say() | Menu() | Ask():
            return node.text
        case Transfer():
            return f"{node.queue}: {node.text}"
        case Record():
            return str(node.result)
        case _:
            return ""


def _ways(script: Script, name: str, node: Node, below: str) -> Iterator[ShownWay]:
    if isinstance(node, Menu):
        for digit, choice in node.digits.items():
            yield _way(" ".join([digit, *choice.words[:2]]), choice)
    if isinstance(node, Ask):
        for answer, choice in node.choices.items():
            yield _way(answer, choice)
    if isinstance(node, Say) and node.interrupted_by:
        yield ShownWay("0-9", "", node.interrupted_by)
    after = script.after(name)
    if after and after != below:
        yield ShownWay("", "", after)


def _way(on: str, choice: Choice) -> ShownWay:
    return ShownWay(on, str(choice.result or ""), choice.next)
