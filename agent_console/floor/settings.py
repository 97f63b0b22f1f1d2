"""What is in force: the rules of contact, the settings, and who is told of what; registers have pages of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from agent_console.forms import Form
from agent_console.page import page, services_of
from dialer.reports.catalogue import REPORTS
from dialer.reports.render import Format
from dialer.settings import shown_settings
from domain.campaign import Campaign
from domain.errors import InputError
from domain.schedule import Period
from domain.webhook import EventKind
from ledger.books import Transaction
from strategies.load import parse_strategy
from strategies.regime import load_rules, rules_files

router = APIRouter()

NO_WEBHOOK = Form.empty(kinds=[])
NO_REPORT = Form.empty(hour="8", period="day", format="xlsx", target="reports")


@dataclass(frozen=True, slots=True)
class Judged:
    """A campaign, and the versions of regime and policies that judge its touches now, or why they cannot be told."""

    campaign: Campaign
    rules: str = ""
    fault: InputError | None = None


@router.get("/settings")
async def show(request: Request) -> Response:
    """Everything on one page."""
    return await settings_page(request)


async def settings_page(
    request: Request,
    *,
    webhook: Form = NO_WEBHOOK,
    report: Form = NO_REPORT,
    secret: str = "",
    status: int = 200,
) -> Response:
    """The page, with what was typed into one of its forms; ``secret`` is a new webhook's, shown once."""
    services = services_of(request)
    now = services.now()
    found = await services.read(lambda tx: _books(tx, now))
    return page(
        request,
        "floor/settings.html.j2",
        status=status,
        webhook_form=webhook,
        report_form=report,
        secret=secret,
        files=rules_files(),
        settings=shown_settings(services.settings),
        kinds=[one.value for one in EventKind],
        reports=[(one.name, one.title) for one in REPORTS.values()],
        periods=[one.value for one in Period],
        formats=[one.value for one in Format],
        **found,
    )


def _books(tx: Transaction, now: datetime) -> dict[str, Any]:
    under_way = tx.campaigns.under_way()
    return {
        "judged": [_judged(tx, one, now) for one in under_way],
        "campaigns": [one.name for one in under_way],
        "webhooks": tx.webhooks.all(),
        "behind": tx.webhooks.behind(),
        "schedules": tx.schedules.all(),
    }


def _judged(tx: Transaction, campaign: Campaign, now: datetime) -> Judged:
    version = tx.versions.get(campaign.strategy_version_id)
    try:
        strategy = parse_strategy(version.body, version.label)
        return Judged(campaign, load_rules(strategy.regime, strategy.policies).in_force(now))
    except InputError as fault:  # one that this release does not understand any more
        return Judged(campaign, fault=fault)
