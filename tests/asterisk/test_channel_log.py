"""The node's channel event log, read backwards after a crash: whole, cut, foreign and old lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from asterisk import channel_log
from asterisk.channel_log import read_channel_log
from domain.call_events import (
    Answered,
    Connected,
    Created,
    DigitPressed,
    HungUp,
    MachineJudged,
    OperatorLeft,
    Queued,
    ResultRecorded,
    Unserved,
    WordsHeard,
)
from domain.touch import TouchId

pytestmark = pytest.mark.unit

START = 1_773_140_400.25
"""2026-03-10 11:00:00.25 UTC"""


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


def id_made(milliseconds: int, number: int = 1) -> TouchId:
    """A UUIDv7 made so long after the start."""
    return TouchId(f"{int(START * 1000) + milliseconds:012x}7cde8f00{number:012x}")


A, B = id_made(0), id_made(5, 2)


def line(kind: str, touch: str, seconds: float, **extra: Any) -> str:
    record = {"eventtype": kind, "eventtime": f"{START + seconds:.6f}", "uniqueid": touch, "linkedid": touch}
    return json.dumps({**record, **extra}, ensure_ascii=False) + "\n"


def hangup(touch: str, seconds: float, cause: int = 16) -> str:
    return line("HANGUP", touch, seconds, eventextra={"hangupcause": cause, "hangupsource": ""})


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "cel.json"


class TestEvents:
    def test_a_call_in_the_order_it_happened(self, log: Path) -> None:
        log.write_text(
            line("CHAN_START", A, 0)
            + line("ANSWER", A, 4)
            + line("DozvonDigit", A, 9, eventextra={"extra": "choice 2"})
            + line("DozvonResult", A, 9, eventextra={"extra": "promise"})
            + hangup(A, 12)
            + line("CHAN_END", A, 12)
        )
        assert read_channel_log(log, [A]) == {
            A: [
                Created(A, at(0)),
                Answered(A, at(4)),
                DigitPressed(A, at(9), "choice", "2"),
                ResultRecorded(A, at(9), "promise"),
                HungUp(A, at(12), 16),
            ]
        }

    def test_words_and_machines(self, log: Path) -> None:
        log.write_text(
            line("CHAN_START", A, 0)
            + line("DozvonMachine", A, 1, eventextra={"extra": "machine MAXWORDS-5-4 beep"})
            + line("DozvonMachine", A, 2, eventextra={"extra": "human HUMAN-500-500 "})
            + line("DozvonMachine", A, 2, eventextra={"extra": "torn"})
            + line("DozvonHeard", A, 3, eventextra={"extra": "when|unsure||0|завтра или потом"})
            + line("DozvonHeard", A, 4, eventextra={"extra": "when|speech|2026-03-11|95|завтра"})
        )
        assert read_channel_log(log, [A])[A][1:] == [
            MachineJudged(A, at(1), "machine", "MAXWORDS-5-4", beep=True),
            MachineJudged(A, at(2), "human", "HUMAN-500-500", beep=False),
            WordsHeard(A, at(3), "when", "unsure", "завтра или потом", 0),
            WordsHeard(A, at(4), "when", "speech", "завтра", 95),
        ]

    def test_the_legs_of_operators_tell_of_the_call(self, log: Path) -> None:
        leg = {"linkedid": A, "channame": "PJSIP/op7-0000002a"}
        log.write_text(
            line("DozvonQueued", A, 0, eventextra={"extra": "debts"})
            + line("CHAN_START", "1773140400.7", 1, **leg)
            + line("ANSWER", "1773140400.7", 2, **leg)
            + line("HANGUP", "1773140400.7", 30, **leg, eventextra={"hangupcause": 16})
            + line("ANSWER", "1773140400.8", 2, linkedid=A, channame="PJSIP/carrier-0000002b")
            + line("ANSWER", "1773140400.9", 2, linkedid=B, channame="PJSIP/op8-0000002c")
            + line("DozvonUnserved", A, 31)
        )
        assert read_channel_log(log, [A])[A] == [
            Queued(A, at(0), "debts"),
            Connected(A, at(2), 7),
            OperatorLeft(A, at(30), 7),
            Unserved(A, at(31)),
        ]

    def test_calls_are_told_apart_and_strangers_left_out(self, log: Path) -> None:
        log.write_text(
            line("CHAN_START", A, 0)
            + line("CHAN_START", B, 1)
            + line("CHAN_START", "1773140400.7", 1)
            + hangup(B, 2, 17)
            + hangup("1773140400.7", 2)
            + hangup(A, 3, 21)
        )
        assert read_channel_log(log, {B}) == {B: [Created(B, at(1)), HungUp(B, at(2), 17)]}

    def test_extra_facts_may_be_json_in_a_string(self, log: Path) -> None:
        log.write_text(
            line("HANGUP", A, 1, eventextra='{"hangupcause": 34}') + line("HANGUP", B, 1, eventextra="")
        )
        assert read_channel_log(log, [A, B]) == {A: [HungUp(A, at(1), 34)], B: [HungUp(B, at(1), 0)]}

    def test_the_caller_s_clock_is_reckoned_in(self, log: Path) -> None:
        log.write_text(line("CHAN_START", A, 0))
        found = read_channel_log(log, [A], timedelta(hours=-3))
        assert found == {A: [Created(A, at(-3 * 3600))]}

    def test_a_touch_without_a_channel_has_no_events(self, log: Path) -> None:
        log.write_text(line("CHAN_START", B, 0))
        assert read_channel_log(log, [A]) == {A: []}


class TestDamage:
    def test_a_wrong_path_is_no_proof(self, log: Path) -> None:
        with pytest.raises(FileNotFoundError):
            read_channel_log(log, [A])

    def test_an_empty_log(self, log: Path) -> None:
        log.touch()
        assert read_channel_log(log, [A]) == {A: []}

    def test_a_line_that_a_crash_has_cut(self, log: Path) -> None:
        log.write_text(line("CHAN_START", A, 0) + hangup(A, 3)[:40])
        assert read_channel_log(log, [A]) == {A: [Created(A, at(0))]}

    def test_a_cut_line_and_the_next_one_written_on_behind_it(self, log: Path) -> None:
        log.write_text(
            line("CHAN_START", A, 0) + line("ANSWER", A, 1)[:30] + line("CHAN_START", B, 9) + hangup(A, 10)
        )
        assert read_channel_log(log, [A, B]) == {A: [Created(A, at(0)), HungUp(A, at(10), 16)], B: []}

    @pytest.mark.parametrize(
        "nonsense",
        [
            "\n",
            "[1, 2]\n",
            '"words"\n',
            "null\n",
            "{}\n",
            '{"eventtype": "ANSWER"}\n',
            line("ANSWER", A, 1).replace("17731", "soon 17731"),
            json.dumps({"eventtype": "ANSWER", "uniqueid": A}) + "\n",
            line("HANGUP", A, 1, eventextra="not json"),
            line("HANGUP", A, 1, eventextra={"hangupcause": "sixteen"}),
            line("HANGUP", A, 1, eventextra=[16]),
            json.dumps({"eventtype": "ANSWER", "eventtime": "1", "uniqueid": [1]}) + "\n",
        ],
    )
    def test_nonsense_hides_nothing_else(self, log: Path, nonsense: str) -> None:
        log.write_text(line("CHAN_START", A, 0) + nonsense + hangup(A, 3))
        assert read_channel_log(log, [A]) == {A: [Created(A, at(0)), HungUp(A, at(3), 16)]}

    def test_bytes_that_are_no_text(self, log: Path) -> None:
        log.write_bytes(
            line("CHAN_START", A, 0).encode() + b'{"eventtype": "\xff\xfe\n' + hangup(A, 3).encode()
        )
        assert read_channel_log(log, [A]) == {A: [Created(A, at(0)), HungUp(A, at(3), 16)]}


class TestBlocks:
    @pytest.mark.parametrize("block", [1, 2, 7, 64, 500])
    def test_lines_and_letters_may_lie_across_blocks(
        self, log: Path, monkeypatch: pytest.MonkeyPatch, block: int
    ) -> None:
        monkeypatch.setattr(channel_log, "BLOCK", block)
        log.write_text(
            line("CHAN_START", A, 0, channame="Иван Петрович")
            + line("DozvonResult", A, 2, eventextra={"extra": "обещал"})
            + hangup(A, 3)
        )
        assert read_channel_log(log, [A]) == {
            A: [Created(A, at(0)), ResultRecorded(A, at(2), "обещал"), HungUp(A, at(3), 16)]
        }

    def test_it_reads_no_further_back_than_the_oldest_wanted_touch(
        self, log: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(channel_log, "BLOCK", 256)
        old = [line("CHAN_START", id_made(-3_600_000 - number, number), -3600) for number in range(200)]
        log.write_text("".join(old) + line("CHAN_START", A, 0) + hangup(A, 3))
        looked_at: list[bytes] = []
        as_record = channel_log._record

        def noted(line: bytes) -> dict[str, Any] | None:
            looked_at.append(line)
            return as_record(line)

        monkeypatch.setattr(channel_log, "_record", noted)
        assert read_channel_log(log, [A]) == {A: [Created(A, at(0)), HungUp(A, at(3), 16)]}
        assert len(looked_at) == 4, "the empty rest behind the last line, the two wanted lines, one old line"

    def test_ids_made_within_ten_minutes_may_have_been_logged_in_any_order(self, log: Path) -> None:
        earlier = id_made(-9 * 60_000)
        log.write_text(line("CHAN_START", A, 0) + line("CHAN_START", earlier, 1) + hangup(A, 2))
        assert read_channel_log(log, [A]) == {A: [Created(A, at(0)), HungUp(A, at(2), 16)]}
