"""Every error that Dozvon itself raises.

    DozvonError                 exit status 1
    |-- InputError              exit status 2: a file, row, field or option is wrong
    |   |-- NotAllowed          the rules refuse a touch that somebody asked for; they say when they would not
    |   `-- FormFault           fields of a form are wrong, each with its reason
    |-- EnvironmentFault        the machine lacks something: a program, a port, disk space, a right
    |   |-- TryAgain            a database gave way to another transaction; nothing was written
    |   `-- LedgerDown          the database is not there; what was being written may be there or not
    |-- LinkDown                the manager link of an Asterisk node is not usable now
    `-- LeaseLost               another dialler owns the campaign; nothing was written

An error's text is one line for a person: where, what, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as kept
from datetime import datetime

from domain.said import Say, retold


class DozvonError(Exception):
    """Root of the tree; ``str()`` is the line shown to the user."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(what)

    def __str__(self) -> str:
        return _line(self.where, self.what, self.remedy)

    def in_words(self, say: Say) -> str:
        """The line in the language of ``say``, as far as its parts were said (`domain.said`)."""
        return _line(self.where, retold(self.what, say), retold(self.remedy, say))


def _line(where: str, what: str, remedy: str) -> str:
    line = f"{where}: {what}" if where else what
    return f"{line}; {remedy}" if remedy else line


class InputError(DozvonError):
    """The user's data or options are wrong; nothing was changed."""

    exit_code = 2


class NotAllowed(InputError):
    """The rules refuse a touch: ``refused_by`` are their names, ``next_allowed`` when none of them would (None: not
    within 60 days).
    """

    def __init__(self, what: str, *, refused_by: tuple[str, ...], next_allowed: datetime | None) -> None:
        super().__init__(what)
        self.refused_by, self.next_allowed = refused_by, next_allowed


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with a field: ``message`` is to be translated, and filled with ``facts`` by their names."""

    field: str
    message: str
    facts: Mapping[str, object] = kept(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.field}: {self.message % self.facts}"


class FormFault(InputError):
    """Fields of a form are wrong; nothing was changed. ``str()`` names the first."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__(str(faults[0]))
        self.faults = tuple(faults)


class EnvironmentFault(DozvonError):
    """The machine cannot do what was asked; the remedy says what it needs."""


class TryAgain(EnvironmentFault):
    """Two transactions stood in each other's way and this one was undone; the same again may well succeed."""


class LedgerDown(EnvironmentFault):
    """No connection to the database, or it was cut: whether a commit on its way took effect is unknown."""


class LinkDown(DozvonError):
    """The manager link is down or did not answer in time; whether the action took effect is unknown."""


class LeaseLost(DozvonError):
    """A newer owner has fenced this process off from the campaign."""
