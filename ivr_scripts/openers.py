"""Whether a script says what a regime demands before it asks anything or names the debt."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from domain.errors import InputError
from domain.opener import Opener
from domain.said import said
from files.source import Source
from ivr_scripts.check import Problem
from ivr_scripts.language import Ask, Hangup, Menu, Say, Script
from ivr_scripts.spoken import Kind
from ivr_scripts.template import slots
from ivr_scripts.ways import said_before

DEBT_FACTS = frozenset({Kind.MONEY, Kind.MONTHS, Kind.DATE, Kind.ACCOUNT})


def opener_problems(script: Script, demanded: Collection[Opener]) -> list[Problem]:
    """The nodes that come too soon, in the order of the page; none when the regime demands nothing."""
    told = said_before(script, _says)
    found = []
    for name in script.nodes:
        missing = [opener for opener in Opener if opener in demanded and opener not in told.get(name, set())]
        if missing and (moment := _moment(script, name)):
            of = {"moment": moment, "openers": ", ".join(missing)}
            one = said("%(moment)s comes before %(openers)s is said", **of)
            what = one if len(missing) == 1 else said("%(moment)s comes before %(openers)s are said", **of)
            remedy = said("let a say before it tell this, and write says: [%(openers)s] there", **of)
            found.append(Problem(("nodes", name), what, remedy))
    return found


def opener_faults(
    script: Script, source: Source, demanded: Collection[Opener], regime: str
) -> Iterator[InputError]:
    """The nodes that come too soon for the regime, each as a line."""
    for problem in opener_problems(script, demanded):
        what = said("%(what)s; regime %(regime)s demands it", what=problem.what, regime=regime)
        yield InputError(what, where=source.where(problem.path), remedy=problem.remedy)


def _says(script: Script, name: str, target: str) -> frozenset[str]:
    node = script.nodes[name]
    return node.says if isinstance(node, Say) else frozenset()


def _moment(script: Script, name: str) -> str:
    """What may not happen too soon; empty for a node that may."""
    node = script.nodes[name]
    texts = (text for of, _, text in script.texts() if of == name)
    if any(script.variables.get(slot.name) in DEBT_FACTS for text in texts for slot in slots(text)):
        return said("a fact of the debt")
    match node:
        case Menu() | Ask():
            return said("a question")
        case Hangup():
            return said("the end")
        case Say() if node.interrupted_by and not node.says:
            return said("a way on by a digit")
    return ""
