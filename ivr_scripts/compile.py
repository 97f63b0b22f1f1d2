"""A script -> the dialplan text that Asterisk plays without a round trip to us.

One context per script version, since a running call goes on in the dialplan that is loaded now: a published
version never changes, and old versions stay loaded until their calls have ended. Each node is an extension
of its own name; a menu is a context of its own too, so that its digits mean nothing elsewhere. UserEvents
tell what the debtor does (DozvonStep, DozvonDigit, DozvonAnswer, DozvonMissed, DozvonResult); what he answers is
told to the channel event log too, since a dialler that is down hears no events and an answer must not be lost.
There is no ``h`` extension: the Hangup event says all, and the last step says how far the debtor listened.
"""

from __future__ import annotations

from collections.abc import Iterator

from ivr_scripts.compile_ask import ask_steps, subroutines
from ivr_scripts.dialplan import extension, recorded, step, taken, told
from ivr_scripts.language import (
    ANSWER,
    About,
    Ask,
    Goto,
    Hangup,
    Menu,
    Node,
    Record,
    Result,
    Say,
    Script,
    Transfer,
)
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.questions import question_of
from ivr_scripts.spoken.grammar import Case
from ivr_scripts.template import PAUSE, Fixed, Slot, parse_template, slots
from ivr_scripts.ways import early_exit

NORMAL_CLEARING = 16


def version_name(script: Script) -> str:
    """A script version as the log of touches names it, e.g. ``debt_informer@1``."""
    return f"{script.name}@{script.version}"


def context_name(script: Script) -> str:
    """The dialplan context of a script version; a call enters it at ``s,1``."""
    return f"ivr-{script.name}-v{script.version}"


def slot_variable(slot: Slot) -> str:
    """The channel variable that carries the clip list of a variable in one case, e.g. ``DZ_DEBT_GENITIVE``."""
    if slot.name == ANSWER:
        return "DZ_SAID"
    case = "" if slot.case is Case.NOMINATIVE else f"_{slot.case.upper()}"
    return f"DZ_{slot.name.upper()}{case}"


def spoken_slots(script: Script) -> list[Slot]:
    """The variables that the texts say, once for each case, in the order of the page."""
    said = (slot for _, _, text in script.texts() for slot in slots(text))
    return list(dict.fromkeys(slot for slot in said if slot.name != ANSWER))


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
        for slot in spoken_slots(script):
            yield f"; ${{{slot_variable(slot)}}}: {script.variables[slot.name]}"
        yield f"; {self.store.reference(PAUSE)}: a pause between sentences"
        yield f"\n[{self.context}]"
        yield from extension("s", ["Answer()", *self.today(), *self.machine(), f"Goto({script.start},1)"])
        for name in script.nodes:
            yield from self.heading(name)
            yield from extension(name, self.steps(name))
        for name, node in script.nodes.items():
            if isinstance(node, Menu):
                yield from self.menu(name, node)
        yield from self.early()
        yield from subroutines(script, self.context, self.store)

    def today(self) -> list[str]:
        """The debtor's date, if a date is asked for and the dialler gave none: that of the node."""
        asks = (node for node in self.script.nodes.values() if isinstance(node, Ask))
        if not any(ask.about is About.PROMISE_DATE for ask in asks):
            return []
        return ['ExecIf($["${DZ_TODAY}" = ""]?Set(DZ_TODAY=${STRFTIME(,,%Y-%m-%d)}))']

    def machine(self) -> list[str]:
        """Looks for an answering machine, if the script asks."""
        if self.script.on_machine is None:
            return []
        found = f'GotoIf($["${{DZ_MACHINE}}" = "machine"]?{self.script.on_machine},1)'
        return ["Gosub(dozvon-machine,s,1)", found]

    def heading(self, name: str) -> Iterator[str]:
        """What a reader must know of a node: its texts, and where each answer leads."""
        node = self.script.nodes[name]
        yield f"\n; {name}: {node.kind}{_detail(node)}"
        yield from (f';   "{text}"' for of, _, text in self.script.texts() if of == name)
        if isinstance(node, Menu | Ask):
            answers = node.digits if isinstance(node, Menu) else node.choices
            ways = (f"{answer} -> {choice.next}" for answer, choice in answers.items())
            yield f";   {', '.join(ways)}, else -> {self.script.after(name)}"

    def steps(self, name: str) -> list[str]:
        """The applications of one node."""
        match node := self.script.nodes[name]:
            case Say() if node.says and node.interrupted_by:
                return [step(name), *self.opener(name, node, node.interrupted_by)]
            case Say():
                return [step(name), self.played(node.text, node.interrupted_by), self.go_on(name)]
            case Menu():
                return [step(name), f"Goto({self.menu_context(name)},s,1)"]
            case Ask():
                return [step(name), *ask_steps(self.script, self.context, name, node, self.clips)]
            case Record():
                return [step(name), *recorded(node.result), self.go_on(name)]
            case Transfer():
                wanted = recorded(Result.OPERATOR_WANTED)
                waits = (
                    [f"Gosub(dozvon-queue,s,1({node.queue},{node.patience_s}))"] if node.patience_s else []
                )
                return [step(name), *wanted, self.played(node.text), *waits, self.go_on(name)]
            case Goto():
                return [self.go_on(name)]
            case Hangup():
                return [step(name), f"Hangup({NORMAL_CLEARING})"]

    def opener(self, name: str, say: Say, menu: str) -> list[str]:
        """A text that the law wants heard: a digit in it is kept, and the text begun again and played to its end."""
        clips, last = self.clips(say.text), early_exit(self.script, name) == name
        before = [before for before in self.script.nodes if self.script.after(before) == name]
        first = not any(isinstance(node := self.script.nodes[b], Say) and node.says for b in before)
        return [
            "Set(DZ_EARLY=)" if first else 'GotoIf($["${DZ_EARLY}" != ""]?again)',
            f"Set(DZ_AT={name})",
            f"Background({clips},m,,{self.menu_context(menu)}-early)",
            self.go_on(name),
            f"again: Playback({clips})",
            f"Goto({self.menu_context(menu)},${{DZ_EARLY}},1)" if last else self.go_on(name),
        ]

    def early(self) -> Iterator[str]:
        """For each menu that openers name: the context that keeps its digit."""
        says = [node for node in self.script.nodes.values() if isinstance(node, Say) and node.says]
        for name in dict.fromkeys(say.interrupted_by for say in says if say.interrupted_by):
            menu = self.script.nodes[name]
            assert isinstance(menu, Menu)
            yield f"\n; {name}: a digit pressed in an opener is kept until the last opener is said"
            yield f"[{self.menu_context(name)}-early]"
            kept = ["Set(DZ_EARLY=${EXTEN})", f"Goto({self.context},${{DZ_AT}},again)"]
            digits = "".join(menu.digits)
            yield from extension(f"_[{digits}]" if len(digits) > 1 else digits, kept)

    def menu(self, name: str, menu: Menu) -> Iterator[str]:
        """The context that asks, takes a digit, and asks again after silence (t) or a wrong digit (i)."""
        yield f"\n; {name}: its digits; t is silence, i any other digit\n[{self.menu_context(name)}]"
        yield from extension("s", ["Set(DZ_TRY=0)", *self.asked(name, menu)])
        for digit, choice in menu.digits.items():
            pressed = told("DozvonDigit", ("Node", name), ("Digit", digit))
            first, *others = taken(choice, self.context)
            meant = f"meant: {first}" if menu.hears_words else first
            yield from extension(digit, [*pressed, meant, *others])
        missed = f"UserEvent(DozvonMissed,Node: {name},Heard: "
        yield from extension("i", [f"{missed}${{INVALID_EXTEN}})", "Goto(t,again)"])
        leave = f"Goto({self.context},{self.script.after(name)},1)"
        again = ["again: Set(DZ_TRY=$[${DZ_TRY} + 1])", f"GotoIf($[${{DZ_TRY}} <= {menu.retries}]?s,ask)"]
        silence = "${DZ_BY})" if menu.hears_words else "silence)"
        yield from extension("t", [missed + silence, *again, leave])

    def asked(self, name: str, menu: Menu) -> list[str]:
        clips = self.clips(menu.text)
        if not menu.hears_words:
            return [f"ask: Background({clips})", f"WaitExten({menu.timeout_s:g})"]
        question = question_of(self.script, menu, "")
        return [
            f"ask: Gosub(dozvon-listen,s,1({name},{question},{menu.timeout_s:g},1,{clips}))",
            'GotoIf($["${DZ_ANSWER}" = ""]?t,1)',
            'GotoIf($["${DZ_BY}" = "speech"]?${DZ_ANSWER},meant)',
            "Goto(${DZ_ANSWER},1)",
        ]

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
            self.store.reference(part.text) if isinstance(part, Fixed) else f"${{{slot_variable(part)}}}"
            for part in parse_template(text)
        )

    def go_on(self, name: str) -> str:
        """The jump to the node after this one, within the main context."""
        return f"Goto({self.script.after(name)},1)"


def _detail(node: Node) -> str:
    match node:
        case Say() if node.says:
            return f" {', '.join(sorted(node.says))}; heard to its end"
        case Ask():
            return f" about {node.about}"
        case Transfer():
            return f" to the queue {node.queue}"
        case Record():
            return f" {node.result}"
    return ""
