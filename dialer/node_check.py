"""What the dialler needs of a node, looked for at the running one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from asterisk.ami.actions import ActionRefused
from asterisk.ami.link import AmiLink, LinkLimits
from asterisk.ami.session import AmiAddress
from asterisk.checkup.answers import check_answers
from asterisk.checkup.call import check_call
from asterisk.checkup.finding import Finding, Needs
from asterisk.checkup.probe import PATIENCE_S, Inbox
from asterisk.configuration.modules import node_modules
from dialer.clock import SystemClock
from dialer.settings import NodeSettings, Settings
from domain.errors import EnvironmentFault, LinkDown

LOGIN_S = 20.0


def needs_of(node: NodeSettings, settings: Settings) -> Needs:
    """What the settings say of the node."""
    return Needs(
        name=node.name,
        modules=node_modules(
            browsers=bool(node.browsers_address),
            encrypted=node.carrier_transport == "tls",
            speech=bool(node.speech_url),
        ),
        trunk=node.trunk,
        registers=bool(node.carrier_user) and node.carrier_registers,
        scripts=node.scripts_folder,
        channel_log=node.channel_log,
        prompts=settings.prompts.folder.resolve(),
        recordings=node.recordings_folder,
        operators=node.operators_folder,
    )


async def check_node(node: NodeSettings, settings: Settings) -> AsyncGenerator[Finding, None]:
    """Each point as soon as it is known; a node that is not reached has one only."""
    inbox: Inbox = asyncio.Queue()
    address = AmiAddress(node.ami_host, node.ami_port, node.ami_user, node.ami_secret.get_secret_value())
    link = AmiLink(node.name, address, inbox, LinkLimits(beat_s=PATIENCE_S))
    try:
        await link.open(LOGIN_S)
        yield Finding("manager", str(address))
        needs = needs_of(node, settings)
        async with aclosing(check_answers(link, needs, SystemClock().now)) as answers:
            async for finding in answers:
                yield finding
        async with aclosing(check_call(link, inbox, needs)) as call:
            async for finding in call:
                yield finding
    except EnvironmentFault as fault:
        yield Finding("manager", fault=fault.what, remedy=fault.remedy)
    except ActionRefused as refused:
        yield Finding("manager", fault=str(refused), remedy="see the manager user's rights in manager.conf")
    except LinkDown as fault:
        yield Finding("manager", fault=str(fault), remedy="look whether Asterisk still runs")
    finally:
        await link.aclose()
