"""A list of blocks into the books: whom it stops, what is refused, and what a second run does."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dialer.cli.main import run as dozvon
from domain.block import DEFAULT_CHANNELS, Block, BlockReason
from domain.errors import InputError
from domain.portfolio import Portfolio
from domain.rules import Scope
from domain.touch import CHANNEL_GROUPS, Channel
from ledger.blocks import Held, Put
from ledger.books import Books
from ledger.imports.block_records import BLOCKS, reason_named
from ledger.imports.blocks import import_blocks
from ledger.imports.columns import read_mapping
from ledger.imports.run import BATCH, ImportResult
from tests.ledger.rows import NOON, ON_SQLITE, add_debtor

pytestmark = pytest.mark.unit

HEADER = "external_id;phone;reason;channels;document;received_at;from;to"
ANNAS, BORISS, SHARED, STRANGERS = "+79161110001", "+79161110002", "+79161110003", "+79161110009"
HOSPITAL = "A1;;hospital;;letter 5;2026-03-10T00:00:00+03:00;;2026-03-20T00:00:00+03:00"

Import = Callable[..., ImportResult]
Standing = Callable[[str, str], tuple[Block, ...]]


@pytest.fixture
def ids(books: Books, portfolio: Portfolio) -> dict[str, int]:
    """Anna lives in Moscow, Boris in Kaliningrad or in Vladivostok."""
    with books.write() as tx:
        anna = add_debtor(tx, portfolio.id, "A1", ANNAS, SHARED)
        zones = "Europe/Kaliningrad,Asia/Vladivostok"
        boris = add_debtor(tx, portfolio.id, "B1", BORISS, SHARED, zones=zones)
    return {"A1": anna.id, "B1": boris.id}


@pytest.fixture
def run(books: Books, portfolio: Portfolio, ids: dict[str, int], tmp_path: Path) -> Import:
    """Imports these lines as a file."""

    def import_lines(
        *lines: str, header: str = HEADER, encoding: str = "utf-8", **options: Any
    ) -> ImportResult:
        path = tmp_path / "blocks.csv"
        path.write_bytes("\n".join((header, *lines)).encode(encoding))
        with books.write() as tx:
            return import_blocks(tx.connection, portfolio.id, path, **options)

    return import_lines


@pytest.fixture
def standing(books: Books, ids: dict[str, int]) -> Standing:
    """The blocks that a touch of a debtor over a phone is judged by."""

    def load(key: str, phone: str) -> tuple[Block, ...]:
        with books.read() as tx:
            return tx.blocks.standing([ids[key]], [phone]).of(ids[key], phone)

    return load


def rejects(result: ImportResult) -> list[dict[str, str]]:
    assert result.rejects_file is not None
    with Path(result.rejects_file).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_block_stops_contact_from_its_document_to_its_end(run: Import, standing: Standing) -> None:
    assert run(HOSPITAL) == ImportResult(1, 1, 0, 0, 0, None)
    (block,) = standing("A1", ANNAS)
    assert block == Block(
        channels=DEFAULT_CHANNELS[BlockReason.HOSPITAL],
        start=utc("2026-03-09T21:00"),
        end=utc("2026-03-19T21:00"),
        reason="hospital",
        document="letter 5",
        received_at=utc("2026-03-09T21:00"),
    )
    assert standing("B1", BORISS) == ()


def test_a_file_in_russian(run: Import, standing: Standing) -> None:
    header = "Лицевой счёт;Телефон;Причина запрета;Документ;Дата получения;Действует до"
    line = "A1;;Инвалид  I группы;Справка № 7;10.03.2026;20.03.2026 12:30"
    assert run(line, header=header, encoding="cp1251").added == 1
    (block,) = standing("A1", ANNAS)
    assert (block.reason, block.document) == ("disabled", "Справка № 7")
    assert (block.start, block.end) == (utc("2026-03-09T21:00"), utc("2026-03-20T09:30"))


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("отказ", BlockReason.REFUSAL),
        ("Представитель", BlockReason.REPRESENTATIVE),
        ("БАНКРОТСТВО", BlockReason.BANKRUPTCY),
        ("стационар", BlockReason.HOSPITAL),
        ("несовершеннолетний", BlockReason.MINOR),
        ("недееспособный", BlockReason.INCAPACITY),
        ("инвалид I группы", BlockReason.DISABLED),
        ("умер", BlockReason.DECEASED),
        ("не то лицо", BlockReason.WRONG_PERSON),
        ("отказ от массовых звонков", BlockReason.OPT_OUT),
        ("opt_out", BlockReason.OPT_OUT),
        ("Wrong person", BlockReason.WRONG_PERSON),
    ],
)
def test_reasons_in_both_languages(word: str, reason: BlockReason) -> None:
    assert reason_named(word) is reason


@pytest.mark.parametrize("reason", list(BlockReason))
def test_every_reason_is_known_by_its_name(reason: BlockReason) -> None:
    assert reason_named(reason.value) is reason


def test_channels_may_be_told(run: Import, standing: Standing) -> None:
    run("A1;;refusal;SMS, direct;;2026-03-10;;")
    assert standing("A1", ANNAS)[0].channels == CHANNEL_GROUPS["direct"] | {Channel.SMS}


def test_a_day_begins_where_it_may_begin_first_and_ends_where_it_may_end_last(
    run: Import, standing: Standing
) -> None:
    run("B1;;hospital;;;2026-03-10;;2026-03-20")
    (block,) = standing("B1", BORISS)
    assert (block.start, block.end) == (utc("2026-03-09T14:00"), utc("2026-03-19T22:00"))


def test_from_may_differ_from_the_day_of_the_document(run: Import, standing: Standing) -> None:
    run("A1;;bankruptcy;;;2026-03-12;2026-03-10;")
    (block,) = standing("A1", ANNAS)
    assert (block.received_at, block.start) == (utc("2026-03-11T21:00"), utc("2026-03-09T21:00"))


def test_a_debtor_is_known_by_his_phone_and_blocked_over_all_of_them(run: Import, standing: Standing) -> None:
    assert run(";8 (916) 111-00-01;bankruptcy;;;2026-03-10;;").added == 1
    assert [block.scope for block in standing("A1", SHARED)] == [Scope.DEBTOR]


def test_a_key_goes_before_a_phone(run: Import, standing: Standing) -> None:
    assert run(f"A1;{BORISS};bankruptcy;;;2026-03-10;;").added == 1
    assert standing("B1", BORISS) == ()
    assert len(standing("A1", ANNAS)) == 1


@pytest.mark.parametrize("key", ["", "A1", "nobody"])
def test_a_refusal_of_mass_calls_stops_them_to_whoever_has_the_phone(
    run: Import, standing: Standing, key: str
) -> None:
    assert run(f"{key};{SHARED};opt_out;;;2026-03-10T00:00Z;;").added == 1
    for debtor in ("A1", "B1"):
        (block,) = standing(debtor, SHARED)
        assert (block.scope, block.target) == (Scope.PHONE, SHARED)
        assert block.channels == {Channel.VOICE_MSG, Channel.CALL_AGENT}
    assert standing("A1", ANNAS) == ()


def test_a_refusal_of_mass_calls_by_key_is_of_all_the_debtor_s_phones(
    run: Import, standing: Standing
) -> None:
    assert run("A1;;opt_out;;;2026-03-10;;").added == 1
    assert [block.scope for block in standing("A1", ANNAS)] == [Scope.DEBTOR]


def test_a_phone_that_nobody_has_yet_may_refuse(run: Import, standing: Standing) -> None:
    assert run(f";{STRANGERS};opt_out;;;2026-03-10;;", f";{STRANGERS};wrong_person;;;2026-03-10;;").added == 2
    assert len(standing("A1", STRANGERS)) == 2


def test_a_wrong_person_may_be_so_for_one_debtor(run: Import, standing: Standing) -> None:
    run(f"A1;{SHARED};не то лицо;;;2026-03-10;;")
    (block,) = standing("A1", SHARED)
    assert (block.scope, block.target, block.channels) == (Scope.PHONE, SHARED, frozenset(Channel))
    assert standing("B1", SHARED) == ()


def test_a_second_run_changes_nothing(run: Import, standing: Standing) -> None:
    lines = (HOSPITAL, f";{SHARED};opt_out;;;2026-03-10;;", "B1;;умер;;;10.03.2026;;")
    assert run(*lines) == ImportResult(3, 3, 0, 0, 0, None)
    before = standing("A1", SHARED)
    assert run(*lines) == ImportResult(3, 0, 0, 3, 0, None)
    assert standing("A1", SHARED) == before


def test_a_new_end_changes_a_block_and_an_untold_document_stays(run: Import, standing: Standing) -> None:
    run(HOSPITAL)
    later = "A1;;hospital;;;2026-03-10T00:00:00+03:00;;2026-04-01T00:00:00+03:00"
    assert run(later) == ImportResult(1, 0, 1, 0, 0, None)
    (block,) = standing("A1", ANNAS)
    assert (block.end, block.document) == (utc("2026-03-31T21:00"), "letter 5")


def test_more_than_a_batch_with_progress(run: Import, books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        for n in range(BATCH + 5):
            add_debtor(tx, portfolio.id, f"many{n}")
    lines = [f"many{n};;refusal;;;2026-03-10;;" for n in range(BATCH + 5)]
    seen: list[tuple[int, int, int]] = []
    assert run(*lines, progress=lambda *step: seen.append(step)).added == BATCH + 5
    assert [rows for rows, _, _ in seen] == [BATCH, BATCH + 5]
    assert seen[-1][1] == seen[-1][2]
    assert run(*lines).unchanged == BATCH + 5


@pytest.mark.parametrize(
    ("line", "field", "value", "reason"),
    [
        ("X1;;refusal;;;2026-03-10;;", "external_id", "X1", "no debtor of the portfolio has it"),
        (f";{STRANGERS};refusal;;;2026-03-10;;", "phone", STRANGERS, "no debtor of the portfolio has it"),
        (f";{SHARED};refusal;;;2026-03-10;;", "phone", SHARED, "several debtors of the portfolio have it"),
        ("A1;;каприз;;;2026-03-10;;", "reason", "каприз", "no reason that is known; they are refusal, "),
        ("A1;;;;;2026-03-10;;", "reason", "", "no reason that is known"),
        ("A1;;refusal;fax;;2026-03-10;;", "channels", "fax", "'fax' is no channel"),
        (";;refusal;;;2026-03-10;;", "external_id", "", "neither a debtor's key nor a phone"),
        (";123;refusal;;;2026-03-10;;", "phone", "123", "3 digits"),
        ("A1;;wrong_person;;;2026-03-10;;", "phone", "", "is empty"),
        ("A1;;refusal;;;31.02.2026;;", "received_at", "31.02.2026", "not a day like"),
        ("A1;;refusal;;;2026-03-10;soon;", "from", "soon", "not a day like"),
        ("A1;;refusal;;;1026-03-10;;", "received_at", "1026-03-10", "a year out of all reason"),
        ("A1;;refusal;;;;;", "from", "", "neither from when it holds"),
        ("A1;;refusal;;;;2026-03-10;2026-03-09", "to", "2026-03-09 00:00", "ends before it begins"),
        ("B1;;refusal;;;;10.03.2026;10.03.2026", "to", "2026-03-10 00:00", "ends before it begins"),
        ("A1;;refusal", "row", "A1 |  | refusal", "3 columns where the header has 8"),
    ],
)
def test_a_wrong_row_is_refused_and_the_others_are_taken(
    run: Import, line: str, field: str, value: str, reason: str
) -> None:
    result = run(line, HOSPITAL)
    assert (result.rows, result.added, result.rejected) == (2, 1, 1)
    (reject,) = rejects(result)
    assert (reject["row"], reject["field"], reject["value"]) == ("2", field, value)
    assert reason in reject["reason"]


def test_a_block_told_twice_is_refused_the_second_time(run: Import, standing: Standing) -> None:
    result = run(HOSPITAL, HOSPITAL.replace("03-20", "03-25"))
    assert rejects(result)[0] == {
        "row": "3",
        "field": "row",
        "value": "A1",
        "reason": "the same block as in row 2",
    }
    assert standing("A1", ANNAS)[0].end == utc("2026-03-19T21:00")


def test_a_debtor_of_another_portfolio_is_not_touched(
    run: Import, books: Books, portfolio: Portfolio
) -> None:
    with books.write() as tx:
        other = tx.portfolios.put("water", creditor="", contact_phone="+78000000000", basis=None)
        add_debtor(tx, other.id, "W1", STRANGERS)
    assert run("W1;;refusal;;;2026-03-10;;", f";{STRANGERS};refusal;;;2026-03-10;;").rejected == 2


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("reason;from", "no column for external_id"),
        ("external_id;from", "no column for reason"),
        ("external_id;reason", "no column for received_at"),
        ("external_id;reason;from", "has a header but no rows; add a row for each block"),
    ],
)
def test_a_file_of_no_use(run: Import, header: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        run(header=header)


def test_columns_may_be_mapped(run: Import, standing: Standing, tmp_path: Path) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text("reason: Почему\nfrom: Когда\n", encoding="utf-8")
    mapped = read_mapping(path, BLOCKS)
    assert run("A1;отказ;2026-03-10", header="id;Почему;Когда", mapped=mapped).added == 1
    assert standing("A1", ANNAS)[0].reason == "refusal"


def test_the_books_tell_apart_what_became_of_a_block(books: Books, ids: dict[str, int]) -> None:
    block = Block(frozenset({Channel.SMS}), NOON, document="letter 1")
    longer = replace(block, end=utc("2027-01-01"), document="")
    with books.write() as tx:
        told = [
            Held(block, ids["A1"]),
            Held(block, ids["A1"]),
            Held(longer, ids["A1"]),
            Held(block, ids["B1"]),
        ]
        answers = tx.blocks.put_all(told, author="me")
        assert answers == [Put.ADDED, Put.UNCHANGED, Put.CHANGED, Put.ADDED]
        assert tx.blocks.of(ids["A1"]) == [replace(longer, document="letter 1")]
        assert tx.blocks.put(longer, debtor_id=ids["A1"], author="me") is Put.UNCHANGED
        assert tx.blocks.put_all([], author="me") == []


@ON_SQLITE
class TestCommands:
    """``dozvon import blocks`` and ``dozvon block add``."""

    @pytest.fixture(autouse=True)
    def settings(
        self, books_url: str, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("DOZVON_DATABASE_URL", books_url)
        monkeypatch.chdir(tmp_path)

    def test_the_answer_of_an_import(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("blocks.csv").write_text(f"{HEADER}\n{HOSPITAL}\nX1;;refusal;;;2026-03-10;;\n", encoding="utf-8")
        assert dozvon(["import", "blocks", "blocks.csv", "--portfolio", "heat", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {
            **{"rows": 2, "added": 1, "changed": 0, "unchanged": 0, "rejected": 1},
            "rejects_file": "blocks.rejects.csv",
        }

    def test_a_block_added_by_hand_closes_what_its_reason_closes(self, standing: Standing) -> None:
        add = ["block", "add", "--author", "me", "--debtor", "A1"]
        assert dozvon([*add, "--reason", "hospital"]) == 0
        assert dozvon([*add, "--reason", "refusal", "--channels", "sms"]) == 0
        hospital, refusal = standing("A1", ANNAS)
        assert hospital.channels == DEFAULT_CHANNELS[BlockReason.HOSPITAL]
        assert refusal.channels == {Channel.SMS}

    def test_a_wrong_person_is_one_of_a_phone(
        self, standing: Standing, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert dozvon(["block", "add", "--author", "me", "--debtor", "A1", "--reason", "wrong_person"]) == 2
        assert "tell --phone" in capsys.readouterr().err
        assert standing("A1", ANNAS) == ()
