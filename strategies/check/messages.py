"""What is wrong with messages: texts that nobody knows, that are too long or name no sender, fallbacks for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from domain.opener import Opener
from strategies.check.finding import Finding, Known, Path, Severity, error
from strategies.check.steps import all_steps, sequences
from strategies.check.texts import LAW, text_findings, wording_findings
from strategies.language import Strategy
from strategies.regime import openers_of
from strategies.steps import Message, Step, StepKind
from strategies.texts.language import is_name


def message_findings(strategy: Strategy, known: Known) -> Iterator[Finding]:
    """All that can be said of the messages of a strategy."""
    binding = Opener.CREDITOR in openers_of(strategy.regime)
    for path, step in all_steps(strategy):
        if step.message:
            yield from _text((*path, "message", "text"), step.message, known, binding=binding)
    for place, segment in enumerate(strategy.segments):
        for path, steps in sequences(segment, ("segments", str(place))):
            for index, step in enumerate(steps):
                yield from _fallback((*path, str(index)), step, steps[index - 1] if index else None)


def _text(path: Path, message: Message, known: Known, *, binding: bool) -> Iterator[Finding]:
    """Of a named text what its file says; one that stands here is judged here. A law that does not bind only warns."""
    sms = message.kind == "sms"
    if not is_name(message.text):
        for found in wording_findings(message.text, path, sms=sms, segments=message.segments):
            lenient = found.remedy.endswith(LAW) and not binding
            yield replace(found, severity=Severity.WARNING) if lenient else found
        return
    if known.texts is None:
        return
    text = known.texts.get(message.text)
    if text is None:
        texts = ", ".join(sorted(known.texts)) or "there are none"
        yield error(path, f"there is no text {message.text!r}", f"take one of: {texts}")
        return
    for found in text_findings(text, sms=sms, segments=message.segments):
        yield replace(found, path=path, what=f"text {text.id}, {'.'.join(found.path)}: {found.what}")


def _fallback(path: Path, step: Step, before: Step | None) -> Iterator[Finding]:
    if step.fallback and (before is None or before.kind is not StepKind.MESSAGE):
        what = f"step {step.id!r} is the fallback of nothing: no message stands above it"
        yield error((*path, "fallback"), what, "put it behind the message that it stands in for")
