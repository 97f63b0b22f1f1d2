"""Our lines on the nodes: each number's dialplan and scripts, kept as the books have them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import structlog

from asterisk.configuration.render import write_private
from asterisk.inbound import LINES_FILE, lines_text, read_lines
from dialer.campaign_loop import Tools
from dialer.repertoire import SHIPPED, Repertoire, repertoire
from dialer.running import Running
from dialer.scripts import Entry, ScriptBook, prepare_scripts, speaker_of
from dialer.settings import Settings
from dialer.speaking import speak
from dialer.switchboard import NodeLink
from domain.errors import DozvonError, InputError
from domain.inbound import Line, Route, Way
from domain.portfolio import Portfolio
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.waiting import LANGUAGE, waiting_texts
from ledger.books import Books

log = structlog.get_logger(__name__)

LOOK_S = 2.0


@dataclass(frozen=True, slots=True)
class OurLines:
    """The lines as the books have them, the portfolios that they are printed for, and what they play."""

    lines: tuple[Line, ...] = ()
    portfolios: Mapping[str, Portfolio] = field(default_factory=dict)
    scripts: Repertoire = SHIPPED


class InboundLines:
    """Follows the books; what cannot be made ready leaves callers to the operators, and says so."""

    def __init__(self, tools: Tools, settings: Settings) -> None:
        self._tools, self._settings = tools, settings
        self._ours = OurLines()
        self._books: dict[str, ScriptBook] = {}
        self._store: PromptStore | None = None
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Look for changes, for ever."""
        while True:
            try:
                await self._look()
            except DozvonError as fault:
                log.error("lines_not_ready", fault=str(fault))
            await asyncio.sleep(LOOK_S)

    async def node_up(self, node: NodeLink) -> None:
        """A node came up: it needs the lines. Raises LinkDown and ActionRefused."""
        async with self._turn:
            await self._install(node)

    def book_of(self, running: Running) -> ScriptBook | None:
        """The scripts of a call that came in; None for all others."""
        return self._books.get(running.line)

    def entry(self, line: Line, route: Route) -> Entry | None:
        """Where a caller who is not for an operator hears what is said; None when nothing can be."""
        name = line.closed_script if route.way is Way.CLOSED else line.script
        book = self._books.get(line.number)
        if book is None or not name:
            return None
        portfolio = self._portfolio(line, self._ours)
        facts = {
            "agency": self._settings.agency,
            "creditor": portfolio.creditor,
            "callback": portfolio.contact_phone or line.number,
        }
        try:
            return book.entry(name, facts)
        except InputError as fault:
            log.error("script_not_spoken", script=name, fault=str(fault))
            return None

    def clips(self, texts: Iterable[str]) -> str:
        """Clips of the queue joined for Playback; empty while they are not there yet."""
        return "&".join(self._store.reference(text) for text in texts) if self._store else ""

    async def _look(self) -> None:
        ours = await self._tools.ledger.run(_read, self._tools.books)
        if ours == self._ours:
            return
        await self._speak_queue()
        async with self._turn:
            self._books = {
                line.number: book for line in ours.lines if (book := await self._prepare(line, ours))
            }
            self._ours = ours
            for node in self._tools.switchboard.nodes.values():
                if node.link.connected:
                    await self._install(node)
        log.info("lines_ready", lines=len(ours.lines), speaking=len(self._books))

    async def _speak_queue(self) -> None:
        """What callers hear in a queue. Without it they hear music."""
        try:
            self._store = await asyncio.to_thread(
                speak, waiting_texts(), LANGUAGE, self._settings, warn=log.warning
            )
        except DozvonError as fault:
            log.error("queue_not_spoken", fault=str(fault))

    async def _prepare(self, line: Line, ours: OurLines) -> ScriptBook | None:
        """Its scripts; as they were, if what is in force now cannot be made ready."""
        if not line.scripts:
            return None
        portfolio = self._portfolio(line, ours)
        try:
            texts = ours.scripts.texts(line.scripts)
            return await asyncio.to_thread(
                prepare_scripts, texts, portfolio, self._settings, warn=log.warning
            )
        except DozvonError as fault:
            log.error("script_of_line_not_ready", line=line.number, fault=str(fault))
            return self._books.get(line.number)

    def _portfolio(self, line: Line, ours: OurLines) -> Portfolio:
        return speaker_of(line, ours.portfolios.get(line.portfolio), self._settings.agency)

    async def _install(self, node: NodeLink) -> None:
        for book in self._books.values():
            await book.install(node.settings, node.link)
        text = lines_text({line.number: line.desk for line in self._ours.lines})
        write_private(node.settings.scripts_folder / LINES_FILE, text)
        await read_lines(node.link)


def _read(books: Books) -> OurLines:
    with books.read() as tx:
        lines = tx.lines.all()
        portfolios = {line.portfolio: tx.portfolios.named(line.portfolio) for line in lines if line.portfolio}
        played = frozenset(name for line in lines for name in line.scripts)
        return OurLines(tuple(lines), portfolios, repertoire(tx).only(played))
