"""How the questions of a script are put to the recogniser (`ivr_scripts.speech.question` reads these lines)."""

from __future__ import annotations

from ivr_scripts.answers import ACCOUNT_DIGITS
from ivr_scripts.language import About, Ask, Menu, Script

DIGITS_ONLY = "-"
"""The question of a node that takes no words."""


def question_of(script: Script, node: Menu | Ask, today: str) -> str:
    """The question of a node; ``today`` is an ISO date, or the channel variable that will hold one."""
    if isinstance(node, Ask):
        return ask_question(script, node.about, today) if node.words else DIGITS_ONLY
    if not node.hears_words:
        return DIGITS_ONLY
    choices = (f"{digit}={'|'.join(c.words)}" for digit, c in node.digits.items() if c.words)
    return f"{script.language}/choice/{'/'.join(choices)}"


def ask_question(script: Script, about: About, today: str) -> str:
    """The question of an ask that takes words."""
    least, most = ACCOUNT_DIGITS
    asked = {
        About.YES_NO: "yes_no",
        About.PROMISE_DATE: f"date/{today}",
        About.PROMISE_SUM: "sum",
        About.ACCOUNT: f"digits/{least}-{most}",
    }
    return f"{script.language}/{asked[about]}"
