"""One debtor goes through hands: hold, a colleague is asked and takes over, and hands him on to the desk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

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

ANNA, BORIS = login_of(1), login_of(2)
TALKATIVE = Team(2, talk_s=100.0, talk_cv=0.0, wrap_up_s=1)


async def becomes(floor: FloorPlay, login: str, state: str) -> None:
    """The operator comes into that state."""

    async def there() -> bool:
        return bool((await floor.state_of(login)).get("state") == state)

    await until(there, what=f"{login} is {state}")


async def places(play: Play) -> set[str]:
    """Where the node's channels are: application and extension of each."""
    rows = (await play.stage.node.cli("core show channels concise")).splitlines()
    return {"!".join(row.split("!")[1:3]) for row in rows if row.count("!") > 5}


async def joined(play: Play) -> None:
    """Debtor and somebody are in one bridge, and nobody else is there."""

    async def one_bridge() -> bool:
        rows = (await play.stage.node.cli("core show channels concise")).splitlines()
        bridges = [row.split("!")[12] for row in rows if row.count("!") > 5]
        return len(bridges) == 2 and bridges[0] == bridges[1] != ""

    await until(one_bridge, what="two who hear each other")


async def apart(play: Play, *extensions: str) -> None:
    async def there() -> bool:
        return {f"dozvon-apart!{one}" for one in extensions} <= await places(play)

    await until(there, what=f"they wait at {', '.join(extensions)}")


async def test_a_debtor_goes_through_hands(folder: Path, prompts: Path) -> None:
    town = replace(PEOPLE_TOWN, longest_call=120.0)
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

        async def asked(verb: str, login: str, whom: str = "") -> None:
            await ask_floor(floor.redis, verb, login, whom)

        await until(lambda: floor.reachable({ANNA}), what="a dialler drives the floor")
        with pytest.raises(InputError, match="he talks to nobody"):
            await asked("hold", ANNA)
        await floor.sign_in(ANNA)
        await becomes(floor, ANNA, "talking")
        await joined(play)
        for _ in range(2):
            await asked("hold", ANNA)
            await apart(play, "debtor", "operator")
            await asked("unhold", ANNA)
            await joined(play)
        with pytest.raises(InputError, match="operator robot2 is offline"):
            await asked("consult", ANNA, BORIS)
        await floor.sign_in(BORIS)
        with pytest.raises(InputError, match="no colleague has picked up"):
            await asked("complete", ANNA)
        with pytest.raises(InputError, match="nobody sits at the desk 'court'"):
            await asked("transfer", ANNA, "court")
        await asked("consult", ANNA, BORIS)
        await becomes(floor, BORIS, "talking")
        await asked("unhold", ANNA)
        await becomes(floor, BORIS, "ready")
        await joined(play)
        await asked("consult", ANNA, BORIS)
        await becomes(floor, BORIS, "talking")
        await asked("complete", ANNA)
        await becomes(floor, ANNA, "ready")
        await joined(play)
        await asked("transfer", BORIS, "operators")
        await becomes(floor, ANNA, "talking")
        await joined(play)
        await play.stage.node.cli("channel request hangup all")
        await until(lambda: not play.open() and play.touches(), what="the call is over")
    (touch,) = play.touches()
    assert touch.outcome in {Outcome.TALK_DEBTOR, Outcome.ANSWERED_SHORT}, "as fast as the machine is"
    assert touch.operator_id == 1
    (call,) = floor.calls().values()
    assert {event.operator for event in call.operators} == {1, 2}
    assert len(call.recordings) == 2, "a file for each operator"
