"""From the settings of a node to the plan that its configuration is rendered from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asterisk.carrier import CarrierTerms
from asterisk.configuration.folder import NodeFolders
from asterisk.node import NodePlan, WebPlan
from asterisk.ports import PortRange
from dialer.settings import NodeSettings, Settings
from domain.errors import InputError

SIP_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
LOG_END = ("cel-custom", "cel.json")
RECORDINGS_END = "monitor"
_NOT_IN_A_PATH = re.compile(r"[;\"\[\]\x00-\x1f]")


def plan_of(node: NodeSettings, settings: Settings, folder: Path) -> NodePlan:
    """The plan of a node whose configuration is in ``folder``. InputError names the setting that is to blame."""
    if not node.carrier:
        raise _wrong(node, "carrier", "is not set", 'e.g. "carrier": "sip.carrier.example:5060"')
    host, port = _host_and_port(node, "carrier", SIP_PORTS[node.carrier_transport])
    sip_host, sip_port = _host_and_port(node, "sip_bind")
    phones_host, phones_port = _host_and_port(node, "phones_bind")
    web = _web(node) if node.operators_folder and node.browsers_address else None
    with _named(node):
        return NodePlan(
            name=node.name,
            folder=folder,
            sip_port=sip_port,
            ami_port=node.ami_port,
            carrier_port=port,
            prompt_store=settings.prompts.folder.resolve(),
            carrier_host=host,
            terms=_terms(node),
            sip_host=sip_host,
            external_address=node.external_address,
            local_networks=node.local_networks,
            managers=node.ami_permit,
            rtp_ports=PortRange(node.rtp_first, node.rtp_last),
            ami_user=node.ami_user,
            ami_secret=node.ami_secret.get_secret_value(),
            speech_url=node.speech_url,
            phones_port=phones_port if node.operators_folder else None,
            phones_host=phones_host,
            web=web,
        )


def folders_of(node: NodeSettings, folder: Path) -> NodeFolders:
    """Where that node has its files: the settings name most of them, for the dialler reads and writes there, too."""
    log = node.channel_log
    if log.parts[-2:] != LOG_END:
        raise _wrong(
            node, "channel_log", "does not end in cel-custom/cel.json", "Asterisk writes it nowhere else"
        )
    recordings = node.recordings_folder or Path("/var/spool/asterisk") / RECORDINGS_END
    if recordings.name != RECORDINGS_END:
        raise _wrong(
            node, "recordings_folder", "does not end in monitor", "Asterisk writes them nowhere else"
        )
    return NodeFolders(
        etc=_plain(node, folder),
        scripts=_plain(node, node.scripts_folder),
        operators=_plain(node, node.operators_folder or folder / "operators"),
        hold_music=folder.resolve() / "hold",
        data=folder.resolve() / "data",
        db=_plain(node, node.state_folder),
        spool=_plain(node, recordings).parent,
        run=_plain(node, node.run_folder),
        log=_plain(node, log).parent.parent,
    )


def _terms(node: NodeSettings) -> CarrierTerms:
    return CarrierTerms(
        endpoint=node.trunk,
        transport=node.carrier_transport,
        user=node.carrier_user,
        password=node.carrier_password.get_secret_value(),
        registers=node.carrier_registers,
        networks=node.carrier_networks,
    )


def _web(node: NodeSettings) -> WebPlan:
    host, port = _host_and_port(node, "browsers_bind")
    for file in (node.browsers_certificate, node.browsers_key):
        if file is not None and not _plain(node, file).is_file():
            raise InputError(
                f"there is no file {file}", where=f"node {node.name}", remedy="see docs/settings.md"
            )
    return WebPlan(port, host, node.browsers_certificate, node.browsers_key)


def _host_and_port(node: NodeSettings, field: str, usual: int = 0) -> tuple[str, int]:
    host, _, port = str(getattr(node, field)).partition(":")
    number = int(port or usual)
    if not 0 < number < 65536:
        raise _wrong(node, field, f"{number} is no port", "use 1 to 65535")
    return host, number


def _plain(node: NodeSettings, path: Path) -> Path:
    if _NOT_IN_A_PATH.search(str(path)):
        raise InputError(f"{str(path)!r} cannot stand in Asterisk's files", where=f"node {node.name}")
    return path.resolve()


@contextmanager
def _named(node: NodeSettings) -> Iterator[None]:
    """Which node it is that a plan refuses."""
    try:
        yield
    except InputError as error:
        where = f"{node.name}, {error.where.removeprefix('node ')}" if error.where else node.name
        raise InputError(error.what, where=f"node {where}", remedy=error.remedy) from error


def _wrong(node: NodeSettings, field: str, what: str, remedy: str) -> InputError:
    return InputError(what, where=f"node {node.name}, {field}", remedy=f"{remedy}; see docs/settings.md")
