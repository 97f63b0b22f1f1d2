"""A campaign in the hands of a dialler."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from dialer.campaign_loop import CampaignLoop
from dialer.change_over import ChangeOver
from dialer.lease import Lease


@dataclass
class Owned:
    """A campaign that this process works: its calls, its planning, and the version it changes over to."""

    loop: CampaignLoop
    lease: Lease
    task: asyncio.Task[None]
    planning: asyncio.Task[None]
    change: ChangeOver
