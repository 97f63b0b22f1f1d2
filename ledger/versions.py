"""Versions of strategies and scripts: immutable rows, and the append-only list of what was put in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from domain.campaign import CampaignStatus
from domain.errors import InputError
from domain.version import Publication, PublicationKind, Version, VersionKind
from ledger.tables import CampaignRow, table
from ledger.version_tables import PublicationRow, TextVersionRow

VERSION, PUBLICATION = table(TextVersionRow), table(PublicationRow)
CAMPAIGN = table(CampaignRow)


@dataclass(frozen=True)
class Versions:
    """Repository of the versions of one kind. Nothing here changes or deletes a row of theirs."""

    connection: Connection
    kind: VersionKind = VersionKind.STRATEGY

    def put(
        self, name: str, body: str, *, author: str, note: str = "", number: int | None = None, now: datetime
    ) -> Version:
        """This text as a version of the name; the same text is the same version, whoever publishes it again.

        It takes the next number, unless the text has one of its own.
        """
        known = self.all(name, lock=True)
        digest = sha256(body.encode()).hexdigest()
        id = self.connection.scalar(
            self._of(name).with_only_columns(VERSION.c.id).where(VERSION.c.digest == digest)
        )
        if id is None:
            row: dict[str, Any] = {"kind": self.kind.value, "name": name, "body": body}
            row |= {"number": number or len(known) + 1}
            row |= {"digest": digest, "author": author, "note": note, "published_at": now}
            id = self.connection.execute(insert(VERSION).values(row).returning(VERSION.c.id)).scalar_one()
        return self.get(int(id))

    def get(self, id: int) -> Version:
        """The version with that id, of whatever kind."""
        return _version(self.connection.execute(_ROWS.where(VERSION.c.id == id)).one())

    def numbered(self, name: str, number: int) -> Version:
        """The version of that number; an InputError that lists those there are."""
        versions = self.of(name)
        for version in versions:
            if version.number == number:
                return version
        first, last = versions[0].number, versions[-1].number
        known = f"{first} to {last}" if last > first else str(first)
        raise InputError(f"{self.kind} {name!r} has no version {number}", remedy=f"versions: {known}")

    def of(self, name: str) -> list[Version]:
        """The versions of a name, the first one first; an InputError where nothing was published."""
        versions = self.all(name)
        if not versions:
            known = ", ".join(self.names()) or "none yet"
            raise InputError(
                f"no {self.kind} {name!r} was published", remedy=f"published {self.kind.plural}: {known}"
            )
        return versions

    def all(self, name: str, *, lock: bool = False) -> list[Version]:
        """The versions of a name; those who ``lock`` them number the next one by turns."""
        rows = self._of(name).order_by(VERSION.c.number)
        return [_version(row) for row in self.connection.execute(rows.with_for_update() if lock else rows)]

    def names(self) -> list[str]:
        """Those of which something was published."""
        names = select(VERSION.c.name).where(VERSION.c.kind == self.kind.value)
        return list(self.connection.scalars(names.distinct().order_by(VERSION.c.name)))

    def in_force(self, name: str) -> Version | None:
        """The version that was put in force last."""
        published = self.publications(name)
        return self.get(published[-1].version_id) if published else None

    def all_in_force(self) -> list[Version]:
        """The version in force of each name, by name."""
        last = (
            select(func.max(PUBLICATION.c.id))
            .join(VERSION, VERSION.c.id == PUBLICATION.c.version_id)
            .where(VERSION.c.kind == self.kind.value)
            .group_by(PUBLICATION.c.name)
        )
        rows = _ROWS.join(PUBLICATION, PUBLICATION.c.version_id == VERSION.c.id)
        rows = rows.where(PUBLICATION.c.id.in_(last)).order_by(VERSION.c.name)
        return [_version(row) for row in self.connection.execute(rows)]

    def publications(self, name: str) -> list[Publication]:
        """What was put in force, in order."""
        columns = (PUBLICATION.c.version_id, VERSION.c.number, PUBLICATION.c.at, PUBLICATION.c.author)
        rows = (
            select(*columns, PUBLICATION.c.kind)
            .join(VERSION, VERSION.c.id == PUBLICATION.c.version_id)
            .where(PUBLICATION.c.name == name, VERSION.c.kind == self.kind.value)
            .order_by(PUBLICATION.c.id)
        )
        return [
            Publication(id, number, at, author, PublicationKind(kind))
            for id, number, at, author, kind in self.connection.execute(rows).all()
        ]

    def put_in_force(
        self, version: Version, *, kind: PublicationKind, author: str, now: datetime
    ) -> list[str]:
        """Note it, and have all campaigns of this strategy that are not finished take it; answers their names. One that
        is stopped takes it when it is resumed.

        A version that is in force already is not noted again.
        """
        before = self.in_force(version.name)
        if before is None or before.id != version.id:
            row = {"name": version.name, "version_id": version.id, "at": now}
            self.connection.execute(insert(PUBLICATION).values(row | {"author": author, "kind": kind.value}))
        of_name = self._of(version.name).with_only_columns(VERSION.c.id)
        followers = (
            CAMPAIGN.c.wanted_version_id.in_(of_name),
            CAMPAIGN.c.wanted_version_id != version.id,
            CAMPAIGN.c.status != CampaignStatus.FINISHED.value,
        )
        changed = update(CAMPAIGN).where(*followers).values(wanted_version_id=version.id)
        return sorted(self.connection.scalars(changed.returning(CAMPAIGN.c.name)))

    def _of(self, name: str) -> Select[Any]:
        return _ROWS.where(VERSION.c.kind == self.kind.value, VERSION.c.name == name)


_ROWS = select(VERSION)


def _version(row: Any) -> Version:
    kind = VersionKind(row.kind)
    return Version(row.id, kind, row.name, row.number, row.body, row.author, row.note, row.published_at)
