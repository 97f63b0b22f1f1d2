"""Scripts made ready for calls: prompts synthesised, dialplan compiled, each call rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from asterisk.ami.link import AmiLink
from asterisk.ami.render import OriginateRequest
from asterisk.configuration.render import write_private
from dialer.repertoire import ScriptText
from dialer.script_facts import facts_of
from dialer.script_rules import SAFE_HARBOUR
from dialer.settings import NodeSettings, Settings
from domain.debtor import Debtor
from domain.inbound import Line
from domain.portfolio import Portfolio
from ivr_scripts.compile import compile_script, context_name, version_name
from ivr_scripts.language import Script
from ivr_scripts.load import parse_script
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.render_call import call_variables, fixed_texts, required_texts
from ledger.script_versions import Clip, ScriptVersion
from ledger.touches import TouchRequest
from strategies.steps import Step


@dataclass(frozen=True, slots=True)
class ReadyScript:
    """A script whose every clip exists."""

    script: Script
    body: str
    store: PromptStore

    @property
    def version(self) -> ScriptVersion:
        """What the books keep of it; one version is one context of the dialplan."""
        clips = (Clip(self.store.path(text).name, text) for text in fixed_texts(self.script))
        return ScriptVersion(version_name(self.script), self.body, tuple(clips))

    @property
    def context(self) -> str:
        """Where its calls enter the dialplan."""
        return context_name(self.script)


RELOAD_S = 30.0
RECORD = "__DZ_RECORD"
"""The channel variable that says whether talks with operators are recorded."""
TODAY = "DZ_TODAY"
"""The channel variable with the debtor's own date: "tomorrow" is the day after that."""


DESK_CONTEXT = "dozvon-desk"
"""Where a call enters the node's dialplan that an operator takes."""
RESERVED_CONTEXT = "dozvon-reserved"
"""Where one enters that an operator has asked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a call enters the dialplan of a script, and the variables that it needs there."""

    context: str
    variables: Mapping[str, str]


class ScriptBook:
    """The scripts of one campaign; ``versions`` by the names that its strategy uses."""

    def __init__(self, scripts: Iterable[ReadyScript], portfolio: Portfolio, settings: Settings) -> None:
        self._portfolio, self._settings = portfolio, settings
        self._record = "yes" if settings.record_talks else ""
        self._ready = {version_name(ready.script): ready for ready in scripts}
        self.versions: Mapping[str, ScriptVersion] = {
            ready.script.name: ready.version for ready in self._ready.values()
        }

    @property
    def portfolio(self) -> Portfolio:
        """Whose debtors the scripts are for."""
        return self._portfolio

    def is_of(self, texts: Iterable[ScriptText], portfolio: Portfolio) -> bool:
        """Whether it is of these texts, for that portfolio as it is now."""
        bodies = {ready.body for ready in self._ready.values()}
        return portfolio == self._portfolio and bodies == {body for body, _ in texts}

    def found(self, debtor: Debtor, today: date) -> dict[str, str]:
        """The channel variables that scripts wait for until an account tells who speaks. InputError when a fact
        is missing or cannot be spoken.
        """
        facts = facts_of(debtor, self._portfolio, self._settings.agency, today)
        asking = [ready for ready in self._ready.values() if ready.script.found_later]
        return {
            name: clips
            for ready in asking
            for name, clips in call_variables(ready.script, facts, ready.store, found=True).items()
        }

    def dialplans(self) -> list[tuple[str, str]]:
        """Context and compiled text of each script."""
        return [(ready.context, compile_script(ready.script, ready.store)) for ready in self._ready.values()]

    async def install(self, node: NodeSettings, link: AmiLink) -> None:
        """Put the dialplans into the node's folder and load them; running calls go on."""
        for context, text in self.dialplans():
            write_private(node.scripts_folder / f"{context}.conf", text)
        await link.action("Reload", {"Module": "pbx_config"}, timeout=RELOAD_S)

    def entry(self, name: str, facts: Mapping[str, object]) -> Entry:
        """The script of that name for a call that came in. InputError when a fact is missing or cannot be spoken."""
        ready = next(ready for ready in self._ready.values() if ready.script.name == name)
        return Entry(ready.context, call_variables(ready.script, facts, ready.store))

    def desk_request(
        self, touch: TouchRequest, step: Step, trunk: str, now: datetime, operator: int | None = None
    ) -> OriginateRequest:
        """The call of a reserved touch for the operators of its desk, or for the one who has asked for it.

        InputError when the safe harbour cannot be spoken.
        """
        harbour = next(ready for ready in self._ready.values() if ready.script.name == SAFE_HARBOUR)
        facts = facts_of(touch.debtor, self._portfolio, self._settings.agency, now.date())
        return OriginateRequest(
            touch=touch.id,
            channel=f"PJSIP/{touch.phone}@{trunk}",
            context=DESK_CONTEXT if operator is None else RESERVED_CONTEXT,
            timeout_s=self._settings.ring_timeout_s,
            caller_id=touch.caller_number,
            variables={
                "DZ_DESK": step.desk,
                "DZ_PATIENCE": str(self._settings.pacing.patience_s),
                "DZ_MACHINES": "yes" if step.call and step.call.detect_machines else "",
                "DZ_HARBOUR": harbour.context,
                "DZ_EXTENSION": next(
                    (phone.extension for phone in touch.debtor.phones if phone.number == touch.phone), ""
                ),
                **({} if operator is None else {"DZ_OPERATOR": str(operator)}),
                RECORD: self._record,
                "__DZ_TOUCH": touch.id,
                "__DZ_DEBTOR": str(touch.debtor.id),
                **call_variables(harbour.script, facts, harbour.store),
            },
        )

    def request(self, touch: TouchRequest, trunk: str, now: datetime) -> OriginateRequest:
        """The call of a reserved touch. InputError when a fact cannot be spoken."""
        ready = self._ready[touch.script]
        debtor = touch.debtor
        facts = facts_of(debtor, self._portfolio, self._settings.agency, now.date())
        return OriginateRequest(
            touch=touch.id,
            channel=f"PJSIP/{touch.phone}@{trunk}",
            context=ready.context,
            timeout_s=self._settings.ring_timeout_s,
            caller_id=touch.caller_number,
            variables={
                TODAY: _local_day(debtor, now),
                RECORD: self._record,
                **call_variables(ready.script, facts, ready.store),
            },
        )


def speaker_of(line: Line, printed_for: Portfolio | None, agency: str) -> Portfolio:
    """Whom a line is for; where that is nobody in particular, the agency speaks for itself."""
    return printed_for or Portfolio(0, "", agency, line.number)


def prepare_scripts(
    texts: Iterable[ScriptText],
    portfolio: Portfolio,
    settings: Settings,
    *,
    progress: Callable[[int, int], None] | None = None,
    warn: Callable[[str], None],
) -> ScriptBook:
    """Read the scripts and have what is missing spoken, by the workers where there are any.

    EnvironmentFault when a prompt cannot be made, with the list of those that are missing.
    """
    from dialer.speaking import speak_with_workers  # loads for as long as a command may take

    values = {"agency": [settings.agency], "creditor": [portfolio.creditor]}
    ready = []
    for body, file in texts:
        script = parse_script(body, file)
        said = required_texts(script, values)
        store = speak_with_workers(said, script.language, settings, progress=progress, warn=warn)
        ready.append(ReadyScript(script, body, store))
    return ScriptBook(ready, portfolio, settings)


def _local_day(debtor: Debtor, now: datetime) -> str:
    zone = ZoneInfo(debtor.zones[0]) if debtor.zones else UTC
    return now.astimezone(zone).date().isoformat()
