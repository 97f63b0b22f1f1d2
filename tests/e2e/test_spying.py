"""A supervisor hears a talk, and takes the debtor over: the talk knows nothing of the first, and nobody is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from asterisk.town import Role
from dialer.demo.team import Team, login_of
from dialer.floor.commands import ask_floor
from domain.errors import InputError
from domain.touch import Outcome
from tests.e2e.floor_play import PEOPLE_TOWN, FloorPlay, floor_of, operators
from tests.e2e.play import Play, forced, open_play
from tests.polling import until

pytestmark = pytest.mark.e2e

ANNA, CHIEF = login_of(1), login_of(2)
TALKATIVE = Team(2, talk_s=100.0, talk_cv=0.0, wrap_up_s=1)


async def becomes(floor: FloorPlay, login: str, state: str, **facts: object) -> None:
    """The operator's row says so."""

    async def there() -> bool:
        row = await floor.state_of(login)
        return row.get("state") == state and facts.items() <= row.items()

    await until(there, what=f"{login} is {state} {facts}")


async def channels(play: Play) -> list[list[str]]:
    """The node's channels, as its console shows them."""
    rows = (await play.stage.node.cli("core show channels concise")).splitlines()
    return [row.split("!") for row in rows if row.count("!") > 5]


async def listens(play: Play, count: int) -> None:
    """So many phones are in a talk without being a part of it."""

    async def there() -> bool:
        return sum(row[5] == "ChanSpy" for row in await channels(play)) == count

    await until(there, what=f"{count} listen")


async def test_who_listens_changes_nothing_and_who_takes_over_has_the_debtor(
    folder: Path, prompts: Path
) -> None:
    town = replace(PEOPLE_TOWN, longest_call=120.0, sends_silence=True)  # ChanSpy ends by a packet
    async with (
        open_play(
            folder,
            prompts,
            [forced(Role.LISTENS_TO_END)],
            town=town,
            cps=5,
            strategy=operators("progressive"),
            team=TALKATIVE,
        ) as play,
        floor_of(play) as floor,
        play.dialler(),
    ):

        async def spies(ear: str, whom: str = ANNA, who: str = CHIEF) -> None:
            await ask_floor(floor.redis, "spy", who, orjson.dumps({"login": whom, "ear": ear}).decode())

        await until(lambda: floor.reachable({ANNA}), what="a dialler drives the floor")
        with pytest.raises(InputError, match="he talks to nobody"):
            await spies("listen")
        await floor.sign_in(ANNA)
        await becomes(floor, ANNA, "talking")
        await until(lambda: floor.reachable({CHIEF}), what="the supervisor's phone is registered")
        for wrong in ("{}", "[]", "no JSON", '{"login": "robot1", "ear": "shout"}'):
            with pytest.raises(InputError, match="no wish to listen"):
                await ask_floor(floor.redis, "spy", CHIEF, wrong)
        with pytest.raises(InputError, match="nobody listens to himself"):
            await spies("listen", who=ANNA)
        for ear in ("listen", "whisper", "barge"):
            await spies(ear)
            await listens(play, 1)
            await becomes(floor, ANNA, "talking", heard_by={CHIEF: ear})
            await becomes(floor, CHIEF, "offline")
        await ask_floor(floor.redis, "unspy", CHIEF)
        await listens(play, 0)
        await becomes(floor, ANNA, "talking", heard_by={})
        await until(lambda: alone(play), what="no channel is left behind")
        await spies("listen")
        await listens(play, 1)
        await ask_floor(floor.redis, "take_over", CHIEF, ANNA)
        await becomes(floor, CHIEF, "talking", heard_by={})
        await becomes(floor, ANNA, "ready")
        await until(lambda: alone(play), what="he talks to the debtor alone")
        with pytest.raises(InputError, match="he talks to nobody"):
            await ask_floor(floor.redis, "take_over", CHIEF, ANNA)
        await ask_floor(floor.redis, "hang_up", CHIEF)
        await becomes(floor, CHIEF, "offline")
        await until(lambda: not play.open() and play.touches(), what="the call is over")
    (touch,) = play.touches()
    assert touch.outcome in {Outcome.TALK_DEBTOR, Outcome.ANSWERED_SHORT}, "as fast as the machine is"
    assert touch.operator_id == 2, "whose it was in the end"
    (call,) = floor.calls().values()
    assert call.unserved_at is None
    assert {event.operator for event in call.operators} == {1, 2}


async def alone(play: Play) -> bool:
    """Debtor and somebody hear each other, and nobody else is there."""
    bridges = [row[12] for row in await channels(play)]
    return len(bridges) == 2 and bridges[0] == bridges[1] != ""
