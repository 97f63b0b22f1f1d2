"""What callers hear while they wait, as clips: their place, how long it may last, and that we may call them back."""

from __future__ import annotations

from collections.abc import Iterator

LANGUAGE = "ru"
PLACE = "Операторы заняты. Ваш номер в очереди:"
WAIT = "Ждать примерно"
OFFER = "Чтобы мы перезвонили вам, нажмите один."
CALL_BACK = "Мы перезвоним вам. До свидания."

_PLACES = ("один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять")
_MINUTES = ("одну минуту", "две минуты", "три минуты", "четыре минуты", "пять минут", "десять минут")
_LIMITS = (1.5, 2.5, 3.5, 4.5, 7.0)
"""Minutes below which each of them but the last is said."""
_FAR = "больше десяти."
_LONG = "больше десяти минут."
_LONGEST = 15.0


def waiting_clips(place: int, wait_s: float) -> tuple[str, ...]:
    """The clips for whoever is the ``place``-th in his queue (1 is the first) and may wait that many seconds."""
    where = _PLACES[place - 1] + "." if place <= len(_PLACES) else _FAR
    return PLACE, where, WAIT, _minutes(wait_s / 60), OFFER


def waiting_texts() -> list[str]:
    """All clips, to be spoken before the first caller comes."""
    return [PLACE, WAIT, OFFER, CALL_BACK, _FAR, _LONG, *_sentences(_PLACES), *_sentences(_MINUTES)]


def _minutes(minutes: float) -> str:
    if minutes > _LONGEST:
        return _LONG
    said = sum(minutes >= limit for limit in _LIMITS)
    return _MINUTES[said] + "."


def _sentences(words: tuple[str, ...]) -> Iterator[str]:
    return (f"{word}." for word in words)
