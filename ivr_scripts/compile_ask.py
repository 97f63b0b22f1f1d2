"""The dialplan of an ask: put the question, read the answer, repeat it, tell it.

The question itself is put by the node's own ``dozvon-listen``, which hears words where a recogniser is there, and
digits everywhere: it returns ``DZ_BY`` (digits, speech, unsure, silence) and ``DZ_ANSWER``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ivr_scripts.answers import ACCOUNT_DIGITS, MOST_SUM
from ivr_scripts.dialplan import extension, recorded, told
from ivr_scripts.language import About, Ask, Script
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.questions import DIGITS_ONLY, ask_question, question_of
from ivr_scripts.say_back import say_back_contexts

LOOK_UP_S = 3
"""How long the dialler may take to find an account."""

_MOST_DIGITS = {
    About.YES_NO: 1,
    About.PROMISE_DATE: 4,
    About.PROMISE_SUM: len(str(MOST_SUM)),
    About.ACCOUNT: ACCOUNT_DIGITS[1],
}


def ask_steps(script: Script, context: str, name: str, ask: Ask, clips: Callable[[str], str]) -> list[str]:
    """The applications of an ask after its step was told."""
    listen = _listen(name, ask, ask.about, question_of(script, ask, "${DZ_TODAY}"), clips(ask.text))
    heard = "unknown" if ask.about is About.ACCOUNT else "${DZ_ANSWER}"
    missed = f'${{IF($["${{DZ_ANSWER}}" = ""]?${{DZ_BY}}:{heard})}}'
    return [
        "Set(DZ_TRY=0)",
        f"ask: {listen}",
        *_understood(context, name, ask),
        *_confirmed(script, context, name, ask, clips),
        *_ways_on(name, ask),
        f"again: UserEvent(DozvonMissed,Node: {name},Heard: {missed})",
        "Set(DZ_TRY=$[${DZ_TRY} + 1])",
        f"GotoIf($[${{DZ_TRY}} <= {ask.retries}]?ask)",
        f"Goto({script.after(name)},1)",
    ]


def _listen(name: str, ask: Ask, about: About, question: str, clips: str) -> str:
    return f"Gosub(dozvon-listen,s,1({name},{question},{ask.timeout_s:g},{_MOST_DIGITS[about]},{clips}))"


def _is(digit: str, word: str) -> str:
    return f'$["${{DZ_ANSWER}}" = "{digit}" | "${{DZ_ANSWER}}" = "{word}"]'


def _understood(context: str, name: str, ask: Ask) -> list[str]:
    if ask.about is About.YES_NO:
        return [f"GotoIf({_is('1', 'yes')}?yes)", f"GotoIf({_is('2', 'no')}?no:again)"]
    limit = ask.within_days if ask.about is About.PROMISE_DATE else ""
    return [f"Gosub({context}-{ask.about},s,1({limit}))", 'GotoIf($["${DZ_VALUE}" = ""]?again)']


def _confirmed(script: Script, context: str, name: str, ask: Ask, clips: Callable[[str], str]) -> list[str]:
    if ask.confirm is None:
        return []
    question = ask_question(script, About.YES_NO, "") if ask.words else DIGITS_ONLY
    return [
        f"Gosub({context}-{ask.about}-said,s,1)",
        _listen(name, ask, About.YES_NO, question, clips(ask.confirm)),
        f"GotoIf({_is('1', 'yes')}?:again)",
    ]


def _ways_on(name: str, ask: Ask) -> Iterator[str]:
    for answer, choice in ask.choices.items():
        if answer == "given":
            yield from told("DozvonAnswer", ("Node", name), ("Name", ask.about), ("Value", "${DZ_VALUE}"))
            if ask.about is About.ACCOUNT:
                yield from _looked_up()
            first = ""
        else:
            first = f"{answer}: "
            facts = told("DozvonAnswer", ("Node", name), ("Name", name), ("Value", answer))
            yield first + facts[0]
            yield facts[1]
        yield from recorded(choice.result)
        yield f"Goto({choice.next},1)"


def _looked_up() -> list[str]:
    """The dialler sets DZ_FOUND and the variables that the account gives."""
    return [
        "Set(DZ_WAITED=0)",
        f'look: GotoIf($["${{DZ_FOUND}}" != "" | ${{DZ_WAITED}} >= {LOOK_UP_S * 10}]?looked)',
        "Wait(0.1)",
        "Set(DZ_WAITED=$[${DZ_WAITED} + 1])",
        "Goto(look)",
        'looked: GotoIf($["${DZ_FOUND}" != "yes"]?again)',
    ]


def subroutines(script: Script, context: str, store: PromptStore) -> Iterator[str]:
    """The contexts that the asks of a script call: reading an answer, and saying it back."""
    asks = [node for node in script.nodes.values() if isinstance(node, Ask)]
    for about in dict.fromkeys(ask.about for ask in asks):
        if about in _READERS:
            yield f"\n; {_READERS[about][0]}\n[{context}-{about}]"
            yield from _READERS[about][1]()
    for about in dict.fromkeys(ask.about for ask in asks if ask.confirm is not None):
        yield from say_back_contexts(f"{context}-{about}-said", script.language, about, store)


def _read_date() -> Iterator[str]:
    noon = "12,UTC,%Y-%m-%d %H"
    yield from extension(
        "s",
        [
            f"Set(LOCAL(noon)=${{STRPTIME(${{DZ_TODAY}} {noon})}})",
            "Set(LOCAL(at)=0)",
            'Gosub(${IF($["${DZ_BY}" = "speech"]?said:p${DZ_ANSWER})},1)',
            "Set(DZ_VALUE=)",
            "GotoIf($[0${at} < ${noon} | 0${at} > ${noon} + 86400 * ${ARG1}]?done)",
            "Set(DZ_VALUE=${STRFTIME(${at},UTC,%Y-%m-%d)})",
            "done: Return()",
        ],
    )
    yield from extension("said", [f"Set(at=${{STRPTIME(${{DZ_ANSWER}} {noon})}})", "Return()"])
    for pattern in ("_pX", "_pXX"):
        yield from extension(pattern, ["Set(at=$[${noon} + 86400 * ${EXTEN:1}])", "Return()"])
    this, following = (f"${{STRPTIME({year}-${{EXTEN:3}}-${{EXTEN:1:2}} {noon})}}" for year in _YEARS)
    yield from extension(
        "_pXXXX",
        [
            f"Set(at={this})",
            f"Set(at=${{IF($[0${{at}} >= ${{noon}}]?${{at}}:{following})}})",
            'Set(at=${IF($["${STRFTIME(${at},UTC,%d%m)}" = "${EXTEN:1}"]?${at}:0)})',
            "Return()",
        ],
    )
    yield from extension("_p!", ["Return()"])


_YEARS = ("${DZ_TODAY:0:4}", "$[${DZ_TODAY:0:4} + 1]")


def _read_sum() -> Iterator[str]:
    yield from extension(
        "s",
        [
            "Set(LOCAL(whole)=${CUT(DZ_ANSWER,.,1)})",
            "Set(DZ_VALUE=)",
            'GotoIf($["${FILTER(0-9,${whole})}" != "${whole}" | "${whole}" = ""]?done)',
            f"GotoIf($[${{whole}} < 1 | ${{whole}} > {MOST_SUM}]?done)",
            "Set(DZ_VALUE=$[${whole} + 0])",
            "done: Return()",
        ],
    )


def _read_account() -> Iterator[str]:
    yield from extension(
        "s",
        [
            "Set(DZ_FOUND=)",
            "Set(DZ_VALUE=${FILTER(0-9,${DZ_ANSWER})})",
            f"ExecIf($[${{LEN(${{DZ_VALUE}})}} < {ACCOUNT_DIGITS[0]}]?Set(DZ_VALUE=))",
            "Return()",
        ],
    )


_READERS: dict[About, tuple[str, Callable[[], Iterator[str]]]] = {
    About.PROMISE_DATE: (
        "In how many days, or day and month -> ${DZ_VALUE}: a day from today to ${ARG1} days on, or empty",
        _read_date,
    ),
    About.PROMISE_SUM: ("A sum -> ${DZ_VALUE}: whole, or empty", _read_sum),
    About.ACCOUNT: ("An account number -> ${DZ_VALUE}: its digits, or empty", _read_account),
}
