"""``dozvon node``: the Asterisk nodes of the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from asterisk.checkup.finding import Finding
from dialer.cli.console import console, print_json, styled, warn, write_out
from dialer.cli.options import AsJson
from dialer.logs import configure_logs
from dialer.node_check import check_node
from dialer.node_files import NodeFiles
from dialer.settings import NodeSettings, Settings, load_settings
from domain.errors import EnvironmentFault, InputError

app = typer.Typer(
    help="Nodes: the configuration of an Asterisk, and whether it runs as we need it.", no_args_is_help=True
)
Names = Annotated[list[str] | None, typer.Option("--node", help="Only this one (may be repeated).")]


@app.command("write")
def write(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where it goes, e.g. /etc/asterisk.")],
    node: Annotated[str, typer.Option(help="The node; needed where the settings have several.")] = "",
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change, and write nothing.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that were not written by this.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a node's whole configuration from DOZVON_NODES, for the Asterisk of this machine, readable by you only."""
    settings = load_settings()
    (chosen,) = _chosen(settings, [node] if node else [], most=1)
    files = NodeFiles.of(chosen, settings, folder)
    if diff:
        write_out("".join(files.difference()).encode(errors="replace"))
        return
    changed = files.write(force=force)
    for refused in files.make_folders():
        warn(f"{refused.filename} cannot be made ({refused.strerror}), and the node needs it")
    if as_json:
        print_json({"folder": str(folder), "changed": changed, "unchanged": len(files.texts) - len(changed)})
        return
    told = styled("{}: {} files written, {} unchanged", folder, len(changed), len(files.texts) - len(changed))
    console.print(told, soft_wrap=True)
    console.print(styled("start it: [bold]{} -f -C {}[/]", *files.start), soft_wrap=True)
    console.print(styled("then: [bold]dozvon node check --node {}[/]", chosen.name))


@app.command("check")
def check(node: Names = None, as_json: AsJson = False) -> None:
    """Ask running nodes whether they are what the product needs; exit status 1 when one is not.

    Each makes a call of half a second to itself, which nobody hears, and reads its dialplan twice.
    """
    settings = load_settings()
    configure_logs("critical")
    nodes = _chosen(settings, node or [], most=len(settings.nodes))
    found = {one.name: asyncio.run(_look(one, settings, shown=not as_json)) for one in nodes}
    if as_json:
        print_json([{"node": name, **asdict(one)} for name, all in found.items() for one in all])
    faults = sum(bool(one.fault) for all in found.values() for one in all)
    if faults:
        raise EnvironmentFault(f"points at fault: {faults} of {sum(map(len, found.values()))}")


async def _look(node: NodeSettings, settings: Settings, *, shown: bool) -> list[Finding]:
    found = []
    async for finding in check_node(node, settings):
        found.append(finding)
        if shown:
            _show(node.name, finding)
    return found


def _show(node: str, finding: Finding) -> None:
    said = f"{finding.fault}; {finding.remedy}" if finding.fault else finding.note
    verdict = "[red]fault[/]" if finding.fault else "[green]ok[/]   "
    console.print(styled(f"{verdict} {{}} {{:<11}} {{}}", node, finding.point, said), soft_wrap=True)


def _chosen(settings: Settings, names: Sequence[str], *, most: int) -> list[NodeSettings]:
    known = {node.name: node for node in settings.nodes}
    if not known:
        raise InputError("no nodes are set", where="DOZVON_NODES", remedy="see docs/settings.md")
    for name in names:
        if name not in known:
            raise InputError(f"no node {name!r}", where="--node", remedy=f"there are {', '.join(known)}")
    chosen = [known[name] for name in dict.fromkeys(names or known)]
    if len(chosen) > most:
        raise InputError("say which node", where="--node", remedy=f"there are {', '.join(known)}")
    return chosen
