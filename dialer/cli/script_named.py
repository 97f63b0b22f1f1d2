"""Which script an argument names: a file, what is in force under a name, or a published version of it."""

from __future__ import annotations

import re
from pathlib import Path

from dialer.cli.common import open_books
from dialer.repertoire import SHIPPED, Repertoire, ScriptText, read_repertoire
from dialer.settings import Settings
from domain.version import VersionKind
from files.source import Source
from ivr_scripts.language import Script
from ivr_scripts.load import find_text, parse_with_source
from ledger.books import Books

VERSION = re.compile(r"(?P<name>.+)@(?P<number>\d{1,9})")


def named_script(told: str, settings: Settings) -> tuple[Script, Source]:
    """The script, and where its fields are. InputError when there is none, or at its first fault."""
    return parse_with_source(*named_text(told, settings))


def named_text(told: str, settings: Settings) -> ScriptText:
    """Its text, and the name of its place in errors."""
    known = known_scripts(settings)
    if told in known.names:
        return known.text(told)
    match = VERSION.fullmatch(told)
    if match is None or Path(told).exists():
        return find_text(told)
    with open_books(settings) as books, books.read() as tx:
        version = tx.versions_of(VersionKind.SCRIPT).numbered(match["name"], int(match["number"]))
    return version.body, f"script {version.label}"


def known_scripts(settings: Settings) -> Repertoire:
    """The scripts there are. Books that nobody has made yet are not made to be asked."""
    if not Books.made(settings.database_url):
        return SHIPPED
    with open_books(settings) as books:
        return read_repertoire(books)
