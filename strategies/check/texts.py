"""What is wrong with a text before anybody is written to: variables, the sender, the length. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from domain.gsm import sms_segments
from strategies.check.finding import Finding, Path, error
from strategies.texts.facts import PHONE, SENDER, VARIABLES
from strategies.texts.language import Text, slots

LAW = "the law asks for it"
_WIDEST = {name: variable.widest for name, variable in VARIABLES.items()}


def text_findings(text: Text, *, sms: bool, segments: int) -> Iterator[Finding]:
    """All that can be said of a text, ``segments`` SMS of which may be sent; of one in a messenger no length."""
    for path, _, said in text.wordings:
        yield from wording_findings(said, path, sms=sms, segments=segments)


def wording_findings(said: str, path: Path, *, sms: bool, segments: int) -> Iterator[Finding]:
    """All that can be said of one wording."""
    used = slots(said)
    if unknown := used - VARIABLES.keys():
        remedy = f"there are: {', '.join(sorted(VARIABLES))}"
        yield error(path, f"no variable {{{min(unknown)}}}", remedy)
        return
    if not used & SENDER:
        yield error(path, "it does not say who writes", f"put {{creditor}} or {{agency}} into it: {LAW}")
    if PHONE not in used:
        yield error(path, "it does not say where you are reached", f"put {{callback}} into it: {LAW}")
    needed = widest(said)
    if sms and needed > segments:
        yield error(
            path,
            f"the text fills {needed} SMS, {segments} may be sent",
            f"shorten it, or allow segments: {needed}",
        )


def widest(said: str) -> int:
    """How many SMS a wording fills with the widest facts."""
    for name, value in _WIDEST.items():
        said = said.replace(f"{{{name}}}", value)
    return sms_segments(said)
