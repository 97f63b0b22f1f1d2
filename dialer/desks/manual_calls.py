"""Manual calls: an operator who is ready or paused calls a debtor of his own wish, by the life of any other touch."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import orjson

from dialer.campaign_loop import Tools
from dialer.desks.previews import Previews, Shown
from dialer.floor.floor import Floor
from dialer.handlers.inbound import running_of
from dialer.handlers.manual_call import STEP, manual_request, reserve_manual
from dialer.handlers.preview import Candidate
from dialer.ids import new_touch_id
from dialer.settings import Settings
from dialer.switchboard import NodeLink
from domain.call import Call
from domain.campaign import Plan
from domain.errors import DozvonError, InputError
from domain.operator import OnFloor, OperatorState
from domain.operator_events import OperatorId
from domain.touch import TouchId
from ledger.touches import TouchRequest


class Wish(NamedTuple):
    """Whom he wants to call, and on which number (E.164)."""

    debtor: int
    phone: str


class ManualCalls:
    """The verb ``call`` with a JSON object: debtor (his id) and phone. The operator is kept for it as for a preview."""

    def __init__(self, tools: Tools, floor: Floor, previews: Previews, settings: Settings) -> None:
        self._tools, self._floor, self._previews = tools, floor, previews
        self._timeout_s, self._record = settings.ring_timeout_s, settings.record_talks
        floor.verbs["call"] = self.call

    async def call(self, operator: OperatorId, argument: str) -> OnFloor:
        """Ring the debtor, and then him. NotAllowed when the rules refuse it; InputError when he cannot call now, or
        the phone is none of the debtor's.
        """
        wish = _wish(argument)
        login, desk = self._at_rest(operator)
        node = self._tools.switchboard.free_node(with_operators=True)
        if node is None or self._tools.recorder.stuck:
            raise InputError("no calls can be placed now", remedy="wait a little")
        id, now = new_touch_id(), self._tools.clock.now()
        shown = Shown(
            desk, Candidate(wish.debtor, "", wish.phone, "", Plan(wish.debtor, now, step=STEP)), now
        )
        if not await self._previews.keep(operator, shown):
            raise InputError("he has just left")
        try:
            touch = await self._reserve(wish, login, node, id)
        except DozvonError:
            await self._previews.done_with(operator)
            raise
        self._place(operator, desk, touch, node)
        shown.touch = id
        return await self._previews.dialled(operator)

    async def _reserve(self, wish: Wish, login: str, node: NodeLink, id: TouchId) -> TouchRequest:
        tools, name = self._tools, node.settings.name
        return await tools.ledger.run_first(
            reserve_manual, tools.books, *wish, login=login, node=name, id=id, now=tools.clock.now()
        )

    def _place(self, operator: OperatorId, desk: str, touch: TouchRequest, node: NodeLink) -> None:
        running = running_of(
            Call(touch.id), touch.phone, "", node.settings.name, asyncio.get_running_loop().time()
        )
        running.found = (touch.debtor.id,)
        trunk, timeout_s = node.settings.trunk, self._timeout_s
        request = manual_request(touch, operator, desk, trunk=trunk, timeout_s=timeout_s, record=self._record)
        self._tools.switchboard.place(running, request)

    def _at_rest(self, id: OperatorId) -> tuple[str, str]:
        """His login and his desk. InputError unless he is ready or paused, with his phone there and nobody shown."""
        known = self._floor.operator(id)
        operator = next(one for one, _ in self._floor.operators() if one.id == id)
        if known.state not in (OperatorState.READY, OperatorState.PAUSED) or self._floor.shown_to(id):
            busy = "shown somebody" if self._floor.shown_to(id) else known.state.value.replace("_", " ")
            raise InputError(f"operator {operator.login} is {busy}", remedy="end that first")
        if not known.reachable:
            raise InputError("his phone is not registered", remedy="open the page of the phone, or start it")
        return operator.login, self._floor.desk_of(operator)


def _wish(argument: str) -> Wish:
    try:
        told = orjson.loads(argument)
        return Wish(int(told["debtor"]), str(told["phone"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError("a call needs a debtor's id and a phone", where="call") from error
