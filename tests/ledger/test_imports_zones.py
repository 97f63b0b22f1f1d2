"""Regions to time zones."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ledger.imports.zones import _data, nowhere, region_of, zone_of

pytestmark = pytest.mark.unit

WINTER = datetime(2026, 1, 15, tzinfo=UTC)


def test_all_regions_of_the_standard_are_known_with_real_zones() -> None:
    regions = _data()["regions"]
    assert len(regions) == 83
    for code in regions:
        for zone in region_of(code).zones:
            assert zone_of(zone) == zone


def test_the_regions_lie_in_the_eleven_zones_of_the_country() -> None:
    offsets = {
        WINTER.astimezone(ZoneInfo(zone)).utcoffset()
        for code in _data()["regions"]
        for zone in region_of(code).zones
    }
    assert offsets == {WINTER.astimezone(ZoneInfo(zone)).utcoffset() for zone in nowhere().zones}
    assert len(offsets) == len(nowhere().zones) == 11


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ru-sve", "RU-SVE"),
        ("Свердловская обл.", "RU-SVE"),
        ("СВЕРДЛОВСКАЯ ОБЛАСТЬ", "RU-SVE"),
        ("г. Москва", "RU-MOW"),
        ("Московская область", "RU-MOS"),
        ("Республика Алтай", "RU-AL"),
        ("Алтайский край", "RU-ALT"),
        ("Республика Саха (Якутия)", "RU-SA"),
        ("Ханты-Мансийский автономный округ — Югра", "RU-KHM"),
        ("Респ. Северная Осетия — Алания", "RU-SE"),
    ],
)
def test_a_region_is_known_by_code_and_by_name(text: str, code: str) -> None:
    assert region_of(text).code == code


def test_a_region_of_several_zones_has_them_all() -> None:
    assert len(region_of("RU-SA").zones) == 3


def test_what_is_no_region_is_refused_with_what_is_assumed() -> None:
    with pytest.raises(ValueError, match="all zones are assumed"):
        region_of("Тридевятая область")
    with pytest.raises(ValueError, match="Asia/Yekaterinburg"):
        zone_of("МСК+2")
