"""The scripts there are: what was published here, and of the other names what comes with the product."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from domain.errors import InputError
from domain.version import VersionKind
from ivr_scripts.language import Script
from ivr_scripts.load import parse_script, script_text, shipped_scripts
from ledger.books import Books, Transaction

ScriptText = tuple[str, str]
"""The text of a script, and the name of its place in errors."""


@dataclass(frozen=True, slots=True)
class Repertoire:
    """The texts that calls say now; ``published`` stand before those that are shipped."""

    published: Mapping[str, ScriptText] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Every script that a strategy or a line may name."""
        return frozenset(self.published) | frozenset(shipped_scripts())

    def text(self, name: str) -> ScriptText:
        """The text of a name; an InputError that lists those there are."""
        if name in self.published:
            return self.published[name]
        if name not in self.names:
            remedy = f"scripts: {', '.join(sorted(self.names))}"
            raise InputError(f"there is no script {name!r}", remedy=remedy)
        return script_text(name)

    def script(self, name: str) -> Script:
        """The script of that name, checked."""
        return parse_script(*self.text(name))

    def texts(self, names: Collection[str]) -> list[ScriptText]:
        """The texts of these names, by name."""
        return [self.text(name) for name in sorted(names)]

    def only(self, names: Collection[str]) -> Repertoire:
        """Without what was published of other names."""
        return Repertoire({name: text for name, text in self.published.items() if name in names})


SHIPPED = Repertoire()


def repertoire(tx: Transaction) -> Repertoire:
    """The scripts that are in force."""
    in_force = tx.versions_of(VersionKind.SCRIPT).all_in_force()
    return Repertoire({one.name: (one.body, f"script {one.label}") for one in in_force})


def read_repertoire(books: Books) -> Repertoire:
    """The same of the books as they are now."""
    with books.read() as tx:
        return repertoire(tx)
