"""``python -m agent_console.wording``: collects the words of all pages into the catalogues (`make wording`).

Words that are used nowhere any more are dropped; new ones are added empty, and listed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from agent_console.wording import LANGUAGES, SOURCE, catalogue_path

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ("dialer", "domain", "files", "ivr_scripts", "strategies")
"""Packages below, whose sentences stand in `domain.said.said`."""

METHODS = [("**.py", "python"), ("templates/**.j2", "jinja2")]
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "told": (2,),
    "said": None,
    "listed": (2,),
}
OPTIONS = {"templates/**.j2": {"trimmed": "true", "silent": "false"}}


def collected() -> Catalog:
    """Every message of the pages, and of the engine below them, with the files that use it."""
    catalogue = Catalog(project="Dozvon", charset="utf-8")
    for folder, base in ((ROOT, ""), *((ROOT.parent / name, f"{name}/") for name in ENGINE)):
        for file, _, message, comments, _ in extract_from_dir(folder, METHODS, OPTIONS, keywords=KEYWORDS):
            catalogue.add(message, locations=[(base + file, 0)], auto_comments=comments)
    return catalogue


def updated(language: str) -> Catalog:
    """The catalogue of a language with today's messages."""
    path = catalogue_path(language)
    catalogue = Catalog(locale=language, project="Dozvon")
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    catalogue.update(collected(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def missing(catalogue: Catalog) -> list[str]:
    """The messages that have no translation yet."""
    return [str(one.id) for one in catalogue if one.id and not (one.string and all(_forms(one.string)))]


def _forms(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def main() -> int:
    """Writes the catalogues; exit status 1 while a message is not translated."""
    untold = []
    for language in LANGUAGES.keys() - {SOURCE}:
        catalogue = updated(language)
        catalogue_path(language).parent.mkdir(exist_ok=True)
        with catalogue_path(language).open("wb") as file:
            write_po(file, catalogue, width=110, sort_output=True, omit_header=True, include_lineno=False)
        untold += [f"{language}: {message!r} has no translation" for message in missing(catalogue)]
    print("\n".join(untold) or "all is translated")
    return 1 if untold else 0


if __name__ == "__main__":
    sys.exit(main())
