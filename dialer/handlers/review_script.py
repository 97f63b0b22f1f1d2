"""Review a script: what is wrong with its text, by itself and for those who play it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dialer.handlers.script_users import users_of
from dialer.script_rules import faults_for_lines, faults_for_strategy
from domain.errors import InputError
from domain.said import said
from domain.version import VersionKind
from files.source import Source
from ivr_scripts.language import Script
from ivr_scripts.load import check_script, script_text, shipped_script, shipped_scripts
from ledger.books import Transaction


@dataclass(frozen=True, slots=True)
class ReviewedScript:
    """A script's text that may be published."""

    text: str
    script: Script
    kind: VersionKind = VersionKind.SCRIPT

    @property
    def name(self) -> str:
        """As the text tells it."""
        return self.script.name

    @property
    def number(self) -> int:
        """The version that the text tells: calls are logged with it."""
        return self.script.version


def review_script(tx: Transaction, text: str, file: str) -> ReviewedScript:
    """Check a text; InputError with its first fault, and how many there are."""
    script, faults = look_at_script(tx, text, file)
    if script is None or faults:
        more = f"{len(faults) - 1} more" if len(faults) > 1 else ""
        first = faults[0]
        raise InputError(first.what, where=first.where, remedy="; ".join(filter(None, (first.remedy, more))))
    return ReviewedScript(text, script)


def look_at_script(tx: Transaction, text: str, file: str) -> tuple[Script | None, list[InputError]]:
    """The script and all that refuses it, None when it cannot even be read. InputError for what is no YAML mapping."""
    script, source, faults = check_script(text, file)
    if script is None or faults:
        return script, faults
    return script, [*_number_faults(tx, script, source, text), *_use_faults(tx, script, source)]


def _number_faults(tx: Transaction, script: Script, source: Source, text: str) -> Iterator[InputError]:
    """Calls are logged with the version, and running ones go on in its dialplan: it means one text for ever."""
    known = _known_texts(tx, script.name)
    if known.get(script.version) != text and script.version <= (newest := max(known, default=0)):
        of = {"version": script.version, "newest": newest}
        low = said("version %(version)s is not above %(newest)s", **of)
        what = said("version %(version)s is taken by another text", **of) if script.version in known else low
        remedy = said("write version: %(version)s", version=newest + 1)
        yield InputError(what, where=source.where(("version",)), remedy=remedy)


def _known_texts(tx: Transaction, name: str) -> dict[int, str]:
    """The texts of a name by version: shipped, heard by somebody, published."""
    shipped = {shipped_script(name).version: script_text(name)[0]} if name in shipped_scripts() else {}
    heard = {int(one.id.rpartition("@")[2]): one.body for one in tx.scripts.of(name)}
    published = {one.number: one.body for one in tx.versions_of(VersionKind.SCRIPT).all(name)}
    return shipped | heard | published


def _use_faults(tx: Transaction, script: Script, source: Source) -> list[InputError]:
    """What the law of those who play it wants, and what they do not know; each once."""
    users = users_of(tx, script.name)
    faults = [
        fault for one in users.strategies.values() for fault in faults_for_strategy(script, source, one)
    ]
    if users.lines:
        faults += faults_for_lines(script, source)
    return list({str(fault): fault for fault in faults}.values())
