"""Robot operators of a stage: in the books as people are, and played by the town."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from asterisk.ports import free_port
from asterisk.town import RobotPlan
from ledger.books import Books
from ledger.migrate import upgrade


@dataclass(frozen=True, slots=True)
class Team:
    """How many there are, what they can take and how they talk; times are seconds."""

    operators: int
    skills: tuple[str, ...] = ()
    """Desks besides the common one, at which everybody sits."""
    talk_s: float = 20.0
    talk_cv: float = 1.0
    wrap_up_s: int = 5
    """The longest wrap-up; a robot that nobody drives takes all of it."""
    pickup_s: float = 0.2
    deaf: int = 0
    """How many of them, the last ones, let the phone ring on and on."""
    seed: str = "robots"


def login_of(place: int) -> str:
    """The login of the robot at that place; the first is 1."""
    return f"robot{place}"


def is_robot(login: str) -> bool:
    """Whether that is a robot's login."""
    return re.fullmatch(r"robot\d+", login) is not None


def hire(team: Team, books_url: str, phones_port: int) -> RobotPlan:
    """Write the team into the books, and answer what the town needs to play their phones: they register at
    ``phones_port`` of the loopback.
    """
    books = Books.open(books_url)
    try:
        upgrade(books.engine)
        with books.write() as tx:
            hired = [
                tx.operators.add(
                    login_of(place), f"Робот {place}", team.skills, secrets.token_hex(8), team.wrap_up_s
                )
                for place in range(1, team.operators + 1)
            ]
            phones = tx.operators.phones()
    finally:
        books.close()
    return RobotPlan(
        {f"op{one.id}": phones[one.id].secret for one in hired},
        free_port("udp"),
        phones_port,
        talk_s=team.talk_s,
        talk_cv=team.talk_cv,
        pickup_s=team.pickup_s,
        deaf=frozenset(f"op{one.id}" for one in hired[team.operators - team.deaf :]),
        seed=team.seed,
    )
