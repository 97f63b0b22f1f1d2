"""The speech server, asked as Asterisk asks it: questions, voices, crowds, and what goes wrong."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import pytest
import soundfile

from domain.errors import EnvironmentFault
from ivr_scripts.speech.fake import PHRASES, ToneEars
from ivr_scripts.speech.recogniser import Heard
from ivr_scripts.speech.server import BEHIND_FRAMES, SpeechServer, decode_alaw
from tests.ivr_scripts.speech.asterisk_side import Caller, caller_at
from tests.polling import until

pytestmark = pytest.mark.unit

HOST = "127.0.0.1"


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with SpeechServer(ToneEars()).listen(HOST, 0) as port, caller_at(port) as caller:
        assert "error_msg" not in await caller.setup()
        yield caller


async def test_an_answer_in_words(caller: Caller) -> None:
    assert await caller.value("ready") == "yes"
    await caller.question("ru/yes_no")
    await caller.say("да")
    assert await caller.result() == {"text": "yes|да", "score": 95, "grammar": "speech"}


@pytest.mark.parametrize(
    ("question", "said", "text"),
    [
        ("ru/date/2026-03-10", "через неделю", "2026-03-17|через неделю"),
        ("ru/sum", "полторы тысячи рублей", "1500.00|полторы тысячи рублей"),
        ("ru/digits/1-2", "два", "2|два"),
        ("ru/choice/1=оператор/2=оплачу", "оператор", "1|оператор"),
    ],
)
async def test_each_kind_of_question(caller: Caller, question: str, said: str, text: str) -> None:
    await caller.question(question)
    await caller.say(said)
    assert (await caller.result())["text"] == text


async def test_one_question_after_another(caller: Caller) -> None:
    for said, value in (("да", "yes"), ("нет", "no"), ("да", "yes")):
        await caller.question("ru/yes_no")
        await caller.say(said)
        assert (await caller.result())["text"] == f"{value}|{said}"


async def test_what_was_said_to_the_last_question_does_not_answer_the_next(caller: Caller) -> None:
    await caller.question("ru/sum")
    await caller.say("да")
    await caller.question("ru/yes_no")
    await caller.say("нет")
    assert (await caller.result())["text"] == "no|нет"


async def test_after_an_answer_it_listens_no_more(caller: Caller) -> None:
    await caller.question("ru/yes_no")
    await caller.say("да")
    await caller.result()
    await caller.say("нет")
    assert await caller.value("heard") == "да"


@pytest.mark.parametrize(("said", "loudness"), [("ничего не понимаю", 0.4), ("да", 0.05)])
async def test_an_unsure_answer_is_told_only_when_asked_for(
    caller: Caller, said: str, loudness: float
) -> None:
    await caller.question("ru/yes_no")
    assert await caller.value("heard") == "-"
    await caller.say(said, loudness=loudness)
    heard: list[str] = []

    async def told() -> bool:
        heard[:] = [await caller.value("heard")]
        return heard == [said]

    await until(told, what="the words")


async def test_a_crowd_is_bounded_and_the_next_caller_is_told_so() -> None:
    async with AsyncExitStack() as stack:
        server = SpeechServer(ToneEars(), most_streams=2)
        port = await stack.enter_async_context(server.listen(HOST, 0))
        for _ in range(2):
            assert "error_msg" not in await (await stack.enter_async_context(caller_at(port))).setup()
        async with caller_at(port) as third:
            assert (await third.setup())["error_msg"] == "busy"
        await until(lambda: server.streams == 2)
        await stack.aclose()
        assert server.streams == 0


async def test_a_hundred_callers_at_once_each_get_their_own_answer() -> None:
    async def call(port: int, number: int) -> str:
        said = ("да", "нет")[number % 2]
        async with caller_at(port) as caller:
            await caller.setup()
            await caller.question("ru/yes_no")
            await caller.say(said)
            return str((await caller.result())["text"])

    async with SpeechServer(ToneEars(), most_streams=100).listen(HOST, 0) as port:
        answers = await asyncio.gather(*(call(port, number) for number in range(100)))
    assert answers == ["yes|да", "no|нет"] * 50


class SlowEars:
    """A machine that is too slow for its callers."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def listen(self, phrases: Sequence[str]) -> SlowEars:
        return self

    def feed(self, samples: bytes) -> Heard | None:
        self.open.wait()
        return None


async def test_a_machine_that_falls_behind_hands_the_next_question_to_digits() -> None:
    ears = SlowEars()
    async with SpeechServer(ears).listen(HOST, 0) as port, caller_at(port) as caller:
        try:
            await caller.setup()
            await caller.question("ru/yes_no")
            for _ in range(BEHIND_FRAMES // 20):
                await caller.say("да")
            assert await caller.value("ready") == "no"
        finally:
            ears.open.set()


async def test_a_codec_that_it_does_not_know() -> None:
    async with SpeechServer(ToneEars()).listen(HOST, 0) as port, caller_at(port) as caller:
        assert (await caller.setup("opus"))["error_msg"] == "only alaw is heard"


async def test_a_question_that_is_none_is_refused_and_the_call_goes_on(caller: Caller) -> None:
    assert (await caller.question("ru/nonsense"))["error_msg"] == "unknown question"
    await caller.say("да")
    await caller.question("ru/yes_no")
    await caller.say("да")
    assert (await caller.result())["text"] == "yes|да"


@pytest.mark.parametrize(
    "nonsense", ["", "{", "[]", "7", '{"response":"set","id":"dozvon"}', '{"request":7}']
)
async def test_nonsense_ends_no_call(caller: Caller, nonsense: str) -> None:
    await caller.socket.send(nonsense)
    assert await caller.value("ready") == "yes"


async def test_a_digit_is_news_that_it_may_forget(caller: Caller) -> None:
    assert "error_msg" not in await caller.ask("set", params={"dtmf": "5"})


async def test_a_taken_port_is_one_line() -> None:
    with socket.socket() as holder:
        holder.bind((HOST, 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(
            EnvironmentFault, match=rf"{HOST}:{port}: cannot listen .*set DOZVON_SPEECH__PORT"
        ):
            async with SpeechServer(ToneEars()).listen(HOST, port):
                pass


def test_alaw_is_decoded_as_the_standard_says() -> None:
    every = bytes(range(256))
    samples, _ = soundfile.read(
        io.BytesIO(every), samplerate=8_000, channels=1, format="RAW", subtype="ALAW", dtype="int16"
    )
    assert decode_alaw(every) == samples.tobytes()


def test_the_fakes_phrases_are_all_different_tones() -> None:
    assert len(set(PHRASES)) == len(PHRASES)
