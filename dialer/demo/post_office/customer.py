"""How our engine is the office's customer: where its webhooks go, and which settings let it in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from asterisk.ports import LOOPBACK, free_port
from dialer.demo.post_office.plan import PostPlan
from dialer.demo.post_office.process import PostOffice
from dialer.messages.settings import MessageSettings, ProviderSettings

SMSC, HUB = "smsc", "hub"
SENDER = "Dozvon"


def settle_down(plan: PostPlan, folder: Path, ahead: timedelta) -> tuple[PostOffice, MessageSettings]:
    """An office in ``folder`` at free ports, not yet started, and where its customer listens for what it tells."""
    webhooks = free_port("tcp")
    ports = {"smpp_port": free_port("tcp"), "http_port": free_port("tcp")}
    url = f"http://{LOOPBACK}:{webhooks}/providers/{HUB}"
    settled = plan.model_copy(update={**ports, "webhook": url, "ahead_s": ahead.total_seconds()})
    return PostOffice(folder, settled), MessageSettings(port=webhooks, texts=folder / "texts")


UNLIMITED = 1_000.0
RECEIPT_S = 20.0
"""How soon its customer asks for a receipt that does not come: the town's receipts take a second or two."""


def providers_of(plan: PostPlan) -> tuple[ProviderSettings, ...]:
    """Its two doors: SMS by SMPP, messengers by HTTP. Who keeps to what the office takes is never throttled."""
    per_second = plan.messages_per_s or UNLIMITED
    smsc = ProviderSettings(
        name=SMSC,
        protocol="smpp",
        kinds=("sms",),
        user=plan.system_id,
        secret=SecretStr(plan.password),
        port=plan.smpp_port,
        sender=SENDER,
        window=plan.window,
        per_second=per_second,
        status_query=plan.answers_queries,
        receipt_s=RECEIPT_S,
    )
    hub = ProviderSettings(
        name=HUB,
        protocol="http",
        kinds=("messenger",),
        file="messenger-hub",
        base_url=f"http://{LOOPBACK}:{plan.http_port}",
        secret=SecretStr(plan.api_key),
        webhook_secret=SecretStr(plan.webhook_secret),
        sender=SENDER,
        window=plan.window,
        per_second=per_second,
    )
    return smsc, hub
