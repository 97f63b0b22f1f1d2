"""``/desk/day``: an operator's own day: what he has done, what waits for a word of his, whom he is to call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from agent_console.desk.page import Own
from agent_console.page import page, services_of
from dialer.handlers.own_day import OwnDay, own_call_backs, own_day, unsaid_since
from domain.callback import Callback
from domain.disposition import BAILIFF_DISPOSITIONS, DISPOSITIONS, disposition
from domain.operator_events import OperatorId
from domain.window import DAY, local_midnight
from ledger.books import Transaction
from ledger.dispositions import Talk, Told

router = APIRouter()

MOST = 50
"""So many of each list are shown."""
RESULTS = {one.code: one.title for one in DISPOSITIONS} | {"bailiff": BAILIFF_DISPOSITIONS[0].title}


@dataclass(frozen=True, slots=True)
class Done:
    """A talk of which he has said what it brought."""

    told: Told
    title: str
    name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The page: figures, talks without a word, calls to make, and what was said today, the youngest first."""

    figures: OwnDay
    unsaid: list[tuple[Talk, str]]
    call_backs: list[tuple[Callback, str]]
    done: list[Done]


@router.get("/desk/day")
async def day(request: Request, operator: Own) -> Response:
    """His day so far; beside a call it is loaded into the page that he has open."""
    services = services_of(request)
    now, zone = services.now(), ZoneInfo(services.settings.zone)
    shown = await services.read(lambda tx: _shown(tx, operator, now, zone))
    return page(request, "desk/day.html.j2", shown=shown, results=RESULTS)


def _shown(tx: Transaction, operator: OperatorId, now: datetime, zone: ZoneInfo) -> Shown:
    today = now.astimezone(zone).date()
    begins = local_midnight(today, zone)
    unsaid = tx.dispositions.undisposed(operator, unsaid_since(now), MOST)
    owed = own_call_backs(tx, operator, MOST)
    said = tx.dispositions.of_operator(operator, begins, local_midnight(today + DAY, zone))[-MOST:]
    ids: list[int | None] = [one.debtor_id for one in unsaid]
    ids += [one.debtor_id for one in owed] + [one.debtor_id for one in said]
    whose = tx.cards.whose([id for id in ids if id is not None])

    def title(of: Talk | Callback | Told) -> str:
        return whose[of.debtor_id].title if of.debtor_id in whose else ""

    return Shown(
        own_day(tx, operator, today, zone),
        [(one, title(one)) for one in unsaid],
        [(one, title(one)) for one in owed],
        [Done(one, disposition(one.code).title, title(one)) for one in reversed(said)],
    )
