"""The words of the screens: English in the code, Russian in a gettext catalogue that `make wording` keeps complete.

Catalogues are read from their ``.po`` files at start; no compiled file lies in the tree.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = {"ru": "Русский", "en": "English"}
"""The languages of the screens by code, each called by its own name; the first is the default."""

DEFAULT = next(iter(LANGUAGES))
SOURCE = "en"
LOCALE = Path(__file__).parent / "locale"


def catalogue_path(language: str) -> Path:
    """Where the words of a language are."""
    return LOCALE / f"{language}.po"


class Words(Translations):
    """The words of a catalogue; no text is nothing, and not the catalogue's own head."""

    def gettext(self, message: str) -> str:
        """In that language."""
        return super().gettext(message) if message else ""


@cache
def words(language: str) -> NullTranslations:
    """The translations into a language; of the source language each message is its own."""
    if language == SOURCE:
        return NullTranslations()
    with catalogue_path(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Words(compiled)


def preferred(header: str) -> str:
    """The best of our languages for an ``Accept-Language`` header (RFC 9110, 12.5.4)."""
    wishes = []
    for place, part in enumerate(header.split(",")):
        name, _, parameter = part.partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        wishes.append((-_number(weight), place, name.strip().lower()[:2]))
    return next((name for _, _, name in sorted(wishes) if name in LANGUAGES), DEFAULT)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
