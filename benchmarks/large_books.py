"""Large books, made by the database itself: a portfolio that ten campaigns have worked for 120 days.

Touches are spread evenly over the days, the last of which is today; every 36th is a call that came in, every seventh a
talk with one of twenty operators, every fifth debtor has paid, every 147th touch brought a promise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from domain.caller_number import CallerNumber
from domain.operator import COMMON_DESK
from domain.portfolio import LegalBasis
from ledger.books import Books, Transaction
from ledger.contact_counts import KEPT, Measure, Span
from ledger.packing import recount_rolls
from ledger.tables import TouchRow, table
from ledger.tally import recount
from ledger.totals import recount_totals
from strategies.load import strategy_text

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
DAYS, CAMPAIGNS, OPERATORS = 120, 10, 20
SPAN_S = DAYS * 86_400
PAGE = 2_000_000
"""Touches of one transaction."""
CALLER = "+78000000000"
SERIES = {
    True: "(WITH RECURSIVE n(i) AS (SELECT {0} UNION ALL SELECT i + 1 FROM n WHERE i < {1}) SELECT i FROM n) AS s",
    False: "(SELECT generate_series({0}, {1}) AS i) AS s",
}
"""Whether it is SQLite, everywhere here."""
ID = {True: "printf('%032x', {0})", False: "lpad(to_hex({0}), 32, '0')"}
PHONE = {True: "printf('+7900%07d', {0})", False: "'+7900' || lpad(({0})::text, 7, '0')"}
AT = {
    True: "strftime('%Y-%m-%d %H:%M:%S.000000', {0}, 'unixepoch')",
    False: "to_timestamp({0})",
}
SECONDS = {
    True: "CAST(strftime('%s', {0}) AS INTEGER)",
    False: "CAST(floor(extract(epoch FROM {0})) AS BIGINT)",
}
DAY = {True: "date('2026-03-10', '-' || ({0}) || ' day')", False: "date '2026-03-10' - ({0})::int"}
LOCAL = {True: "date(reserved_at, '+3 hours')", False: "(reserved_at AT TIME ZONE 'Europe/Moscow')::date"}
BEGINS = {
    (True, Span.DAY): "{0}",
    (True, Span.WEEK): "date({0}, 'weekday 0', '-6 days')",
    (True, Span.MONTH): "date({0}, 'start of month')",
    (False, Span.DAY): "{0}",
    (False, Span.WEEK): "date_trunc('week', {0})::date",
    (False, Span.MONTH): "date_trunc('month', {0})::date",
}
MEASURED = {
    Measure.ANY: "true",
    Measure.DIRECT: "outcome = 'talk_debtor'",
    Measure.MESSAGE: "outcome = 'msg_delivered'",
}
OUTCOMES = (
    "CASE i % 7 WHEN 0 THEN 'msg_delivered' WHEN 1 THEN 'busy' WHEN 2 THEN 'talk_debtor' ELSE 'no_answer' END"
)


def fill(books: Books, debtors: int, touches: int) -> None:
    """Write them, each touch with what is counted of it; indexes of the log are made when it is there."""
    lite = books.engine.dialect.name == "sqlite"
    with books.write() as tx:
        _house(tx)
        for index in table(TouchRow).indexes:
            index.drop(tx.connection)
    for statement in _people(lite, debtors):
        _do(books, statement)
    for first in range(1, touches + 1, PAGE):
        _do(books, _touches(lite, debtors, touches, first, min(first + PAGE - 1, touches)))
    for index in sorted(table(TouchRow).indexes, key=lambda one: str(one.name)):
        with books.write() as tx:
            index.create(tx.connection)
    for statement in _of_touches(lite, touches):
        _do(books, statement)
    with books.write() as tx:
        recount(tx.connection)
        recount_totals(tx.connection)
        recount_rolls(tx.connection)
        tx.connection.execute(text("ANALYZE"))


def _do(books: Books, statement: str) -> None:
    with books.write() as tx:
        tx.connection.execute(text(statement.replace(":", "\\:")))


def _house(tx: Transaction) -> None:
    """Portfolio, campaigns with strategies that are true ones, operators."""
    began = NOW - timedelta(days=DAYS)
    basis = LegalBasis("contract 1", began - timedelta(days=365))
    portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone=CALLER, basis=basis)
    tx.numbers.put(CallerNumber(CALLER, "contract 2", "Тепло", "", began))
    body, _ = strategy_text("utilities-technical")
    for number in range(1, CAMPAIGNS + 1):
        version = tx.versions.put(f"s{number}", body, author="", now=began)
        tx.campaigns.create(
            f"c{number}",
            now=began,
            portfolio_id=portfolio.id,
            version_id=version.id,
            caller_number=CALLER,
            max_channels=100,
            max_calls_per_second=50.0,
        )
    for number in range(1, OPERATORS + 1):
        tx.operators.add(f"op{number}", f"Оператор {number}", [COMMON_DESK], "secret", 30)


def _people(lite: bool, debtors: int) -> Iterator[str]:
    """Debtors with a debt, a phone and a plan each; what some of them paid, and who runs after them."""
    people, phone = SERIES[lite].format(1, debtors), PHONE[lite].format("i")
    due = AT[lite].format(f"{int(NOW.timestamp())} + i % 86400")
    yield (
        "INSERT INTO debtor (id, portfolio_id, external_id, name, region, zones, language, vulnerable, stage,"
        " property_class, tags, digest) SELECT i, 1, 'D' || i, 'Иванов ' || i, 'RU-MOW', 'Europe/Moscow', 'ru', false,"
        f" 'pre_court', '', '', '' FROM {people}"
    )
    yield (
        "INSERT INTO debt (debtor_id, account, service, kopecks, oldest_unpaid)"
        f" SELECT i, 'A' || i, 'heat', 280000, '2025-11-01' FROM {people}"
    )
    yield (
        "INSERT INTO phone (debtor_id, number, status, source, position, extension)"
        f" SELECT i, {phone}, 'unverified', 'client', 0, '' FROM {people}"
    )
    yield (
        "INSERT INTO plan (campaign_id, debtor_id, state, segment, variant, step, attempts, round, turn, avoid,"
        " priority, desk, mode, due_at, why, reason, place) SELECT 1, i, 'due', 'fresh', '', 'inform', 0, 0, 0, '', 10,"
        f" '', '', {due}, 'first', '', 'RU-MOW Europe/Moscow' FROM {people}"
    )
    yield (
        "INSERT INTO assignment (campaign_id, debtor_id, segment, variant, control)"
        f" SELECT 1, i, 'fresh', 'champion', i % 10 = 0 FROM {people}"
    )
    yield (
        "INSERT INTO payment (portfolio_id, debtor_id, key, paid_on, kopecks)"
        f" SELECT 1, i, 'p' || i, {DAY[lite].format('i % 200')}, 50000 FROM {people} WHERE i % 5 = 0"
    )
    yield (
        "INSERT INTO proceeding (debtor_id, number, opened_on, document, department, address, bailiff, bailiff_phone,"
        " kopecks, end_reason, extension, zones) SELECT i, i || '/26/77001-ИП', '2026-01-10', '', 'ОСП 1', 'Москва',"
        f" 'Петрова ' || i % 500, '', 280000, '', '', '' FROM {people} WHERE i % 20 = 0"
    )


def _touches(lite: bool, debtors: int, of: int, first: int, last: int) -> str:
    """The touches with these numbers of all."""
    at = AT[lite].format(f"{int(NOW.timestamp()) - SPAN_S} + CAST(i * 1.0 * {SPAN_S} / {of} AS INTEGER)")
    debtor, campaign = f"1 + CAST(i AS BIGINT) * 7919 % {debtors}", f"1 + i % {CAMPAIGNS}"
    ours = "CASE WHEN i % 36 = 0 THEN NULL ELSE {0} END"
    answered = "i % 7 IN (0, 2)"
    return (
        "INSERT INTO touch (id, debtor_id, campaign_id, strategy_version_id, channel, direction, phone, caller_number,"
        " segment, variant, step, why, script, creditor, debt, rules, node, reserved_at, answered_at, ended_at,"
        " outcome, reason, ring_ms, talk_ms, digits, result, last_node, node_ms, answers, operator_id)"
        f" SELECT {ID[lite].format('i')}, {debtor}, {ours.format(campaign)}, {ours.format(campaign)},"
        " CASE WHEN i % 7 = 2 THEN 'call_human' ELSE 'voice_msg' END,"
        f" CASE WHEN i % 36 = 0 THEN 'in' ELSE 'out' END, {PHONE[lite].format(debtor)}, '{CALLER}', 'fresh',"
        f" 'champion', 'inform', '', '', '', '', '', 'n1', {at}, CASE WHEN {answered} THEN {at} END, {at}, {OUTCOMES},"
        f" '', 4000, CASE WHEN {answered} THEN 25000 ELSE 0 END, '', '', '', 0, '',"
        f" CASE WHEN i % 7 = 2 THEN 1 + i % {OPERATORS} END FROM {SERIES[lite].format(first, last)}"
    )


def _of_touches(lite: bool, touches: int) -> Iterator[str]:
    """Promises, what operators said of yesterday's and today's talks, replies; and who was contacted most."""
    ids, all_of_them = ID[lite].format("i"), SERIES[lite].format(1, touches)
    yield (
        "INSERT INTO promise (debtor_id, touch_id, made_at, due, kopecks, state)"
        " SELECT debtor_id, id, reserved_at, '2026-03-20', 50000, 'open' FROM touch"
        f" WHERE id IN (SELECT {ids} FROM {all_of_them} WHERE i % 147 = 2)"
    )
    recent = f"id > {ID[lite].format(touches - 2 * touches // DAYS)}"
    yield (
        "INSERT INTO disposition (touch_id, operator_id, debtor_id, code, fields, note, before, saves, at)"
        " SELECT id, operator_id, debtor_id, 'refusal.no_money', '{}', '', '{}', 1, reserved_at FROM touch"
        f" WHERE operator_id IS NOT NULL AND {recent}"
    )
    yield (
        "INSERT INTO reply (provider, ref, phone, debtor_id, touch_id, channel, text, meaning, state, at, note)"
        " SELECT 'p', id, phone, debtor_id, id, 'sms', 'перезвоните', 'question', 'new', reserved_at, '' FROM touch"
        f" WHERE {recent} ORDER BY id LIMIT 5000"
    )
    queued = SECONDS[lite].format("reserved_at")
    yield (
        "INSERT INTO wait (touch_id, half_hour, desk, since, wait_ms, answered, flowed_to, ended_at) SELECT id,"
        f" {queued} / 1800, 'debts', reserved_at, {queued} % 60 * 1000, answered_at IS NOT NULL, '', ended_at"
        " FROM touch WHERE direction = 'in'"
    )
    for (
        span,
        kept,
    ) in KEPT.items():  # a plus sign, or SQLite takes an index for the debtors' order: 3 x 10^7 look-ups
        since = f"id > {ID[lite].format(touches - touches * min(kept.days, DAYS) // DAYS)}"
        begins = BEGINS[lite, span].format(LOCAL[lite])
        for measure in (one for one in MEASURED if span in one.spans):
            which = MEASURED[measure]
            yield (
                "INSERT INTO contact_count (debtor_id, span, since, measure, portfolio_id, touches)"
                f" SELECT debtor_id, '{span}', {begins}, '{measure}', 1, count(*) FROM touch"
                f" WHERE direction = 'out' AND {which} AND {since} GROUP BY +debtor_id, {begins}"
            )


def size(connection: Connection) -> int:
    """Bytes that the books take."""
    if connection.dialect.name == "sqlite":
        pages, of = (connection.scalar(text(f"PRAGMA {name}")) for name in ("page_count", "page_size"))
        return int(pages or 0) * int(of or 0)
    return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
