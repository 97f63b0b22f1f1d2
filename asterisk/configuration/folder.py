"""Where an Asterisk instance has its files: all in a private folder, or where a house wants them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from domain.errors import EnvironmentFault

_PARTS = (
    "etc/scripts",
    "etc/operators",
    "run",
    "log/cdr-custom",
    "log/cel-custom",
    "spool/monitor",
    "spool/tmp",
    "db",
    "data",
)
_SOCKET_PATH_LIMIT = 107
"""Bytes of a Unix socket's path on Linux."""


@dataclass(frozen=True, slots=True)
class NodeFolders:
    """The places that a node's configuration names."""

    etc: Path
    scripts: Path
    """The compiled dialplans, one file each, that extensions.conf includes."""
    operators: Path
    """Operators' phones and queues, that pjsip.conf and queues.conf include."""
    hold_music: Path
    """What somebody who waits hears."""
    data: Path
    """Asterisk's own read-only data, and the sounds."""
    db: Path
    spool: Path
    run: Path
    log: Path


@dataclass(frozen=True, slots=True)
class InstanceFolder:
    """Names the places below ``root``."""

    root: Path

    @property
    def places(self) -> NodeFolders:
        """What its configuration names."""
        root, etc = self.root, self.etc
        return NodeFolders(
            etc=etc,
            scripts=self.scripts,
            operators=self.operators,
            hold_music=root / "hold",
            data=root / "data",
            db=root / "db",
            spool=root / "spool",
            run=root / "run",
            log=root / "log",
        )

    @property
    def etc(self) -> Path:
        """Its configuration files."""
        return self.root / "etc"

    @property
    def scripts(self) -> Path:
        """The compiled dialplans."""
        return self.etc / "scripts"

    @property
    def operators(self) -> Path:
        """Operators' phones and queues."""
        return self.etc / "operators"

    @property
    def configuration(self) -> Path:
        """What ``asterisk -C`` is given."""
        return self.etc / "asterisk.conf"

    @property
    def control_socket(self) -> Path:
        """Where ``asterisk -rx`` reaches it."""
        return self.root / "run" / "asterisk.ctl"

    @property
    def messages(self) -> Path:
        """Its warnings and errors."""
        return self.root / "log" / "messages.log"

    @property
    def output(self) -> Path:
        """What the process printed, where reasons stand when it does not start at all."""
        return self.root / "log" / "output.log"

    @property
    def channel_events(self) -> Path:
        """The channel event log (CEL), JSON lines, written at once."""
        return self.root / "log" / "cel-custom" / "cel.json"

    @property
    def recordings(self) -> Path:
        """The recordings of talks, in a folder for each day."""
        return self.root / "spool" / "monitor"

    @property
    def call_records(self) -> Path:
        """The call detail records (CDR), JSON lines, written when a call ends."""
        return self.root / "log" / "cdr-custom" / "cdr.json"

    def prepare(self, data_dir: Path, sounds: dict[str, Path]) -> None:
        """Makes the folders and links; ``sounds`` maps a prefix in the dialplan to a folder of clips."""
        if len(str(self.control_socket).encode()) > _SOCKET_PATH_LIMIT:
            raise EnvironmentFault(
                f"the path of the folder {self.root} is too long for a socket", remedy="use a shorter one"
            )
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in _PARTS:
            (self.root / part).mkdir(parents=True, exist_ok=True)
        self.channel_events.touch()
        link_data(self.root / "data", data_dir, sounds)


def link_data(data: Path, data_dir: Path, sounds: dict[str, Path]) -> None:
    """Makes ``data`` of links to what ``data_dir`` has, with ``sounds`` of ours (prefix -> folder) for its own."""
    (data / "sounds").mkdir(parents=True, exist_ok=True)
    for entry in data_dir.iterdir():
        if entry.name != "sounds":
            _link(data / entry.name, entry)
    for prefix, clips in sounds.items():
        _link(data / "sounds" / prefix, clips)


def _link(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target.resolve())
