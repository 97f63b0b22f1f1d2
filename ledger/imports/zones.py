"""Where a debtor may live on the clock: from a region, as a file writes it, to its time zones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

import yaml

_COMMON_WORDS = frozenset(
    {"область", "обл", "край", "республика", "респ", "город", "г", "автономный", "автономная", "округ", "ао"}
)


@dataclass(frozen=True, slots=True)
class Region:
    """A region by its ISO 3166-2 code, with the IANA zones of its people."""

    code: str
    zones: tuple[str, ...]


@cache
def region_of(text: str) -> Region:
    """The region written as code (``RU-SVE``) or name (``Свердловская обл.``).

    Raises ValueError with the reason when there is no such region; `NOWHERE` is what to assume then.
    """
    found = _regions().get(_key(text))
    if found is None:
        raise ValueError("not a region of Russia by its ISO 3166-2 code or name; all zones are assumed")
    return found


@cache
def zone_of(text: str) -> str:
    """The IANA zone of that name, or ValueError with the reason."""
    if text not in available_timezones():
        raise ValueError("not an IANA time zone like Asia/Yekaterinburg; the region's zones are assumed")
    return text


@cache
def nowhere() -> Region:
    """The region of a debtor of whom no region is known: any zone of the country, so all must allow a call."""
    return Region("", tuple(_data()["country"]))


@cache
def _regions() -> dict[str, Region]:
    found: dict[str, Region] = {}
    for code, facts in _data()["regions"].items():
        region = Region(code, tuple(facts["zones"]))
        found |= {_key(name): region for name in (code, *facts["names"])}
    return found


@cache
def _data() -> dict[str, dict[str, dict[str, list[str]]]]:
    text = files("ledger.imports").joinpath("zones_by_region.yaml").read_text(encoding="utf-8")
    data: dict[str, dict[str, dict[str, list[str]]]] = yaml.safe_load(text)
    return data


def _key(text: str) -> str:
    words = re.findall(r"\w+(?:-\w+)*", text.casefold().replace("ё", "е"))
    return " ".join(word for word in words if word not in _COMMON_WORDS)
