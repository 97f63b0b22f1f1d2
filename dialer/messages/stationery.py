"""What messages are written with: the texts there are, who signs them, and the kinds that some provider carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from dialer.settings import Settings
from domain.debtor import Debtor
from domain.errors import InputError
from domain.gsm import sms_segments
from domain.portfolio import Portfolio
from ledger.script_versions import ScriptVersion
from strategies.language import Strategy
from strategies.steps import Message
from strategies.texts.facts import PHONE, facts_of
from strategies.texts.language import Text, Wording, find_texts, is_name, literal, slots

LINK = "link"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it will be sent. ``token`` is that of its payment link, empty without one."""

    text: str
    segments: int
    token: str = ""


@dataclass(frozen=True, slots=True)
class Stationery:
    """The texts by name with their files' bodies; ``kinds`` are those of message steps that are performed."""

    kinds: frozenset[str] = frozenset()
    texts: Mapping[str, tuple[Text, str]] = field(default_factory=dict)
    agency: str = ""
    links: str = ""

    def wording(self, message: Message, debtor: Debtor) -> Wording:
        """What a debtor is told: always the same of one version. InputError for a text that is not there."""
        text = self._text(message)
        found = text.wording(debtor.external_id, debtor.language)
        return found if text.name else Wording(message.text, found.language, found.text)

    def letter(
        self,
        wording: Wording,
        debtor: Debtor,
        portfolio: Portfolio,
        today: date,
        new_token: Callable[[], str],
    ) -> Letter:
        """The wording with the debtor's facts; a new token opens his page of payment, where it speaks of one."""
        token = new_token() if LINK in slots(wording.text) else ""
        link = f"{self.links}{token}"
        facts = facts_of(debtor, portfolio, self.agency, today, language=wording.language, link=link)
        said = wording.filled(facts)
        return Letter(said, sms_segments(said), token)

    def versions(self, strategy: Strategy) -> Iterator[ScriptVersion]:
        """The versions of the texts that a strategy uses, as the books keep them."""
        for name in _names(strategy):
            text, body = self._named(name)
            yield ScriptVersion(text.id, body)

    def check(self, strategy: Strategy, portfolio: Portfolio) -> None:
        """InputError when a text of the strategy is not there, or says less with this creditor than it must."""
        for name in _names(strategy):
            text, _ = self._named(name)
            for _, language, said in text.wordings:
                if PHONE in slots(said) and not portfolio.contact_phone:
                    what = f"text {text.id} ({language}) names the creditor's phone, and {portfolio.name!r} has none"
                    raise InputError(what, remedy="give the portfolio its contact phone")

    def _text(self, message: Message) -> Text:
        return self._named(message.text)[0] if is_name(message.text) else literal(message.text)

    def _named(self, name: str) -> tuple[Text, str]:
        if name not in self.texts:
            known = ", ".join(sorted(self.texts)) or "there are none"
            raise InputError(f"there is no text {name!r}", remedy=f"texts: {known}")
        return self.texts[name]


NONE = Stationery()
"""That of a house without providers."""


def stationery_of(settings: Settings) -> Stationery:
    """What the settings tell. InputError when a file of a text is wrong."""
    kinds = frozenset(kind for provider in settings.providers for kind in provider.kinds)
    return Stationery(kinds, find_texts(settings.messages.texts), settings.agency, settings.messages.links)


def _names(strategy: Strategy) -> list[str]:
    steps = (step for segment in strategy.segments for step in segment.all_steps)
    return sorted({step.message.text for step in steps if step.message and is_name(step.message.text)})
