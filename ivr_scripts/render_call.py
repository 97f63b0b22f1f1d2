"""What one call needs besides its script: its facts as clips, and what a campaign must have ready."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.errors import InputError
from ivr_scripts import spoken
from ivr_scripts.compile import variable_name
from ivr_scripts.language import Script
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.spoken import Clips, Kind
from ivr_scripts.template import Fixed, parse_template

MAX_CLIP_LIST = 1000
"""Characters of one channel variable: a manager line of about 1 KB and more loses the whole Originate."""


def call_variables(script: Script, facts: Mapping[str, object], store: PromptStore) -> dict[str, str]:
    """The channel variables of one call: for each variable of the script an ``&``-joined clip list.

    ``facts`` gives a value of the right type for each (see `spoken.Kind`) and may give more.
    Raises InputError naming the variable that is missing or cannot be spoken.
    """
    return {
        variable_name(name): clip_list(name, _clips(script, name, facts.get(name)), store)
        for name in script.variables
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
    for name, kind in script.variables.items():
        if kind is Kind.TEXT:
            texts += [clip for value in _values(name, values) for clip in _clips(script, name, value)]
        else:
            texts += spoken.clip_set(script.language)
    return list(dict.fromkeys(texts))


def fixed_texts(script: Script) -> list[str]:
    """The parts that are the same in every call, each once, in the order of the page."""
    parts = (part for _, text in script.texts() for part in parse_template(text))
    return list(dict.fromkeys(part.text for part in parts if isinstance(part, Fixed)))


def _values(name: str, values: Mapping[str, Iterable[str]]) -> Iterable[str]:
    if name not in values:
        raise InputError("no value is given, so nothing can be recorded for it", where=f"variable {name!r}")
    return values[name]


def _clips(script: Script, name: str, value: object) -> Clips:
    if value is None:
        raise InputError("the call has no value for it", where=f"variable {name!r}")
    try:
        return spoken.clips(script.variables[name], value, script.language)
    except ValueError as error:
        raise InputError(str(error), where=f"variable {name!r}") from error
