"""The words of SMPP: receipts as SMSCs write them, refusals, and the parts of long replies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.messages.smpp_words import (
    Assembly,
    Piece,
    Told,
    header_of,
    read_piece,
    read_receipt,
    read_state,
    refusal,
)
from domain.gsm import Alphabet, encode
from domain.message import BLOCKED, INVALID_NUMBER, MessageState

pytestmark = pytest.mark.unit

PHONE = "+79160000001"
RECEIPT = (
    "id:{id} sub:001 dlvrd:001 submit date:2603101200 done date:2603101201 stat:{stat} err:{err} text:Долг"
)


@pytest.mark.parametrize(
    ("stat", "state", "reason"),
    [
        ("ENROUTE", MessageState.SENT, ""),
        ("ACCEPTD", MessageState.SENT, ""),
        ("DELIVRD", MessageState.DELIVERED, ""),
        ("delivrd", MessageState.DELIVERED, ""),
        ("EXPIRED", MessageState.FAILED, "EXPIRED 011"),
        ("DELETED", MessageState.FAILED, "DELETED 011"),
        ("UNDELIV", MessageState.FAILED, "UNDELIV 011"),
        ("REJECTD", MessageState.FAILED, "REJECTD 011"),
        ("UNKNOWN", MessageState.SENT, ""),
        ("EATEN", MessageState.SENT, ""),
    ],
)
def test_a_receipt_of_every_state(stat: str, state: MessageState, reason: str) -> None:
    told = read_receipt(RECEIPT.format(id="0A1b-2", stat=stat, err="011"), "", None)
    assert told is not None
    assert (told.ref, told.state, told.reason) == ("0A1b-2", state, reason)


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (1, MessageState.SENT),
        (2, MessageState.DELIVERED),
        (3, MessageState.FAILED),
        (4, MessageState.FAILED),
        (5, MessageState.FAILED),
        (6, MessageState.SENT),
        (8, MessageState.FAILED),
    ],
)
def test_a_receipt_by_its_optional_parameters_alone(number: int, state: MessageState) -> None:
    told = read_receipt("", "ref-1", number)
    assert told is not None
    assert (told.ref, told.state) == ("ref-1", state)


def test_optional_parameters_weigh_more_than_the_text() -> None:
    told = read_receipt(RECEIPT.format(id="of-text", stat="ENROUTE", err="000"), "of-parameter", 2)
    assert told is not None
    assert (told.ref, told.state) == ("of-parameter", MessageState.DELIVERED)


def test_a_number_that_is_no_state_leaves_it_to_the_text() -> None:
    told = read_receipt(RECEIPT.format(id="1", stat="DELIVRD", err="000"), "", 7)
    assert told is not None
    assert told.state is MessageState.DELIVERED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stat:DELIVRD err:000",
        "id: sub:001 stat:DELIVRD",
        "id:77",
        "id:\0 stat:DELIVRD",
        "paid:100 restat:DELIVRD",
        "да, получил, спасибо",
        "\0\xff" * 100,
    ],
)
def test_what_is_no_receipt(text: str) -> None:
    assert read_receipt(text, "", None) is None


def test_a_receipt_without_spaces_at_its_end() -> None:
    told = read_receipt("stat:DELIVRD id:77\0", "", None)
    assert told is not None
    assert told.ref == "77"


@pytest.mark.parametrize(
    ("number", "state", "reason"),
    [
        (1, MessageState.SENT, ""),
        (2, MessageState.DELIVERED, ""),
        (3, MessageState.FAILED, "EXPIRED 011"),
        (4, MessageState.FAILED, "DELETED 011"),
        (5, MessageState.FAILED, "UNDELIV 011"),
        (6, MessageState.SENT, ""),
        (8, MessageState.FAILED, "REJECTD 011"),
    ],
)
def test_the_answer_to_a_question(number: int, state: MessageState, reason: str) -> None:
    assert read_state("a1", number, 11) == Told("a1", state, reason)


@pytest.mark.parametrize("number", [0, 7, 9, 255])
def test_a_state_that_is_no_news(number: int) -> None:
    assert read_state("a1", number, 0) is None


@given(st.text(), st.text(max_size=20), st.none() | st.integers(0, 255))
def test_no_receipt_is_too_odd_to_be_read(text: str, ref: str, state: int | None) -> None:
    told = read_receipt(text, ref, state)
    assert told is None or told.ref


@pytest.mark.parametrize(
    ("status", "reason", "retry", "down"),
    [
        (0x0B, INVALID_NUMBER, False, False),
        (0x40E, BLOCKED, False, False),
        (0x01, "message too long", False, False),
        (0x14, "the queue is full", True, False),
        (0x58, "throttled", True, False),
        (0x08, "system error", True, True),
        (0x04, "not bound", True, True),
        (0xFF, "unknown error", True, True),
        (0x61, "refused with status 0x00000061", False, False),
    ],
)
def test_refusals(status: int, reason: str, retry: bool, down: bool) -> None:
    told = refusal(status)
    assert (told.reason, told.retry, told.down) == (reason, retry, down)


@pytest.mark.parametrize(
    ("text", "alphabet", "parts"),
    [
        ("", Alphabet.GSM_7, 1),
        ("x" * 160, Alphabet.GSM_7, 1),
        ("x" * 161, Alphabet.GSM_7, 2),
        ("x" * 306, Alphabet.GSM_7, 2),
        ("x" * 307, Alphabet.GSM_7, 3),
        ("€" * 80, Alphabet.GSM_7, 1),
        ("€" * 81, Alphabet.GSM_7, 2),
        ("я" * 70, Alphabet.UCS_2, 1),
        ("я" * 71, Alphabet.UCS_2, 2),
        ("я" * 134, Alphabet.UCS_2, 2),
        ("я" * 135, Alphabet.UCS_2, 3),
        ("🙏" * 35, Alphabet.UCS_2, 1),
        ("🙏" * 36, Alphabet.UCS_2, 2),
        ("x" * 159 + "я", Alphabet.UCS_2, 3),
    ],
)
def test_a_text_comes_together_again_from_its_parts(text: str, alphabet: Alphabet, parts: int) -> None:
    sms = encode(text)
    assert (sms.alphabet, len(sms.parts)) == (alphabet, parts)
    if parts == 1:
        return
    whole: Assembly | None = None
    for number in range(parts, 0, -1):  # they may come in any order
        octets = header_of(0x1234, parts, number) + sms.parts[number - 1]
        assert len(octets) <= (160 if alphabet is Alphabet.GSM_7 else 140) - (alphabet is Alphabet.GSM_7)
        piece, _ = read_piece(PHONE, octets)
        assert piece is not None
        assert (piece.key, piece.number, piece.total) == ((PHONE, 0x34), number, parts)
        whole = whole or Assembly(piece.total, int(alphabet), 0.0)
        assert whole.add(piece) is (number == 1)
    assert whole is not None
    assert whole.text == text


def test_a_part_that_comes_twice_counts_once() -> None:
    whole = Assembly(2, int(Alphabet.GSM_7), 0.0)
    first = Piece((PHONE, 1), 1, 2, b"a")
    assert [whole.add(first), whole.add(first)] == [False, False]
    assert whole.add(Piece((PHONE, 1), 2, 2, b"b"))
    assert whole.text == "ab"


def test_a_reference_of_sixteen_bits() -> None:
    piece, body = read_piece(PHONE, bytes((6, 8, 4, 0x12, 0x34, 2, 1)) + b"hello")
    assert piece == Piece((PHONE, 0x1234), 1, 2, b"hello")
    assert body == b"hello"


@pytest.mark.parametrize(
    ("octets", "body"),
    [
        (b"", b""),
        (b"\x05", b"\x05"),
        (b"\x09\x00\x03", b"\x09\x00\x03"),
        (bytes((0,)) + b"hi", b"hi"),
        (bytes((4, 5, 2, 1, 2)) + b"hi", b"hi"),
        (bytes((5, 0, 3, 9, 0, 0)) + b"hi", b"hi"),
        (bytes((5, 0, 3, 9, 2, 3)) + b"hi", b"hi"),
        (bytes((3, 0, 3, 9)) + b"hi", b"hi"),
    ],
    ids=str,
)
def test_a_header_that_names_no_part(octets: bytes, body: bytes) -> None:
    assert read_piece(PHONE, octets) == (None, body)


@given(st.binary(max_size=300))
def test_no_octets_are_too_odd_to_be_read(octets: bytes) -> None:
    piece, body = read_piece(PHONE, octets)
    assert octets.endswith(body)
    assert piece is None or piece.octets == body
