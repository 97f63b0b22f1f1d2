"""``POST /desk/do/{verb}``: what the operator asks of the floor. Screens change when the floor says that it is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from redis.exceptions import RedisError

from agent_console.desk.page import Own, own_row
from agent_console.named import N_, name_of
from agent_console.page import language_of, page, services_of, told
from agent_console.shown import moment
from dialer.floor.commands import ask_floor, see_floor
from domain.errors import DozvonError, InputError, NotAllowed
from domain.operator import OperatorState
from domain.operator_events import OperatorId
from domain.touch import TouchId
from ledger.books import Transaction

router = APIRouter()

VERBS = frozenset(
    {
        "call",
        "complete",
        "consult",
        "dial",
        "extend",
        "hang_up",
        "hold",
        "pause",
        "pause_after_call",
        "ready",
        "sign_out",
        "skip",
        "transfer",
        "unhold",
        "wrapped_up",
    }
)
SAY_FIRST = N_("Say first what came of the talk: choose by a digit, and save")
NO_VERB = N_("There is no such command")
NO_FLOOR = N_("No dialler drives the floor: tell your supervisor")
NOT_NOW = N_("The rules do not allow it now: %(rules)s")
ALLOWED_AT = N_("It will be allowed at %(at)s")
REFUSALS = (
    N_("no colleague has picked up"),
    N_("he is in no call"),
    N_("he talks to nobody"),
    N_("he writes nothing down now"),
    N_("he is calling us just now"),
    N_("a skip needs a reason"),
    N_("his phone is not registered"),
    N_("it is no phone that he may be called on"),
    N_("no campaign says by which rules he is called"),
    N_("no calls can be placed now"),
)
"""What the floor says that operators may see; whatever else it says is shown as it is."""


@router.post("/desk/do/{verb}")
async def do(
    request: Request, operator: Own, verb: str, argument: Annotated[str, Form(max_length=2_000)] = ""
) -> Response:
    """Ask for it; 204 when it is done, else a line for the notices."""
    if verb not in VERBS:
        return refused(told(request, NO_VERB))
    row = await own_row(request, operator)
    if row is None:
        return refused(told(request, NO_FLOOR), 503)
    if verb == "wrapped_up" and await _owes_word(request, operator, row["touch"]):
        return refused(told(request, SAY_FIRST))
    try:
        await ask_floor(services_of(request).redis, verb, row["login"], argument)
    except DozvonError as error:
        return refused(" ".join(_why(request, error)), 422 if isinstance(error, InputError) else 503)
    return Response(status_code=204)


@router.get("/desk/colleagues")
async def colleagues(request: Request, operator: Own) -> Response:
    """To whom a call can go: the desks where somebody sits, and colleagues who are ready."""
    try:
        rows = await see_floor(services_of(request).redis)
    except RedisError:
        rows = []
    ready = [one for one in rows if one["state"] == OperatorState.READY and one["operator"] != operator]
    return page(request, "desk/colleagues.html.j2", desks=sorted({one["desk"] for one in rows}), ready=ready)


def refused(line: str, status: int = 422) -> Response:
    """An answer that the page shows among its notices, and that changes nothing else."""
    notice = json.dumps({"notice": {"text": line, "kind": "bad"}})
    return Response(line, status, {"HX-Trigger": notice, "HX-Reswap": "none"}, "text/plain")


async def _owes_word(request: Request, operator: OperatorId, touch: str | None) -> bool:
    """Whether he has not said yet what came of that talk of his."""

    def owes(tx: Transaction) -> bool:
        talk = tx.dispositions.seen(TouchId(touch)) if touch else None
        his = talk is not None and talk.outcome is not None and talk.operator_id == operator
        return his and tx.dispositions.of(TouchId(str(touch))) is None

    return await services_of(request).read(owes)


def _why(request: Request, error: DozvonError) -> Iterator[str]:
    if not isinstance(error, NotAllowed):
        yield told(request, error.what)
        return
    rules = ", ".join(told(request, name_of("rule", rule)) for rule in error.refused_by)
    yield told(request, NOT_NOW, rules=rules)
    if error.next_allowed:
        zone = ZoneInfo(services_of(request).settings.zone)
        yield told(request, ALLOWED_AT, at=moment(error.next_allowed, zone, language_of(request)))
