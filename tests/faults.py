"""What a user is told of a file that is wrong: for the tests of everything that reads one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.errors import InputError


def changed(good: str, old: str, new: str) -> str:
    """A good text with one thing wrong: the first ``old`` made ``new``."""
    assert old in good
    return good.replace(old, new, 1)


def told(read: Callable[..., object], *arguments: Any) -> str:
    """The one line of the InputError that reading ends in."""
    with pytest.raises(InputError) as raised:
        read(*arguments)
    line = str(raised.value)
    assert "\n" not in line
    return line
