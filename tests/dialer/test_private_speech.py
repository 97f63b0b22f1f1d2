"""A speech process of one's own: it listens from the start, is gone after the stop, and errs in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from asterisk.ports import free_port
from dialer.private.speech import PrivateSpeech
from dialer.settings import SpeechSettings
from domain.errors import EnvironmentFault
from tests.ivr_scripts.speech.asterisk_side import caller_at

pytestmark = pytest.mark.integration


async def test_it_listens_from_the_start_and_is_gone_after_the_stop(tmp_path: Path) -> None:
    one = PrivateSpeech(tmp_path, SpeechSettings(recogniser="tones"), free_port("tcp"))
    try:
        await one.start()
        assert one.url == f"ws://127.0.0.1:{one.settings.port}/"
        async with caller_at(one.settings.port) as caller:
            await caller.setup()
            await caller.question("ru/yes_no")
            await caller.say("да")
            assert (await caller.result())["text"] == "yes|да"
    finally:
        one.stop()
    with pytest.raises(OSError, match="refused|Connect call failed"):
        async with caller_at(one.settings.port):
            raise AssertionError("it listens on")


async def test_without_a_model_it_says_so_in_one_line(tmp_path: Path) -> None:
    one = PrivateSpeech(tmp_path, SpeechSettings(model=tmp_path / "nowhere"), free_port("tcp"))
    with pytest.raises(EnvironmentFault) as caught:
        await one.start()
    assert str(caught.value).startswith(
        f"no speech: {tmp_path / 'nowhere'}: there is no Vosk model here; unpack"
    )
    assert "\n" not in str(caught.value)
