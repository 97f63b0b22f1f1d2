"""A real node: start, stop, crash, scripts, limits."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk.install import Installation
from asterisk.local_asterisk import LocalAsterisk
from asterisk.node import EVENTS, Node
from asterisk.ports import free_port
from domain.errors import EnvironmentFault, InputError
from tests.asterisk.conftest import Pair, node_plan
from tests.asterisk.raw_ami import raw_ami
from tests.polling import PATIENCE_S, until

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def own_node(installation: Installation, folder: Path) -> AsyncIterator[Node]:
    """A node that the test may start, stop and kill."""
    node = Node(node_plan(folder, free_port()), installation)
    yield node
    await node.kill()


async def gone(pid: int) -> None:
    """Returns when no such process is left."""
    await until(lambda: not Path(f"/proc/{pid}").exists(), what="the process is gone")


def logged(node: Node, touch: str) -> list[str]:
    """The kinds of events that the node's channel event log has of the touch."""
    rows = [json.loads(line) for line in node.cel_path.read_text().splitlines()]
    return [row["eventtype"] for row in rows if row["uniqueid"] == touch]


def sockets_of(*pids: int | None) -> list[tuple[str, str]]:
    """(udp or tcp, address) of every socket these processes listen on."""
    found = []
    for pid in pids:
        fds = Path(f"/proc/{pid}/fd").iterdir()
        inodes = {link[8:-1] for fd in fds if (link := str(fd.readlink())).startswith("socket:[")}
        for kind, listening in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
            rows = [line.split() for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]]
            found += [
                (kind[:3], address_of(row[1])) for row in rows if row[3] == listening and row[9] in inodes
            ]
    return found


def address_of(field: str) -> str:
    """The kernel's 0100007F:1389 as 127.0.0.1:5001; an IPv6 address stays as it is."""
    host, port = field.split(":")
    plain = socket.inet_ntoa(bytes.fromhex(host)[::-1]) if len(host) == 8 else host
    return f"{plain}:{int(port, 16)}"


def is_ours(address: str, pair: Pair) -> bool:
    """Whether the port is one of SIP or audio."""
    port = int(address.rpartition(":")[2])
    audio = (pair.node.plan.rtp_ports, pair.town.rtp_ports)
    return port in {pair.node.plan.sip_port, pair.town.sip_port} or any(
        r.first <= port <= r.last for r in audio
    )


class TestLife:
    async def test_it_starts_answers_and_leaves_nothing_running(self, own_node: Node) -> None:
        await own_node.start()
        pid = own_node.pid
        assert pid is not None
        assert "0 active calls" in await own_node.cli("core show channels count")
        await own_node.stop()
        await gone(pid)
        assert own_node.pid is None
        assert not await own_node.cli("core show channels count")

    async def test_a_second_start_of_a_running_node_changes_nothing(self, own_node: Node) -> None:
        await own_node.start()
        pid = own_node.pid
        await own_node.start()
        assert own_node.pid == pid

    async def test_it_starts_again_after_a_crash_with_its_scripts(self, own_node: Node) -> None:
        await own_node.start()
        await own_node.install_script("kept", "[kept]\nexten = s,1,Hangup()\n")
        killed = own_node.pid
        await own_node.kill()
        await own_node.start()
        assert own_node.pid != killed
        assert "Hangup" in await own_node.cli("dialplan show kept")

    async def test_it_dies_with_the_process_that_started_it(self, own_node: Node) -> None:
        start = f"""
            import asyncio, os, signal
            from pathlib import PosixPath
            from asterisk.carrier import CarrierTerms
            from asterisk.install import Installation
            from asterisk.machines import MachineDetection
            from asterisk.node import Node, NodePlan
            from asterisk.ports import PortRange
            node = Node({own_node.plan!r}, {own_node.installation!r})
            asyncio.run(node.start())
            print(node.pid, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """
        parent = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            textwrap.dedent(start),
            stdout=asyncio.subprocess.PIPE,
            env={"PYTHONPATH": str(ROOT)},
        )
        output, _ = await parent.communicate()
        await gone(int(output))

    async def test_stopping_a_node_that_never_started_does_nothing(self, own_node: Node) -> None:
        await own_node.stop()
        assert own_node.pid is None

    @pytest.mark.parametrize(("grace", "lasts", "told"), [(PATIENCE_S, 1, ["19"]), (0.0, 600, [])])
    async def test_a_stop_gives_running_calls_their_grace(
        self, pair: Pair, own_node: Node, grace: float, lasts: int, told: list[str]
    ) -> None:
        await own_node.start()
        await own_node.install_script(
            "short", f"[short]\nexten = s,1,Answer()\n same = n,Wait({lasts})\n same = n,Hangup(19)\n"
        )
        async with raw_ami(own_node.plan) as session:
            touch = "019aa7c0-0103-7000-8000-000000000001"
            await session.originate(touch, "79160999000", "short", port=pair.town.sip_port)
            await session.until(1, Event="OriginateResponse")
            await own_node.stop(grace=grace)
            await session.to_the_end()
            assert [m["Cause"] for m in session.matching(Event="Hangup") if m["Cause"] == "19"] == told

    async def test_the_channel_event_log_has_calls_that_a_crash_cut(self, pair: Pair, own_node: Node) -> None:
        await own_node.start()
        await own_node.install_script("long", "[long]\nexten = s,1,Answer()\n same = n,Wait(60)\n")
        async with raw_ami(own_node.plan) as session:
            touch = "019aa7c0-0104-7000-8000-000000000001"
            await session.originate(touch, "79160999000", "long", port=pair.town.sip_port)
            await session.until(1, Event="OriginateResponse")
            # Asterisk's own thread writes the log: what has happened is there a moment later.
            await until(lambda: "ANSWER" in logged(own_node, touch), what="the answer is in the log")
            await own_node.kill()
        assert logged(own_node, touch) == ["CHAN_START", "ANSWER"]


class TestTroubles:
    @pytest.mark.parametrize(
        ("field", "kind"), [("sip_port", socket.SOCK_DGRAM), ("ami_port", socket.SOCK_STREAM)]
    )
    async def test_a_taken_port_is_named(self, own_node: Node, field: str, kind: socket.SocketKind) -> None:
        port: int = getattr(own_node.plan, field)
        with socket.socket(socket.AF_INET, kind) as holder:
            holder.bind(("127.0.0.1", port))
            if kind is socket.SOCK_STREAM:
                holder.listen()
            with pytest.raises(EnvironmentFault, match=f"port {port} of .*another port"):
                await own_node.start()
        assert own_node.pid is None

    async def test_an_asterisk_that_dies_at_once_is_a_clear_error(
        self, own_node: Node, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(LocalAsterisk, "_spawn", lambda self: None)
        with pytest.raises(EnvironmentFault, match="node1 did not start"):
            await own_node.start()

    async def test_a_start_that_fails_at_random_is_tried_again(
        self, own_node: Node, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spawn, tries = LocalAsterisk._spawn, []

        def spawn_at_the_second_try(self: LocalAsterisk) -> None:
            tries.append(1)
            if len(tries) > 1:
                spawn(self)

        monkeypatch.setattr(LocalAsterisk, "_spawn", spawn_at_the_second_try)
        await own_node.start()
        assert len(tries) >= 2
        assert own_node.pid is not None

    @pytest.mark.parametrize("name", ["../evil", "", "A b", "x\ny"])
    async def test_a_script_cannot_leave_its_folder(self, pair: Pair, name: str) -> None:
        with pytest.raises(InputError, match="script name"):
            await pair.node.install_script(name, "[x]\n")


class TestConfiguration:
    async def test_a_clean_start_writes_no_warning(self, own_node: Node) -> None:
        await own_node.start()
        lines = own_node.folder.messages.read_text().splitlines()
        assert [line for line in lines if "WARNING" in line or "ERROR" in line] == []

    async def test_the_secret_is_readable_by_us_only(self, pair: Pair) -> None:
        manager = pair.node.folder.etc / "manager.conf"
        assert pair.node.plan.ami_secret in manager.read_text()
        assert stat.S_IMODE(manager.stat().st_mode) == 0o600
        assert pair.node.plan.ami_secret not in repr(pair.node.plan)

    async def test_a_wrong_secret_is_refused(self, pair: Pair) -> None:
        async with raw_ami(pair.node.plan, secret="wrong") as session:
            (answer,) = session.matching(ActionID="login")
            assert answer["Response"] == "Error"

    async def test_calls_and_manager_are_on_the_loopback_only(self, pair: Pair) -> None:
        await pair.node.install_script("held", "[held]\nexten = s,1,Answer()\n same = n,Wait(1)\n")
        async with raw_ami(pair.node.plan) as session:
            await session.originate("019aa7c0-0102-7000-8000-000000000001", "79160999000", "held")
            await session.until(1, Event="OriginateResponse")
            listening = sockets_of(pair.node.pid, pair.town.pid)
            await session.until(1, Event="Hangup")
        # Besides these the SIP library holds two client sockets, only for answers of name servers.
        tcp = [address for kind, address in listening if kind == "tcp"]
        calls = [address for kind, address in listening if kind == "udp" and is_ours(address, pair)]
        assert tcp == [f"127.0.0.1:{pair.node.plan.ami_port}"]
        assert len(calls) >= 2 + 2 * 2, "SIP of both, RTP and RTCP of both"
        assert [address for address in calls if not address.startswith("127.0.0.1:")] == []

    async def test_only_the_wanted_events_come(self, pair: Pair) -> None:
        script = (
            "[events]\nexten = s,1,Answer()\n same = n,UserEvent(DozvonStep,Node: a)\n same = n,Hangup(16)\n"
        )
        await pair.node.install_script("events", script)
        async with raw_ami(pair.node.plan) as session:
            await session.originate("019aa7c0-0100-7000-8000-000000000001", "79160999000", "events")
            await session.until(1, Event="Hangup")
            (step,) = session.matching(Event="UserEvent", UserEvent="DozvonStep")
            assert (step["Node"], step["Uniqueid"]) == ("a", "019aa7c0-0100-7000-8000-000000000001")
            seen = {m["Event"] for m in session.messages if "Event" in m}
            assert seen <= set(EVENTS)
            assert {"Newchannel", "Newstate", "Hangup", "OriginateResponse"} <= seen | {"OriginateResponse"}

    async def test_a_clip_of_the_prompt_store_is_found(self, pair: Pair) -> None:
        (pair.node.plan.prompt_store / "3fa92c41b07e.alaw").write_bytes(b"\xd5" * 800)
        script = (
            "[clip]\nexten = s,1,Answer()\n same = n,Playback(dz/3fa92c41b07e)\n"
            " same = n,UserEvent(Played,Status: ${PLAYBACKSTATUS})\n same = n,Hangup(16)\n"
        )
        await pair.node.install_script("clip", script)
        async with raw_ami(pair.node.plan) as session:
            await session.originate("019aa7c0-0101-7000-8000-000000000001", "79160999000", "clip")
            (played,) = await session.until(1, Event="UserEvent")
            assert played["Status"] == "SUCCESS"
