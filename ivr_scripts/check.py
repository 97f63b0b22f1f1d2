"""What the model cannot see in one node: where the nodes lead, what they name, and what was said by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domain.said import said
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
                yield Problem(("nodes", name, "gives"), _unknown(repr(variable)), _declare(script))


def _slot(script: Script, path: tuple[str, ...], slot: Slot) -> Iterator[Problem]:
    if slot.name not in script.variables:
        yield Problem(path, _unknown(f"{{{slot.name}}}"), _declare(script))
    elif slot.case not in cases_of(script.variables[slot.name], script.language):
        kind = script.variables[slot.name]
        what = said(
            "a %(kind)s has no %(case)s in the language %(language)s",
            **{"kind": kind, "case": slot.case, "language": script.language},
        )
        yield Problem(path, what, said("leave the case out"))


def _unknown(variable: str) -> str:
    return said("unknown variable %(name)s", name=variable)


def _declare(script: Script) -> str:
    known = ", ".join(script.variables) or said("none")
    return said("declare it under variables (now: %(known)s)", known=known)


def _words(script: Script) -> Iterator[Problem]:
    for name, node in script.nodes.items():
        if isinstance(node, Menu):
            meant = [(word, digit) for digit, choice in node.digits.items() for word in choice.words]
            taken: dict[str, str] = {}
            for word, digit in meant:
                if taken.setdefault(word, digit) != digit:
                    path = ("nodes", name, "digits", digit, "words")
                    what = said("%(word)r already means %(digit)s", word=word, digit=taken[word])
                    yield Problem(path, what, said("keep it at one digit"))


def _dangling(script: Script) -> Iterator[Problem]:
    links = [(("nodes", name, *path), to) for name, node in script.nodes.items() for path, to in node.links()]
    if script.on_machine is not None:
        links.append((("on_machine",), script.on_machine))
    for path, target in links:
        if target not in script.nodes:
            what = said("there is no node %(node)r", node=target)
            yield Problem(path, what, said("name one of the script's nodes"))
        elif path[-1] == "interrupted_by" and not isinstance(script.nodes[target], Menu):
            what = said("node %(node)r is not a menu", node=target)
            yield Problem(path, what, said("name the menu that takes the digit"))


def _open_ends(script: Script) -> Iterator[Problem]:
    last = list(script.nodes)[-1]
    if script.nodes[last].kind != "hangup" and script.after(last) is None:
        what = said("the page ends without a hangup")
        yield Problem(("nodes", last), what, said("add one below, or a next"))


def _unreachable(script: Script) -> Iterator[Problem]:
    reached, frontier = set[str](), set(script.starts)
    while frontier:
        reached |= frontier
        frontier = {target for name in frontier for target in script.successors(name)} - reached
    for name in script.nodes:
        if name not in reached:
            what = said("no way leads to node %(node)r", node=name)
            yield Problem(("nodes", name), what, said("remove it or lead a next to it"))


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
            what = said("silence never leaves %(circle)s", circle=circle)
            yield Problem(("nodes", here), what, said("lead one next to a hangup"))


def _said_too_soon(script: Script) -> Iterator[Problem]:
    """Variables that only an account number gives, in a text on a way that has not asked for it."""
    known = said_before(script, _gives)
    for name, field, text in script.texts():
        for slot in slots(text):
            if slot.name in script.found_later - known.get(name, frozenset()):
                what = said("{%(name)s} is not known yet on every way to here", name=slot.name)
                yield Problem(("nodes", name, field), what, said("ask for the account before"))


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
                what = said(
                    "the last opener after it, %(node)r, names another menu or none",
                    node=early_exit(script, name),
                )
                yield Problem(path, what, said("name the same menu in all openers"))


_Look = Callable[[Script], Iterator[Problem]]
_IN_NODES: tuple[_Look, ...] = (_variables, _words, _dangling)
_IN_THE_FLOW: tuple[_Look, ...] = (_open_ends, _unreachable, _loops, _early_digits, _said_too_soon)
