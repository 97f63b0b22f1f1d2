"""The carrier's record, as Asterisk writes it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from asterisk.town.record import read_record
from asterisk.town.roles import Role

pytestmark = pytest.mark.unit

BUSY = (
    '{"call":"019aa7c0-0000-7000-8000-000000000007 79167999007 2 14 busy","cause":"17","sipcode":"486","digit":"",'
    '"endedby":"debtor","start":1795306128.064734,"answer":0.000000,"end":1795306128.080035,"billsec":0,'
    '"disposition":"BUSY"}\n'
)
ANSWERED = (
    '{"call":"019aa7c0-0000-7000-8000-000000000003 79163999003 1 14 presses_2","cause":"16","sipcode":"","digit":"2",'
    '"endedby":"","start":1795306128.062350,"answer":1795306128.411470,"end":1795306134.418986,"billsec":6,'
    '"disposition":"ANSWERED"}\n'
)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "cdr.json"


def test_a_refused_call_has_the_code_and_no_answer(record: Path) -> None:
    record.write_text(BUSY)
    (call,) = read_record(record)
    assert (call.touch_id, call.number, call.nth, call.hour) == (
        "019aa7c0-0000-7000-8000-000000000007",
        "79167999007",
        2,
        14,
    )
    assert (call.role, call.sip_code, call.cause, call.ended_by) == (Role.BUSY, 486, 17, "debtor")
    assert call.answered is None
    assert call.started == datetime(2026, 11, 22, 0, 8, 48, 64734, UTC)


def test_an_answered_call_has_its_digit_and_was_ended_by_us(record: Path) -> None:
    record.write_text(ANSWERED)
    (call,) = read_record(record)
    assert (call.digit, call.billed_seconds, call.ended_by, call.sip_code) == ("2", 6, "dialler", None)
    assert call.answered is not None
    assert call.started < call.answered < call.ended


def test_a_call_without_our_header_has_an_empty_touch_id(record: Path) -> None:
    record.write_text(BUSY.replace("019aa7c0-0000-7000-8000-000000000007", ""))
    assert read_record(record)[0].touch_id == ""


@pytest.mark.parametrize("cut", [1, 40, len(ANSWERED) - 1])
def test_a_last_line_cut_by_a_crash_is_left_out(record: Path, cut: int) -> None:
    record.write_text(BUSY + ANSWERED[:-cut])
    assert [call.role for call in read_record(record)] == [Role.BUSY]


def test_a_torn_line_that_a_restarted_town_wrote_on_is_left_out(record: Path) -> None:
    record.write_text(ANSWERED[:50] + BUSY + ANSWERED)
    assert [call.role for call in read_record(record)] == [Role.PRESSES_2]


def test_no_record_yet_is_no_call(record: Path) -> None:
    assert read_record(record) == []
