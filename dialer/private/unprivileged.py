"""Runs a program that refuses to be root: inside a user namespace, or as the user nobody."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass

from domain.errors import EnvironmentFault


@dataclass(frozen=True, slots=True)
class Account:
    """As whom a program runs: what to put before its command, and the user who must own its files."""

    prefix: tuple[str, ...]
    owner: int

    @property
    def works(self) -> bool:
        """Whether this machine lets us run something so."""
        if not self.prefix:
            return True
        found = shutil.which(self.prefix[0]) is not None
        return found and subprocess.run([*self.prefix, "true"], capture_output=True).returncode == 0


OURSELVES = Account((), os.geteuid())

NAMESPACE = Account(("unshare", "--user", "--map-user=1000", "--map-group=1000", "--"), 0)
"""Root is an ordinary user inside, its files stay root's outside. Many containers forbid it."""

_NOBODY = 65534
_KEEPS = "+dac_override"  # the programs and the folder of the cluster may lie where only root can go
NOBODY = Account(
    (
        *("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"),
        *(f"--inh-caps={_KEEPS}", f"--ambient-caps={_KEEPS}"),
        *(
            "--securebits=+no_setuid_fixup",
            "--",
        ),  # else access() forgets the capability, and PostgreSQL asks it
    ),
    _NOBODY,
)


def unprivileged() -> Account:
    """Ourselves unless we are root, else the first way that this machine permits.

    Raises EnvironmentFault when it permits none.
    """
    if os.geteuid() != 0:
        return OURSELVES
    for account in (NAMESPACE, NOBODY):
        if account.works:
            return account
    raise EnvironmentFault(
        "this machine lets root run nothing as another user (unshare and setpriv fail)",
        remedy="run the same as an ordinary user",
    )
