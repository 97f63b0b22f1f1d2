"""Every message of the screens is said in every language, with its blanks where they belong."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from agent_console.wording import LANGUAGES, SOURCE, catalogue_path, preferred, words
from agent_console.wording.__main__ import collected

pytestmark = pytest.mark.unit

TRANSLATED = sorted(LANGUAGES.keys() - {SOURCE})
BLANK = re.compile(r"%\((\w+)\)[rs]|%%")


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_left_in_english(language: str) -> None:
    with catalogue_path(language).open("rb") as file:
        known = read_po(file, locale=language)
    for message in collected():
        if not message.id:
            continue
        found = known.get(message.id)
        assert found is not None, f"{message.id!r} is not in the catalogue: run `make wording`"
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        said = [found.string] if isinstance(found.string, str) else list(found.string or ())
        assert said, f"{message.id!r} has no translation"
        assert all(said), f"{message.id!r} has no translation"
        for text in said:
            assert set(BLANK.findall(text)) == set(BLANK.findall(originals[-1])), message.id


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_text_is_no_text_in_any_language(language: str) -> None:
    assert words(language).gettext("") == "", "and not the head of its catalogue"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en-GB,en;q=0.9,ru;q=0.1", "en"),
        ("de,fr;q=0.5", "ru"),
        ("de;q=1,en;q=0.2", "en"),
        ("en;q=0.1,ru;q=0.9", "ru"),
        ("", "ru"),
        (";;q=x,,,", "ru"),
    ],
)
def test_the_language_that_the_browser_wants(header: str, language: str) -> None:
    assert preferred(header) == language
