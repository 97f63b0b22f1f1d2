"""Which numbers take messages."""

from __future__ import annotations

import pytest

from strategies.textable import takes_messages

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("number", "takes"),
    [
        ("+79161234567", True),
        ("+79351234567", True),
        ("+74951234567", False),
        ("+78005553535", False),
        ("+77011234567", True),
        ("+77272345678", False),
        ("+12025550123", True),  # who can tell a mobile one in the United States
        ("nonsense", False),
        ("", False),
    ],
)
def test_numbers(number: str, takes: bool) -> None:
    assert takes_messages(number) is takes
