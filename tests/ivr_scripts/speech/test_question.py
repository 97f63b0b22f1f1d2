"""What people say, and what it answers: the right thing, or nothing where it could be two things."""

from __future__ import annotations

from datetime import date

import pytest

from ivr_scripts.speech.question import Kind, Question, answer_of, answer_to, parse_question, valid_phrase
from ivr_scripts.speech.recogniser import Heard, Word

pytestmark = pytest.mark.unit

MENU = "ru/choice/1=оператор|с оператором|человек/2=оплачу|я заплачу/8=оплачу завтра/9=не я|ошиблись"


@pytest.mark.parametrize(
    ("question", "said", "answer"),
    [
        ("ru/yes_no", "да", "yes"),
        ("ru/yes_no", "угу", "yes"),
        ("ru/yes_no", "конечно", "yes"),
        ("ru/yes_no", "да да верно", "yes"),
        ("ru/yes_no", "нет", "no"),
        ("ru/yes_no", "конечно нет", "no"),
        ("ru/yes_no", "не согласен", "no"),
        ("ru/yes_no", "нет не буду", "no"),
        ("ru/yes_no", "да нет", None),
        ("ru/yes_no", "не знаю", None),
        ("ru/yes_no", "да не", None),
        ("ru/yes_no", "алло", None),
        ("ru/yes_no", "нет верно", None),
        ("en/yes_no", "yes", "yes"),
        ("en/yes_no", "of course", "yes"),
        ("en/yes_no", "that's not right", "no"),
        ("en/yes_no", "no I don't", "no"),
        ("en/yes_no", "I don't know", None),
        ("en/yes_no", "yes and no", None),
        ("kk/yes_no", "иә", "yes"),
        ("kk/yes_no", "әрине", "yes"),
        ("kk/yes_no", "жоқ", "no"),
        ("kk/yes_no", "дұрыс емес", "no"),
        ("kk/yes_no", "мен емес", None),
        ("kk/yes_no", "білмеймін", None),
        ("ru/yes_no", "", None),
        (MENU, "соедините с оператором", "1"),
        (MENU, "Я заплачу", "2"),
        (MENU, "оплачу завтра", "8"),
        (MENU, "это не я", "9"),
        (MENU, "девять", "9"),
        (MENU, "не оператор", None),
        (MENU, "оператор или оплачу", None),
        (MENU, "три", None),
        ("kk/choice/1=иә|ия/2=жоқ", "иә", "1"),
        ("kk/choice/1=иә|ия/2=жоқ", "один", None),
        ("kk/choice/1=иә|ия/2=жоқ", "екі", "2"),
        ("en/choice/1=an operator|person/2=pay", "give me the operator", "1"),
        ("en/choice/1=an operator|person/2=pay", "not the operator", None),
        ("en/digits/4-6", "four one oh five", "4105"),
        ("en/sum", "fifteen hundred dollars", "1500.00"),
        ("kk/date/2026-03-10", "ертең", "2026-03-11"),
        ("kk/date/2026-03-10", "ертең емес", None),
        ("ru/digits/6-12", "сорок два ноль один двенадцать", "420112"),
        ("ru/digits/6-12", "сорок два", None),
        ("ru/digits/1-4", "не помню пять", None),
        ("ru/sum", "полторы тысячи рублей", "1500.00"),
        ("ru/sum", "ну где-то тысячу двести рублей пятьдесят копеек", "1200.50"),
        ("ru/sum", "5000", "5000.00"),
        ("ru/sum", "сто или двести", None),
        ("ru/sum", "тысяч пять", None),
        ("ru/sum", "не больше тысячи", None),
        ("ru/sum", "рублей", None),
        ("ru/sum", "пять рублей сто копеек", None),
    ],
)
def test_an_answer(question: str, said: str, answer: str | None) -> None:
    assert answer_of(parse_question(question), said) == answer


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("", "'' is no kind of question (one of yes_no, choice, digits, sum, date)"),
        ("ru/price", "'price' is no kind of question (one of yes_no, choice, digits, sum, date)"),
        ("de/sum", "spoken answers are not understood in the language 'de'"),
        ("ru/digits/9-3", "'9-3' is no number of digits of the form least-most, up to 30"),
        ("ru/choice/1=", "'1=' is no choice of the form key=phrase|phrase, in lower-case words"),
        ("ru/choice/1=Да", "'1=Да' is no choice of the form key=phrase|phrase, in lower-case words"),
        ("ru/date/soon", "Invalid isoformat string: 'soon'"),
    ],
)
def test_a_question_that_is_none(line: str, what: str) -> None:
    with pytest.raises(ValueError, match=what.replace("(", r"\(").replace(")", r"\)").replace("|", r"\|")):
        parse_question(line)


@pytest.mark.parametrize("phrase", ["оператор", "с оператором", "он-лайн", "қайта", "1"])
def test_a_phrase(phrase: str) -> None:
    assert valid_phrase(phrase)


@pytest.mark.parametrize("phrase", ["", "Да", "да,нет", "a|b", "a  b", " a", "a/b", "(да)"])
def test_what_no_recogniser_hears(phrase: str) -> None:
    assert not valid_phrase(phrase)


def test_an_answer_is_as_sure_as_its_least_sure_word() -> None:
    heard = Heard((Word("сто", 0.9), Word("рублей", 0.4)), final=True)
    answer = answer_to(Question("ru", Kind.SUM), heard)
    assert answer is not None
    assert (answer.value, answer.confidence) == ("100.00", 0.4)


def test_every_phrase_of_every_kind_can_be_expected() -> None:
    for language in ("en", "kk", "ru"):
        for kind in Kind:
            phrases = Question(language, kind, today=date(2026, 3, 10)).phrases()
            assert [phrase for phrase in phrases if not valid_phrase(phrase.replace("'", ""))] == []
