"""The prompt store: every clip once, under the hash of what it says and how.

Asterisk sees the folder as sounds ``dz/``. A clip never changes under its name, so calls in progress, several
campaigns and several machines may share the folder.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from errno import ENOSPC
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from domain.errors import EnvironmentFault

ADDRESS_LENGTH = 12
FORMAT = "alaw-8000-v1"
"""Part of every clip's address: raise it when `audio` changes what a clip sounds like."""
MANIFEST = "manifest.jsonl"


class PromptStore:
    """The clips of one voice in one folder.

    ``manifest.jsonl`` beside them tells people which clip says what; nothing reads it. It may hold names of
    debtors where a script speaks them, so it is as private as the ledger.
    """

    def __init__(self, folder: Path, engine_id: str, voice: str) -> None:
        self.folder = folder
        self.engine_id = engine_id
        self.voice = voice
        self._references: dict[str, str] = {}
        self._writing = threading.Lock()

    def address(self, text: str) -> str:
        """The first 12 hexadecimal digits of SHA-256 over engine, voice, text and format version."""
        identity = json.dumps([self.engine_id, self.voice, text, FORMAT], ensure_ascii=False)
        return sha256(identity.encode()).hexdigest()[:ADDRESS_LENGTH]

    def reference(self, text: str) -> str:
        """What Playback is given; the clip need not exist yet."""
        if (known := self._references.get(text)) is not None:
            return known
        return self._references.setdefault(text, f"dz/{self.address(text)}")

    def path(self, text: str) -> Path:
        """Where the clip is or will be."""
        return self.folder / f"{self.address(text)}.alaw"

    def missing(self, texts: Iterable[str]) -> list[str]:
        """Those of the texts that have no clip, each once, in their order."""
        return [text for text in dict.fromkeys(texts) if not self.path(text).exists()]

    def put(self, text: str, clip: bytes) -> Path:
        """Writes a clip so that it is there whole or not at all. Raises EnvironmentFault (disk full, say)."""
        target = self.path(text)
        draft = self.folder / f".{target.stem}.{uuid4().hex}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_through(draft, clip)
            self._list(text)
            draft.replace(target)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise EnvironmentFault(
                f"a prompt cannot be written to {self.folder}: {error.strerror}",
                remedy="free space there or set another folder for prompts",
            ) from error
        return target

    def _list(self, text: str) -> None:
        entry = {"address": self.address(text), "text": text, "engine": self.engine_id, "voice": self.voice}
        line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
        with self._writing, (self.folder / MANIFEST).open("ab", buffering=0) as manifest:
            written = manifest.write(line)
            if written != len(line):
                manifest.truncate(manifest.tell() - written)
                raise OSError(ENOSPC, os.strerror(ENOSPC))


def _write_through(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
