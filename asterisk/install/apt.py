"""apt-get with a private state: it reads the machine's mirror and changes nothing outside its own folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from domain.errors import EnvironmentFault

CODENAME = "forky"
"""The Debian release whose packages are taken: the first one with Asterisk 22."""

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_NOT_DEBIAN = "install asterisk >= 20, redis-server and espeak-ng yourself, or use docker compose"


class PrivateApt:
    """Downloads packages of ``CODENAME`` into ``folder``, signatures checked, without root."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None or not KEYRING.exists():
            raise EnvironmentFault("this machine has no Debian package tools", remedy=_NOT_DEBIAN)
        self.folder = folder
        self.archives = folder / "cache" / "archives"

    def update(self) -> None:
        """Fetches the package lists from the first of the machine's mirrors that has the release."""
        for part in ("state/lists/partial", "cache/archives/partial"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "state" / "status").touch()
        reason = "apt knows no Debian mirror"
        for mirror in debian_mirrors():
            source = f"deb [signed-by={KEYRING}] {mirror} {CODENAME} main\n"
            (self.folder / "sources.list").write_text(source)
            update = self._run("update")
            if update.returncode == 0:
                return
            reason = _reason(update.stderr)
        raise EnvironmentFault(
            f"the package lists of Debian {CODENAME} could not be fetched ({reason})",
            remedy="check the network and the Debian mirror in this machine's apt sources",
        )

    def download(self, packages: tuple[str, ...]) -> list[Path]:
        """Fetches the packages with all they depend on; returns the .deb files."""
        done = self._run("install", "--download-only", "--no-install-recommends", "--yes", *packages)
        if done.returncode != 0:
            raise EnvironmentFault(
                f"packages could not be downloaded ({_reason(done.stderr)})",
                remedy="check the network and the free disk space, then run the same again",
            )
        return sorted(self.archives.glob("*.deb"))

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        settings = {
            "Dir::State": self.folder / "state",
            "Dir::State::status": self.folder / "state" / "status",
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::Etc::preferencesparts": "-",
            "APT::Sandbox::User": "",
            "APT::Update::Error-Mode": "any",  # a mirror that is down would else be only a warning
            "Debug::NoLocking": "true",  # nobody but us uses this state
        }
        options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
        return subprocess.run(["apt-get", "-q", *options, *arguments], capture_output=True, text=True)


def debian_mirrors() -> list[str]:
    """The machine's own mirrors of Debian's main archive, in the order of its apt sources."""
    wanted = ["--no-release-info", "--format", "$(COMPONENT) $(RELEASE) $(REPO_URI)", "Created-By: Packages"]
    listing = subprocess.run(["apt-get", "indextargets", *wanted], capture_output=True, text=True)
    mirrors: dict[str, None] = {}
    for line in listing.stdout.splitlines():
        component, release, uri = line.split(" ", 2)
        if component == "main" and not release.endswith(("-security", "-updates", "-backports")):
            mirrors[uri] = None
    return list(mirrors)


def _reason(text: str) -> str:
    lines = text.splitlines()
    errors = [line.removeprefix("E: ") for line in lines if line.startswith("E: ")]
    return (errors or lines or ["no reason given"])[0].strip()
