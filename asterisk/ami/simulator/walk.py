"""What happens in a simulated call, and when: a pure function of the debtor's role and the script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from asterisk.town.roles import SIP_CODES, Role, TownPlan, draws_of, ring_seconds

ANNOUNCEMENT_S = 2.0
BEEP_S = 0.4
GOODBYE_S = 2.0
Q850 = {486: (17, "User busy"), 480: (19, "User alerting, no answer"), 603: (21, "Call Rejected"),
        404: (1, "Unallocated (unassigned) number"), 503: (34, "Circuit/channel congestion")}  # fmt: skip
"""Asterisk's hang-up cause, and its text, for a SIP code."""


@dataclass(frozen=True, slots=True)
class ScriptWalk:
    """The script as a caller's ear knows it: one node, its length, and the result of each digit."""

    node: str = "choice"
    seconds: float = 25.0
    results: Mapping[str, str] = field(
        default_factory=lambda: {"1": "operator_wanted", "2": "promise", "9": "wrong_person"}
    )
    listened: str = "listened"


@dataclass(frozen=True, slots=True)
class Ring:
    """The far end rings."""

    after_s: float


@dataclass(frozen=True, slots=True)
class PickUp:
    """The far end answers."""

    after_s: float


@dataclass(frozen=True, slots=True)
class Tell:
    """The script reports by a UserEvent with these headers."""

    after_s: float
    event: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """The call ends; ``sip`` is the carrier's refusal, None after an answer."""

    after_s: float
    sip: int | None = None
    by_debtor: bool = True
    timed_out: bool = False


Step = Ring | PickUp | Tell | End
"""What happens next, ``after_s`` seconds after the step before."""


def walk(
    role: Role, number: str, nth: int, plan: TownPlan, script: ScriptWalk, timeout_s: float
) -> Iterator[Step]:
    """The steps of one call, the last of which is End; `timeout_s` is the Originate's."""
    if role in (Role.BUSY, Role.UNKNOWN_NUMBER, Role.CONGESTION):
        yield End(0.0, SIP_CODES[role])
        return
    if role is Role.SWITCHED_OFF:
        yield _end_or_timeout(ANNOUNCEMENT_S, SIP_CODES[role], timeout_s)
        return
    yield Ring(0.0)
    if role is Role.RINGS_OUT:
        yield _end_or_timeout(plan.ring_out, SIP_CODES[role], timeout_s)
        return
    rings_s = plan.slow_ring if role is Role.SLOW_ANSWER else ring_seconds(number, nth, plan)
    if role is Role.REJECTS:
        yield _end_or_timeout(rings_s, SIP_CODES[role], timeout_s)
    elif rings_s >= timeout_s:
        yield _end_or_timeout(rings_s, None, timeout_s)
    else:
        yield PickUp(rings_s)
        yield from _answered(role, number, nth, plan, script)


def _answered(role: Role, number: str, nth: int, plan: TownPlan, script: ScriptWalk) -> Iterator[Step]:
    yield Tell(0.0, "DozvonStep", {"Node": script.node})
    digit = role.removeprefix("presses_")
    if digit in script.results and plan.press_after < script.seconds:
        yield Tell(plan.press_after, "DozvonDigit", {"Node": script.node, "Digit": digit})
        yield Tell(0.0, "DozvonResult", {"Result": script.results[digit]})
        yield End(GOODBYE_S, by_debtor=False)
        return
    patience_s = _patience(role, number, nth, plan)
    if patience_s < script.seconds:
        yield End(patience_s)
    else:
        yield Tell(script.seconds, "DozvonResult", {"Result": script.listened})
        yield End(0.0, by_debtor=False)


def _patience(role: Role, number: str, nth: int, plan: TownPlan) -> float:
    """Seconds from the answer after which the debtor's side ends the call."""
    if role is Role.HANGS_UP_EARLY:
        soonest, latest = plan.early_hangup
        return soonest + (latest - soonest) * int(draws_of(number, nth, plan)[11:14] or 0) / 1000
    if role is Role.ANSWERING_MACHINE:
        return plan.machine_greeting + BEEP_S + plan.machine_records
    return plan.longest_call


def _end_or_timeout(after_s: float, sip: int | None, timeout_s: float) -> End:
    if after_s < timeout_s:
        return End(after_s, sip)
    return End(timeout_s, 480, by_debtor=False, timed_out=True)
