"""Phones as people write them, to E.164."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult
from phonenumbers import PhoneNumber as NumberObject

from domain.phone import PhoneNumber

HOME = "RU"
_SEPARATORS = re.compile(r"[,;/|\n]|\sи\s")
_PUNCTUATION = str.maketrans("", "", " ()-.\t\u00a0\u2010\u2011\u2013")
# What libphonenumber says of these takes it 50 us each, and nine phones in ten are such; 930 is left to it,
# because its 930-0 is partly closed. tests/ledger/test_imports_phones.py holds the two to the same answer.
_RUSSIAN_MOBILE = re.compile(r"(?:\+?7|8)?(9(?:[0-24-9]\d|3[1-9])\d{7})", re.ASCII)
_SERVICES = frozenset({PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_WRONG_LENGTH = {
    ValidationResult.TOO_SHORT: "too short",
    ValidationResult.TOO_LONG: "too long",
    ValidationResult.INVALID_LENGTH: "of a wrong length",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "without its area code",
}


def split_phones(cell: str) -> list[str]:
    """The phones of a cell that holds one or several, separated by comma, semicolon, slash, bar or "и"."""
    return [phone for part in _SEPARATORS.split(cell) if (phone := part.strip())]


def normalise(text: str) -> PhoneNumber:
    """The number in E.164 form; without a country code it is Russian, with 8 before it or not.

    Raises ValueError with the reason when it is not a subscriber's number that an automatic call can reach.
    """
    if mobile := _RUSSIAN_MOBILE.fullmatch(text.translate(_PUNCTUATION)):
        return PhoneNumber("+7" + mobile[1])
    return _by_library(text)


def normalise_own(text: str) -> PhoneNumber:
    """A number of ours in E.164 form: it may be a service number, and its operator vouches that it is in use.

    Raises ValueError with the reason when it cannot be a number.
    """
    return _e164(_parse(text))


def normalise_office(text: str) -> tuple[PhoneNumber, str]:
    """A number as `normalise` gives it, and the extension that may be written after it ("доб. 12")."""
    number = _parse(text)
    extension, number.extension = number.extension or "", None
    return _subscriber(number), extension


def _by_library(text: str) -> PhoneNumber:
    return _subscriber(_parse(text))


def _subscriber(number: NumberObject) -> PhoneNumber:
    if not phonenumbers.is_valid_number(number):
        raise ValueError("no such numbers are in use")
    if number.extension:
        raise ValueError("has an extension: an automatic call cannot reach it")
    if phonenumbers.number_type(number) in _SERVICES:
        raise ValueError("a service number, not a person's")
    return _e164(number)


def _parse(text: str) -> NumberObject:
    try:
        number = phonenumbers.parse(text, HOME)
    except NumberParseException:
        raise ValueError("not a phone number") from None
    digits = sum(char.isdigit() for char in text)
    if wrong := _WRONG_LENGTH.get(phonenumbers.is_possible_number_with_reason(number)):
        raise ValueError(f"{digits} digits: {wrong}")
    return number


def _e164(number: NumberObject) -> PhoneNumber:
    return PhoneNumber(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
