"""``dozvon speech`` and ``dozvon worker``: the processes beside the dialler."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import errors
from dialer.jobs.beat import Beat, worker_figures
from dialer.jobs.queue import run_worker
from dialer.logs import configure_logs
from dialer.metrics import metrics
from dialer.settings import SpeechSettings, load_settings
from ivr_scripts.speech.fake import ToneEars
from ivr_scripts.speech.recogniser import Ears
from ivr_scripts.speech.server import SpeechServer
from ivr_scripts.speech.vosk import VoskEars

LogFile = Annotated[Path | None, typer.Option(help="JSON lines to a file instead of standard error.")]


def speech(log_file: LogFile = None) -> None:
    """Recognise what callers say: Asterisk streams their voices here. SIGTERM ends it; calls go on with digits."""
    settings = load_settings()
    configure_logs(settings.log_level, log_file)
    uvloop.run(_serve(settings.speech))


def worker(
    until_empty: Annotated[bool, typer.Option(help="End when no job is waiting.")] = False,
    log_file: LogFile = None,
) -> None:
    """Do what nobody waits for in a call: reports on schedule, webhooks, prompts ahead, old recordings."""
    settings = load_settings()
    configure_logs(settings.log_level, log_file)
    with open_books(settings) as books:
        beat = Beat(settings.redis_url, books, clock_of(settings))
        with metrics(settings.metrics_port, lambda: worker_figures(settings.redis_url)), beat.beating():
            run_worker(settings.redis_url, until_empty=until_empty)


async def _serve(settings: SpeechSettings) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = SpeechServer(_ears(settings), most_streams=settings.streams, sure=settings.sure)
    async with server.listen(settings.host, settings.port) as port:
        errors.print(f"listening at ws://{settings.host}:{port}/ to at most {settings.streams} callers")
        await ended.wait()


def _ears(settings: SpeechSettings) -> Ears:
    return ToneEars() if settings.recogniser == "tones" else VoskEars(settings.model)
