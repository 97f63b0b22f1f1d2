"""Accounts: a script asks for an account number, and is told within moments whose it is and what it may say of him."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from asterisk.ami.actions import ActionRefused
from dialer.campaign_loop import Tools
from dialer.running import Running
from dialer.scripts import ScriptBook
from domain.call import Call
from domain.debtor import Debtor
from domain.errors import DozvonError, InputError, LinkDown
from ivr_scripts.language import About

log = structlog.get_logger(__name__)

FOUND = "DZ_FOUND"
"""The channel variable that the dialplan waits for: yes or no."""


class Accounts:
    """Follows the calls of a switchboard. ``books`` name the scripts of a call that an earlier dialler placed: the
    first that knows it is taken. ``listeners`` are told whose account was found.
    """

    def __init__(self, tools: Tools) -> None:
        self.books: list[Callable[[Running], ScriptBook | None]] = []
        self.listeners: list[Callable[[Running, Debtor], None]] = []
        self._tools = tools
        self._tasks: set[asyncio.Task[None]] = set()
        tools.switchboard.followers.append(self._follow)

    def _follow(self, before: Call, running: Running) -> None:
        account = dict(running.call.answers).get(About.ACCOUNT)
        if account and account != dict(before.answers).get(About.ACCOUNT):
            task = asyncio.create_task(self._answer(running, account), name=f"account {running.call.touch}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, running: Running, account: str) -> None:
        """Tell the dialplan; it asks again after a no, and after three seconds without an answer."""
        try:
            variables = await self._look_up(running, account)
        except InputError as unknown:
            log.info("account_unknown", touch=running.call.touch, reason=type(unknown).__name__)
            variables = {FOUND: "no"}
        except DozvonError as fault:
            log.error("account_not_looked_up", touch=running.call.touch, fault=str(fault))
            return
        link, channel = self._tools.switchboard.nodes[running.node].link, running.channel
        try:
            for name, value in variables.items():
                await link.action("Setvar", {"Channel": channel, "Variable": name, "Value": value})
        except (ActionRefused, LinkDown) as fault:
            log.info("account_not_told", touch=running.call.touch, fault=str(fault))

    async def _look_up(self, running: Running, account: str) -> dict[str, str]:
        book = running.scripts or next((book for of in self.books if (book := of(running))), None)
        if book is None:
            raise InputError("no script of this call is known")
        tools = self._tools
        debtor = await tools.ledger.run_first(self._debtor, account, book.portfolio.id or None)
        for listener in self.listeners:
            listener(running, debtor)
        return {
            **book.found(debtor, tools.clock.now().date()),
            FOUND: "yes",
        }  # the last one: then all are there

    def _debtor(self, account: str, portfolio_id: int | None) -> Debtor:
        with self._tools.books.read() as tx:
            id = tx.cards.of_account(account, portfolio_id).debtor_id
            return tx.debtors.load([id])[id]
