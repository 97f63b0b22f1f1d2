"""What the model cannot see in one node: where the nodes lead, what they name, and what was said by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ivr_scripts.language import ANSWER, Ask, Menu, Say, Script
from ivr_scripts.spoken import cases_of
from ivr_scripts.template import Slot, slots
from ivr_scripts.ways import early_exit, said_before


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a script: the field's path from the top of the file, and what is wrong."""

    path: tuple[str, ...]
    what: str
    remedy: str


def problems(script: Script) -> list[Problem]:
    """All faults found. Those of the flow are only looked for when every node that is named exists."""
    found = [problem for look in _IN_NODES for problem in look(script)]
    return found or [problem for look in _IN_THE_FLOW for problem in look(script)]


def _variables(script: Script) -> Iterator[Problem]:
    for name, field, text in script.texts():
        for slot in slots(text):
            if not (field == "confirm" and slot.name == ANSWER):
                yield from _slot(script, ("nodes", name, field), slot)
    for name, node in script.nodes.items():
        for variable in node.gives if isinstance(node, Ask) else ():
            if variable not in script.variables:
                yield Problem(("nodes", name, "gives"), f"unknown variable {variable!r}", _declare(script))


def _slot(script: Script, path: tuple[str, ...], slot: Slot) -> Iterator[Problem]:
    if slot.name not in script.variables:
        yield Problem(path, f"unknown variable {{{slot.name}}}", _declare(script))
    elif slot.case not in cases_of(script.variables[slot.name], script.language):
        kind = script.variables[slot.name]
        yield Problem(
            path, f"a {kind} has no {slot.case} in the language {script.language}", "leave the case out"
        )


def _declare(script: Script) -> str:
    return f"declare it under variables (now: {', '.join(script.variables) or 'none'})"


def _words(script: Script) -> Iterator[Problem]:
    for name, node in script.nodes.items():
        if isinstance(node, Menu):
            said = [(word, digit) for digit, choice in node.digits.items() for word in choice.words]
            taken: dict[str, str] = {}
            for word, digit in said:
                if taken.setdefault(word, digit) != digit:
                    path = ("nodes", name, "digits", digit, "words")
                    yield Problem(path, f"{word!r} already means {taken[word]}", "keep it at one digit")


def _dangling(script: Script) -> Iterator[Problem]:
    links = [(("nodes", name, *path), to) for name, node in script.nodes.items() for path, to in node.links()]
    if script.on_machine is not None:
        links.append((("on_machine",), script.on_machine))
    for path, target in links:
        if target not in script.nodes:
            yield Problem(path, f"there is no node {target!r}", "name one of the script's nodes")
        elif path[-1] == "interrupted_by" and not isinstance(script.nodes[target], Menu):
            yield Problem(path, f"node {target!r} is not a menu", "name the menu that takes the digit")


def _open_ends(script: Script) -> Iterator[Problem]:
    last = list(script.nodes)[-1]
    if script.nodes[last].kind != "hangup" and script.after(last) is None:
        yield Problem(("nodes", last), "the page ends without a hangup", "add one below, or a next")


def _unreachable(script: Script) -> Iterator[Problem]:
    reached, frontier = set[str](), set(script.starts)
    while frontier:
        reached |= frontier
        frontier = {target for name in frontier for target in script.successors(name)} - reached
    for name in script.nodes:
        if name not in reached:
            yield Problem(("nodes", name), f"no way leads to node {name!r}", "remove it or lead a next to it")


def _loops(script: Script) -> Iterator[Problem]:
    """A debtor who stays silent must come to an end; loops that a digit asks for are his own choice."""
    seen: set[str] = set()
    for start in script.nodes:
        path: list[str] = []
        here: str | None = start
        while here is not None and here not in seen:
            seen.add(here)
            path.append(here)
            here = script.after(here)
        if here in path:
            circle = " -> ".join([*path[path.index(here) :], here])
            yield Problem(("nodes", here), f"silence never leaves {circle}", "lead one next to a hangup")


def _said_too_soon(script: Script) -> Iterator[Problem]:
    """Variables that only an account number gives, in a text on a way that has not asked for it."""
    known = said_before(script, _gives)
    for name, field, text in script.texts():
        for slot in slots(text):
            if slot.name in script.found_later - known.get(name, frozenset()):
                what = f"{{{slot.name}}} is not known yet on every way to here"
                yield Problem(("nodes", name, field), what, "ask for the account before")


def _gives(script: Script, name: str, target: str) -> frozenset[str]:
    node = script.nodes[name]
    if isinstance(node, Ask) and node.given and node.given.next == target and target != script.after(name):
        return frozenset(node.gives)
    return frozenset()


def _early_digits(script: Script) -> Iterator[Problem]:
    """A digit pressed in an opener is kept until the last one is said, so all of them must lead to one menu."""
    for name, node in script.nodes.items():
        if isinstance(node, Say) and node.says and node.interrupted_by:
            last = script.nodes[early_exit(script, name)]
            if isinstance(last, Say) and last.interrupted_by != node.interrupted_by:
                path = ("nodes", name, "interrupted_by")
                what = f"the last opener after it, {early_exit(script, name)!r}, names another menu or none"
                yield Problem(path, what, "name the same menu in all openers")


_Look = Callable[[Script], Iterator[Problem]]
_IN_NODES: tuple[_Look, ...] = (_variables, _words, _dangling)
_IN_THE_FLOW: tuple[_Look, ...] = (_open_ends, _unreachable, _loops, _early_digits, _said_too_soon)
