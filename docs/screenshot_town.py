"""The town and the day that the pictures show. No line of it can be anybody's data: see `dialer.demo.portfolio`."""

# ruff: noqa: E501, the files of creditors have long lines

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from agent_console.services import Services
from dialer.cli.main import run
from dialer.handlers.payment_link import new_link
from dialer.handlers.users import add_user
from dialer.passwords import hash_password
from dialer.settings import Settings
from domain.debtor import Debtor
from domain.operator_events import OperatorId
from domain.reply import Meaning, Reply, ReplyState
from domain.touch import Channel, Outcome, TouchId
from domain.user import COMMAND_LINE, Role
from ledger.books import Books
from tests.dialer.figures import Log

PASSWORD = "a password for pictures"
PEOPLE = {
    "anna": ("Анна Белова", Role.OPERATOR),
    "vera": ("Вера Соколова", Role.SUPERVISOR),
    "boris": ("Борис Седов", Role.ADMINISTRATOR),
}
DEBTORS = """\
external_id,account,name,region,service,sum,oldest_unpaid,phones,stage,vulnerable,penalty,address,birth_year
A-1041,770412001,Кузнецова Мария Петровна,RU-SVE,Отопление,18450.60,2026-04,+79350000001; +79350000009,enforcement,нет,912.40,"Екатеринбург, ул. Мира, 4-17",1979
A-1042,770412002,Кузнецов Олег Иванович,RU-SVE,Электроэнергия,5230.00,2026-07,+79350000002; +79350000009,pre_court,нет,,"Екатеринбург, ул. Мира, 4-17",1975
A-1043,770412003,Степанова Вера Львовна,RU-TYU,Водоснабжение,7410.15,2026-06,+79350000003,pre_court,да,,"Тюмень, ул. Садовая, 9-2",1948
"""
PROCEEDINGS = """\
external_id,number,opened_on,sum,document,department,bailiff,bailiff_phone
A-1041,18455/26/66001-ИП,2026-08-11,18450.60,ВС 118204411,Кировский РОСП Екатеринбурга,Лаптева Ирина Сергеевна,+73430000001
A-1042,19020/26/66001-ИП,2026-09-02,5230.00,ВС 118204977,Кировский РОСП Екатеринбурга,Лаптева Ирина Сергеевна,+73430000001
"""
STRATEGY = """\
name: autumn
title: Осень
regime: ru-230fz-agency
policies: [attempts-3-a-day]
segments:
  - id: enforcement
    title: Исполнительное производство
    when: {stage: enforcement}
    steps: [{id: explain, call: {mode: predictive, script: Расскажите о субсидии и рассрочке}}]
  - id: young
    title: До 6 месяцев
    steps: [{id: explain, call: {mode: predictive, script: Расскажите о субсидии и рассрочке}}]
"""
COMMANDS = (
    "number set +78000000000 --contract 17 --label ТеплоСеть --category utilities --valid-from 2026-01-01",
    "portfolio set heat --creditor ТеплоСеть --phone +78000000000 --basis contract-17 --valid-from 2026-01-01",
    "import debtors debtors.csv --portfolio heat",
    "import proceedings proceedings.csv --portfolio heat",
    "campaign start autumn --portfolio heat --strategy autumn.yaml --caller +78000000000",
    "operator add anna --name Анна_Белова --skill court --browser",
    "operator add oleg --name Олег_Титов --browser",
    "operator add nina --name Нина_Рыбакова --browser",
    "operator add igor --name Игорь_Лесков --browser",
    "shift set anna --hours 09:00-13:00,14:00-18:00",
    "shift set oleg --hours 09:00-12:00,13:00-18:00",
    "shift set nina --hours 12:00-16:00,17:00-21:00 --days tue-sat",
    "line add +78000000000 --portfolio heat --hours 09:00-21:00 --weekend 10:00-16:00 --overflow court --overflow-after 45",
    "line add +74950000001 --bailiffs --hours 09:00-18:00 --weekend closed",
)


def build(folder: Path) -> Books:
    """The books that the pictures show."""
    os.environ |= {"DOZVON_HOME": str(folder), "DOZVON_DEMO": "true"}
    (folder / "debtors.csv").write_text(DEBTORS, encoding="utf-8")
    (folder / "autumn.yaml").write_text(STRATEGY, encoding="utf-8")
    (folder / "proceedings.csv").write_text(PROCEEDINGS, encoding="utf-8")
    os.chdir(folder)
    for line in COMMANDS:
        if status := run([word.replace("_", " ") for word in line.split()]):
            sys.exit(f"dozvon {line}: exit status {status}")
    return Books.open(Settings(home=folder).database_url)


@dataclass(frozen=True, slots=True)
class Day:
    """What a picture has to know of the day: who sits at the desk, and the link of a debtor."""

    operators: dict[str, OperatorId]
    names: dict[str, str]
    link: str


def live(services: Services) -> Day:
    """People who sign in, and some hours of calls, talks, promises, payments and replies behind them."""
    now, hashed = services.now(), hash_password(PASSWORD)
    with services.books.write() as tx:
        for login, (name, role) in PEOPLE.items():
            his = ("heat",) if role is Role.OPERATOR else ()
            add_user(
                tx, login, name, role, hashed, portfolios=his, must_change=False, by=COMMAND_LINE, now=now
            )
        staff = tx.operators.all()
    operators = {one.login: one.id for one in staff}
    with services.books.read() as tx:
        debtors = [*tx.debtors.load((1, 2, 3)).values()]
    touch = called(Autumn(services.books), debtors[1].phones[0].number, operators["anna"], now)
    link = new_link(debtors[1].id, touch, now)
    with services.books.write() as tx:
        tx.payment_links.add([link])
    replied(services.books, debtors[1], touch, now)
    return Day(operators, {one.login: one.name for one in staff}, link.token)


class Autumn(Log):
    """The log of the campaign that the pictures show."""

    def __init__(self, books: Books) -> None:
        self.books, self._ids, self.debtors = books, count(1000), [1, 2, 3]
        with books.read() as tx:
            self.portfolio = tx.portfolios.named("heat")
            self.campaign = tx.campaigns.named("autumn")


def called(log: Log, phone: str, anna: OperatorId, now: datetime) -> TouchId:
    """The calls of the campaign in the last five hours; answers one of them."""
    human: dict[str, Any] = {
        "channel": Channel.CALL_HUMAN,
        "segment": "young",
        "step": "explain",
        "phone": phone,
    }
    for nth in range(1, 61):
        at = now - timedelta(minutes=5 * nth)
        log.touch(Outcome.NO_ANSWER, at, times=2 + nth % 3, debtor=1, **human)
        log.touch(Outcome.BUSY, at, times=1 + nth % 2, debtor=1, **human)
        log.touch(Outcome.TALK_DEBTOR, at, times=1 + nth % 4 // 3, debtor=1, talk_s=70.0 + 2 * nth, **human)
    last = ""
    for minutes in (95, 40):
        at = now - timedelta(minutes=minutes)
        last = log.touch(Outcome.TALK_DEBTOR, at, debtor=1, talk_s=140.0, operator_id=anna, **human)[0]
        log.promise(last, at, debtor=1)
    for debtor, roubles in ((1, 2500), (2, 1200)):
        log.payment(now.date(), debtor=debtor, roubles=roubles)
    return TouchId(last)


def replied(books: Books, debtor: Debtor, touch: TouchId, now: datetime) -> None:
    """Two people have answered a message."""
    said = ("Сколько всего с пенями? И можно ли частями?", "Оплатил вчера через банк, проверьте")
    with books.write() as tx:
        for nth, text in enumerate(said):
            came = Reply(
                "smsc", f"{nth}", debtor.phones[0].number, text, now - timedelta(minutes=9 * nth + 3)
            )
            tx.replies.add(came, touch, Meaning.QUESTION, ReplyState.NEW, debtor_id=debtor.id, answers=None)
