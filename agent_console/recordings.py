"""``/recordings/{touch}``: the recordings of a talk, with their shape, for whom it is; every play is logged."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse

from agent_console.access.audit import noted, refusals_noted
from agent_console.access.dependencies import signed_in
from agent_console.access.refusals import Refused
from agent_console.access.visitor import Visitor
from agent_console.addresses import Id
from agent_console.named import N_
from agent_console.page import page, services_of, told
from dialer.recordings import recordings_of
from dialer.waveform import Waveform, waveform
from domain.audit import AuditAction, Subject
from domain.errors import InputError
from domain.touch import TouchId
from domain.user import Role
from ledger.audit_log import AuditSearch
from ledger.books import Transaction
from ledger.dispositions import Talk

router = APIRouter()
Signed = Annotated[Visitor, Depends(signed_in)]

PIECES = 400
ONE_PLAY = timedelta(hours=1)
"""No talk is listened to for longer."""
NOT_FOR_YOU = N_("You may not hear this talk")
NO_TALK = N_("No such talk is in the log")
NO_RECORDING = N_("The recording is not there: it was not made, or its time is over")


@router.get("/recordings/{touch}")
async def show(request: Request, visitor: Signed, touch: str) -> Response:
    """The recordings of a talk and how loud they are where."""
    talk, files = await _heard(request, visitor, TouchId(touch))
    shapes = [await to_thread.run_sync(waveform, file, PIECES) for file in files]
    shown = [(one.seconds, _path(one)) for one in shapes]
    return page(request, "recordings.html.j2", talk=talk, shown=shown, pieces=PIECES)


@router.get("/recordings/{touch}/{nth}")
async def play(request: Request, visitor: Signed, touch: str, nth: Id) -> Response:
    """The sound; a browser asks for it part by part."""
    _, files = await _heard(request, visitor, TouchId(touch))
    if not 1 <= nth <= len(files):
        raise InputError(told(request, NO_RECORDING))
    services = services_of(request)
    begins = request.headers.get("range", "bytes=0-").startswith("bytes=0-")
    await services.write(lambda tx: _log(tx, visitor, TouchId(touch), services.now(), begins=begins))
    return FileResponse(
        files[nth - 1], media_type="audio/wav", filename=f"{nth}.wav", content_disposition_type="inline"
    )


def _log(tx: Transaction, visitor: Visitor, touch: TouchId, now: datetime, *, begins: bool) -> None:
    """A play is one line. A part from its middle belongs to one that was logged lately, or is a play of its own."""
    played = AuditAction.RECORDING_PLAYED
    lately = AuditSearch(visitor.user.id, _of(touch), played, since=now - ONE_PLAY)
    if begins or not tx.audit_log.page(lately, size=1):
        noted(tx, visitor, played, _of(touch), now)


async def _heard(request: Request, visitor: Visitor, touch: TouchId) -> tuple[Talk, tuple[Path, ...]]:
    """The talk and its files. Refused, which is logged, for whom it is not."""
    settings, user = services_of(request).settings, visitor.user

    def look(tx: Transaction) -> tuple[Talk, tuple[Path, ...]]:
        talk = tx.dispositions.seen(touch)
        if user.role is Role.OPERATOR:
            own = talk is not None and talk.operator_id is not None and talk.operator_id == user.operator
            if not (own and settings.console.own_recordings):
                raise Refused(NOT_FOR_YOU)
        if talk is None:
            raise InputError(told(request, NO_TALK))
        return talk, recordings_of(tx, settings, touch)

    async with refusals_noted(request, visitor, _of(touch)):
        return await services_of(request).read(look)


def _of(touch: str) -> Subject:
    return Subject("touch", touch[:64])


def _path(shape: Waveform) -> str:
    """The shape as a path of SVG, of height 100 around 50."""
    return "".join(
        f"M{place} {50 - 48 * peak:.1f}V{50 + 48 * peak + 0.5:.1f}" for place, peak in enumerate(shape.peaks)
    )
