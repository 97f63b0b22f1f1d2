"""Scripts that are published: a version means one text for ever, and all who play it must be able to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.handlers.propose import approve, propose, revert_due
from dialer.handlers.publish import PRODUCT, Published, publish, review, roll_back
from dialer.handlers.review_script import look_at_script, review_script
from dialer.handlers.script_users import users_of
from dialer.repertoire import repertoire
from domain.errors import InputError
from domain.inbound import Line
from domain.version import VersionKind
from ivr_scripts.load import script_text
from ledger.books import Books, Transaction
from ledger.script_versions import ScriptVersion
from tests.dialer.work import Desk
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import NOON

__all__ = ["books", "books_url"]
pytestmark = pytest.mark.unit

NAME, SCRIPT = "debt_informer", VersionKind.SCRIPT
SHIPPED = script_text(NAME)[0]
GOODBYE = "До свидания."
OWN = """\
name: own
version: 1
language: ru
title: Своё
nodes:
  hello: {kind: say, text: Здравствуйте.}
  end: {kind: hangup}
"""
STRATEGY = """\
name: played
regime: ru-230fz-agency
segments:
  - {id: all, help: true, steps: [{id: inform, ivr: SCRIPT}]}
"""


def changed(version: int, goodbye: str = "Всего доброго.") -> str:
    text = SHIPPED.replace("version: 2", f"version: {version}").replace(GOODBYE, goodbye)
    assert text != SHIPPED
    return text


def published(tx: Transaction, text: str) -> Published:
    return publish(tx, review_script(tx, text, "f.yaml"), author="Иванова", now=NOON)


def faults(tx: Transaction, text: str) -> list[str]:
    return [str(fault) for fault in look_at_script(tx, text, "f.yaml")[1]]


def test_the_first_own_text_leaves_a_way_back_to_the_shipped_one(books: Books) -> None:
    Desk(books)
    with books.write() as tx:
        done = published(tx, changed(3))
        assert (done.version.label, done.before and done.before.label) == (
            "debt_informer@3",
            "debt_informer@2",
        )
        assert done.campaigns == ["spring"]
        assert repertoire(tx).text(NAME)[0] == changed(3)
        assert published(tx, changed(3)).changed is False
        back = roll_back(tx, NAME, author="Петров", now=NOON, kind=SCRIPT)
        assert (back.version.number, back.version.author, back.campaigns) == (2, PRODUCT, ["spring"])
        assert repertoire(tx).text(NAME)[0] == SHIPPED
        with pytest.raises(InputError, match="script 'debt_informer' is at its first version"):
            roll_back(tx, NAME, author="Петров", now=NOON, kind=SCRIPT)


def test_a_version_means_one_text(books: Books) -> None:
    with books.write() as tx:
        line = SHIPPED[: SHIPPED.index("version:")].count("\n") + 1
        (told,) = faults(tx, changed(2))
        assert told == (
            f"f.yaml, line {line}, column 1, version: version 2 is taken by another text; write version: 3"
        )
        tx.scripts.publish([ScriptVersion("debt_informer@7", "name: heard")], NOON)
        assert faults(tx, changed(5))[0].endswith("version 5 is not above 7; write version: 8")
        tx.scripts.publish([ScriptVersion("debtxinformer@9", "name: of another name")], NOON)
        published(tx, changed(8))
        assert faults(tx, changed(8)) == []
        assert faults(tx, changed(8, "Пока."))[0].endswith("is taken by another text; write version: 9")
        assert faults(tx, SHIPPED) == []


def test_the_law_of_whoever_plays_it_must_be_content(books: Books) -> None:
    with books.write() as tx:
        assert published(tx, OWN).campaigns == []
        with pytest.raises(InputError, match=r"no IVR script 'own'|there is no IVR script 'own'"):
            review(STRATEGY.replace("SCRIPT", "own"), "s.yaml", NOON)
        with pytest.raises(InputError, match="script own@1, line 7, .* regime ru-230fz-agency demands it"):
            review(STRATEGY.replace("SCRIPT", "own"), "s.yaml", NOON, scripts=repertoire(tx))
        publish(tx, review(STRATEGY.replace("SCRIPT", NAME), "s.yaml", NOON), author="a", now=NOON)
        silent = changed(3).replace("    says: [agency, creditor]\n", "")
        with pytest.raises(InputError, match=r"comes before agency, creditor are said.*; \d more"):
            review_script(tx, silent, "f.yaml")
        assert list(users_of(tx, NAME).strategies) == ["played@1"]


def test_a_line_knows_little_of_its_callers(books: Books) -> None:
    service = script_text("self_service")[0].replace("version: 2", "version: 3")
    with books.write() as tx:
        tx.lines.put(Line("+78005553535", script="self_service", closed_script="closed"))
        assert faults(tx, service) == []
        unknown = service.replace("  callback: phone\n", "  callback: phone\n  since: date\n")
        assert (
            "a line does not know since: date of its callers; the facts are agency: text"
            in faults(tx, unknown)[0]
        )


def test_kinds_do_not_mix(books: Books) -> None:
    named_alike = STRATEGY.replace("played", "own").replace("SCRIPT", NAME)
    with books.write() as tx:
        publish(tx, review(named_alike, "s.yaml", NOON), author="a", now=NOON)
        published(tx, OWN)
        assert [one.kind for one in (*tx.versions.all("own"), *tx.versions_of(SCRIPT).all("own"))] == [
            VersionKind.STRATEGY,
            SCRIPT,
        ]
        proposal = propose(
            tx,
            review_script(tx, OWN.replace("version: 1", "version: 2"), "f"),
            author="anna",
            note="why",
            revert_after=None,
            now=NOON,
        )
        assert tx.proposals.open() == []
        assert tx.proposals_of(SCRIPT).open("own") == [proposal]


def test_a_timer_takes_a_script_back(books: Books) -> None:
    hour = timedelta(hours=1)
    with books.write() as tx:
        reviewed = review_script(tx, changed(3), "f")
        proposal = propose(tx, reviewed, author="anna", note="try", revert_after=hour, now=NOON)
        approve(tx, proposal, reviewed, by="boris", four_eyes=True, now=NOON)
        assert revert_due(tx, NOON) == []
        (back,) = revert_due(tx, NOON + hour)
        assert (back.version.label, tx.proposals_of(SCRIPT).revert_of(NAME)) == ("debt_informer@2", None)


def test_the_text_in_force_cannot_be_proposed_again(books: Books) -> None:
    with (
        books.write() as tx,
        pytest.raises(InputError, match="script debt_informer is in force with this very text"),
    ):
        propose(tx, review_script(tx, SHIPPED, "f"), author="a", note="why", revert_after=None, now=NOON)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is a mapping of name, version, language"),
        ("name: [", "not YAML"),
        ("name: own", "the field 'version' is missing"),
        (OWN.replace("end: {kind: hangup}", "rest: {kind: say, text: А.}"), "the page ends without a hangup"),
        (OWN + "  lost: {kind: goto, next: nowhere}\n", "there is no node 'nowhere'"),
        (OWN.replace("version: 1", "version: 0"), "greater than or equal to 1"),
    ],
)
def test_what_is_no_script(books: Books, text: str, fault: str) -> None:
    with books.write() as tx:
        with pytest.raises(InputError, match=fault.replace("(", r"\(")):
            review_script(tx, text, "f.yaml")
        assert tx.versions_of(SCRIPT).names() == []
