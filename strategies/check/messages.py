"""What is wrong with messages: texts that nobody knows, that are too long or name no sender, fallbacks for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from domain.opener import Opener
from domain.said import said
from strategies.check.finding import Finding, Known, Path, Severity, error, one_of
from strategies.check.steps import all_steps, sequences
from strategies.check.texts import text_findings, wording_findings
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
            lenient = found.by_law and not binding
            yield replace(found, severity=Severity.WARNING) if lenient else found
        return
    if known.texts is None:
        return
    text = known.texts.get(message.text)
    if text is None:
        what = said("there is no text %(text)r", text=message.text)
        yield error(path, what, one_of(known.texts))
        return
    for found in text_findings(text, sms=sms, segments=message.segments):
        where = ".".join(found.path)
        what = said("text %(text)s, %(where)s: %(what)s", text=text.id, where=where, what=found.what)
        yield replace(found, path=path, what=what)


def _fallback(path: Path, step: Step, before: Step | None) -> Iterator[Finding]:
    if step.fallback and (before is None or before.kind is not StepKind.MESSAGE):
        what = said("step %(step)r is the fallback of nothing: no message stands above it", step=step.id)
        yield error((*path, "fallback"), what, said("put it behind the message that it stands in for"))
