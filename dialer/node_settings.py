"""What a node's configuration needs beside what the dialler needs: addresses, the carrier, certificates, folders."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from asterisk.carrier import Transport


def _network(text: str) -> str:
    return str(ip_network(text, strict=False))


Network = Annotated[str, AfterValidator(_network)]
BindAddress = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,3}){3}:\d{1,5}$")]
Port = Annotated[int, Field(gt=1023, lt=65536)]
PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


class NodeConfiguration(BaseModel):
    """Read by `dozvon node write` only; docs/settings.md explains each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sip_bind: BindAddress = "0.0.0.0:5060"
    external_address: str = ""
    local_networks: tuple[Network, ...] = PRIVATE_NETWORKS
    carrier: str = Field(default="", pattern=r"^([A-Za-z0-9.-]+(:\d{1,5})?)?$")
    carrier_transport: Transport = "udp"
    carrier_user: str = ""
    carrier_password: SecretStr = SecretStr("")
    carrier_registers: bool = True
    carrier_networks: tuple[Network, ...] = ()
    phones_bind: BindAddress = "0.0.0.0:5070"
    browsers_bind: BindAddress = "127.0.0.1:8088"
    browsers_certificate: Path | None = None
    browsers_key: Path | None = None
    rtp_first: Port = 10000
    rtp_last: Port = 19999
    ami_permit: tuple[Network, ...] = ()
    speech_url: str = ""
    state_folder: Path = Path("/var/lib/asterisk")
    run_folder: Path = Path("/run/asterisk")
