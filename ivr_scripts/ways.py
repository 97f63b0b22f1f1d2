"""The ways through a script: what holds on every one of them."""

from __future__ import annotations

from collections.abc import Callable

from ivr_scripts.language import Say, Script

Gain = Callable[[Script, str, str], frozenset[str]]
"""What a step from one node to the next adds."""


def said_before(script: Script, gain: Gain) -> dict[str, frozenset[str]]:
    """For each node that can be reached: what has been gained when it is entered, whichever way was taken."""
    known: dict[str, frozenset[str]] = dict.fromkeys(script.starts, frozenset())
    open_nodes = list(script.starts)
    while open_nodes:
        name = open_nodes.pop()
        for target in steps(script, name):
            gained = known[name] | gain(script, name, target)
            held = known[target] & gained if target in known else gained
            if known.get(target) != held:
                known[target] = held
                open_nodes.append(target)
    return known


def steps(script: Script, name: str) -> list[str]:
    """Where a call can go from a node; out of an opener that a digit interrupts only after the last one."""
    node = script.nodes[name]
    targets = script.successors(name)
    if isinstance(node, Say) and node.says and node.interrupted_by and early_exit(script, name) != name:
        targets = [target for target in targets if target == script.after(name)]
    return targets


def early_exit(script: Script, name: str) -> str:
    """The last of the openers that follow one another from this one on: there a kept digit takes effect."""
    seen = {name}
    while (after := script.after(name)) is not None and after not in seen:
        node = script.nodes[after]
        if not (isinstance(node, Say) and node.says):
            break
        seen.add(after)
        name = after
    return name
