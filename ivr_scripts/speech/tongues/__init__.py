"""The languages that callers are understood in."""

from collections.abc import Mapping

from ivr_scripts.speech.tongues.english import ENGLISH
from ivr_scripts.speech.tongues.kazakh import KAZAKH
from ivr_scripts.speech.tongues.russian import RUSSIAN
from ivr_scripts.speech.tongues.tongue import Tongue

TONGUES: Mapping[str, Tongue] = {"ru": RUSSIAN, "kk": KAZAKH, "en": ENGLISH}
