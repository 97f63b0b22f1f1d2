"""Which column of a creditor's file is which fact: by a mapping of the user's, else by well-known headers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.errors import InputError
from files.model import read_text
from files.source import read_source

KNOWN_HEADERS: Mapping[str, tuple[str, ...]] = {
    "external_id": (
        *("external id", "debtor id", "id", "код должника", "ид должника", "идентификатор должника"),
        *("внешний код", "идентификатор", "код абонента", "ид абонента"),
    ),
    "account": ("account", "account number", "лицевой счет", "номер лицевого счета", "л/с", "лс"),
    "name": ("name", "full name", "debtor", "фио", "фио должника", "должник", "абонент", "потребитель"),
    "person": (
        *("person", "person key", "ключ лица", "код лица", "идентификатор лица"),
        *("инн должника", "инн физического лица", "инн физлица"),
    ),
    "region": ("region", "регион", "субъект рф", "регион проживания"),
    "zone": ("zone", "time zone", "timezone", "часовой пояс"),
    "service": ("service", "услуга", "вид услуги", "ресурс"),
    "sum": ("sum", "debt", "amount", "сумма долга", "сумма задолженности", "долг", "задолженность", "сумма"),
    "oldest_unpaid": (
        *("oldest unpaid", "oldest unpaid month", "month", "месяц образования долга"),
        *("месяц образования задолженности", "дата образования долга", "дата образования задолженности"),
    ),
    "phones": (
        *("phone", "phones", "mobile", "телефон", "телефоны", "номер телефона", "мобильный телефон"),
        *("домашний телефон", "контактный телефон", "мобильный"),
    ),
    "vulnerable": ("vulnerable", "льготник", "социально уязвимый", "льготная категория"),
    "language": ("language", "язык"),
    "stage": ("stage", "стадия", "стадия взыскания", "этап"),
    "property_class": ("property class", "класс жилья", "класс дома", "класс недвижимости"),
    "built": ("built", "building year", "year built", "год постройки", "год постройки дома"),
    "tags": ("tags", "tag", "метки", "метка", "признаки"),
    "penalty": ("penalty", "penalties", "пени", "пеня", "сумма пени", "неустойка"),
    "address": (
        "address",
        "адрес",
        "адрес должника",
        "адрес проживания",
        "адрес помещения",
        "адрес регистрации",
    ),
    "birth_year": (
        *("birth year", "year of birth", "birth date", "date of birth"),
        *("год рождения", "дата рождения"),
    ),
}
"""The fields of a file of debtors, and the headers that are taken for them."""
Mapped = Mapping[str, str | Sequence[str]]
"""Our field -> the header in the file, or several headers for ``phones``."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a kind of file may hold: each field with its well-known headers, as `_plain` writes them.

    Of the fields of each ``required`` group a file has at least one; only ``many`` may have several columns.
    ``of`` says what one row is about.
    """

    headers: Mapping[str, tuple[str, ...]]
    required: tuple[tuple[str, ...], ...]
    many: frozenset[str] = frozenset()
    of: str = "debt"


DEBTORS = Layout(
    KNOWN_HEADERS,
    required=(("account", "external_id"), ("sum",), ("oldest_unpaid",)),
    many=frozenset({"phones"}),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Places (from 0) of each field's columns in a row of ``width`` cells; only ``phones`` has more than one."""

    places: Mapping[str, tuple[int, ...]]
    width: int


def read_mapping(path: Path, layout: Layout = DEBTORS) -> Mapped:
    """A YAML file of ``our field: their header``; InputError names file and line of what is wrong."""
    source = read_source(read_text(path), str(path))
    if not isinstance(source.data, dict):
        raise InputError(
            "is a mapping of our fields to your headers", where=str(path), remedy="e.g. sum: Долг"
        )
    for field, headers in source.data.items():
        wanted = headers if isinstance(headers, list) else [headers]
        if field not in layout.headers:
            raise InputError(f"unknown field {field!r}", where=source.where((field,)), remedy=_fields(layout))
        if not wanted or not all(isinstance(header, str) and header for header in wanted):
            raise InputError("is a header, or for phones a list of headers", where=source.where((field,)))
    return dict(source.data)


def match_columns(header: Sequence[str], mapped: Mapped, where: str, layout: Layout = DEBTORS) -> Columns:
    """Find every field's columns in a header.

    Raises InputError when a mapped or required column is missing, or a field has several columns.
    """
    told = {field: _mapped(field, header, mapped[field], where, layout) for field in mapped}
    places = _known(header, layout) | told
    for group in layout.required:
        if places.keys().isdisjoint(group):
            raise _missing(group[0], header, where, layout)
    for field, found in places.items():
        if len(found) > 1 and field not in layout.many:
            names = " and ".join(repr(header[place]) for place in found)
            remedy = f"say which one holds {field} by a column mapping, e.g. {field}: {header[found[0]]}"
            raise InputError(f"columns {names} are both {field}", where=where, remedy=remedy)
    return Columns(places, len(header))


def _known(header: Sequence[str], layout: Layout) -> dict[str, tuple[int, ...]]:
    plain = [_plain(name) for name in header]
    found = {
        field: tuple(place for place, name in enumerate(plain) if name in known)
        for field, known in layout.headers.items()
    }
    return {field: places for field, places in found.items() if places}


def _mapped(
    field: str, header: Sequence[str], names: str | Sequence[str], where: str, layout: Layout
) -> tuple[int, ...]:
    if field not in layout.headers:
        raise InputError(
            f"unknown field {field!r} in the column mapping", where=where, remedy=_fields(layout)
        )
    stripped = [name.strip() for name in header]
    wanted = [names] if isinstance(names, str) else list(names)
    absent = [name for name in wanted if name.strip() not in stripped]
    if absent:
        raise InputError(
            f"no column {absent[0]!r}, which the mapping takes for {field}",
            where=where,
            remedy=_listed(header),
        )
    return tuple(place for name in wanted for place, found in enumerate(stripped) if found == name.strip())


def _missing(field: str, header: Sequence[str], where: str, layout: Layout) -> InputError:
    known = layout.headers[field]
    return InputError(
        f"no column for {field}",
        where=where,
        remedy=f"name a column {known[0]!r} or {known[-1].capitalize()!r}, or give a column mapping"
        f" with the right encoding and delimiter; {_listed(header)}",
    )


def _listed(header: Sequence[str]) -> str:
    shown = ", ".join(repr(name[:40]) for name in header[:15])
    return f"its columns are {shown}{', ...' if len(header) > 15 else ''}"


def _fields(layout: Layout) -> str:
    return f"the fields are {', '.join(layout.headers)}"


def _plain(header: str) -> str:
    """``Сумма долга, руб.`` -> ``сумма долга``; ``Телефон 2`` -> ``телефон``; ``debtor_id`` -> ``debtor id``."""
    text = re.split(r"[,(]", header.casefold().replace("ё", "е").replace("_", " "))[0]
    return re.sub(r"\s*№?\s*\d*$", "", " ".join(text.split()))
