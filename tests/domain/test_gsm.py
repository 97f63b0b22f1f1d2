"""How many SMS a text fills."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gsm import sms_segments

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # an escape before each: two units
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # no room for both units in the first: it moves on whole
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("a" * 70 + "я", 2),  # one Russian letter makes all of it Russian
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),  # 33 whole ones fit into 67 units
    ],
)
def test_the_limits(text: str, segments: int) -> None:
    assert sms_segments(text) == segments


@given(st.text(max_size=400), st.text(max_size=5))
def test_more_text_never_needs_less(text: str, more: str) -> None:
    assert sms_segments(text) <= sms_segments(text + more)
