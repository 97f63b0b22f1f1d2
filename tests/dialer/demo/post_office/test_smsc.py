"""The SMSC as a real client of SMPP sees it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from smpplib import consts, gsm
from smpplib.exceptions import PDUError

from dialer.demo.post_office.addressees import REPLIES, Addressee, State, draw
from tests.dialer.demo.post_office.offices import Customer, open_town, phone
from tests.polling import until

pytestmark = pytest.mark.integration


async def answer(customer: Customer, sequence: int) -> object:
    await until(lambda: sequence in customer.answers)
    return customer.answers[sequence]


def statuses(customer: Customer) -> list[int]:
    return [pdu.status for _, pdu in sorted(customer.answers.items())]


def receipts(customer: Customer) -> list[str]:
    return [pdu.short_message.decode() for pdu in customer.heard if pdu.esm_class == 4]


async def test_a_letter_is_taken_handed_over_and_told(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r") as town, town.customer() as customer:
        sent = customer.submit(phone(Addressee.RECEIVES), b"pay", user_message_reference=0xBEEF)
        await until(lambda: customer.heard)
        (receipt,) = customer.heard
        id = customer.answers[sent].message_id.decode()
        assert f"id:{id} sub:001 dlvrd:001" in receipts(customer)[0]
        assert "stat:DELIVRD err:000" in receipts(customer)[0]
        assert (receipt.receipted_message_id.decode(), receipt.message_state) == (id, 2)
        assert receipt.user_message_reference == 0xBEEF
        assert receipt.source_addr.decode() == phone(Addressee.RECEIVES).lstrip("+")
        (taken,) = town.rows("taken")
        assert (taken["taken"], taken["key"], taken["text"], taken["sender"]) == (id, "beef", "pay", "Dozvon")
        assert [row["text"] for row in town.rows("handed")] == ["pay"]


@pytest.mark.parametrize("text", ["{price}: 10€ " * 20, "Долг за тепло 1 200 руб. 🙏" * 9])
async def test_a_long_text_is_put_together(tmp_path: Path, text: str) -> None:
    parts, coding, esm_class = gsm.make_parts(text)
    assert len(parts) > 1
    async with open_town(tmp_path / "r") as town, town.customer() as customer:
        for part in reversed(parts):
            customer.submit(phone(Addressee.RECEIVES), part, data_coding=coding, esm_class=esm_class)
        await until(lambda: len(customer.heard) == len(parts))
        assert [row["text"] for row in town.rows("handed")] == [text]
        assert len(town.rows("taken")) == len(parts)


async def test_a_payload_is_one_letter(tmp_path: Path) -> None:
    text = "Долг " * 60
    async with open_town(tmp_path / "r") as town, town.customer() as customer:
        payload = text.encode("utf-16-be")
        customer.submit(phone(Addressee.RECEIVES), b"", data_coding=8, message_payload=payload)
        await until(lambda: customer.heard)
        assert [row["text"] for row in town.rows("handed")] == [text]


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (Addressee.SWITCHED_OFF, "stat:UNDELIV err:001"),
        (Addressee.EXPIRES, "stat:EXPIRED err:002"),
        (Addressee.LANDLINE, "stat:UNDELIV err:011"),
    ],
)
async def test_who_is_not_reached(tmp_path: Path, who: Addressee, said: str) -> None:
    async with open_town(tmp_path / "r") as town, town.customer() as customer:
        customer.submit(phone(who))
        await until(lambda: customer.heard)
        assert said in receipts(customer)[0]
        assert not town.rows("handed")


async def test_receipts_come_twice_and_in_the_wrong_order(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r") as town, town.customer() as customer:
        customer.submit(phone(Addressee.TOLD_TWICE))
        await until(lambda: len(customer.heard) == 2)
        assert all("stat:DELIVRD" in said for said in receipts(customer))
        customer.heard.clear()
        customer.submit(phone(Addressee.TOLD_OUT_OF_ORDER))
        await until(lambda: len(customer.heard) == 2)
        assert ["DELIVRD" in said for said in receipts(customer)] == [True, False]
        assert "stat:ENROUTE" in receipts(customer)[1]


@pytest.mark.parametrize("who", [Addressee.SAYS_STOP, Addressee.SENDS_EMOJI])
async def test_replies_come_in_parts_when_they_are_long(tmp_path: Path, who: Addressee) -> None:
    async with open_town(tmp_path / "r") as town, town.customer() as customer:
        customer.submit(phone(who))
        whole = REPLIES[who].encode("utf-16-be")
        parts = 1 if len(whole) <= 140 else -(-len(whole) // 134)

        def replies() -> list[bytes]:
            return [pdu.short_message for pdu in customer.heard if pdu.esm_class != 4]

        await until(lambda: len(replies()) == parts)
        header = 0 if parts == 1 else 6
        assert b"".join(octets[header:] for octets in replies()) == whole


async def test_what_is_not_confirmed_is_told_again_to_the_next_one(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r") as town:
        async with town.customer() as deaf:
            deaf.confirms = False
            deaf.submit(phone(Addressee.RECEIVES))
            await until(lambda: town.rows("handed"))
        async with town.customer() as second:
            await until(lambda: second.heard)


async def test_refusals(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r") as town, town.customer() as customer:
        await answer(customer, customer.submit(phone(Addressee.UNKNOWN_NUMBER)))
        await answer(customer, customer.submit(phone(Addressee.RECEIVES)))
        await answer(customer, customer.submit(phone(Addressee.RECEIVES), b"", data_coding=4))
        await answer(customer, customer.submit(phone(Addressee.RECEIVES), b"\xff\xff"))
        invalid, good, strange, garbled = statuses(customer)
        assert (invalid, good) == (consts.SMPP_ESME_RINVDSTADR, consts.SMPP_ESME_ROK)
        assert strange == garbled == consts.SMPP_ESME_RINVMSGLEN
        assert [row["refused"] for row in town.rows("refused")] == ["invalid_number"]


@pytest.mark.parametrize(
    ("plan", "status"),
    [
        ({"down": ((0, 600),)}, consts.SMPP_ESME_RMSGQFUL),
        ({"faults": 1.0}, consts.SMPP_ESME_RSYSERR),
        ({"messages_per_s": 0.0}, consts.SMPP_ESME_RTHROTTLED),
    ],
)
async def test_bad_days(tmp_path: Path, plan: dict[str, object], status: int) -> None:
    async with open_town(tmp_path / "r", **plan) as town, town.customer() as customer:
        await answer(customer, customer.submit(phone(Addressee.RECEIVES)))
        assert statuses(customer) == [status]
        assert not town.rows("taken")


async def test_a_lost_answer_leaves_the_letter_taken(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r", lost_answers=1.0) as town, town.customer() as customer:
        customer.submit(phone(Addressee.RECEIVES))
        await until(lambda: customer.lost)
        assert not customer.answers
        assert len(town.rows("taken")) == 1


async def test_a_query_tells_the_state(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r") as town, town.customer() as customer:
        sent = customer.submit(phone(Addressee.RECEIVES))
        await until(lambda: customer.heard)
        asked = customer.client.query_message(
            message_id=customer.answers[sent].message_id.decode(), source_addr="Dozvon"
        )
        await until(lambda: asked.sequence in customer.answers)
        assert customer.answers[asked.sequence].message_state == 2
        assert [row["state"] for row in town.rows("asked")] == ["delivered"]
        id = customer.answers[sent].message_id.decode()
        for wrong in ({"message_id": "77"}, {"message_id": id, "source_addr": "Other"}):
            asked = customer.client.query_message(**{"source_addr": "Dozvon", **wrong})
            await until(lambda asked=asked: asked.sequence in customer.answers)  # type: ignore[misc]
            assert customer.answers[asked.sequence].status == consts.SMPP_ESME_RQUERYFAIL


async def test_what_is_lost_of_its_receipts_is_its_seeds_choice(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r", lost_receipts=0.5) as town, town.customer() as customer:
        for _ in range(20):
            customer.submit(phone(Addressee.RECEIVES))
        items = town.office.items
        await until(lambda: [one.state for one in items.values()] == [State.DELIVERED] * 20)
        seed = town.office.plan.habits.seed
        kept = {id for id in items if draw(seed, "receipt", id, State.DELIVERED) >= 0.5}
        assert 0 < len(kept) < 20
        await until(lambda: {pdu.receipted_message_id.decode() for pdu in customer.heard} == kept)


async def test_an_smsc_that_cannot_be_asked(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r", answers_queries=False) as town, town.customer() as customer:
        asked = customer.client.query_message(message_id="77", source_addr="Dozvon")
        answered = await answer(customer, asked.sequence)
        assert getattr(answered, "status", None) == consts.SMPP_ESME_RINVCMDID


@pytest.mark.parametrize("wrong", [{"password": "other"}, {"system_id": "other"}])
async def test_strangers_stay_outside(tmp_path: Path, wrong: dict[str, str]) -> None:
    async with open_town(tmp_path / "r") as town:
        with pytest.raises(PDUError):
            async with town.customer(**wrong):
                pass


async def test_noise_ends_the_connection_and_nothing_else(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r") as town:
        reader, writer = await asyncio.open_connection("127.0.0.1", town.smpp_port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await until(lambda: reader.at_eof() or reader.read(1000))
        writer.close()
        async with town.customer() as customer:
            customer.submit(phone(Addressee.RECEIVES))
            await until(lambda: customer.heard)


async def test_a_new_office_goes_on_where_the_old_one_was(tmp_path: Path) -> None:
    async with open_town(tmp_path / "r") as town, town.customer() as customer:
        first = await answer(customer, customer.submit(phone(Addressee.RECEIVES)))
    with (tmp_path / "r").open("a") as torn:
        torn.write('{"taken": "1000')
    async with open_town(tmp_path / "r") as town, town.customer() as customer:
        second = await answer(customer, customer.submit(phone(Addressee.RECEIVES)))
        await until(lambda: len(town.rows("handed")) == 2)
        assert getattr(first, "message_id", b"") != getattr(second, "message_id", b"")
        assert len(town.rows("taken")) == 2
