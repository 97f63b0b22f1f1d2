"""A text: what a message says, in each language, perhaps in several variants. docs/messages.md is its reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from domain.errors import InputError
from files.model import parse_model, read_text
from strategies.language import Split, Variant
from strategies.split import variant_of
from strategies.values import Strict

SHIPPED = Path(__file__).parent / "shipped"
NAME = r"^[a-z][a-z0-9_-]*$"
LANGUAGES = ("ru", "kk", "en")
_SLOT = re.compile(r"\{([a-z_]+)\}")


def _said(says: dict[str, str]) -> dict[str, str]:
    for language, text in says.items():
        if language not in LANGUAGES:
            raise ValueError(f"no language {language!r}: {', '.join(LANGUAGES)}")
        if "{" in _SLOT.sub("", text) or "}" in _SLOT.sub("", text):
            raise ValueError("a brace without a variable in it, such as {debt}")
        if not text.strip():
            raise ValueError("a text must say something")
    return says


Says = Annotated[dict[str, str], AfterValidator(_said)]


class TextVariant(Strict):
    """A share of the debtors, in per cent, who get another wording."""

    share: int = Field(ge=1, le=99)
    says: Says = Field(min_length=1)


class Text(Strict):
    """A versioned text. ``salt`` decides with the debtor who gets which variant: he gets the same one every time.

    One with ``answer`` is offered to operators who answer a reply.
    """

    name: str = Field(pattern=NAME)
    version: int = Field(ge=1)
    title: str = ""
    says: Says = Field(default_factory=dict)
    variants: dict[str, TextVariant] = Field(default_factory=dict)
    salt: str = ""
    answer: bool = False

    @model_validator(mode="after")
    def _one_or_several(self) -> Self:
        if bool(self.says) == bool(self.variants):
            raise ValueError("needs says, or variants that each have it, and not both")
        if self.variants and sum(one.share for one in self.variants.values()) != 100:
            raise ValueError("the shares of the variants do not sum to 100")
        return self

    @property
    def id(self) -> str:
        """How touches name it."""
        return f"{self.name}@{self.version}"

    @property
    def wordings(self) -> Iterator[tuple[tuple[str, ...], str, str]]:
        """Every wording: its path in the file, its language, and the text."""
        for language, text in self.says.items():
            yield ("says", language), language, text
        for name, variant in self.variants.items():
            for language, text in variant.says.items():
                yield ("variants", name, "says", language), language, text

    def wording(self, key: str, language: str) -> Wording:
        """What the debtor with this key is told: in his language if there is one, else in the first of the file."""
        variant = variant_of(self._split, key) if self.variants else ""
        says = self.variants[variant].says if variant else self.says
        spoken = language if language in says else next(iter(says))
        return Wording(f"{self.id}:{variant}" if variant else self.id, spoken, says[spoken])

    @property
    def _split(self) -> Split:
        shares = {name: Variant(share=one.share) for name, one in self.variants.items()}
        return Split(salt=self.salt or self.name, variants=shares)


@dataclass(frozen=True, slots=True)
class Wording:
    """One text in one language; ``id`` names version and variant."""

    id: str
    language: str
    text: str

    def filled(self, facts: Mapping[str, str]) -> str:
        """The text with the facts in it. KeyError for one that is not there: the check has seen to that."""
        return _SLOT.sub(lambda slot: facts[slot[1]], self.text)


def slots(text: str) -> set[str]:
    """The variables of a text."""
    return set(_SLOT.findall(text))


def is_name(text: str) -> bool:
    """Whether a message's text is the name of one: a single word, as no text is."""
    return re.fullmatch(NAME, text) is not None


@lru_cache
def literal(text: str) -> Text:
    """A text that stands in the strategy itself; the strategy's version is its version."""
    return Text.model_construct(name="", version=0, title="", says={"ru": text}, variants={}, salt="")


def parse_text(body: str, file: str) -> Text:
    """Read a text's file; ``file`` is the name that errors show. InputError at its first fault."""
    return parse_model(body, Text, file)[0]


def find_texts(folder: Path | None = None) -> dict[str, tuple[Text, str]]:
    """The shipped texts and those of a folder, each with its file's body; of one name the folder's is taken.

    InputError when a file cannot be read, or is called otherwise than its text.
    """
    found: dict[str, tuple[Text, str]] = {}
    for place in filter(None, (SHIPPED, folder)):
        for path in sorted(place.glob("*.yaml")):
            body = read_text(path)
            text = parse_text(body, str(path))
            if text.name != path.stem:
                raise InputError(
                    f"its name is {text.name!r}", where=str(path), remedy="call file and text the same"
                )
            found[text.name] = text, body
    return found
