"""Phones of operators on a node, without the books."""

from __future__ import annotations

import re
from collections.abc import Mapping

from asterisk.node import Node

_PHONE = """
[{user}]
type = auth
auth_type = userpass
username = {user}
password = {secret}
[{user}]
type = aor
max_contacts = 1
remove_existing = yes
[{user}]
type = endpoint
context = nowhere
aors = {user}
auth = {user}
disallow = all
allow = alaw
direct_media = no
"""


async def add_phones(node: Node, phones: Mapping[str, str]) -> None:
    """Let phones register; ``phones`` maps user to secret."""
    with (node.folder.etc / "pjsip.conf").open("a") as text:
        text.writelines(_PHONE.format(user=user, secret=secret) for user, secret in phones.items())
    await node.cli("module reload res_pjsip.so")


async def registered(node: Node) -> set[str]:
    """Operators' phones that the node can reach."""
    return set(re.findall(r"Contact:\s+(op\d+)/", await node.cli("pjsip show contacts")))
