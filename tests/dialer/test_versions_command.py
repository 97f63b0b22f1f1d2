"""``dozvon strategy publish|rollback|versions|diff`` as a user runs them, and wrong input."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.cli import campaign
from dialer.handlers.publish import review
from dialer.handlers.start_campaign import CampaignOrder, start_campaign
from domain.caller_number import CallerNumber
from domain.campaign import CampaignStatus
from ivr_scripts.load import script_text
from ledger.books import Books
from ledger.migrate import upgrade
from tests.dialer.test_commands_of_campaigns import KNOWN, live_in
from tests.dialer.test_commands_of_the_books import Commands, commands
from tests.ledger.rows import BASIS, NOON, add_debtor

__all__ = ["commands"]
pytestmark = pytest.mark.unit

FILE = """\
name: mine
regime: ru-230fz-agency
segments:
  - id: all
    help: true
    steps: [{id: inform, ivr: debt_informer, repeat: {every: 3d, times: 2}}]
"""
CHANGED = FILE.replace("times: 2", "times: 4")


@pytest.fixture
def books(commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    """The command's ledger with a portfolio of one debtor; prompts are tones."""
    del commands
    live_in(monkeypatch, KNOWN)
    monkeypatch.setenv("DOZVON_PROMPTS__ENGINE", "tones")
    monkeypatch.setenv("DOZVON_REDIS_URL", f"unix://{tmp_path / 'nobody.sock'}")
    opened = Books.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    upgrade(opened.engine)
    with opened.write() as tx:
        heat = tx.portfolios.put("heat", creditor="Тепловые сети", contact_phone="+78000000000", basis=BASIS)
        tx.numbers.put(CallerNumber("+78000000000", "contract", "label", "", NOON))
        add_debtor(tx, heat.id, "A", "+79160000001")
    yield opened
    opened.close()


def file(text: str, name: str = "mine.yaml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def start(books: Books) -> None:
    order = CampaignOrder("spring", "heat", review(FILE, "mine.yaml", NOON), "+78000000000", 3, 2.0)
    start_campaign(books, order, {}, now=NOON, progress=lambda done, total: None)


def test_publish_tells_what_changes_and_who_takes_it(commands: Commands, books: Books) -> None:
    start(books)
    document = commands.json("strategy", "publish", file(CHANGED), "--author", "Иванова", "--note", "more")
    assert document == {
        "version": "mine@2",
        "before": "mine@1",
        "changed": True,
        "changes": ["segment all: step inform: repeat: times 2 -> 4"],
        "campaigns": ["spring"],
    }
    _, out = commands.run("strategy", "publish", file(CHANGED), "--author", "Иванова")
    assert out == "mine@2 is in force already: nothing has changed\n"
    status = commands.json("campaign", "status", "spring")
    assert (status["strategy"], status["published"]) == ("mine@1", "mine@2")
    _, out = commands.run("campaign", "status", "spring")
    assert "mine@2 is published and does not run yet: a dialler is about to take it" in out


@pytest.mark.usefixtures("books")
def test_roll_back_and_the_list_of_versions(commands: Commands) -> None:
    for text in (FILE, CHANGED):
        commands.run("strategy", "publish", file(text), "--author", "Иванова", "--note", "why [x]")
    _, out = commands.run("strategy", "rollback", "mine", "--author", "Петров")
    assert out.splitlines() == [
        "mine@1 is in force",
        "  segment all: step inform: repeat: times 4 -> 2",
        "no campaign is running it",
    ]
    document = commands.json("strategy", "versions", "mine")
    assert (document["name"], document["in_force"]) == ("mine", 1)
    assert [(one["number"], one["changes"]) for one in document["versions"]] == [
        (1, []),
        (2, ["segment all: step inform: repeat: times 2 -> 4"]),
    ]
    assert [(one["number"], one["kind"], one["author"]) for one in document["publications"]] == [
        (1, "publish", "Иванова"),
        (2, "publish", "Иванова"),
        (1, "rollback", "Петров"),
    ]
    _, out = commands.run("strategy", "versions", "mine")
    assert "1 in force" in out
    assert "why [x]" in out
    assert "rollback of version 1 by Петров" in out


@pytest.mark.usefixtures("books")
def test_two_files_or_a_file_and_a_version(commands: Commands) -> None:
    commands.run("strategy", "publish", file(FILE), "--author", "Иванова")
    status, out = commands.run("strategy", "diff", "mine@1", file(CHANGED))
    assert (status, out) == (0, "segment all: step inform: repeat: times 2 -> 4\n")
    assert commands.run("strategy", "diff", file(FILE), "mine@1") == (0, "both do the same\n")
    assert commands.json("strategy", "diff", file(CHANGED, "b.yaml"), "mine@1") == {
        "same": False,
        "changes": [
            {
                "path": ["segment all", "step inform", "repeat", "times"],
                "kind": "changed",
                "before": "4",
                "after": "2",
                "words": "segment all: step inform: repeat: times 4 -> 2",
            }
        ],
    }


@pytest.mark.usefixtures("books")
def test_a_campaign_may_start_what_was_published(commands: Commands, books: Books) -> None:
    for text in (FILE, CHANGED):
        commands.run("strategy", "publish", file(text), "--author", "Иванова")
    Path("mine.yaml").unlink()
    options = ("--portfolio", "heat", "--caller", "+78000000000", "--strategy", "mine")
    assert commands.json("campaign", "start", "spring", *options) == {
        "name": "spring",
        "planned": 1,
        "left_out": {},
    }
    with books.read() as tx:
        campaign = tx.campaigns.named("spring")
        assert tx.versions.get(campaign.strategy_version_id).label == "mine@2"
        assert campaign.status is CampaignStatus.RUNNING
    assert commands.json("campaign", "status", "spring")["strategy"] == "mine@2"


class TestScripts:
    """The same commands in the group of scripts."""

    OWN = script_text("debt_informer")[0].replace("version: 2", "version: 3")
    KINDER = OWN.replace("До свидания.", "Всего доброго.")

    def test_published_heard_compared_and_put_back(self, commands: Commands, books: Books) -> None:
        start(books)
        given = (
            "script",
            "publish",
            file(self.KINDER, "own.yaml"),
            "--author",
            "Иванова",
            "--note",
            "kinder",
        )
        document = commands.json(*given)
        assert (document["version"], document["before"]) == ("debt_informer@3", "debt_informer@2")
        assert (document["changed"], document["campaigns"]) == (True, ["spring"])
        assert all(change.startswith("node ") for change in document["changes"])
        assert "Всего доброго." in commands.run("script", "render", "debt_informer")[1]
        assert "До свидания." in commands.run("script", "render", "debt_informer@2")[1]
        listed = {one["name"]: (one["version"], one["published"]) for one in commands.json("script", "list")}
        assert (listed["debt_informer"], listed["reminder"]) == ((3, True), (1, False))
        _, out = commands.run("script", "diff", "debt_informer@2", "own.yaml")
        assert out.splitlines() == document["changes"]
        versions = commands.json("script", "versions", "debt_informer")
        assert (versions["in_force"], [one["number"] for one in versions["versions"]]) == (3, [2, 3])
        _, out = commands.run("script", "rollback", "debt_informer", "--author", "Петров")
        assert out.splitlines()[0] == "debt_informer@2 is in force"
        assert out.splitlines()[-1] == "campaigns that take it: spring"

    def test_a_strategy_may_name_a_script_of_the_house(self, commands: Commands, books: Books) -> None:
        own = script_text("reminder")[0].replace("name: reminder", "name: ours")
        strategy = file(FILE.replace("debt_informer", "ours"))
        assert "there is no IVR script 'ours'" in commands.fault("strategy", "check", strategy)
        commands.json("script", "publish", file(own, "ours.yaml"), "--author", "Иванова")
        assert commands.run("strategy", "check", strategy)[0] == 0
        options = ("--portfolio", "heat", "--caller", "+78000000000", "--strategy", strategy)
        assert commands.json("campaign", "start", "spring", *options)["planned"] == 1
        with books.read() as tx:
            assert [one.id for one in tx.scripts.of("ours")] == ["ours@1"]

    def test_status_tells_what_is_played_and_what_is_not_yet(
        self, commands: Commands, books: Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start(books)
        board = {"scripts": ["debt_informer@2"], "version_fault": "no prompt", "in_flight": 0}

        async def fetch(redis: object, name: str) -> dict[str, object]:
            return board | {"calls_per_second": 0.0, "reason": "nobody is due"}

        monkeypatch.setattr(campaign, "fetch", fetch)
        _, out = commands.run("campaign", "status", "spring")
        assert "strategy mine@1, debt_informer@2\n" in out
        assert "a script that was published is not played yet: no prompt\n" in out

    @pytest.mark.usefixtures("books")
    @pytest.mark.parametrize(
        ("arguments", "fault"),
        [
            (
                ("publish", "none.yaml", "--author", "x"),
                "no script 'none.yaml'; give a file, or one of the shipped",
            ),
            (("publish", "debt_informer", "--author", " "), "--author: a version needs an author"),
            (("rollback", "debt_informer", "--author", "x"), "no script 'debt_informer' was published"),
            (("versions", "nothing"), "no script 'nothing' was published"),
            (("render", "debt_informer@7"), "no script 'debt_informer' was published"),
            (("diff", "debt_informer", "nothing"), "no script 'nothing'"),
        ],
    )
    def test_wrong_input(self, commands: Commands, arguments: tuple[str, ...], fault: str) -> None:
        assert fault in commands.fault("script", *arguments)

    @pytest.mark.usefixtures("books")
    def test_another_text_needs_another_version(self, commands: Commands) -> None:
        old = file(self.KINDER.replace("version: 3", "version: 2"), "own.yaml")
        fault = commands.fault("script", "publish", old, "--author", "x")
        assert fault.startswith("own.yaml, line ")
        assert fault.endswith("version: version 2 is taken by another text; write version: 3")


@pytest.mark.usefixtures("books")
class TestWrongInput:
    def test_a_file_with_errors_is_not_published(self, commands: Commands, books: Books) -> None:
        bad = file(FILE.replace("debt_informer", "nothing"))
        fault = commands.fault("strategy", "publish", bad, "--author", "Иванова")
        assert fault.startswith("mine.yaml, line 6, ")
        assert "there is no IVR script 'nothing'" in fault
        with books.read() as tx:
            assert tx.versions.names() == []

    @pytest.mark.parametrize(
        ("arguments", "fault"),
        [
            (
                ("rollback", "mine", "--author", "x"),
                "strategy 'mine' is at its first version: there is none before",
            ),
            (
                ("rollback", "mine", "--author", "x", "--to", "9"),
                "strategy 'mine' has no version 9; versions: 1",
            ),
            (
                ("rollback", "yours", "--author", "x"),
                "no strategy 'yours' was published; published strategies: mine",
            ),
            (("rollback", "mine", "--author", "x", "--to", "1"), "mine@1 is in force already"),
            (("versions", "yours"), "no strategy 'yours' was published"),
            (("diff", "mine@1", "mine@2"), "strategy 'mine' has no version 2; versions: 1"),
            (("diff", "mine@1", "nothing.yaml"), "no strategy 'nothing.yaml'"),
            (("publish", "mine.yaml", "--author", " "), "--author: a version needs an author"),
        ],
    )
    def test_one_line_tells_what_to_do(
        self, commands: Commands, arguments: tuple[str, ...], fault: str
    ) -> None:
        commands.run("strategy", "publish", file(FILE), "--author", "Иванова")
        assert fault in commands.fault("strategy", *arguments)
