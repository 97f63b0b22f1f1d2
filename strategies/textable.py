"""Which phones take written messages: by the kind of number, as the numbering plans of countries have it."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

_DEAF = frozenset(
    {
        *(PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE),
        *(PhoneNumberType.SHARED_COST, PhoneNumberType.UAN, PhoneNumberType.PAGER, PhoneNumberType.VOICEMAIL),
    }
)
"""Kinds that nobody reads a message on; a number of no known kind may be a mobile of a new range."""


@lru_cache(maxsize=100_000)
def takes_messages(number: str) -> bool:
    """Whether a number in E.164 form may be a mobile phone's."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) not in _DEAF
    except phonenumbers.NumberParseException:
        return False
