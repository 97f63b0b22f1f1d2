"""Reports on a page and as files: their words in both languages, and wrong input told where it is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from agent_console.report_words import KNOWN, say_in
from dialer.reports.ask import ReportAsk
from dialer.reports.catalogue import REPORTS, make_report
from dialer.reports.table import Kind
from domain.touch import Channel, Outcome
from domain.user import Role
from tests.agent_console.stage import Console
from tests.dialer.figures import Log

pytestmark = pytest.mark.integration

MARCH = "since=2026-03-01&until=2026-03-31"


@pytest.fixture
def supervised(console: Console) -> Console:
    """A campaign with a log, and a supervisor."""
    console.user("zoya", Role.SUPERVISOR)
    log = Log(console.books)
    at = console.clock.now() - timedelta(hours=1)
    log.touch(Outcome.NO_ANSWER, at, times=3)
    heard = log.touch(Outcome.TALK_DEBTOR, at, channel=Channel.CALL_HUMAN, talk_s=61)
    log.promise(heard[0], at)
    log.payment(at.date())
    log.assign(False, False, True)
    return console


async def test_the_list_names_every_report(supervised: Console) -> None:
    async with supervised.signed_in("zoya") as client:
        answer = await client.get("/reports")
    assert answer.status_code == 200
    for name in REPORTS:
        assert f'href="/reports/{name}"' in answer.text


@pytest.mark.parametrize("name", sorted(REPORTS))
async def test_every_report_is_a_page(supervised: Console, name: str) -> None:
    async with supervised.signed_in("zoya") as client:
        answer = await client.get(f"/reports/{name}?{MARCH}")
    assert answer.status_code == 200
    assert "<h2>" in answer.text
    assert 'value="2026-03-31"' in answer.text


@pytest.mark.parametrize(
    ("format", "begins"), [("csv", b"\xef\xbb\xbf"), ("json", b"{"), ("pdf", b"%PDF-"), ("xlsx", b"PK")]
)
async def test_every_report_is_a_file(supervised: Console, format: str, begins: bytes) -> None:
    async with supervised.signed_in("zoya") as client:
        answer = await client.get(f"/reports/outcomes?{MARCH}&format={format}")
    assert answer.content.startswith(begins)
    named = f"filename*=UTF-8''outcomes-2026-03-01-2026-03-09.{format}"
    assert named in answer.headers["content-disposition"]


async def test_a_file_has_words_for_outcomes(supervised: Console) -> None:
    async with supervised.signed_in("zoya") as client:
        answer = await client.get(f"/reports/outcomes?{MARCH}&format=csv")
    assert say_in("en")("no_answer") in answer.text
    assert "no_answer" not in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=soon", 422),
        ("format=doc", 422),
        ("campaign=winter", 422),
        ("since=2026-03-02&until=2026-03-01", 422),
    ],
)
async def test_wrong_input_is_told(supervised: Console, query: str, status: int) -> None:
    async with supervised.signed_in("zoya") as client:
        answer = await client.get(f"/reports/cost?{query}")
    assert answer.status_code in (400, status)
    assert "Traceback" not in answer.text


async def test_a_report_that_is_none(supervised: Console) -> None:
    async with supervised.signed_in("zoya") as client:
        answer = await client.get("/reports/profit")
    assert answer.status_code in (400, 404, 422)


async def test_without_a_campaign_there_is_nothing_to_report(console: Console) -> None:
    console.user("zoya", Role.SUPERVISOR)
    async with console.signed_in("zoya") as client:
        answer = await client.get("/reports/progress")
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text


async def test_an_operator_sees_no_reports(supervised: Console) -> None:
    supervised.user("anna", Role.OPERATOR)
    async with supervised.signed_in("anna") as client:
        assert (await client.get("/reports")).status_code == 403


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_word_of_a_report_is_translated(supervised: Console, name: str) -> None:
    today = supervised.clock.now().date()
    days = (today.replace(day=1), today.replace(day=31))
    with supervised.books.read() as tx:
        document = make_report(
            tx, name, ReportAsk(*days, supervised.clock.now(), supervised.settings, "spring")
        )
    said = {document.title}
    for table in document.tables:
        said |= {table.title, *(column.name for column in table.columns), *table.notes}
        said |= {str(value) for row in table.cells() for value, kind in row if kind is Kind.WORD and value}
    say = say_in("ru")
    assert {word for word in said if not re.search("[а-яё]", say(word))} <= {"SMS"}
    assert say_in("en")("no_answer") != "no_answer"


def test_all_words_have_a_translation() -> None:
    say = say_in("ru")
    assert {word for word in KNOWN if say(word) == word} <= {"SMS"}
