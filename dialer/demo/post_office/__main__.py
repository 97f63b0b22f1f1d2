"""The process of a post office: ``python -m dialer.demo.post_office FOLDER``, where ``FOLDER/plan.json`` says how it
behaves and ``FOLDER/record.jsonl`` is the truth. It ends by SIGTERM.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import uvicorn
import uvloop

from asterisk.ports import LOOPBACK
from dialer.clock import SystemClock
from dialer.demo.post_office.aggregator import Aggregator
from dialer.demo.post_office.office import Office
from dialer.demo.post_office.plan import PLAN_FILE, RECORD_FILE, PostPlan
from dialer.demo.post_office.smsc import Smsc


async def serve(folder: Path) -> None:
    """Until a signal ends it."""
    plan = PostPlan.model_validate_json((folder / PLAN_FILE).read_text(encoding="utf-8"))
    office = Office(plan, folder / RECORD_FILE, SystemClock(timedelta(seconds=plan.ahead_s)))
    smsc, aggregator = Smsc(office), Aggregator(office)
    config = uvicorn.Config(
        aggregator.app(), LOOPBACK, plan.http_port, log_level="critical", access_log=False, lifespan="off"
    )
    smpp = await asyncio.start_server(smsc.serve, LOOPBACK, plan.smpp_port)
    office.resume()
    try:
        await uvicorn.Server(config).serve()
    finally:
        smpp.close()
        await office.close()
        await aggregator.close()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1])))
