"""Whether a script says what a regime demands before it asks anything or names the debt."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from domain.errors import InputError
from domain.opener import Opener
from files.source import Source
from ivr_scripts.check import Problem
from ivr_scripts.language import Ask, Hangup, Menu, Say, Script
from ivr_scripts.spoken import Kind
from ivr_scripts.template import slots
from ivr_scripts.ways import said_before

DEBT_FACTS = frozenset({Kind.MONEY, Kind.MONTHS, Kind.DATE, Kind.ACCOUNT})


def opener_problems(script: Script, demanded: Collection[Opener]) -> list[Problem]:
    """The nodes that come too soon, in the order of the page; none when the regime demands nothing."""
    said = said_before(script, _says)
    found = []
    for name in script.nodes:
        missing = [opener for opener in Opener if opener in demanded and opener not in said.get(name, set())]
        if missing and (moment := _moment(script, name)):
            what = f"{moment} comes before {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} said"
            remedy = f"let a say before it tell this, and write says: [{', '.join(missing)}] there"
            found.append(Problem(("nodes", name), what, remedy))
    return found


def opener_faults(
    script: Script, source: Source, demanded: Collection[Opener], regime: str
) -> Iterator[InputError]:
    """The nodes that come too soon for the regime, each as a line."""
    for problem in opener_problems(script, demanded):
        what = f"{problem.what}; regime {regime} demands it"
        yield InputError(what, where=source.where(problem.path), remedy=problem.remedy)


def _says(script: Script, name: str, target: str) -> frozenset[str]:
    node = script.nodes[name]
    return node.says if isinstance(node, Say) else frozenset()


def _moment(script: Script, name: str) -> str:
    """What may not happen too soon; empty for a node that may."""
    node = script.nodes[name]
    said = (text for of, _, text in script.texts() if of == name)
    if any(script.variables.get(slot.name) in DEBT_FACTS for text in said for slot in slots(text)):
        return "a fact of the debt"
    match node:
        case Menu() | Ask():
            return "a question"
        case Hangup():
            return "the end"
        case Say() if node.interrupted_by and not node.says:
            return "a way on by a digit"
    return ""
