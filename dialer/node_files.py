"""A node's configuration as files of this machine: rendered, compared, written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from asterisk.configuration.folder import NodeFolders, link_data
from asterisk.configuration.written import difference, write_files
from asterisk.hold_music import write_hold_music
from asterisk.install.installation import Installation, installed
from asterisk.node import PROMPT_PREFIX, node_files
from dialer.node_plan import folders_of, plan_of
from dialer.settings import NodeSettings, Settings


@dataclass(frozen=True, slots=True)
class NodeFiles:
    """What `dozvon node write` writes into ``folders.etc``, and where the rest is kept."""

    folders: NodeFolders
    prompts: Path
    installation: Installation
    texts: dict[str, str]

    @classmethod
    def of(cls, node: NodeSettings, settings: Settings, folder: Path) -> NodeFiles:
        """Of a node of the settings, for the Asterisk of this machine. InputError names the setting that is wrong,
        EnvironmentFault says that there is no Asterisk.
        """
        plan, folders, installation = plan_of(node, settings, folder), folders_of(node, folder), installed()
        return cls(folders, plan.prompt_store, installation, node_files(plan, folders, installation))

    @property
    def start(self) -> tuple[str, Path]:
        """The program that reads them, and the file that it is given."""
        return " ".join(self.installation.command), self.folders.etc / "asterisk.conf"

    def difference(self) -> Iterator[str]:
        """What would change, file by file."""
        return difference(self.folders.etc, self.texts)

    def write(self, *, force: bool) -> list[str]:
        """The names of the files that changed.

        InputError when somebody's edits would be lost and ``force`` was not asked for.
        """
        changed = write_files(self.folders.etc, self.texts, force=force)
        link_data(self.folders.data, self.installation.data_dir, {PROMPT_PREFIX: self.prompts})
        write_hold_music(self.folders.hold_music)
        return changed

    def make_folders(self) -> list[OSError]:
        """Makes what the files name and is missing; what of it we may not make."""
        named, refused = self.folders, []
        needed = (
            self.prompts,
            named.scripts,
            named.operators,
            named.db / "keys",
            named.run,
            named.log / "cel-custom",
        )
        for folder in (*needed, named.spool / "tmp", named.spool / "monitor"):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                refused.append(error)
        return refused
