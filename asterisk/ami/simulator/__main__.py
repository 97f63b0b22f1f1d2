"""`python -m asterisk.ami.simulator --port 0`: a simulated Asterisk until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from asterisk.ami.session import AmiAddress
from asterisk.ami.simulator.server import Simulator
from asterisk.town.roles import TownPlan
from domain.errors import DozvonError


def main() -> None:
    """Print `host:port` and serve."""
    parser = argparse.ArgumentParser(prog="asterisk.ami.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--username", default="dozvon")
    parser.add_argument("--secret", default="simulated")
    parser.add_argument("--seed", default=TownPlan().seed)
    parser.add_argument("--time-scale", type=float, default=1.0, help="0.1 makes a minute 6 s")
    parser.add_argument("--record", type=Path, help="file for the carrier's record (JSON lines)")
    parser.add_argument("--channel-log", type=Path, help="file for the node's channel events (JSON lines)")
    try:
        asyncio.run(_serve(parser.parse_args()))
    except KeyboardInterrupt:
        pass
    except DozvonError as error:
        sys.exit(str(error))


async def _serve(arguments: argparse.Namespace) -> None:
    address = AmiAddress(arguments.host, arguments.port, arguments.username, arguments.secret)
    plan = TownPlan(seed=arguments.seed)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    simulator = Simulator(
        address,
        _machine_clock,
        plan=plan,
        record=arguments.record,
        channel_log=arguments.channel_log,
        time_scale=arguments.time_scale,
    )
    async with simulator:
        print(f"{simulator.address.host}:{simulator.address.port}", flush=True)
        await stop.wait()


def _machine_clock() -> datetime:
    """The clock of the machine that this process plays; it is not the dialler's."""
    return datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251


main()
