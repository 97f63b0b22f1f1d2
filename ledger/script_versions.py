"""The scripts that calls were made with: immutable texts, and the clips that their fixed parts were played from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, insert, select, text

from domain.errors import InputError
from ledger.tables import table
from ledger.version_tables import ScriptClipRow, ScriptVersionRow

VERSION, CLIP = table(ScriptVersionRow), table(ScriptClipRow)


@dataclass(frozen=True, slots=True)
class Clip:
    """A fixed part of a script, and the file of the prompt store that says it in one voice."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class ScriptVersion:
    """One version of a script: ``id`` as touches name it (``debt_informer@1``), ``body`` the whole file."""

    id: str
    body: str
    clips: tuple[Clip, ...] = ()
    first_used_at: datetime | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.body.encode()).hexdigest()


@dataclass(frozen=True)
class ScriptVersions:
    """Repository of script versions. There is no update and no delete."""

    connection: Connection

    def publish(self, scripts: Iterable[ScriptVersion], now: datetime) -> None:
        """Keep what calls are about to use; a known version may only gain clips (of another voice).

        Raises InputError when a version is known with another text: touches already name it.
        """
        told = {script.id: script for script in scripts}
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(text("LOCK TABLE script_version IN SHARE ROW EXCLUSIVE MODE"))
        known = {script.id: script for script in self.named(told)}
        for script in told.values():
            before = known.get(script.id)
            if before is None:
                row = {"id": script.id, "digest": script.digest, "body": script.body, "first_used_at": now}
                self.connection.execute(insert(VERSION).values(row))
            elif before.digest != script.digest:
                what = "was used already with another text"
                raise InputError(what, where=f"script {script.id}", remedy="give the file a new version")
            self._keep(script.id, set(script.clips) - set(before.clips if before else ()))

    def named(self, ids: Collection[str]) -> list[ScriptVersion]:
        """Those of these versions that are kept, by id; two queries whatever their number."""
        clips: dict[str, list[Clip]] = {}
        kept = select(CLIP).where(CLIP.c.script_id.in_(ids)).order_by(CLIP.c.text, CLIP.c.file)
        for row in self.connection.execute(kept):
            clips.setdefault(row.script_id, []).append(Clip(row.file, row.text))
        rows = self.connection.execute(select(VERSION).where(VERSION.c.id.in_(ids)).order_by(VERSION.c.id))
        return [
            ScriptVersion(row.id, row.body, tuple(clips.get(row.id, ())), row.first_used_at) for row in rows
        ]

    def of(self, name: str) -> list[ScriptVersion]:
        """All versions of a script that calls were made with, without their clips."""
        rows = select(VERSION).where(VERSION.c.id.startswith(f"{name}@", autoescape=True))
        return [
            ScriptVersion(row.id, row.body, (), row.first_used_at) for row in self.connection.execute(rows)
        ]

    def _keep(self, script: str, clips: Collection[Clip]) -> None:
        if clips:
            rows = [{"script_id": script, "file": clip.file, "text": clip.text} for clip in clips]
            self.connection.execute(insert(CLIP), rows)
