"""Runs the Asterisk that plays the town."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from asterisk.configuration.modules import CALLER_MODULES, ROBOT_MODULES, TOWN_MODULES, modules_of
from asterisk.configuration.render import render_configuration
from asterisk.install.installation import Installation
from asterisk.local_asterisk import LocalAsterisk, max_files
from asterisk.ports import TOWN_RTP, PortRange
from asterisk.touch_header import TOUCH_HEADER
from asterisk.town.roles import (
    FORCING_BLOCK,
    SIP_CODES,
    SPEAKING_BLOCK,
    SWITCHBOARD_BLOCK,
    TYPING_BLOCK,
    Role,
    TownPlan,
)
from asterisk.town.sounds import write_sounds


class Town(LocalAsterisk):
    """The carrier at ``sip_port`` of the loopback, with all its debtors.

    How often each number was called is kept in ``folder``: a restarted town goes on counting,
    a new folder begins anew.
    """

    def __init__(
        self,
        folder: Path,
        sip_port: int,
        plan: TownPlan,
        installation: Installation,
        *,
        rtp_ports: PortRange = TOWN_RTP,
        touch_header: str = TOUCH_HEADER,
    ) -> None:
        super().__init__("town", folder, installation)
        self.sip_port, self.plan = sip_port, plan
        self.rtp_ports, self.touch_header = rtp_ports, touch_header

    @property
    def record_path(self) -> Path:
        """The record of carrier, robots and callers, which `asterisk.town.record` reads. A call is written when it has
        ended."""
        return self.folder.call_records

    async def call_in(
        self, number: str, line: str, node_port: int, *, listens_s: float = 60, presses: str = ""
    ) -> None:
        """Somebody rings ``line`` at a node and hangs up that many seconds after the answer; an empty number is hidden.

        Digits are those of telephones; w waits half a second. He gives up when nobody answers within 30 s.
        """
        whom = f"{number.lstrip('+') or 0}x{line.lstrip('+')}x{node_port}"
        await self.cli(f"channel originate Local/{whom}@calls-in extension {listens_s:g}x{presses}@callers")

    def _ports(self) -> Mapping[str, tuple[str, int]]:
        ports = {"SIP of the town": ("udp", self.sip_port)}
        if self.plan.robots:
            ports["SIP of the robot operators"] = ("udp", self.plan.robots.sip_port)
        return ports

    def _modules(self) -> tuple[str, ...]:
        robots = ROBOT_MODULES if self.plan.robots else ()
        return (*TOWN_MODULES, *robots, *(CALLER_MODULES if self.plan.callers else ()))

    def _configure(self) -> None:
        sounds = self.folder.root / "sounds"
        write_sounds(sounds, greeting=self.plan.machine_greeting)
        self.folder.prepare(self.installation.data_dir, {"town": sounds, "says": self.plan.sayings or sounds})
        values = {
            "name": self.name,
            "folder": self.folder.places,
            "installation": self.installation,
            "modules": modules_of(self.installation, self._modules()),
            "advanced_records": self.installation.has_module("res_cdrel_custom"),
            "max_files": max_files(),
            "transmit_silence": self.plan.sends_silence,
            "rtp_ports": self.rtp_ports,
            "sip_port": self.sip_port,
            "touch_header": self.touch_header,
            "plan": self.plan,
            "roles": list(Role),
            "forcing_block": FORCING_BLOCK,
            "speaking_block": SPEAKING_BLOCK,
            "typing_block": TYPING_BLOCK,
            "switchboard_block": SWITCHBOARD_BLOCK,
            "sip_codes": SIP_CODES,
        }
        render_configuration("town", self.folder.etc, values)
