"""Scripts made ready for calls: prompts synthesised, dialplan compiled, each call rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from asterisk.ami.link import AmiLink
from asterisk.ami.render import OriginateRequest
from asterisk.configuration.render import write_private
from asterisk.install import find_program, root_folder_path
from dialer.settings import NodeSettings, Settings
from domain.portfolio import Portfolio
from ivr_scripts.compile import compile_script, context_name, version_name
from ivr_scripts.language import Script
from ivr_scripts.load import parse_script, script_text
from ivr_scripts.prompts.engines import Engine
from ivr_scripts.prompts.engines.espeak import EspeakEngine
from ivr_scripts.prompts.engines.fake import ToneEngine
from ivr_scripts.prompts.engines.gtts import GttsEngine
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.prompts.synthesise import prepare_prompts
from ivr_scripts.render_call import call_variables, fixed_texts, required_texts
from ledger.script_versions import Clip, ScriptVersion
from ledger.touches import TouchRequest


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


class ScriptBook:
    """The scripts of one campaign; ``versions`` by the names that its strategy uses."""

    def __init__(self, scripts: Iterable[ReadyScript], portfolio: Portfolio, settings: Settings) -> None:
        self._portfolio, self._settings = portfolio, settings
        self._ready = {version_name(ready.script): ready for ready in scripts}
        self.versions: Mapping[str, ScriptVersion] = {
            ready.script.name: ready.version for ready in self._ready.values()
        }

    def dialplans(self) -> list[tuple[str, str]]:
        """Context and compiled text of each script."""
        return [(ready.context, compile_script(ready.script, ready.store)) for ready in self._ready.values()]

    async def install(self, node: NodeSettings, link: AmiLink) -> None:
        """Put the dialplans into the node's folder and load them; running calls go on."""
        for context, text in self.dialplans():
            write_private(node.scripts_folder / f"{context}.conf", text)
        await link.action("Reload", {"Module": "pbx_config"}, timeout=RELOAD_S)

    def request(self, touch: TouchRequest, trunk: str, now: datetime) -> OriginateRequest:
        """The call of a reserved touch. InputError when a fact cannot be spoken."""
        ready = self._ready[touch.script]
        debtor = touch.debtor
        facts = {
            "agency": self._settings.agency,
            "creditor": self._portfolio.creditor,
            "callback": self._portfolio.contact_phone,
            "debt": debtor.roubles,
            "months": max(1, debtor.months_overdue(now.date())),
        }
        return OriginateRequest(
            touch=touch.id,
            channel=f"PJSIP/{touch.phone}@{trunk}",
            context=ready.context,
            timeout_s=self._settings.ring_timeout_s,
            caller_id=touch.caller_number,
            variables=call_variables(ready.script, facts, ready.store),
        )


def prepare_scripts(
    names: Iterable[str],
    portfolio: Portfolio,
    settings: Settings,
    *,
    progress: Callable[[int, int], None] | None = None,
    warn: Callable[[str], None],
) -> ScriptBook:
    """Load the scripts and synthesise what is missing. EnvironmentFault when a prompt cannot be made."""
    values = {"agency": [settings.agency], "creditor": [portfolio.creditor]}
    ready = []
    for name in sorted(names):
        body, file = script_text(name)
        script = parse_script(body, file)
        texts = required_texts(script, values)
        folder = settings.prompts.folder.resolve()
        store = prepare_prompts(texts, folder, _engines(settings), progress=progress, warn=warn)
        ready.append(ReadyScript(script, body, store))
    return ScriptBook(ready, portfolio, settings)


def _engines(settings: Settings) -> list[Engine]:
    if settings.prompts.engine == "tones":
        return [ToneEngine()]
    program = find_program("espeak-ng", root_folder_path())
    espeak = EspeakEngine(program.command, program.environment) if program else EspeakEngine()
    return [GttsEngine(), espeak] if settings.prompts.engine == "gtts" else [espeak]
