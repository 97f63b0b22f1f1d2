"""Our own Asterisk: the one that the dialler drives over AMI."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from asterisk.carrier import CarrierTerms, require_plain
from asterisk.configuration.folder import NodeFolders
from asterisk.configuration.modules import modules_of, node_modules
from asterisk.configuration.render import rendered, write_private
from asterisk.hold_music import write_hold_music
from asterisk.install.installation import Installation
from asterisk.local_asterisk import LocalAsterisk, max_files
from asterisk.machines import MachineDetection
from asterisk.ports import LOOPBACK, NODE_RTP, PortRange
from domain.errors import InputError

PROMPT_PREFIX = "dz"
"""The dialplan plays a clip of the prompt store as ``dz/<clip>``."""

QUEUE_EVENTS = (
    "AgentCalled",
    "AgentConnect",
    "AgentRingNoAnswer",
    "QueueCallerJoin",
    "QueueCallerLeave",
    "QueueCallerAbandon",
    "QueueMemberPause",
)
EVENTS = (
    "FullyBooted",
    "Newchannel",
    "Newstate",
    "Hangup",
    "OriginateResponse",
    "UserEvent",
    *QUEUE_EVENTS,
    "Shutdown",
    "CoreShowChannel",
    "CoreShowChannelsComplete",
    "DeviceStateListComplete",
    "QueueMember",
    "QueueStatusComplete",
)
"""All that the manager link is sent by name: 7 events for a call that needs no operator, instead of 31."""

PHONE_STATES = ("DeviceStateChange", "Device", "PJSIP/op")
"""Whether a phone is registered: the event, the header and its beginning that tell operators' phones from trunks."""

EVERYWHERE = "0.0.0.0"
"""An address to listen at that is no address to be called at."""

_FILTER_BY_NAME = (22, 1, 0)
"""The first version of this branch that compares names; older ones match a regular expression."""


@dataclass(frozen=True, slots=True)
class WebPlan:
    """The WebSocket at which browsers register. Without a certificate it serves browsers of this machine, or a proxy
    that has one: a page gets no microphone else.
    """

    port: int
    host: str = LOOPBACK
    certificate: Path | None = None
    """PEM, the key in it or in ``key``."""
    key: Path | None = None

    def __post_init__(self) -> None:
        require_plain("host", self.host)

    @property
    def address(self) -> str:
        """What a page on this machine connects to."""
        return f"{'wss' if self.certificate else 'ws'}://{self.host}:{self.port}/ws"


@dataclass(frozen=True, slots=True)
class NodePlan:
    """What a node is told. By default all addresses are loopback; in production they are not."""

    name: str
    folder: Path
    sip_port: int
    ami_port: int
    carrier_port: int
    prompt_store: Path
    carrier_host: str = LOOPBACK
    terms: CarrierTerms = field(default_factory=CarrierTerms)
    sip_host: str = LOOPBACK
    """The address of this machine at which the carrier is talked to; ``EVERYWHERE`` is any of them."""
    external_address: str = ""
    """What others see of us outside of ``local_networks``, behind an address translation."""
    local_networks: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    """From where diallers log in, beside this machine."""
    rtp_ports: PortRange = NODE_RTP
    ami_user: str = "dozvon"
    ami_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    rtp_timeout: int = 300
    """Seconds without any audio from the far end after which a call is ended; a town may be that silent."""
    speech_url: str = ""
    """Where a recogniser listens (``ws://host:port``); without one, scripts take digits only."""
    machines: MachineDetection = field(default_factory=MachineDetection)
    phones_port: int | None = None
    """Where operators' phones register, apart from the carrier's port; a node without one has no operators."""
    phones_host: str = LOOPBACK
    """The address of this machine that phones know."""
    web: WebPlan | None = None
    """Where browsers are phones; a node without it takes telephones only."""

    def __post_init__(self) -> None:
        # These go into configuration files as they are.
        for name in ("name", "ami_user", "ami_secret", "carrier_host", "sip_host", "phones_host"):
            require_plain(name, getattr(self, name))
        if self.external_address:
            require_plain("external_address", self.external_address)
        if self.speech_url and not re.fullmatch(r"wss?://[A-Za-z0-9_.:/\[\]-]+", self.speech_url):
            raise InputError("not an address of the form ws://host:port", where="node speech_url")

    @property
    def modules(self) -> tuple[str, ...]:
        """All that it needs."""
        encrypted = self.terms.transport == "tls"
        return node_modules(browsers=self.web is not None, encrypted=encrypted, speech=bool(self.speech_url))

    @property
    def outside(self) -> list[str]:
        """The lines of a transport that tell how we are seen from outside."""
        if not self.external_address:
            return []
        seen = [f"external_{what}_address = {self.external_address}" for what in ("media", "signaling")]
        return seen + [f"local_net = {network}" for network in self.local_networks]


def node_files(plan: NodePlan, folders: NodeFolders, installation: Installation) -> dict[str, str]:
    """The text of each file of the node's /etc/asterisk, by its name."""
    values = {name: getattr(plan, name) for name in NodePlan.__slots__}
    values |= {
        "folder": folders,
        "installation": installation,
        "modules": modules_of(installation, plan.modules),
        "advanced_records": installation.has_module("res_cdrel_custom"),
        "carrier_uri": plan.terms.uri(plan.carrier_host, plan.carrier_port),
        "everywhere": EVERYWHERE,
        "outside": plan.outside,
        "filter_by_name": installation.version >= _FILTER_BY_NAME,
        "events": EVENTS,
        "phone_states": PHONE_STATES,
        "max_files": max_files(),
        "transmit_silence": False,
    }
    return rendered("node", values)


class Node(LocalAsterisk):
    """Starts, stops and reloads the Asterisk of one ``NodePlan``."""

    def __init__(self, plan: NodePlan, installation: Installation) -> None:
        super().__init__(plan.name, plan.folder, installation)
        self.plan = plan

    @property
    def cel_path(self) -> Path:
        """The channel event log: what became of each leg, also of those alive when it crashed."""
        return self.folder.channel_events

    async def install_script(self, name: str, text: str) -> None:
        """Puts a compiled dialplan beside the others and loads it; running calls go on.

        A context keeps its meaning for ever: a new version of a script is a new name and a new context.
        """
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
            raise InputError(f"{name!r} cannot be a file name", where="script name")
        write_private(self.folder.scripts / f"{name}.conf", text)
        await self.reload_dialplan()

    async def reload_dialplan(self) -> None:
        """Reads all installed scripts again."""
        await self.cli("dialplan reload")

    def _ports(self) -> Mapping[str, tuple[str, int]]:
        ports = {
            f"SIP of {self.name}": ("udp", self.plan.sip_port),
            f"the manager interface of {self.name}": ("tcp", self.plan.ami_port),
        }
        if self.plan.phones_port is not None:
            ports[f"the phones of {self.name}"] = ("udp", self.plan.phones_port)
        if self.plan.web is not None:
            ports[f"the browsers of {self.name}"] = ("tcp", self.plan.web.port)
        return ports

    def _configure(self) -> None:
        plan, places = self.plan, self.folder.places
        plan.prompt_store.mkdir(parents=True, exist_ok=True)
        self.folder.prepare(self.installation.data_dir, {PROMPT_PREFIX: plan.prompt_store})
        write_hold_music(places.hold_music)
        for name, text in node_files(plan, places, self.installation).items():
            write_private(places.etc / name, text)
