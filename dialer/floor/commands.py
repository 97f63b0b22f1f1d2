"""Commands to the floor from other processes: a request and its answer over Redis, within a time.

A request whose asker has stopped waiting is dropped: nobody is paused by a command of an hour ago.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from secrets import token_hex
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.cancelled import cancelled
from dialer.floor.floor import Floor
from dialer.lease import lease_key
from domain.errors import DozvonError, EnvironmentFault, InputError
from domain.operator import OnFloor, Operator

log = structlog.get_logger(__name__)

FLOOR = "floor"
"""The lease of the dialler that drives the floor."""

COMMANDS = "dozvon:floor:commands"
BOARD = "dozvon:floor:board"
ANSWER_S = 5.0
KEEP_S = 15
LOOK_S = 1.0

Verb = Callable[[Floor, int, str], Awaitable[OnFloor]]
VERBS: Mapping[str, Verb] = {
    "ready": lambda floor, id, reason: floor.ready(id),
    "pause": lambda floor, id, reason: floor.pause(id, reason),
    "pause_after_call": lambda floor, id, reason: floor.pause_after_call(id, reason),
    "wrapped_up": lambda floor, id, reason: floor.wrapped_up(id),
    "sign_out": lambda floor, id, reason: floor.sign_out(id),
}


def told(operator: Operator, known: OnFloor, desk: str) -> dict[str, Any]:
    """An operator as screens and commands are told of him."""
    return {
        "operator": operator.id,
        "login": operator.login,
        "name": operator.name,
        "desk": desk,
        "state": known.state.value,
        "since": known.since.isoformat(),
        "reason": known.reason,
        "touch": known.touch,
        "pause_next": known.pause or known.pause_after_call,
        "wrap_up_ends": known.wrap_up_ends.isoformat() if known.wrap_up_ends else None,
        "phone": known.reachable,
    }


async def ask_floor(redis: Redis, verb: str, login: str, reason: str = "") -> dict[str, Any]:
    """Have the dialler that drives the floor do it; answers what the operator is doing now.

    InputError when it refuses, EnvironmentFault when nobody drives the floor or no answer comes in time.
    """
    id = token_hex(8)
    try:
        if not await redis.exists(lease_key(FLOOR)):
            raise EnvironmentFault("no dialler drives the floor", remedy="start `dozvon dialer`")
        await redis.set(_wanted(id), 1, px=round(ANSWER_S * 1000))
        await redis.rpush(COMMANDS, orjson.dumps({"id": id, "verb": verb, "login": login, "reason": reason}))
        answer = await redis.blpop([_answer(id)], timeout=ANSWER_S)
        await redis.delete(_wanted(id))
    except RedisError as error:
        raise EnvironmentFault(f"Redis does not answer ({error})", remedy="start it") from error
    if answer is None:
        what = f"the dialler did not answer within {ANSWER_S:g} s"
        raise EnvironmentFault(what, remedy="look whether it runs, and into its log")
    reply: dict[str, Any] = orjson.loads(answer[1])
    if "refused" in reply:
        raise (InputError if reply["input"] else EnvironmentFault)(reply["refused"])
    return reply


async def serve_commands(redis: Redis, floor: Floor) -> None:
    """Carry out what is asked while the floor is ours, for ever."""
    while not cancelled():
        if not floor.driving:
            await asyncio.sleep(LOOK_S)
            continue
        try:
            taken = await redis.blpop([COMMANDS], timeout=LOOK_S)
            if taken is not None:
                await _answer_one(redis, floor, orjson.loads(taken[1]))
        except RedisError as error:
            log.warning("floor_commands_unheard", error=type(error).__name__)
            await asyncio.sleep(LOOK_S)


async def _answer_one(redis: Redis, floor: Floor, asked: dict[str, str]) -> None:
    if not await redis.delete(_wanted(asked["id"])):
        return
    reply: dict[str, Any]
    try:
        id = floor.id_of(asked["login"])
        if own := floor.verbs.get(asked["verb"]):
            await own(id, asked["reason"])
        else:
            await VERBS[asked["verb"]](floor, id, asked["reason"])
        reply = next(told(*one, floor.desk_of(one[0])) for one in floor.operators() if one[0].id == id)
    except DozvonError as refused:
        reply = {"refused": str(refused), "input": isinstance(refused, InputError)}
    await redis.rpush(_answer(asked["id"]), orjson.dumps(reply))
    await redis.expire(_answer(asked["id"]), KEEP_S)


async def show_floor(redis: Redis, floor: Floor) -> None:
    """Put the operators on the board; without Redis nobody sees them, and calls go on."""
    rows = [told(operator, known, floor.desk_of(operator)) for operator, known in floor.operators()]
    try:
        await redis.set(BOARD, orjson.dumps(rows), ex=KEEP_S)
    except RedisError:
        return


async def see_floor(redis: Redis) -> list[dict[str, Any]]:
    """The board as last published; empty when no dialler drives the floor. Raises RedisError."""
    text = await redis.get(BOARD)
    return list(orjson.loads(text)) if text else []


def _wanted(id: str) -> str:
    return f"dozvon:floor:wanted:{id}"


def _answer(id: str) -> str:
    return f"dozvon:floor:answer:{id}"
