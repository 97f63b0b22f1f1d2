"""Bailiffs as people who are called: how one is known again, and where and how he is reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from domain.proceeding import Bailiff


@dataclass(frozen=True, slots=True)
class Case:
    """What one proceeding tells of its bailiff: who he is, and the region and zones (IANA) its debtor lives in.

    ``office`` are the zones of his department, empty where no file told them.
    """

    bailiff: Bailiff
    region: str
    zones: str
    office: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """How a bailiff is reached: his ``phones`` with what is dialled after each, the one that most proceedings name
    first, and the ``region`` and ``zones`` (comma-separated) of his department.
    """

    name: str
    region: str
    zones: str
    phones: tuple[tuple[str, str], ...]


def key_of(bailiff: Bailiff) -> str:
    """By what a bailiff is known again: his name and department, however they are spaced; no personal data.

    Empty where a proceeding names neither.
    """
    known_by = [
        " ".join(part.replace(".", ". ").casefold().split()) for part in (bailiff.name, bailiff.department)
    ]
    if not any(known_by):
        return ""
    return f"bailiff-{blake2b('|'.join(known_by).encode(), digest_size=6).hexdigest()}"


def office_of(cases: Sequence[Case]) -> Office:
    """How the bailiff of these proceedings (one at least) is reached.

    Where no file says where the department is, it is where most of the debtors live whose region is known: a
    proceeding runs where its debtor lives [229-FZ art. 33].
    """
    places = Counter((case.region, case.zones) for case in cases if case.region)
    nowhere = (cases[0].region, cases[0].zones)
    region, zones = places.most_common(1)[0][0] if places else nowhere
    told = Counter(case.office for case in cases if case.office)
    zones = told.most_common(1)[0][0] if told else zones
    named = Counter((case.bailiff.phone, case.bailiff.extension) for case in cases if case.bailiff.phone)
    phones: dict[str, str] = {}
    for (phone, extension), _ in named.most_common():
        phones.setdefault(phone, extension)
    official = cases[-1].bailiff
    name = ", ".join(filter(None, (official.name, official.department)))
    return Office(name, region, zones, tuple(phones.items()))
