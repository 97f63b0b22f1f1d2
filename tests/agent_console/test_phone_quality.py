"""What the phone calls the sound of a call, and what it remembers of the desk."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.agent_console.phones import phone_site

pytestmark = pytest.mark.integration

GOOD = {"received": 100, "lost": 0, "jitterMs": 5, "rttMs": 40}
CASES = {
    "good": {},
    "fair": {"lost": 2},
    "bad": {"lost": 10},
    "silent": {"received": 0},
}
LIMITS = {"fair": [{"jitterMs": 30}, {"rttMs": 300}], "bad": [{"jitterMs": 60}, {"rttMs": 600}]}
SAID = """async ([before, now]) => {
  const { look, word } = await import("/static/js/phone/quality.js");
  return word({ ...look([]), ...before }, { ...look([]), ...now });
}"""


async def test_the_word_is_of_the_time_between_two_looks(page: Page) -> None:
    with phone_site() as site:
        await page.goto(f"{site}/phone")
        for word, change in CASES.items():
            assert await page.evaluate(SAID, [{}, GOOD | change]) == word
        for word, changes in LIMITS.items():
            for change in changes:
                assert await page.evaluate(SAID, [{}, GOOD | change]) == word
        worse_before = {"received": 100, "lost": 50}
        assert await page.evaluate(SAID, [worse_before, GOOD | {"received": 200, "lost": 50}]) == "good"


async def test_choices_stay_and_what_is_not_ours_is_passed_over(page: Page) -> None:
    with phone_site() as site:
        await page.goto(f"{site}/phone")
        await page.evaluate("phone.setVolume('ring', 0.2); phone.chooseSpeaker('headset')")
        await page.reload()
        told = await page.evaluate("phone.devices()")
        assert (told["speaker"], told["volumes"]) == ("headset", {"voice": 1, "ring": 0.2})
        for not_ours in ("{not json", '"text"', "[]", '{"voice": "loud", "ring": null}'):
            await page.evaluate("text => localStorage.setItem('dozvon-phone', text)", not_ours)
            assert (await page.evaluate("phone.devices()"))["volumes"] == {"voice": 1, "ring": 0.5}
