"""Versions of strategies: immutable rows, and the append-only list of what was put in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select, update

from domain.campaign import CampaignStatus
from domain.errors import InputError
from domain.version import Publication, PublicationKind, Version
from ledger.tables import CampaignRow, table
from ledger.version_tables import PublicationRow, StrategyVersionRow

VERSION, PUBLICATION = table(StrategyVersionRow), table(PublicationRow)
CAMPAIGN = table(CampaignRow)


@dataclass(frozen=True)
class Versions:
    """Repository of versions. Nothing here changes or deletes a row of theirs."""

    connection: Connection

    def put(self, name: str, body: str, *, author: str, note: str = "", now: datetime) -> Version:
        """This text as a version of the name; the same text is the same version, whoever publishes it again."""
        known = self.all(name, lock=True)
        digest = sha256(body.encode()).hexdigest()
        same = select(VERSION.c.id).where(VERSION.c.name == name, VERSION.c.digest == digest)
        id = self.connection.scalar(same)
        if id is None:
            row = {"name": name, "number": len(known) + 1, "body": body, "digest": digest}
            row |= {"author": author, "note": note, "published_at": now}
            id = self.connection.execute(insert(VERSION).values(row).returning(VERSION.c.id)).scalar_one()
        return self.get(int(id))

    def get(self, id: int) -> Version:
        """The version with that id."""
        return _version(self.connection.execute(_ROWS.where(VERSION.c.id == id)).one())

    def numbered(self, name: str, number: int) -> Version:
        """The version of that number; an InputError that lists those there are."""
        versions = self.of(name)
        for version in versions:
            if version.number == number:
                return version
        known = f"1 to {len(versions)}" if len(versions) > 1 else "1"
        raise InputError(f"strategy {name!r} has no version {number}", remedy=f"versions: {known}")

    def of(self, name: str) -> list[Version]:
        """The versions of a name, the first one first; an InputError where nothing was published."""
        versions = self.all(name)
        if not versions:
            known = ", ".join(self.names()) or "none yet"
            raise InputError(f"no strategy {name!r} was published", remedy=f"published strategies: {known}")
        return versions

    def all(self, name: str, *, lock: bool = False) -> list[Version]:
        """The versions of a name; those who ``lock`` them number the next one by turns."""
        rows = _ROWS.where(VERSION.c.name == name).order_by(VERSION.c.number)
        return [_version(row) for row in self.connection.execute(rows.with_for_update() if lock else rows)]

    def names(self) -> list[str]:
        """The strategies of which something was published."""
        return list(self.connection.scalars(select(VERSION.c.name).distinct().order_by(VERSION.c.name)))

    def in_force(self, name: str) -> Version | None:
        """The version that was put in force last."""
        published = self.publications(name)
        return self.get(published[-1].version_id) if published else None

    def publications(self, name: str) -> list[Publication]:
        """What was put in force, in order."""
        columns = (PUBLICATION.c.version_id, VERSION.c.number, PUBLICATION.c.at, PUBLICATION.c.author)
        rows = (
            select(*columns, PUBLICATION.c.kind)
            .join(VERSION, VERSION.c.id == PUBLICATION.c.version_id)
            .where(PUBLICATION.c.name == name)
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
        of_name = select(VERSION.c.id).where(VERSION.c.name == version.name)
        followers = (
            CAMPAIGN.c.wanted_version_id.in_(of_name),
            CAMPAIGN.c.wanted_version_id != version.id,
            CAMPAIGN.c.status != CampaignStatus.FINISHED.value,
        )
        changed = update(CAMPAIGN).where(*followers).values(wanted_version_id=version.id)
        return sorted(self.connection.scalars(changed.returning(CAMPAIGN.c.name)))


_ROWS = select(VERSION)


def _version(row: Any) -> Version:
    return Version(row.id, row.name, row.number, row.body, row.author, row.note, row.published_at)
