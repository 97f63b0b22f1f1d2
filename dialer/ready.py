"""What a campaign is worked with: a version of its strategy, and all that its calls and messages say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dialer.scripts import ScriptBook
from dialer.work import Work
from ledger.script_versions import ScriptVersion


@dataclass(frozen=True, slots=True)
class Ready:
    """A version of the strategy with all that its calls say: one is never replaced without the other."""

    work: Work
    scripts: ScriptBook

    def is_of(self, version_id: int, published: Mapping[str, str]) -> bool:
        """Whether it is that version of the strategy, and says what is in force: labels of scripts by name."""
        spoken = self.work.scripts.items()
        return version_id == self.work.version_id and all(
            published.get(name, version) == version for name, version in spoken
        )

    @property
    def versions(self) -> list[ScriptVersion]:
        """The versions of scripts and texts that the books must know before anybody hears or reads them."""
        return [*self.scripts.versions.values(), *self.work.stationery.versions(self.work.strategy)]
