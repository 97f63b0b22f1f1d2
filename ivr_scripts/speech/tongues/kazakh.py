"""What debtors say in Kazakh. No speaker of Kazakh has checked these words yet."""

from __future__ import annotations

from num2words import num2words

from ivr_scripts.speech.tongues.tongue import Days, Numbers, Tongue, YesNo, counted, words_in

_UNITS = (*range(20), *range(20, 100, 10))
_WORDS = {word: number for number in _UNITS if " " not in (word := str(num2words(number, lang="kz")))} | {
    "ноль": 0
}
_SCALES = {"мың": 1_000, "миллион": 1_000_000, "миллиард": 1_000_000_000}

_TENS = {0: "", 10: "он", 20: "жиырма", 30: "отыз"}
_DAY_ENDINGS = {
    1: ("бірінші", "бірі", "бірінде"),
    2: ("екінші", "екісі", "екісінде"),
    3: ("үшінші", "үші", "үшінде"),
    4: ("төртінші", "төрті", "төртінде"),
    5: ("бесінші", "бесі", "бесінде"),
    6: ("алтыншы", "алтысы", "алтысында"),
    7: ("жетінші", "жетісі", "жетісінде"),
    8: ("сегізінші", "сегізі", "сегізінде"),
    9: ("тоғызыншы", "тоғызы", "тоғызында"),
    10: ("оныншы", "оны", "онында"),
    20: ("жиырмасыншы", "жиырмасы", "жиырмасында"),
    30: ("отызыншы", "отызы", "отызында"),
}
"""The fifth, "its five", and "on its five", as in "наурыздың бесінде"."""


def _ordinals() -> dict[str, int]:
    forms: dict[str, int] = {}
    for day in range(1, 32):
        last = day % 10 or day
        forms |= {f"{_TENS[day - last]} {ending}".strip(): day for ending in _DAY_ENDINGS[last]}
    return forms


_ORDINALS = _ordinals()
_MONTHS = {
    **{"қаңтар": 1, "ақпан": 2, "наурыз": 3, "сәуір": 4, "мамыр": 5, "маусым": 6},
    **{"шілде": 7, "тамыз": 8, "қыркүйек": 9, "қазан": 10, "қараша": 11, "желтоқсан": 12},
    **{"қаңтардың": 1, "ақпанның": 2, "наурыздың": 3, "сәуірдің": 4, "мамырдың": 5, "маусымның": 6},
    **{"шілденің": 7, "тамыздың": 8, "қыркүйектің": 9, "қазанның": 10, "қарашаның": 11, "желтоқсанның": 12},
}
_WEEKDAYS = ("дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі", "жексенбі")
_SPAN_WORDS = ("кейін", "күннен", "аптадан", "айдан", "бірер")

KAZAKH = Tongue(
    YesNo(
        yes=frozenset(["иә", "ия", "дұрыс", "жарайды", "келісемін", "болады", "растаймын"]),
        no=frozenset(["жоқ", "ешқашан"]),
        firmly=frozenset(["әрине", "міндетті"]),
        nots=frozenset(["емес"]),
        not_behind=True,
    ),
    Numbers(
        words=_WORDS,
        hundreds=frozenset(["жүз"]),
        tens=10,
        scales=_SCALES,
        many=frozenset(),
        halves={},
        units=("теңге",),
        hundredths=("тиын",),
        expected=(*_WORDS, "жүз", *_SCALES, "теңге", "тиын"),
    ),
    Days(
        near=counted({"бүгін": 0, "ертең": 1, "бүрсігүні": 2}),
        month_end=frozenset(["айдың", "соңында"]),
        ordinals=counted(_ORDINALS),
        months=_MONTHS,
        weekdays=tuple(frozenset([day]) for day in _WEEKDAYS),
        following=("келесі",),
        spans=frozenset(["кейін"]),
        spans_behind=True,
        pair="бірер",
        days=("күннен",),
        weeks=("аптадан",),
        months_on=("айдан",),
        expected=(
            *("бүгін", "ертең", "бүрсігүні", "күні", "айдың", "соңында", "келесі"),
            *_SPAN_WORDS,
            *words_in(_ORDINALS),
            *(*_MONTHS, *_WEEKDAYS),
        ),
    ),
)
