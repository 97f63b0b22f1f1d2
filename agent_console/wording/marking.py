"""How Python code marks messages for the catalogues."""

from __future__ import annotations


def N_(message: str) -> str:
    """Marks a message for the catalogues; it is translated where it is shown."""
    return message
