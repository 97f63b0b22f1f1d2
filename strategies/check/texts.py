"""What is wrong with a text before anybody is written to: variables, the sender, the length. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from domain.gsm import sms_segments
from domain.said import said
from strategies.check.finding import Finding, Path, error, one_of
from strategies.texts.facts import PHONE, SENDER, VARIABLES
from strategies.texts.language import Text, slots

_WIDEST = {name: variable.widest for name, variable in VARIABLES.items()}


def text_findings(text: Text, *, sms: bool, segments: int) -> Iterator[Finding]:
    """All that can be said of a text, ``segments`` SMS of which may be sent; of one in a messenger no length."""
    for path, _, wording in text.wordings:
        yield from wording_findings(wording, path, sms=sms, segments=segments)


def wording_findings(wording: str, path: Path, *, sms: bool, segments: int) -> Iterator[Finding]:
    """All that can be said of one wording."""
    used = slots(wording)
    if unknown := used - VARIABLES.keys():
        yield error(path, said("no variable {%(name)s}", name=min(unknown)), one_of(VARIABLES))
        return
    if not used & SENDER:
        remedy = said("put {creditor} or {agency} into it: the law asks for it")
        yield error(path, said("it does not say who writes"), remedy, by_law=True)
    if PHONE not in used:
        remedy = said("put {callback} into it: the law asks for it")
        yield error(path, said("it does not say where you are reached"), remedy, by_law=True)
    needed = widest(wording)
    if sms and needed > segments:
        yield error(
            path,
            said("the text fills %(needed)s SMS, %(allowed)s may be sent", needed=needed, allowed=segments),
            said("shorten it, or allow segments: %(needed)s", needed=needed),
        )


def widest(wording: str) -> int:
    """How many SMS a wording fills with the widest facts."""
    for name, value in _WIDEST.items():
        wording = wording.replace(f"{{{name}}}", value)
    return sms_segments(wording)
