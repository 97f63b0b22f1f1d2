"""The link to one Asterisk node: keeps a session up, hands out what comes, writes calls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from asterisk.ami.actions import AnswerAction, ListAction
from asterisk.ami.messages import AmiMessage, LinkEvent, LinkLost, LinkUp
from asterisk.ami.render import OriginateRequest, render_originate
from asterisk.ami.session import AmiAddress, LoginRefused, Session
from domain.errors import EnvironmentFault, LinkDown

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """Seconds and sizes of a link; the shipped values suit a local network."""

    beat_s: float = 5.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 5.0
    most_waiting: int = 10_000
    """Messages in the inbox at which reading stops until half of them are taken."""
    drain_check_s: float = 0.01


class AmiLink:
    """Events and unasked responses go to `inbox` in order, between `LinkUp` and `LinkLost` marks.

    The inbox may be shared by several links and must be unbounded: the link bounds it by not reading on.
    What was written to a lost connection is never written again: reconcile it from channels and records.
    """

    def __init__(
        self,
        node: str,
        address: AmiAddress,
        inbox: asyncio.Queue[AmiMessage | LinkEvent],
        limits: LinkLimits | None = None,
    ) -> None:
        if inbox.maxsize:
            raise ValueError("the inbox must be unbounded: the link itself stops reading when it fills")
        self.node, self.epoch = node, 0
        self._address, self._inbox, self._limits = address, inbox, limits or LinkLimits()
        self._session: Session | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._last_fault = "no answer yet"
        self._malformed = 0

    @property
    def connected(self) -> bool:
        """Whether calls can be placed now."""
        return self._session is not None and self._session.up

    @property
    def malformed(self) -> int:
        """Lines and messages skipped so far because they were not the protocol's."""
        return self._malformed + (self._session.malformed if self._session else 0)

    async def open(self, timeout: float = 10.0) -> None:
        """Log in and stay logged in from now on.

        EnvironmentFault when that did not work within `timeout` s: a link without an answer goes on trying until
        `aclose`, one that was refused does not.
        """
        first = asyncio.get_running_loop().create_future()
        self._keeper = asyncio.create_task(self._keep_up(first), name=f"ami link {self.node}")
        try:
            async with asyncio.timeout(timeout):
                await first
        except TimeoutError as error:
            what = f"cannot log in to Asterisk's manager interface {self._address}: {self._last_fault}"
            raise EnvironmentFault(what, remedy="check that Asterisk runs and listens there") from error

    async def aclose(self) -> None:
        """Close the connection and stop reconnecting; no LinkLost follows."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None

    async def action(
        self, name: str, headers: Mapping[str, str] | None = None, timeout: float = 5.0
    ) -> AmiMessage:
        """The response to an action; ActionRefused when it is an error, LinkDown when none comes in time."""
        return (await self._up().ask(AnswerAction(name, headers or {}), timeout))[0]

    async def action_list(
        self,
        name: str,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,
        *,
        counted: bool = True,
    ) -> list[AmiMessage]:
        """The events that answer a listing action (e.g. CoreShowChannels); errors as of `action`.

        A list that is not ``counted`` tells details that its own count leaves out.
        """
        answer = await self._up().ask(ListAction(name, headers or {}), timeout)
        listed = [message for message in answer if "Event" in message]
        complete = listed.pop()
        if counted and complete.get("ListItems") != str(len(listed)):
            told = complete.get("ListItems", "an unknown number of")
            raise LinkDown(f"node {self.node} listed {len(listed)} of {told} items to {name}")
        return listed

    def originate(self, request: OriginateRequest) -> None:
        """Write the call to Asterisk at once; its fate comes to the inbox under its touch id.

        InputError when it cannot be rendered and LinkDown when the link is down: then nothing was written.
        """
        data = render_originate(request)
        self._up().write(data)

    def _up(self) -> Session:
        if self._session is None or not self._session.up:
            raise LinkDown(f"the manager link to node {self.node} is down: {self._last_fault}")
        return self._session

    async def _keep_up(self, first: asyncio.Future[None]) -> None:
        pause = self._limits.first_pause_s
        while True:
            epoch, known_fault = self.epoch, self._last_fault
            try:
                await self._one_session(first)
            except LoginRefused:
                self._last_fault = "the user or the secret is wrong"
                if not first.done():
                    what = f"Asterisk's manager interface refuses {self._address}: {self._last_fault}"
                    first.set_exception(EnvironmentFault(what, remedy="check manager.conf"))
                    return
            if self.epoch > epoch:
                self._inbox.put_nowait(LinkLost(self.node, self.epoch, self._last_fault))
                pause = self._limits.first_pause_s
            if self.epoch > epoch or self._last_fault != known_fault:
                log.warning("ami_link_down", node=self.node, reason=self._last_fault)
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._limits.longest_pause_s)

    async def _one_session(self, first: asyncio.Future[None]) -> None:
        def up() -> None:
            self.epoch += 1
            self._inbox.put_nowait(LinkUp(self.node, self.epoch))
            log.info("ami_link_up", node=self.node, epoch=self.epoch)
            if not first.done():
                first.set_result(None)

        self._session = Session(self._address, self._receive, up, self._limits.beat_s)
        try:
            self._last_fault = await self._session.run()
        finally:
            self._malformed += self._session.malformed
            self._session = None

    def _receive(self, messages: list[AmiMessage]) -> None:
        for message in messages:
            self._inbox.put_nowait(message)
        if self._inbox.qsize() > self._limits.most_waiting and self._session is not None:
            self._session.pause()
            self._resume_when_drained(self._session)

    def _resume_when_drained(self, session: Session) -> None:
        """asyncio.Queue tells nobody that it was drained, so look from time to time while paused."""
        if self._inbox.qsize() <= self._limits.most_waiting // 2:
            session.resume()
        else:
            loop = asyncio.get_running_loop()
            loop.call_later(self._limits.drain_check_s, self._resume_when_drained, session)
