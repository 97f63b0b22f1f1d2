"""Commands to the floor from other processes: a request and its answer over Redis, within a time.

A request whose asker has stopped waiting is dropped: nobody is paused by a command of an hour ago.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from secrets import token_hex
from typing import Any, NamedTuple

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.cancelled import cancelled
from dialer.floor.feed import BOARD, Feed, FeedKind
from dialer.floor.floor import Floor
from dialer.floor.told import told
from dialer.lease import lease_key
from domain.errors import DozvonError, EnvironmentFault, InputError, NotAllowed
from domain.operator import OnFloor
from domain.operator_events import OperatorId

log = structlog.get_logger(__name__)

FLOOR = "floor"
"""The lease of the dialler that drives the floor."""

COMMANDS = "dozvon:floor:commands"
ANSWER_S = 5.0
KEEP_S = 15
MORE_S, LONGEST_MORE_S = 30.0, 600.0
"""What one who asks for more wrap-up is given when he does not say how much, and the most that he can have."""
LOOK_S = 1.0

Verb = Callable[[Floor, int, str], Awaitable[OnFloor]]
VERBS: Mapping[str, Verb] = {
    "ready": lambda floor, id, reason: floor.ready(id),
    "pause": lambda floor, id, reason: floor.pause(id, reason),
    "pause_after_call": lambda floor, id, reason: floor.pause_after_call(id, reason),
    "wrapped_up": lambda floor, id, reason: floor.wrapped_up(id),
    "sign_out": lambda floor, id, reason: floor.sign_out(id),
    "extend": lambda floor, id, seconds: floor.extend(id, _seconds(seconds)),
}


async def ask_floor(redis: Redis, verb: str, login: str, argument: str = "") -> dict[str, Any]:
    """Have the dialler that drives the floor do it; answers the operator's row as it is now.

    ``argument`` is what the verb needs: a reason, a desk, a colleague's login, seconds, or JSON. InputError when it
    refuses (NotAllowed when the rules do), EnvironmentFault when nobody drives the floor or no answer comes in time.
    """
    id = token_hex(8)
    try:
        if not await redis.exists(lease_key(FLOOR)):
            raise EnvironmentFault("no dialler drives the floor", remedy="start `dozvon dialer`")
        await redis.set(_wanted(id), 1, px=round(ANSWER_S * 1000))
        await redis.rpush(
            COMMANDS, orjson.dumps({"id": id, "verb": verb, "login": login, "argument": argument})
        )
        answer = await redis.blpop([_answer(id)], timeout=ANSWER_S)
        await redis.delete(_wanted(id))
    except RedisError as error:
        raise EnvironmentFault(f"Redis does not answer ({error})", remedy="start it") from error
    if answer is None:
        what = f"the dialler did not answer within {ANSWER_S:g} s"
        raise EnvironmentFault(what, remedy="look whether it runs, and into its log")
    reply: dict[str, Any] = orjson.loads(answer[1])
    if "refused" in reply:
        raise _refused(reply)
    return reply


async def serve_commands(redis: Redis, floor: Floor, feed: Feed) -> None:
    """Carry out what is asked while the floor is ours, for ever."""
    while not cancelled():
        if not floor.driving:
            await asyncio.sleep(LOOK_S)
            continue
        try:
            taken = await redis.blpop([COMMANDS], timeout=LOOK_S)
            if taken is not None and (asked := _asked(taken[1])):
                await _answer_one(redis, floor, feed, asked)
        except RedisError as error:
            log.warning("floor_commands_unheard", error=type(error).__name__)
            await asyncio.sleep(LOOK_S)


class Asked(NamedTuple):
    """A request as it lies in Redis."""

    id: str
    verb: str
    login: str
    argument: str


def _asked(text: bytes | str) -> Asked | None:
    """The request; None for what is none, which ends nobody's floor."""
    try:
        document = orjson.loads(text)
        return Asked(*(str(document[name]) for name in Asked._fields))
    except (ValueError, KeyError, TypeError) as error:
        log.warning("floor_command_not_understood", error=type(error).__name__)
        return None


async def _answer_one(redis: Redis, floor: Floor, feed: Feed, asked: Asked) -> None:
    if not await redis.delete(_wanted(asked.id)):
        return
    reply: dict[str, Any]
    try:
        id = floor.id_of(asked.login)
        await _verb(floor, asked.verb)(id, asked.argument)
        reply = next(told(floor, *one) for one in floor.operators() if one[0].id == id)
        feed.tell(id, FeedKind.STATE, reply)
    except DozvonError as refused:
        reply = _refusal(refused)
    await redis.rpush(_answer(asked.id), orjson.dumps(reply))
    await redis.expire(_answer(asked.id), KEEP_S)


async def see_floor(redis: Redis) -> list[dict[str, Any]]:
    """The board as last published; empty when no dialler drives the floor. Raises RedisError."""
    text = await redis.get(BOARD)
    return list(orjson.loads(text)) if text else []


def _verb(floor: Floor, name: str) -> Callable[[OperatorId, str], Awaitable[OnFloor]]:
    if own := floor.verbs.get(name):
        return own
    if name not in VERBS:
        raise InputError(
            f"{name!r} is no command", remedy=f"take one of {', '.join(sorted({*VERBS, *floor.verbs}))}"
        )
    return partial(VERBS[name], floor)


def _refusal(fault: DozvonError) -> dict[str, Any]:
    """An error as the asker is sent it."""
    told = {"refused": str(fault), "input": isinstance(fault, InputError)}
    if isinstance(fault, NotAllowed):
        told |= {"by": fault.refused_by, "next_allowed": fault.next_allowed}
    return told


def _refused(reply: dict[str, Any]) -> DozvonError:
    """The error that the dialler sent."""
    if "by" in reply:
        opens = reply["next_allowed"] and datetime.fromisoformat(reply["next_allowed"])
        return NotAllowed(reply["refused"], refused_by=tuple(reply["by"]), next_allowed=opens)
    return (InputError if reply["input"] else EnvironmentFault)(reply["refused"])


def _seconds(text: str) -> float:
    try:
        seconds = float(text or MORE_S)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= LONGEST_MORE_S:
        raise InputError(f"{text!r} is no number of seconds up to {LONGEST_MORE_S:g}")
    return seconds


def _wanted(id: str) -> str:
    return f"dozvon:floor:wanted:{id}"


def _answer(id: str) -> str:
    return f"dozvon:floor:answer:{id}"
