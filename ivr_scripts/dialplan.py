"""Lines of dialplan that every part of a compiled script is made of."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_scripts.language import Choice, Result


def extension(name: str, applications: list[str]) -> Iterator[str]:
    """An extension with its applications in order; ``label: App(x)`` gives one a label."""
    for place, application in enumerate(applications):
        label, _, labelled = application.partition(": ")
        priority, text = (f"n({label})", labelled) if label.isalpha() and labelled else ("n", application)
        yield f" same => {priority},{text}" if place else f"exten => {name},1,{text}"


def step(node: str) -> str:
    """Tells that a node was entered."""
    return f"UserEvent(DozvonStep,Node: {node})"


def told(event: str, *facts: tuple[str, str]) -> list[str]:
    """Tells the dialler, and the channel event log too: a dialler that is down must not lose an answer."""
    return [
        f"UserEvent({event},{','.join(f'{name}: {value}' for name, value in facts)})",
        f"CELGenUserEvent({event},{' '.join(value for _, value in facts)})",
    ]


def recorded(result: Result | None) -> list[str]:
    """Tells a result, if there is one."""
    return told("DozvonResult", ("Result", result)) if result else []


def taken(choice: Choice, context: str) -> list[str]:
    """What follows an answer, from any context."""
    return [*recorded(choice.result), f"Goto({context},{choice.next},1)"]
