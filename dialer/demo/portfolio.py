"""A made-up portfolio of the reference project's shape, as the creditor's CSV file.

No line of it can be anybody's data: names are numbered, and all phones are of the mobile code 935, which is
assigned to no Russian carrier (libphonenumber takes its numbers for valid ones, so that the import keeps them). Even
so the demo dials them on loopback only. The same arguments give the same bytes, on any machine.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate, count
from pathlib import Path
from random import Random
from typing import Generic, NamedTuple, TypeVar

from domain.errors import EnvironmentFault

T = TypeVar("T")

REFERENCE_DEBTORS = 36_260
REFERENCE_KOPECKS = 102_000_000_00

PHONE_CODE = "935"
TOWN_BLOCK = "9990"
"""The town gives numbers that end in 9990RR a fixed role: those are for tests that ask for a role."""

SECOND_DEBT = 0.08
FAMILY_PHONE = 0.04
"""The share of debtors who have the first phone of the debtor before them too."""
PHONES_EACH = {1: 0.75, 2: 0.20, 3: 0.05}
SERVICES = {"Электроэнергия": 0.45, "Отопление": 0.25, "Водоснабжение": 0.18, "Вывоз отходов": 0.12}

MONTHS_OVERDUE = {1: 10, 2: 10, 3: 5, 4: 5, 5: 5, 8: 1, 12: 1, 18: 1, 24: 1, 36: 1}
"""Of 100 bills 60 are paid in the first month and are not here; 20 at 1-2, 10 at 3-4, 5 at 4-5 months, 5 never."""

REGIONS = {
    **{"RU-SVE": 9, "RU-CHE": 6, "RU-PER": 5, "RU-BA": 5, "RU-TYU": 4, "RU-ORE": 3, "RU-KGN": 2, "RU-KHM": 2},
    **{"RU-MOS": 6, "RU-LEN": 4, "RU-NIZ": 4, "RU-ROS": 4, "RU-KDA": 4, "RU-VOR": 3, "RU-TA": 3, "RU-TUL": 2},
    **{
        "RU-VLA": 2,
        "RU-YAR": 2,
        "RU-TVE": 2,
        "RU-BEL": 1,
        "RU-KIR": 1,
        "RU-ARK": 1,
        "RU-MUR": 1,
        "RU-VGG": 2,
    },
    **{"RU-KGD": 2, "RU-SAM": 4, "RU-UD": 2, "RU-SAR": 2, "RU-ULY": 1, "RU-OMS": 3, "RU-NVS": 3, "RU-KYA": 3},
    **{"RU-KEM": 2, "RU-IRK": 3, "RU-BU": 1, "RU-ZAB": 1, "RU-PRI": 2, "RU-KHA": 1, "RU-SAK": 1, "RU-KAM": 1},
}
"""Forty regions in all eleven time zones, by weight."""


class Line(NamedTuple):
    """A row of the file: one debt."""

    key: str
    account: str
    name: str
    region: str
    service: str
    sum: str
    month: str
    phones: str


HEADER = Line(
    *(
        "Код должника",
        "Лицевой счёт",
        "ФИО",
        "Регион",
        "Услуга",
        "Сумма долга",
        "Месяц образования долга",
        "Телефоны",
    )
)


class _Draw(Generic[T]):
    """Draws one of several by their weights."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.values = list(weights)
        self.sums = list(accumulate(weights.values()))

    def __call__(self, random: Random) -> T:
        return random.choices(self.values, cum_weights=self.sums)[0]


_REGION, _SERVICE, _PHONES = _Draw(REGIONS), _Draw(SERVICES), _Draw(PHONES_EACH)
_MONTHS = _Draw(MONTHS_OVERDUE)


def write_portfolio(
    path: Path,
    *,
    seed: int,
    as_of: date,
    debtors: int = REFERENCE_DEBTORS,
    phone_share: float = 1.0,
    flaws: int = 0,
) -> None:
    """Write a portfolio whose debts are as old on ``as_of`` as the reference project's.

    ``phone_share`` is the share of debtors with a phone (0.03 before a contact search, 1 after it). ``flaws``
    rows are spoilt, each so that an import refuses it or one value of it. Raises EnvironmentFault when the
    file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerow(HEADER)
            lines = _lines(seed, as_of, debtors, phone_share)
            writer.writerows(_with_flaws(lines, Random(f"{seed}:flaws"), debtors, flaws))
    except OSError as error:
        raise EnvironmentFault(
            f"the portfolio cannot be written: {error.strerror}", where=str(path), remedy="name another file"
        ) from error


def _lines(seed: int, as_of: date, debtors: int, phone_share: float) -> Iterator[list[Line]]:
    """The debts of each debtor."""
    random = Random(f"{seed}:debtors")
    numbers = _numbers(Random(f"{seed}:numbers"))
    family: list[str] = []
    for nth, kopecks in enumerate(_sums(seed, debtors), start=1):
        phones = [next(numbers) for _ in range(_PHONES(random))] if random.random() < phone_share else []
        if phones and family and random.random() < FAMILY_PHONE:
            phones.append(family[0])
        family = phones
        first = Line(
            key=f"D{nth:06}",
            account=f"{7_000_000_000 + nth * 10}",
            name=f"Должник {nth:06}",
            region=_REGION(random),
            service=_SERVICE(random),
            sum=_roubles(kopecks),
            month=_month(as_of, _MONTHS(random)),
            phones=", ".join(_written(phone, random) for phone in phones),
        )
        yield _two(first, kopecks, random) if random.random() < SECOND_DEBT else [first]


def _two(line: Line, kopecks: int, random: Random) -> list[Line]:
    """The debt parted between two accounts."""
    part = round(kopecks * random.uniform(0.3, 0.7))
    second = line._replace(account=f"{int(line.account) + 1}", service=_SERVICE(random), sum=_roubles(part))
    return [line._replace(sum=_roubles(kopecks - part)), second]


def _sums(seed: int, debtors: int) -> Iterator[int]:
    """Each debtor's kopecks, log-normal; together exactly the reference project's average."""
    total = REFERENCE_KOPECKS * debtors // REFERENCE_DEBTORS
    weight = sum(_weights(seed, debtors))
    given, sum_so_far = 0, 0.0
    for one in _weights(seed, debtors):
        sum_so_far += one
        kopecks = round(total * sum_so_far / weight) - given
        given += kopecks
        yield kopecks


def _weights(seed: int, debtors: int) -> Iterator[float]:
    random = Random(f"{seed}:sums")
    return (random.lognormvariate(0.0, 0.8) for _ in range(debtors))


def _numbers(random: Random) -> Iterator[str]:
    """Subscriber numbers in a scattered order, none twice: the step has no factor in common with their count."""
    first = random.randrange(10_000_000)
    for nth in count():
        number = f"{(first + nth * 2_718_281) % 10_000_000:07}"
        if number[1:5] != TOWN_BLOCK:
            yield number


def _written(number: str, random: Random) -> str:
    """A number as people write it."""
    a, b, c = number[:3], number[3:5], number[5:]
    forms = (f"+7{PHONE_CODE}{number}", f"8 {PHONE_CODE} {a} {b} {c}", f"8 ({PHONE_CODE}) {a}-{b}-{c}")
    return random.choice(forms)


def _roubles(kopecks: int) -> str:
    return f"{kopecks // 100:,}".replace(",", " ") + f",{kopecks % 100:02}"


def _month(as_of: date, overdue: int) -> str:
    months = as_of.year * 12 + as_of.month - 1 - overdue
    return f"{months % 12 + 1:02}.{months // 12}"


def _with_flaws(
    debtors: Iterator[list[Line]], random: Random, size: int, flaws: int
) -> Iterator[Sequence[str]]:
    places = dict(zip(random.sample(range(size), min(flaws, size)), count()))
    for place, lines in enumerate(debtors):
        yield from lines
        if place in places:
            yield _spoilt(lines[-1], places[place])


def _spoilt(line: Line, nth: int) -> Sequence[str]:
    """A copy of a row with the ``nth`` kind of flaw."""
    match nth % 7:
        case 0:
            return line._replace(sum="abc")
        case 1:
            return line._replace(account=f"{line.account}-1", sum="0,00", phones="12345")
        case 2:
            return line._replace(sum=f"-{line.sum}")
        case 3:
            return line._replace(key="")
        case 4:
            return line[:-2]
        case 5:
            return line._replace(month="13.2025")
        case _:
            return line  # the same debt twice
