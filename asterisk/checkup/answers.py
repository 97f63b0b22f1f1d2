"""What a running node answers to questions, point by point."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime

from asterisk.ami.actions import ActionRefused
from asterisk.ami.link import AmiLink
from asterisk.checkup.finding import WRITE_IT, Finding, Needs
from asterisk.checkup.probe import PATIENCE_S, has_context
from asterisk.configuration.modules import NEWER_MODULES
from asterisk.install.installation import MINIMUM

CONTEXTS = {
    "from-carrier": "79160000000",
    "dozvon-apart": "consult",
    "dozvon-caller": "s",
    "dozvon-desk": "s",
    "dozvon-inbound": "operator",
    "dozvon-lines": "79160000000",
    "dozvon-listen": "digits",
    "dozvon-listening": "whisper",
    "dozvon-machine": "s",
    "dozvon-offer": "s",
    "dozvon-queue": "ring",
    "dozvon-queue-keys": "1",
    "dozvon-reserved": "s",
    "dozvon-say": "s",
    "dozvon-taken": "s",
    "dozvon-unserved": "s",
}
"""The contexts of the dialplan that the dialler and the scripts go to, each with an extension of it."""

RIGHTS = {"originate": "Originate", "call": "Redirect", "agent": "QueuePause", "user": "UserEvent"}
"""A right of the manager user, and an action that needs it and, without headers, does nothing."""

MOST_APART_S = 1.0
_DENIED = "Permission denied"


async def check_answers(
    link: AmiLink, needs: Needs, now: Callable[[], datetime]
) -> AsyncGenerator[Finding, None]:
    """What the node answers to questions. LinkDown when it stops answering."""
    checks: dict[str, Callable[[], Awaitable[Finding]]] = {
        "version": lambda: _version(link),
        "name": lambda: _name(link, needs.name),
        "rights": lambda: _rights(link),
        "modules": lambda: _modules(link, needs.modules),
        "dialplan": lambda: _dialplan(link),
        "trunk": lambda: _trunk(link, needs),
        "clock": lambda: _clock(link, now),
    }
    for point, check in checks.items():
        try:
            yield await check()
        except ActionRefused as refused:
            yield Finding(point, fault=str(refused), remedy="see the manager user's rights in manager.conf")


async def _version(link: AmiLink) -> Finding:
    told = (await link.action("CoreSettings", timeout=PATIENCE_S)).get("AsteriskVersion", "")
    found = re.search(r"\d+", told)
    if found and int(found[0]) >= MINIMUM[0]:
        return Finding("version", f"Asterisk {told}")
    return Finding("version", fault=f"Asterisk {told} is too old", remedy=f"install {MINIMUM[0]} or later")


async def _name(link: AmiLink, name: str) -> Finding:
    told = (await link.action("CoreSettings", timeout=PATIENCE_S)).get("SystemName", "")
    if told == name:
        return Finding("name", name)
    what = f"the node calls itself {told!r}: who rings would be unknown"
    return Finding("name", fault=what, remedy=f"systemname = {name} in asterisk.conf, and a restart")


async def _rights(link: AmiLink) -> Finding:
    lacking = [right for right, action in RIGHTS.items() if await _denied(link, action)]
    if not lacking:
        return Finding("rights", ", ".join(RIGHTS))
    remedy = "write = originate,call,agent,user,system in manager.conf"
    return Finding("rights", fault=f"the manager user lacks {', '.join(lacking)}", remedy=remedy)


async def _denied(link: AmiLink, action: str) -> bool:
    try:
        await link.action(action, timeout=PATIENCE_S)
    except ActionRefused as refused:
        return _DENIED in str(refused)
    return False


async def _modules(link: AmiLink, wanted: tuple[str, ...]) -> Finding:
    lacking = [name for name in dict.fromkeys(wanted) if not await _loaded(link, name)]
    if faults := [name for name in lacking if name not in NEWER_MODULES]:
        remedy = f"install and load them (modules.conf), or {WRITE_IT}"
        return Finding("modules", fault=f"not loaded: {', '.join(faults)}", remedy=remedy)
    return Finding("modules", f"{len(set(wanted)) - len(lacking)} loaded")


async def _loaded(link: AmiLink, module: str) -> bool:
    try:
        await link.action("ModuleCheck", {"Module": module}, timeout=PATIENCE_S)
    except ActionRefused as refused:
        if "not loaded" in str(refused):
            return False
        raise
    return True


async def _dialplan(link: AmiLink) -> Finding:
    lacking = [context for context, exten in CONTEXTS.items() if not await has_context(link, context, exten)]
    if not lacking:
        return Finding("dialplan", f"{len(CONTEXTS)} contexts")
    return Finding(
        "dialplan", fault=f"without {', '.join(lacking)}", remedy=f"{WRITE_IT}, then `dialplan reload`"
    )


async def _trunk(link: AmiLink, needs: Needs) -> Finding:
    known = await link.action_list("PJSIPShowEndpoints", timeout=PATIENCE_S)
    if needs.trunk not in {one.get("ObjectName") for one in known}:
        what = f"there is no endpoint {needs.trunk!r}"
        return Finding("trunk", fault=what, remedy=f"set trunk of the node in DOZVON_NODES, or {WRITE_IT}")
    if not needs.registers:
        return Finding("trunk", needs.trunk)
    told = await link.action_list("PJSIPShowRegistrationsOutbound", timeout=PATIENCE_S, counted=False)
    states = [one["Status"] for one in told if one.get("ObjectName") == needs.trunk and "Status" in one]
    if states == ["Registered"]:
        return Finding("trunk", f"{needs.trunk}, registered")
    what = f"{needs.trunk} is not registered ({', '.join(states) or 'no registration is configured'})"
    return Finding("trunk", fault=what, remedy="check carrier, carrier_user and carrier_password of the node")


async def _clock(link: AmiLink, now: Callable[[], datetime]) -> Finding:
    asked = now().timestamp()
    told = float((await link.action("Ping", timeout=PATIENCE_S))["Timestamp"])
    heard = now().timestamp()
    apart = max(asked - told, told - heard, 0.0)  # the node looked at its clock between our two looks
    if apart <= MOST_APART_S:
        return Finding("clock", f"{apart:.1f} s apart")
    remedy = "keep both machines on time (chrony, systemd-timesyncd)"
    return Finding("clock", fault=f"the node's clock is {apart:.1f} s off ours", remedy=remedy)
