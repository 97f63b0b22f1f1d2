"""The operator's day, the inbox, and recordings: what is shown to whom, asked by HTTP within the process."""

from __future__ import annotations

import wave
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent_console.app import create_app
from agent_console.services import Services
from dialer.settings import NodeSettings
from domain.audit import AuditAction
from domain.call_events import RecordingBegun
from domain.debtor import Debtor
from domain.operator_events import OperatorId
from domain.proceeding import ProceedingStatus
from domain.reply import Meaning, Reply, ReplyState
from domain.touch import TouchId
from domain.user import Role
from ledger.books import Books
from ledger.journal import entry_of
from tests.agent_console.stage import MONDAY, Console
from tests.agent_console.talks import bailiff_of, talked
from tests.ledger.rows import BASIS, CALLER, add_campaign, add_debtor

pytestmark = pytest.mark.integration

TALK, OTHERS = "01a200bb715f72ddb91035d900000001", "01a200bb715f72ddb91035d900000002"
PHONE = "+79160000001"


@pytest.fixture
def debtor(console: Console) -> Debtor:
    """Owes 1000 roubles in the portfolio heat, which a campaign works."""
    with console.books.write() as tx:
        tx.numbers.put(CALLER)
        portfolio = tx.portfolios.put("heat", creditor="Heat", contact_phone="", basis=BASIS)
        add_campaign(
            tx,
            portfolio.id,
            body="name: test\nregime: ru-230fz-agency\nsegments:\n- {id: all, stop: nobody}\n",
        )
        return add_debtor(tx, portfolio.id, "A1", PHONE)


def operator(console: Console, login: str) -> OperatorId:
    own = console.user(login, Role.OPERATOR, portfolios=("heat",)).operator
    assert own is not None
    return own


async def test_a_day_with_a_talk_to_write_down_and_to_correct(console: Console, debtor: Debtor) -> None:
    talked(console.books, debtor, TALK, operator(console, "anna"), MONDAY)
    async with console.signed_in("anna") as anna:
        assert f"/desk/talks/{TALK}" in (await anna.get("/desk/day")).text
        sheet = f"/desk/talks/{TALK}"
        at = (MONDAY + timedelta(days=1)).strftime("%Y-%m-%dT12:00")
        saved = await anna.post(
            sheet, data={"code": "call_back", "at": at, "note": "<script>alert(1)</script>"}
        )
        assert saved.status_code == 200, saved.text
        shown = (await anna.get("/desk/day")).text
        assert "Call now" in shown
        again = (await anna.get(sheet)).text
        assert "correct it" in again
        assert at in again
        assert "&lt;script&gt;" in again
        corrected = await anna.post(sheet, data={"code": "refusal.no_money"})
        assert "Corrected" in corrected.text
        assert "Call now" not in (await anna.get("/desk/day")).text


async def test_instalments_are_counted_while_typed_and_printed_when_agreed(
    console: Console, debtor: Debtor
) -> None:
    talked(console.books, debtor, TALK, operator(console, "anna"), MONDAY)
    sheet = f"/desk/talks/{TALK}"
    typed = {"code": "promise.instalments", "date": "2026-03-20", "sum": "1000", "parts": "3"}
    async with console.signed_in("anna") as anna:
        assert (await anna.post(sheet, data=typed)).status_code == 422  # nobody has said that it was he
        assert "1,000" not in (await anna.get(sheet)).text
        await anna.post(f"{sheet}/identified", data={"debtor": str(debtor.id)})
        ahead = (await anna.post(f"{sheet}/check", data=typed)).text
        assert ahead.count("333.00") == 2
        assert "334.00" in ahead
        assert (await anna.get(f"{sheet}/schedule")).status_code == 422
        assert "Print the instalments" in (await anna.post(sheet, data=typed)).text
        assert "334.00" in (await anna.get(f"{sheet}/schedule")).text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("date", ""),
        ("date", "2026-02-30"),
        ("date", "1999-01-01"),
        ("date", "9999-12-31"),
        ("date", "x" * 5_000),
        ("sum", ""),
        ("sum", "-5"),
        ("sum", "0"),
        ("sum", "9" * 40),
        ("sum", "<script>alert(1)</script>"),
        ("parts", "1"),
        ("parts", "-3"),
        ("parts", "2.5"),
        ("parts", "999"),
        ("phone", "12"),
        ("phone", "<b>"),
        ("note", "x" * 3_000),
        ("note", "bell \a rings"),
    ],
)
async def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_saved(
    console: Console, debtor: Debtor, field: str, typed: str
) -> None:
    talked(console.books, debtor, TALK, operator(console, "anna"), MONDAY)
    right = {
        "code": "promise.instalments",
        "date": "2026-03-20",
        "sum": "1000",
        "parts": "3",
        "phone": "",
        "note": "",
    }
    async with console.signed_in("anna") as anna:
        await anna.post(f"/desk/talks/{TALK}/identified", data={"debtor": str(debtor.id)})
        answer = await anna.post(f"/desk/talks/{TALK}", data=right | {field: typed})
        checked = await anna.post(f"/desk/talks/{TALK}/check", data=right | {field: typed})
    assert answer.status_code == 422
    assert f'id="s-{field}-told"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text
    assert checked.status_code == 200
    with console.books.read() as tx:
        assert tx.dispositions.of(TouchId(TALK)) is None
        assert not tx.instalments.parts(debtor.id)


async def test_another_operators_talk_is_refused_and_that_is_logged(console: Console, debtor: Debtor) -> None:
    operator(console, "anna")
    talked(console.books, debtor, OTHERS, operator(console, "boris"), MONDAY)
    async with console.signed_in("anna") as anna:
        for path in (f"/desk/talks/{OTHERS}", "/desk/talks/nonsense", f"/desk/talks/{OTHERS}/schedule"):
            assert (await anna.get(path)).status_code == 403, path
        for path in ("", "/choose", "/check"):
            answer = await anna.post(f"/desk/talks/{OTHERS}{path}", data={"code": "refusal.no_money"})
            assert answer.status_code == 403, path
        assert (await anna.get(f"/recordings/{OTHERS}")).status_code == 403
    with console.books.read() as tx:
        logged = [
            one.subject.id
            for one in tx.audit_log.page()
            if one.action == AuditAction.PAGE_REFUSED and one.subject
        ]
        assert logged.count(OTHERS) == 6
        assert tx.dispositions.of(TouchId(OTHERS)) is None


def reply(books: Books, debtor: Debtor | None, ref: str) -> int:
    """Somebody answers a message."""
    with books.write() as tx:
        came = Reply("smsc", ref, PHONE, "Сколько я должен? <b>", MONDAY)
        tx.replies.add(
            came,
            TouchId(TALK),
            Meaning.QUESTION,
            ReplyState.NEW,
            debtor_id=debtor.id if debtor else None,
            answers=None,
        )
        return tx.replies.new(10)[-1].id


async def test_replies_wait_in_the_inbox_of_those_whose_debtors_write(
    console: Console, debtor: Debtor
) -> None:
    anna = operator(console, "anna")
    talked(console.books, debtor, TALK, anna, MONDAY)
    console.user("boris", Role.OPERATOR)
    first, second = reply(console.books, debtor, "1"), reply(console.books, None, "2")
    async with console.signed_in("boris") as client:
        shown = (await client.get("/inbox")).text
        assert shown.count("&lt;b&gt;") == 1  # the one of nobody whom we know
        assert (await client.post(f"/inbox/{first}/done")).status_code == 403
    async with console.signed_in("anna") as client:
        assert (await client.get("/inbox")).text.count("&lt;b&gt;") == 2
        assert "Nobody is known" in (await client.post(f"/inbox/{second}/call-back")).text
        assert (await client.post(f"/inbox/{second}/done", data={"note": "x" * 600})).status_code == 422
        await client.post(f"/inbox/{second}/done", data={"note": "a stranger"})
        assert "Nobody waits" in (await client.post(f"/inbox/{first}/call-back")).text
        assert "already" in (await client.post(f"/inbox/{first}/done")).text
    with console.books.read() as tx:
        assert [owed.debtor_id for owed in tx.call_backs.due(MONDAY, 10)] == [debtor.id]


def recorded(console: Console, folder: Path, *, own: bool) -> Console:
    """The same console, whose node has recorded the talk: a second of silence, and one of noise."""
    name = f"{TALK}-op1.wav"
    with wave.open(str(folder / name), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(bytes(16_000) + b"\xff\x3f" * 8_000)
    with console.books.write() as tx:
        tx.journal.append([entry_of(RecordingBegun(TouchId(TALK), MONDAY, name))])
        at = tx.recordings.of(TouchId(TALK))[0]
    node = NodeSettings(
        name=at,
        ami_secret=SecretStr("long enough"),
        scripts_folder=folder,
        channel_log=folder / "cel",
        recordings_folder=folder,
    )
    screens = console.settings.console.model_copy(update={"own_recordings": own})
    settings = console.settings.model_copy(update={"nodes": (node,), "console": screens})
    services = Services(settings, console.books, console.app.state.services.redis, console.clock)
    return Console(console.books, create_app(services), settings, console.clock)


async def test_a_recording_is_heard_by_supervisors_and_logged(
    console: Console, debtor: Debtor, tmp_path: Path
) -> None:
    talked(console.books, debtor, TALK, operator(console, "anna"), MONDAY)
    console.user("vera", Role.SUPERVISOR)
    console = recorded(console, tmp_path, own=False)
    sound = f"/recordings/{TALK}/1"
    async with console.signed_in("vera") as vera:
        shown = (await vera.get(f"/recordings/{TALK}")).text
        assert "M0 50.0V50.5" in shown  # silence
        assert "V74.5" in shown  # half as loud as can be
        assert str(tmp_path) not in shown
        whole = await vera.get(sound)
        part = await vera.get(sound, headers={"Range": "bytes=44-143"})
        assert (whole.status_code, part.status_code, len(part.content)) == (200, 206, 100)
        for nth, status in (("0", 404), ("2", 422), ("-1", 404)):
            assert (await vera.get(f"/recordings/{TALK}/{nth}")).status_code == status
        assert (await vera.get("/recordings/nonsense")).status_code == 422
    async with console.signed_in("anna") as anna:
        assert (await anna.get(sound)).status_code == 403
    with console.books.read() as tx:
        actions = [one.action for one in tx.audit_log.page()]
    assert actions.count(AuditAction.RECORDING_PLAYED) == 1


async def test_who_asks_for_the_middle_alone_is_logged_too(
    console: Console, debtor: Debtor, tmp_path: Path
) -> None:
    talked(console.books, debtor, TALK, operator(console, "anna"), MONDAY)
    console.user("vera", Role.SUPERVISOR)
    console = recorded(console, tmp_path, own=False)
    async with console.signed_in("vera") as vera:
        for _ in range(2):
            await vera.get(f"/recordings/{TALK}/1", headers={"Range": "bytes=1-"})
    with console.books.read() as tx:
        actions = [one.action for one in tx.audit_log.page()]
    assert actions.count(AuditAction.RECORDING_PLAYED) == 1


async def test_an_operator_hears_own_talks_where_the_house_allows_it(
    console: Console, debtor: Debtor, tmp_path: Path
) -> None:
    talked(console.books, debtor, TALK, operator(console, "anna"), MONDAY)
    operator(console, "boris")
    console = recorded(console, tmp_path, own=True)
    async with console.signed_in("anna") as anna:
        assert (await anna.get(f"/recordings/{TALK}/1")).status_code == 200
    async with console.signed_in("boris") as boris:
        assert (await boris.get(f"/recordings/{TALK}/1")).status_code == 403


async def test_a_broken_recording_is_told_in_one_line(
    console: Console, debtor: Debtor, tmp_path: Path
) -> None:
    talked(console.books, debtor, TALK, operator(console, "anna"), MONDAY)
    console.user("vera", Role.SUPERVISOR)
    console = recorded(console, tmp_path, own=False)
    (tmp_path / f"{TALK}-op1.wav").write_bytes(b"RIFF")
    async with console.signed_in("vera") as vera:
        answer = await vera.get(f"/recordings/{TALK}")
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text


async def test_a_debtors_page_tells_before_a_call_what_the_rules_say(
    console: Console, debtor: Debtor
) -> None:
    operator(console, "anna")
    async with console.signed_in("anna") as anna:
        shown = (await anna.get(f"/debtors/{debtor.id}")).text
    assert "Call him yourself" in shown
    assert "/desk/do/call" in shown


def bailiff_called(console: Console, debtor: Debtor, folder: Path) -> int:
    """Anna has talked to the bailiff of a proceeding against the debtor; answers the proceeding's id."""
    bailiff = bailiff_of(console.books, debtor, folder, MONDAY)
    talked(console.books, bailiff, TALK, operator(console, "anna"), MONDAY)
    with console.books.read() as tx:
        return tx.proceedings.of_debtor(debtor.id)[0].proceeding.id


async def test_what_a_bailiff_says_of_each_proceeding_is_written_in_one_form(
    console: Console, debtor: Debtor, tmp_path: Path
) -> None:
    run = bailiff_called(console, debtor, tmp_path)
    sheet = f"/desk/talks/{TALK}"
    results = {"code": "bailiff.results", f"status-{run}": "account_arrested", f"until-{run}": "2026-03-20"}
    async with console.signed_in("anna") as anna:
        assert "Told of his proceedings" in (await anna.get(sheet)).text
        assert "1/26-ИП" in (await anna.post(f"{sheet}/choose", data={"code": "bailiff.results"})).text
        for wrong in (
            {f"status-{run}": ""},
            {f"status-{run}": "dreams"},
            {f"until-{run}": "2026-02-30"},
            {f"status-{run}": "ended"},
            {f"note-{run}": "x" * 3_000},
            {"date": "soon"},
        ):
            answer = await anna.post(sheet, data=results | wrong)
            assert answer.status_code == 422, wrong
        with console.books.read() as tx:
            assert tx.dispositions.of(TouchId(TALK)) is None
            assert tx.proceedings.of_debtor(debtor.id)[0].last is None
        assert (await anna.post(sheet, data=results)).status_code == 200
    with console.books.read() as tx:
        last = tx.proceedings.of_debtor(debtor.id)[0].last
    assert last is not None
    assert last.status is ProceedingStatus.ACCOUNT_ARRESTED


async def test_a_bailiff_who_was_away_is_called_again(
    console: Console, debtor: Debtor, tmp_path: Path
) -> None:
    bailiff_called(console, debtor, tmp_path)
    async with console.signed_in("anna") as anna:
        saved = await anna.post(f"/desk/talks/{TALK}", data={"code": "bailiff.absent"})
    assert "He is called again" in saved.text
