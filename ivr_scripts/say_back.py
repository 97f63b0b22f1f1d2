"""Saying an answer back: dialplan that turns a value the debtor gave into the clips that speak it (``DZ_SAID``).

Only Asterisk knows the value, so the number words of the language are written out as extensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from ivr_scripts.dialplan import extension
from ivr_scripts.language import About
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.spoken import GRAMMARS, Kind, Language, clips
from ivr_scripts.spoken.grammar import Case, Clips, Grammar
from ivr_scripts.spoken.values import day_and_month

Table = Mapping[str, Clips]
"""Extension -> what it says."""


def say_back_clips(language: Language, about: About) -> list[str]:
    """Every clip that the answer may need."""
    return list(dict.fromkeys(word for words in _table(GRAMMARS[language], about).values() for word in words))


def answer_clips(language: Language, about: About, value: str) -> Clips:
    """What the dialplan below says of a value: an ISO date, a whole sum, an account number."""
    grammar = GRAMMARS[language]
    match about:
        case About.PROMISE_DATE:
            day = date.fromisoformat(value)
            return day_and_month(day.day, day.month, grammar, Case.NOMINATIVE)
        case About.PROMISE_SUM:
            return clips(Kind.MONEY, Decimal(value), language)
        case About.ACCOUNT:
            return clips(Kind.ACCOUNT, value, language)
    return ()


def say_back_contexts(context: str, language: Language, about: About, store: PromptStore) -> Iterator[str]:
    """The context that says ``DZ_VALUE``; it is called at ``s,1``."""
    yield f"\n; ${{DZ_VALUE}} -> the clips that say it, in ${{DZ_SAID}}. {_PARTS[about]}\n[{context}]"
    yield from extension("s", [*_SPELLED[about], "Set(DZ_SAID=${DZ_SAID:1})", "Return()"])
    for name, words in _table(GRAMMARS[language], about).items():
        said = "".join(f"&{store.reference(word)}" for word in words)
        yield f"exten => {name},1,Return({said})" + (f" ; {' '.join(words)}" if words else "")
    if about is About.PROMISE_SUM:
        for scale in "ut":
            yield from extension(
                f"_{scale}[2-9][1-9]",
                [
                    "Gosub(u${EXTEN:1:1}0,1)",
                    "Set(LOCAL(tens)=${GOSUB_RETVAL})",
                    f"Gosub({scale}0${{EXTEN:2}},1)",
                    "Return(${tens}${GOSUB_RETVAL})",
                ],
            )


def _and(name: str) -> list[str]:
    """Adds what an extension says."""
    return [f"Gosub({name},1)", "Set(DZ_SAID=${DZ_SAID}${GOSUB_RETVAL})"]


_PARTS = {
    About.PROMISE_DATE: "d: the day, m: the month",
    About.PROMISE_SUM: "h: hundreds, t: thousands with their noun, u: units, r: the currency behind six digits",
    About.ACCOUNT: "u: one digit",
}
_SPELLED: dict[About, list[str]] = {
    About.PROMISE_DATE: ["Set(DZ_SAID=)", *_and("d${DZ_VALUE:8:2}"), *_and("m${DZ_VALUE:5:2}")],
    About.PROMISE_SUM: [
        "Set(DZ_SAID=)",
        "Set(LOCAL(six)=000000${DZ_VALUE})",
        "Set(LOCAL(six)=${six:-6})",
        'GotoIf($["${six:0:3}" = "000"]?units)',
        *_and("h${six:0:1}"),
        *_and("t${six:1:2}"),
        'units: GotoIf($["${six:3:3}" = "000"]?noun)',
        *_and("h${six:3:1}"),
        *_and("u${six:4:2}"),
        "noun: Gosub(r${six},1)",
        "Set(DZ_SAID=${DZ_SAID}${GOSUB_RETVAL})",
    ],
    About.ACCOUNT: [
        "Set(DZ_SAID=)",
        "Set(LOCAL(rest)=${DZ_VALUE})",
        'digit: GotoIf($["${rest}" = ""]?said)',
        *_and("u${rest:0:1}"),
        "Set(rest=${rest:1})",
        "Goto(digit)",
        "said: NoOp()",
    ],
}


def _table(grammar: Grammar, about: About) -> Table:
    match about:
        case About.PROMISE_DATE:
            days = {f"d{day:02d}": (grammar.day(day, Case.NOMINATIVE),) for day in range(1, 32)}
            return days | {
                f"m{month:02d}": (name,) for month, name in enumerate(grammar.month_names, start=1)
            }
        case About.PROMISE_SUM:
            return _sum_table(grammar)
        case About.ACCOUNT:
            words = grammar.numerals(Case.NOMINATIVE).words
            return {f"u{digit}": (words[digit],) for digit in range(10)}
    return {}


def _sum_table(grammar: Grammar) -> Table:
    """h: hundreds, u: the rest of units, t: the rest of thousands with their name, r: the currency after all."""
    numerals, (unit, _) = grammar.numerals(Case.NOMINATIVE), grammar.money(Case.NOMINATIVE)
    thousand = dict(numerals.scales)[1000]
    whole = (*range(1, 20), *range(20, 100, 10))
    table: dict[str, Clips] = {"h0": (), "u00": (), "t00": (thousand.after(100),)}
    table |= {f"h{n}": tuple(numerals.below_thousand(n * 100)) for n in range(1, 10)}
    table |= {f"u{n:02d}": tuple(numerals.below_thousand(n, feminine=unit.feminine)) for n in whole}
    table |= {f"t{n:02d}": tuple(numerals.scaled(n, thousand)) for n in whole}
    return table | {f"_r{pattern}": (form,) for pattern, form in unit.forms}
