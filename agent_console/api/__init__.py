"""The HTTP API: what other programs ask and tell, with a token for each; docs/api.md."""

from __future__ import annotations

from fastapi import APIRouter

from agent_console.api import campaigns, debtors, document, incoming, reports, webhooks

ROUTERS: tuple[APIRouter, ...] = (
    campaigns.router,
    debtors.router,
    incoming.router,
    reports.router,
    webhooks.router,
    document.router,
)
