"""Configuration as text: nothing undefined, nothing readable by others, the same records from every version."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import jinja2
import pytest

from asterisk.channel_log import read_channel_log
from asterisk.configuration.render import render_configuration, write_private
from asterisk.install import Installation
from asterisk.node import Node, NodePlan
from asterisk.town import Role, Town, TownPlan, read_record
from domain.call_events import HungUp
from domain.touch import TouchId

pytestmark = pytest.mark.unit

TOUCH = "019aa7c0020070008000000000000001"


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An Asterisk of which only the folders exist, without the modules of newer builds."""
    for part in ("modules", "data/documentation", "data/sounds"):
        (tmp_path / part).mkdir(parents=True)
    for module in ("chan_pjsip", "cdr_custom", "cel_custom"):
        (tmp_path / "modules" / f"{module}.so").touch()
    return Installation(("asterisk",), tmp_path / "modules", tmp_path / "data", (20, 0, 0))


@pytest.fixture
def node(installation: Installation, tmp_path: Path) -> Node:
    plan = NodePlan("node1", tmp_path / "n", 5070, 5038, 5080, tmp_path / "prompts")
    node = Node(plan, installation)
    node._configure()
    return node


@pytest.fixture
def town(installation: Installation, tmp_path: Path) -> Town:
    town = Town(tmp_path / "t", 5080, TownPlan(), installation)
    town._configure()
    return town


def setting(path: Path, name: str) -> str:
    (value,) = re.findall(rf"^{name} =>? ?(.*)$", path.read_text(), re.MULTILINE)
    return str(value)


class TestFiles:
    def test_a_value_that_is_not_given_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(jinja2.UndefinedError):
            render_configuration("node", tmp_path, {"name": "node1"})

    def test_every_file_is_readable_by_us_only(self, node: Node) -> None:
        files = [path for path in node.folder.etc.iterdir() if path.is_file()]
        assert len(files) > 10
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}

    def test_a_file_is_replaced_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "x.conf"
        write_private(path, "old and long\n")
        write_private(path, "new\n")
        assert path.read_text() == "new\n"
        assert list(tmp_path.iterdir()) == [path]

    def test_only_modules_of_the_build_are_loaded(self, node: Node, town: Town) -> None:
        assert re.findall(r"^load = (\w+)", (node.folder.etc / "modules.conf").read_text(), re.M) == [
            "chan_pjsip",
            "cel_custom",
        ]
        assert re.findall(r"^load = (\w+)", (town.folder.etc / "modules.conf").read_text(), re.M) == [
            "chan_pjsip",
            "cdr_custom",
        ]

    def test_calls_of_the_carrier_are_known_by_address_and_port(self, node: Node) -> None:
        assert setting(node.folder.etc / "pjsip.conf", "match") == "127.0.0.1:5080"


class TestRecordsOfOlderBuilds:
    def test_the_channel_log_reads_the_same(self, node: Node) -> None:
        template = setting(node.folder.etc / "cel_custom.conf", "cel.json")
        assert template.endswith("${IF($[${LEN(${eventextra})} = 0]?{}:${eventextra})}}")
        extra = '{"hangupcause":17}'
        known = {"eventtype": "HANGUP", "eventtime": "1795306128.077864", "CHANNEL(uniqueid)": TOUCH}
        line = template.replace("${IF($[${LEN(${eventextra})} = 0]?{}:${eventextra})}", extra)
        line = re.sub(r"\$\{([^}]*)\}", lambda found: known.get(found[1], ""), line)
        assert json.loads(line)["eventextra"] == {"hangupcause": 17}
        node.cel_path.write_text(f"{line}\n")
        (last,) = read_channel_log(node.cel_path, [TouchId(TOUCH)])[TouchId(TOUCH)]
        assert isinstance(last, HungUp)
        assert last.cause == 17

    def test_the_carriers_record_reads_the_same(self, town: Town) -> None:
        template = setting(town.folder.etc / "cdr_custom.conf", "cdr.json")
        known = {
            "CDR(call)": f"{TOUCH} 79160999007 1 12 busy",
            "CDR(cause)": "17",
            "CDR(sipcode)": "486",
            "CDR(start,u)": "1795306128.064734",
            "CDR(end,u)": "1795306128.080035",
            "CDR(billsec)": "0",
        }
        line = re.sub(r"\$\{([^}]*)\}", lambda found: known.get(found[1], ""), template)
        town.record_path.write_text(f"{line}\n")
        (call,) = read_record(town.record_path)
        assert (call.touch_id, call.role, call.sip_code, call.answered) == (TOUCH, Role.BUSY, 486, None)


class TestTownDialplan:
    def test_it_has_a_branch_for_every_role(self, town: Town) -> None:
        text = (town.folder.etc / "extensions.conf").read_text()
        patterns = [
            found.replace("_presses_X", "presses_") for found in re.findall(r"^exten = (\w+),1", text, re.M)
        ]
        assert [role for role in Role if not any(role.startswith(pattern) for pattern in patterns)] == []

    def test_no_fraction_is_multiplied(self, town: Town) -> None:
        """Asterisk warns of an overflow whenever the product of fractions is rounded."""
        text = (town.folder.etc / "extensions.conf").read_text()
        assert re.findall(r"\d\.\d+ \*|\* \d*\.\d", text) == []
