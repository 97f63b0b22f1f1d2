"""What a call of the node to itself shows: folders that are shared, sounds, logs, recordings, events."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from asterisk.ami.link import AmiLink
from asterisk.ami.messages import AmiMessage
from asterisk.checkup.finding import WRITE_IT, Finding, Needs
from asterisk.checkup.probe import SILENCE, Inbox, Probe, seen
from asterisk.node import EVENTS, PHONE_STATES, PROMPT_PREFIX

_SHARED = "the same folder on both, and the right to it"
_ALWAYS = frozenset({"Newchannel", "Newstate", "UserEvent", "Hangup"})
"""Events that such a call cannot do without."""


async def check_call(link: AmiLink, inbox: Inbox, needs: Needs) -> AsyncGenerator[Finding, None]:
    """Let the node call itself, and look at what is left of it. LinkDown when the link is lost."""
    probe = Probe.new(PROMPT_PREFIX)
    if (refused := _writable("scripts", needs.scripts)).fault:
        yield refused
    else:
        async with probe.installed(link, needs.scripts) as there:
            if there:
                yield Finding("scripts", str(needs.scripts))
                async with aclosing(_call(probe, link, inbox, needs)) as findings:
                    async for finding in findings:
                        yield finding
            else:
                remedy = f'#tryinclude "{needs.scripts}/*.conf" in extensions.conf, and {_SHARED}'
                yield Finding("scripts", fault=f"what we put into {needs.scripts} is not read", remedy=remedy)
    if needs.operators is not None:
        yield _writable("operators", needs.operators)


async def _call(probe: Probe, link: AmiLink, inbox: Inbox, needs: Needs) -> AsyncGenerator[Finding, None]:
    refused = _writable("sounds", needs.prompts)
    clip = needs.prompts / f"{probe.name}.alaw"
    try:
        if not refused.fault:
            clip.write_bytes(SILENCE)
        heard = await probe.call(link, inbox)
    finally:
        if not refused.fault:
            clip.unlink(missing_ok=True)
    yield _events(heard)
    yield refused if refused.fault else _sounds(probe, heard, needs.prompts)
    yield await _channel_log(probe, needs.channel_log)
    if needs.recordings is not None:
        yield await _recordings(probe, needs.recordings)


def _events(heard: list[AmiMessage]) -> Finding:
    names = {one["Event"] for one in heard if "Event" in one}
    if lacking := sorted(_ALWAYS - names):
        remedy = f"read = call,agent,user,system and the lines eventfilter of manager.conf: {WRITE_IT}"
        return Finding("events", fault=f"the manager user is not sent {', '.join(lacking)}", remedy=remedy)
    if more := sorted(names - {*EVENTS, PHONE_STATES[0]}):
        what = f"the manager user is sent {', '.join(more)}, too: a busy node drowns the dialler in those"
        return Finding("events", fault=what, remedy=f"the lines eventfilter of manager.conf: {WRITE_IT}")
    return Finding("events", "those that we use, no others")


def _sounds(probe: Probe, heard: list[AmiMessage], prompts: Path) -> Finding:
    if probe.sound(heard) == "SUCCESS":
        return Finding("sounds", str(prompts))
    what = f"a clip of {prompts} is not found as {PROMPT_PREFIX}/"
    remedy = f"in Asterisk's folder of sounds: ln -s {prompts} {PROMPT_PREFIX}"
    return Finding("sounds", fault=what, remedy=remedy)


async def _channel_log(probe: Probe, log: Path) -> Finding:
    remedy = f"cel.conf and cel_custom.conf: {WRITE_IT}; {_SHARED}"
    try:
        if await seen(lambda: log.exists() and probe.name in _end_of(log), worth=log.parent.is_dir()):
            return Finding("channel log", str(log))
    except OSError as error:
        return Finding("channel log", fault=f"{log} cannot be read ({error.strerror})", remedy=_SHARED)
    return Finding("channel log", fault=f"the call is not in {log}", remedy=remedy)


async def _recordings(probe: Probe, folder: Path) -> Finding:
    file = folder / f"{probe.name}.wav"
    try:
        if await seen(file.exists, worth=folder.is_dir()):
            file.unlink()
            return Finding("recordings", str(folder))
    except OSError as error:
        return _unwritable("recordings", folder, error)
    return Finding("recordings", fault=f"the recording is not in {folder}", remedy=_SHARED)


def _writable(point: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(point, str(folder))
    except OSError as error:
        return _unwritable(point, folder, error)


def _unwritable(point: str, folder: Path, error: OSError) -> Finding:
    remedy = "the dialler runs as the user that Asterisk runs as"
    return Finding(point, fault=f"{folder} cannot be written ({error.strerror})", remedy=remedy)


def _end_of(log: Path, size: int = 1 << 20) -> str:
    """Its last megabyte: other calls go on beside ours."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - size))
        return file.read().decode(errors="replace")
