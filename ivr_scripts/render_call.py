"""What one call needs besides its script: its facts as clips, and what a campaign must have ready."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from domain.errors import InputError
from ivr_scripts import spoken
from ivr_scripts.compile import slot_variable, spoken_slots
from ivr_scripts.language import Ask, Script
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.say_back import say_back_clips
from ivr_scripts.spoken import Kind
from ivr_scripts.spoken.grammar import Clips
from ivr_scripts.template import Fixed, Slot, parse_template

MAX_CLIP_LIST = 1000
"""Characters of one channel variable: a manager line of about 1 KB and more loses the whole Originate."""


def call_variables(
    script: Script, facts: Mapping[str, object], store: PromptStore, *, found: bool = False
) -> dict[str, str]:
    """The channel variables of one call: for each variable of the script an ``&``-joined clip list.

    A variable that is said in several cases has one list for each. ``facts`` gives a value of the right type
    for each (see `spoken.Kind`) and may give more. Those that only an account number gives are left out, and
    are all there is when it was ``found``.
    Raises InputError naming the variable that is missing or cannot be spoken.
    """
    return {
        slot_variable(slot): clip_list(slot.name, slot_clips(script, slot, facts.get(slot.name)), store)
        for slot in spoken_slots(script)
        if (slot.name in script.found_later) == found
    }


def clip_list(name: str, clips: Clips, store: PromptStore) -> str:
    """The references of clips joined for Playback; refused when the manager line would be too long."""
    joined = "&".join([store.reference(clip) for clip in clips])
    if len(joined) > MAX_CLIP_LIST:
        raise InputError(f"{len(clips)} clips are too many for one call", where=f"variable {name!r}")
    return joined


def required_texts(script: Script, values: Mapping[str, Iterable[str]]) -> list[str]:
    """Every clip text that must exist before the first call, each once, in the order of the page.

    ``values`` holds the distinct values of each variable of kind text, e.g. all creditors of a campaign.
    """
    texts = fixed_texts(script)
    for slot in spoken_slots(script):
        kind = script.variables[slot.name]
        if kind is Kind.TEXT:
            texts += [
                clip for value in _values(slot.name, values) for clip in slot_clips(script, slot, value)
            ]
        else:
            texts += spoken.clip_set(kind, script.language, slot.case)
    return list(dict.fromkeys(texts))


def fixed_texts(script: Script) -> list[str]:
    """The parts that are the same in every call, each once, in the order of the page."""
    parts = (part for _, _, text in script.texts() for part in parse_template(text))
    texts = [part.text for part in parts if isinstance(part, Fixed)]
    return list(dict.fromkeys([*texts, *_repeated(script)]))


def slot_clips(script: Script, slot: Slot, value: object) -> Clips:
    """The clips of a variable's value. Raises InputError naming the variable that cannot be spoken."""
    where = f"variable {slot.name!r}"
    if value is None:
        raise InputError("the call has no value for it", where=where)
    try:
        return spoken.clips(script.variables[slot.name], value, script.language, slot.case)
    except ValueError as error:
        raise InputError(str(error), where=where) from error


def _repeated(script: Script) -> Iterator[str]:
    for node in script.nodes.values():
        if isinstance(node, Ask) and node.confirm is not None:
            yield from say_back_clips(script.language, node.about)


def _values(name: str, values: Mapping[str, Iterable[str]]) -> Iterable[str]:
    if name not in values:
        raise InputError("no value is given, so nothing can be recorded for it", where=f"variable {name!r}")
    return values[name]
