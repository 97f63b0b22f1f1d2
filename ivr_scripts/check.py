"""What the model cannot see in one node: where the nodes lead, and which variables they name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ivr_scripts.language import Menu, Say, Script
from ivr_scripts.template import Slot, parse_template


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a script: the field's path from the top of the file, and what is wrong."""

    path: tuple[str, ...]
    what: str
    remedy: str


def problems(script: Script) -> list[Problem]:
    """All faults found. Those of the flow are only looked for when every node that is named exists."""
    found = [*_unknown_variables(script), *_dangling(script)]
    return found or [*_open_ends(script), *_unreachable(script), *_loops(script)]


def _unknown_variables(script: Script) -> Iterator[Problem]:
    for name, text in script.texts():
        for part in parse_template(text):
            if isinstance(part, Slot) and part.name not in script.variables:
                yield Problem(
                    ("nodes", name, "text"),
                    f"unknown variable {{{part.name}}}",
                    f"declare it under variables (now: {', '.join(script.variables) or 'none'})",
                )


def _links(script: Script) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Every written jump as (path of its field, from, to)."""
    for name, node in script.nodes.items():
        if target := getattr(node, "next", None):
            yield ("nodes", name, "next"), name, target
        if isinstance(node, Say) and node.interrupted_by:
            yield ("nodes", name, "interrupted_by"), name, node.interrupted_by
        if isinstance(node, Menu):
            for digit, choice in node.digits.items():
                yield ("nodes", name, "digits", digit, "next"), name, choice.next


def _dangling(script: Script) -> Iterator[Problem]:
    for path, _, target in _links(script):
        if target not in script.nodes:
            yield Problem(path, f"there is no node {target!r}", "name one of the script's nodes")
        elif path[-1] == "interrupted_by" and not isinstance(script.nodes[target], Menu):
            yield Problem(path, f"node {target!r} is not a menu", "name the menu that takes the digit")


def _open_ends(script: Script) -> Iterator[Problem]:
    last = list(script.nodes)[-1]
    if script.nodes[last].kind != "hangup" and script.after(last) is None:
        yield Problem(("nodes", last), "the page ends without a hangup", "add one below, or a next")


def _unreachable(script: Script) -> Iterator[Problem]:
    ways = [(source, target) for _, source, target in _links(script)]
    ways += [(name, below) for name in script.nodes if (below := script.after(name))]
    reached, frontier = set[str](), {script.start}
    while frontier:
        reached |= frontier
        frontier = {target for source, target in ways if source in frontier} - reached
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
