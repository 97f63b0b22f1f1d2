"""A script -> the dialplan text that Asterisk plays without a round trip to us.

One context per script version, since a running call goes on in the dialplan that is loaded now: a published
version never changes, and old versions stay loaded until their calls have ended. Each node is an extension
of its own name; a menu is a context of its own too, so that its digits mean nothing elsewhere. UserEvents
tell what the debtor does (DozvonStep, DozvonDigit, DozvonResult); what he answers is told to the channel
event log too, since a dialler that is down hears no events and an answer must not be lost. There is no ``h``
extension: the Hangup event says all, and the last step says how far the debtor listened.
"""

from __future__ import annotations

from collections.abc import Iterator

from ivr_scripts.language import Goto, Hangup, Menu, Record, Result, Say, Script, Transfer
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.template import Fixed, parse_template

NORMAL_CLEARING = 16


def version_name(script: Script) -> str:
    """A script version as the log of touches names it, e.g. ``debt_informer@1``."""
    return f"{script.name}@{script.version}"


def context_name(script: Script) -> str:
    """The dialplan context of a script version; a call enters it at ``s,1``."""
    return f"ivr-{script.name}-v{script.version}"


def variable_name(name: str) -> str:
    """The channel variable that carries the clip list of a script's variable."""
    return f"DZ_{name.upper()}"


def compile_script(script: Script, store: PromptStore) -> str:
    """The dialplan of a checked script; the store gives the names of the clips, which need not exist yet."""
    return "\n".join(_Compiler(script, store).lines()) + "\n"


class _Compiler:
    def __init__(self, script: Script, store: PromptStore) -> None:
        self.script = script
        self.store = store
        self.context = context_name(script)

    def lines(self) -> Iterator[str]:
        script = self.script
        yield f"; {script.title}"
        yield f"; Compiled from {script.name}, version {script.version}. Do not edit: publish a new version."
        yield from (f"; ${{{variable_name(name)}}}: {kind}" for name, kind in script.variables.items())
        yield f"\n[{self.context}]"
        yield from _extension("s", ["Answer()", f"Goto({script.start},1)"])
        for name in script.nodes:
            yield from self.heading(name)
            yield from _extension(name, self.steps(name))
        for name, node in script.nodes.items():
            if isinstance(node, Menu):
                yield from self.menu(name, node)

    def heading(self, name: str) -> Iterator[str]:
        node = self.script.nodes[name]
        yield f"\n; {name}: {node.kind}"
        if isinstance(node, Say | Menu | Transfer):
            yield f';   "{node.text}"'

    def steps(self, name: str) -> list[str]:
        """The applications of one node."""
        entered = f"UserEvent(DozvonStep,Node: {name})"
        match node := self.script.nodes[name]:
            case Say():
                return [entered, self.played(node.text, node.interrupted_by), self.go_on(name)]
            case Menu():
                return [entered, f"Goto({self.menu_context(name)},s,1)"]
            case Record():
                return [entered, *_recorded(node.result), self.go_on(name)]
            case Transfer():
                wanted = _recorded(Result.OPERATOR_WANTED)
                return [entered, *wanted, self.played(node.text), self.go_on(name)]
            case Goto():
                return [self.go_on(name)]
            case Hangup():
                return [entered, f"Hangup({NORMAL_CLEARING})"]

    def menu(self, name: str, menu: Menu) -> Iterator[str]:
        """The context that asks, takes a digit, and asks again after silence (t) or a wrong digit (i)."""
        yield f"\n; {name}: its digits\n[{self.menu_context(name)}]"
        asked = [f"Background({self.clips(menu.text)})", f"WaitExten({menu.timeout_s:g})"]
        yield from _extension("s", ["Set(DZ_TRY=0)", *asked])
        for digit, choice in menu.digits.items():
            pressed = [
                f"UserEvent(DozvonDigit,Node: {name},Digit: {digit})",
                f"CELGenUserEvent(DozvonDigit,{name} {digit})",
            ]
            recorded = _recorded(choice.result) if choice.result else []
            yield from _extension(digit, [*pressed, *recorded, self.leave(choice.next)])
        yield from _extension("i", ["Goto(t,1)"])
        again = f"GotoIf($[${{DZ_TRY}} <= {menu.retries}]?s,2)"
        yield from _extension(
            "t", ["Set(DZ_TRY=$[${DZ_TRY} + 1])", again, self.leave(self.script.after(name))]
        )

    def played(self, text: str, menu: str | None = None) -> str:
        """Plays a text, to its end or to the first digit of the menu.

        Option m: without it a digit that the menu does not know would end the call.
        """
        clips = self.clips(text)
        return f"Background({clips},m,,{self.menu_context(menu)})" if menu else f"Playback({clips})"

    def menu_context(self, name: str) -> str:
        return f"{self.context}-{name}"

    def clips(self, text: str) -> str:
        """What Playback plays for a text: fixed clips by address, variables as their channel variable."""
        return "&".join(
            self.store.reference(part.text) if isinstance(part, Fixed) else f"${{{variable_name(part.name)}}}"
            for part in parse_template(text)
        )

    def go_on(self, name: str) -> str:
        """The jump to the node after this one, within the main context."""
        return f"Goto({self.script.after(name)},1)"

    def leave(self, name: str | None) -> str:
        """The jump from a menu's context to a node."""
        return f"Goto({self.context},{name},1)"


def _recorded(result: Result) -> list[str]:
    return [f"UserEvent(DozvonResult,Result: {result})", f"CELGenUserEvent(DozvonResult,{result})"]


def _extension(name: str, applications: list[str]) -> Iterator[str]:
    first, *others = applications
    yield f"exten => {name},1,{first}"
    yield from (f" same => n,{application}" for application in others)
