"""An operator as screens and commands are told of him: one row, the same on the board, in the feed and in answers."""

from __future__ import annotations

from typing import Any

from dialer.floor.floor import Floor
from domain.operator import OnFloor, Operator, OperatorState


def told(floor: Floor, operator: Operator, known: OnFloor) -> dict[str, Any]:
    """The row of one operator, as JSON values."""
    return {
        "operator": operator.id,
        "login": operator.login,
        "name": operator.name,
        "desk": floor.desk_of(operator),
        "state": known.state.value,
        "since": known.since.isoformat(),
        "reason": known.reason,
        "touch": known.touch,
        "leg": known.leg,
        "pause_next": known.pause or known.pause_after_call,
        "wrap_up_ends": known.wrap_up_ends.isoformat() if known.wrap_up_ends else None,
        "extended": known.wrap_up_more_s > 0,
        "phone": known.reachable,
        "call": _call(floor, known),
        "preview": floor.shown_to(operator.id),
        "heard_by": floor.heard_by(operator.id),
    }


def told_all(floor: Floor) -> list[dict[str, Any]]:
    """The rows of everybody who works here."""
    return [told(floor, operator, known) for operator, known in floor.operators()]


def _call(floor: Floor, known: OnFloor) -> dict[str, Any] | None:
    """The call that he is rung for, talks in or writes down, with what is known of its other end."""
    if not known.touch:
        return None
    talks = known.state is OperatorState.TALKING
    own = {"touch": known.touch, "leg": known.leg, "since": known.since.isoformat(), "talking": talks}
    return floor.known_of_call(known.touch) | own
