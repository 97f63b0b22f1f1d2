"""Webhooks in the books: who is told of touches, and how far in the journal he has been told.

Only lines under a seal are told: a sealer alone sees no gaps, so nobody is passed over whose transaction ended late.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, func, insert, select, update

from domain.errors import InputError
from domain.webhook import LINES, EventKind, Webhook
from ledger.report_tables import DeadLetterRow, WebhookRow
from ledger.tables import CampaignRow, DebtorRow, PortfolioRow, SealRow, TouchEventRow, TouchRow, table

CAMPAIGN, DEBTOR, PORTFOLIO = table(CampaignRow), table(DebtorRow), table(PortfolioRow)
DEAD, EVENT, SEAL = table(DeadLetterRow), table(TouchEventRow), table(SealRow)
TOUCH, WEBHOOK = table(TouchRow), table(WebhookRow)
KIND_OF = {line: kind for kind, line in LINES.items()}
TOUCH_FACTS = ("channel", "direction", "phone", "segment", "variant", "step")


class Batch(NamedTuple):
    """Events in order, as JSON values, and the line of the journal that he has been told of when he has them."""

    events: Sequence[dict[str, Any]]
    to: int


class DeadLetter(NamedTuple):
    """An event that a webhook did not take within a day, and what he said last."""

    event: int
    at: datetime
    fault: str


@dataclass(frozen=True)
class Webhooks:
    """Repository of webhooks."""

    connection: Connection

    def add(
        self, url: str, secret: str, kinds: Collection[EventKind], *, author: str, now: datetime
    ) -> Webhook:
        """One who is told of what happens from now on."""
        row = {
            "url": url,
            "secret": secret,
            "kinds": ",".join(sorted(kinds)),
            "author": author,
            "active": True,
        }
        row |= {"failures": 0, "next_at": now, "fault": ""}
        newest = select(func.coalesce(func.max(EVENT.c.id), 0)).scalar_subquery()
        written = insert(WEBHOOK).values(**row, sent_to=newest).returning(WEBHOOK.c.id)
        return self.get(int(self.connection.execute(written).scalar_one()))

    def get(self, id: int) -> Webhook:
        """The webhook with that id; InputError when there is none."""
        row = self.connection.execute(select(WEBHOOK).where(WEBHOOK.c.id == id)).one_or_none()
        if row is None:
            raise InputError(f"no webhook {id}", remedy="`dozvon webhook list` shows them")
        return _webhook(row)

    def all(self) -> list[Webhook]:
        """All of them, by id."""
        return [_webhook(row) for row in self.connection.execute(select(WEBHOOK).order_by(WEBHOOK.c.id))]

    def remove(self, id: int) -> None:
        """Tell him no more, and forget what he did not take. InputError when there is none."""
        self.get(id)
        self.connection.execute(delete(DEAD).where(DEAD.c.webhook_id == id))
        self.connection.execute(delete(WEBHOOK).where(WEBHOOK.c.id == id))

    def due(self, now: datetime) -> list[int]:
        """Those who have something to be told now."""
        waiting = (WEBHOOK.c.active, WEBHOOK.c.next_at <= now, WEBHOOK.c.sent_to < self._sealed_to())
        return list(self.connection.scalars(select(WEBHOOK.c.id).where(*waiting).order_by(WEBHOOK.c.id)))

    def batch(self, webhook: Webhook, most: int) -> Batch:
        """What he is to be told next."""
        sealed = self._sealed_to()
        lines = [LINES[kind] for kind in sorted(webhook.kinds)]
        rows = self.connection.execute(
            _EVENTS.where(EVENT.c.id > webhook.sent_to, EVENT.c.id <= sealed, EVENT.c.kind.in_(lines))
            .order_by(EVENT.c.id)
            .limit(most)
        ).all()
        return Batch([_told(row) for row in rows], rows[-1].id if len(rows) == most else sealed)

    def told(self, webhook: Webhook, to: int, now: datetime) -> bool:
        """He has it; False when another process has told him meanwhile."""
        return self._move(webhook, sent_to=to, failures=0, fault="", next_at=now, told_at=now)

    def failed(self, webhook: Webhook, fault: str, next_at: datetime) -> bool:
        """He did not take it: try again at ``next_at``."""
        return self._move(webhook, failures=webhook.failures + 1, fault=fault, next_at=next_at)

    def give_up(self, webhook: Webhook, event: int, fault: str, now: datetime) -> None:
        """Go on behind an event that he has not taken for a day; it stays where it can be seen."""
        if self._move(webhook, sent_to=event):
            row = {"webhook_id": webhook.id, "event_id": event, "at": now, "fault": fault}
            self.connection.execute(insert(DEAD).values(row))

    def dead_letters(self, id: int, most: int = 100) -> list[DeadLetter]:
        """What he did not take, the newest first."""
        rows = select(DEAD.c.event_id, DEAD.c.at, DEAD.c.fault).where(DEAD.c.webhook_id == id)
        found = self.connection.execute(rows.order_by(DEAD.c.event_id.desc()).limit(most))
        return [DeadLetter(*row) for row in found]

    def behind(self) -> dict[int, int]:
        """How many lines of the journal each has before him."""
        sealed = self._sealed_to()
        rows = self.connection.execute(select(WEBHOOK.c.id, WEBHOOK.c.sent_to))
        return {id: max(0, sealed - sent_to) for id, sent_to in rows}

    def _sealed_to(self) -> int:
        return self.connection.scalar(select(func.max(SEAL.c.last_event))) or 0

    def _move(self, webhook: Webhook, **to: Any) -> bool:
        mine = (WEBHOOK.c.id == webhook.id, WEBHOOK.c.sent_to == webhook.sent_to)
        return bool(self.connection.execute(update(WEBHOOK).where(*mine).values(**to)).rowcount)


_EVENTS = (
    select(
        *(EVENT.c[name] for name in ("id", "touch_id", "at", "kind", "facts")),
        *(TOUCH.c[name] for name in TOUCH_FACTS),
        DEBTOR.c.external_id.label("debtor"),
        PORTFOLIO.c.name.label("portfolio"),
        CAMPAIGN.c.name.label("campaign"),
    )
    .outerjoin(TOUCH, TOUCH.c.id == EVENT.c.touch_id)
    .outerjoin(DEBTOR, DEBTOR.c.id == TOUCH.c.debtor_id)
    .outerjoin(PORTFOLIO, PORTFOLIO.c.id == DEBTOR.c.portfolio_id)
    .outerjoin(CAMPAIGN, CAMPAIGN.c.id == TOUCH.c.campaign_id)
)
OURS = frozenset({"debtor_id", "campaign_id", "strategy_version_id", *TOUCH_FACTS})
"""Facts that mean nothing outside, or are told already."""


def _told(row: Any) -> dict[str, Any]:
    facts = {name: value for name, value in orjson.loads(row.facts).items() if name not in OURS}
    return {
        "id": row.id,
        "event": KIND_OF[row.kind].value,
        "at": row.at,
        "touch": row.touch_id,
        **{name: getattr(row, name) for name in ("debtor", "portfolio", "campaign", *TOUCH_FACTS)},
        "facts": facts,
    }


def _webhook(row: Any) -> Webhook:
    return Webhook(
        row.id,
        row.url,
        row.secret,
        frozenset(map(EventKind, row.kinds.split(","))),
        row.author,
        row.active,
        row.sent_to,
        row.failures,
        row.next_at,
        row.fault,
        row.told_at,
    )
