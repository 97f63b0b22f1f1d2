"""What users get wrong and machines lack: one line that says what to do, the right exit status, nothing lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from dialer.cli.main import run
from dialer.clock import SystemClock
from dialer.demo.stage import Stage, StagePlan, open_stage
from dialer.settings import PromptSettings, Settings, environment_of
from strategies.load import strategy_text
from tests.e2e.play import dozvon

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("demo")]

HEADER = "Лицевой счёт;Сумма долга;Месяц образования долга;Телефон"
GOOD = "1;500,00;01.2026;+79350000001"
SHIPPED = "utilities-technical"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A ledger of its own, no node and no Redis; prompts are tones."""
    return Settings(
        home=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'dozvon.db'}",
        redis_url=f"unix://{tmp_path / 'nobody.sock'}",
        prompts=PromptSettings(folder=tmp_path / "prompts", engine="tones"),
    )


class Cli:
    """``dozvon`` in this process, with the settings in the environment: starting a new one takes a second."""

    def __init__(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.settings, self._monkeypatch, self._capsys = settings, monkeypatch, capsys

    def done(self, *arguments: str) -> str:
        """What a command prints that does its work."""
        status, printed, said = self.run(*arguments)
        assert status == 0, said
        return printed

    def refused(self, exit_status: int, *arguments: str, **environment: str) -> str:
        """The one line on standard error of a command that ends with this status."""
        return line_of(exit_status, *self.run(*arguments, **environment))

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Exit status, standard output and standard error."""
        with self._monkeypatch.context() as patch:
            for name, value in {**environment_of(self.settings), **environment}.items():
                patch.setenv(name, value)
            status = run(arguments)
        return status, *self._capsys.readouterr()


def line_of(exit_status: int, status: int, printed: str, said: str) -> str:
    """The one line that a refused command says, without its label."""
    assert "Traceback" not in said, said
    assert said.startswith("error: "), said
    assert said.count("\n") == 1, f"more than one line: {said}"
    assert (status, printed) == (exit_status, "")
    return said.removeprefix("error: ").strip()


@pytest.fixture
def cli(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(settings, monkeypatch, capsys)


def portfolio(cli: Cli, *rows: str) -> None:
    """A portfolio of these rows; without rows an empty one."""
    basis = ("--basis", "договор 1", "--valid-from", f"{SystemClock().now():%Y-%m-%d}")
    cli.done("portfolio", "set", "p", "--creditor", "ЭнергоСбыт", "--phone", "+74950000001", *basis)
    cli.done("number", "set", "+74950000000", "--contract", "1", "--label", "Дозвон")
    if rows:
        cli.done("import", "debtors", csv_of(cli, *rows), "--portfolio", "p")


def start(strategy: str = SHIPPED) -> tuple[str, ...]:
    """The command that starts a campaign."""
    return ("campaign", "start", "c", "--portfolio", "p", "--caller", "+74950000000", "--strategy", strategy)


def csv_of(cli: Cli, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> str:
    file = cli.settings.home / "debtors.csv"
    file.write_text("\n".join((header, *rows)) + "\n", encoding=encoding)
    return str(file)


class TestImport:
    def test_broken_rows_are_listed_and_the_others_taken(self, cli: Cli) -> None:
        portfolio(cli)
        rows = (GOOD, "2;abc;01.2026;", "3;-5;01.2026;", "4;700;01.2026;12345", GOOD, "5;1")
        printed = cli.done("import", "debtors", csv_of(cli, *rows), "--portfolio", "p")
        assert "6 rows: 2 debtors added, 0 changed, 0 unchanged, 5 rejected" in printed
        assert (cli.settings.home / "debtors.rejects.csv").read_text().splitlines() == [
            "row,field,value,reason",
            "3,sum,abc,not a sum in roubles like 1234.56",
            "4,sum,-5,a sum cannot be negative",
            "5,phone,12345,5 digits: too short",
            "7,row,5 | 1,2 columns where the header has 4",
            '6,account,1,"the same debtor, account and service as in row 2"',
        ]

    def test_a_missing_column_is_named_with_those_there_are(self, cli: Cli) -> None:
        portfolio(cli)
        file = csv_of(cli, "1;2", header="Лицевой счёт;Сумма долга")
        said = cli.refused(2, "import", "debtors", file, "--portfolio", "p")
        assert said.startswith(f"{file}, row 1: no column for oldest_unpaid; ")
        assert said.endswith("its columns are 'Лицевой счёт', 'Сумма долга'")

    def test_a_wrong_encoding_is_told_and_changes_nothing(self, cli: Cli) -> None:
        portfolio(cli, GOOD)
        file = csv_of(cli, "2;100;01.2026;", encoding="cp1251")
        arguments = ("import", "debtors", file, "--portfolio", "p")
        said = cli.refused(2, *arguments, "--encoding", "utf-8")
        assert "bytes that are not utf-8" in said
        assert "cp1251" in said
        printed = cli.done("portfolio", "list", "--json")
        assert '"debtors": 1' in printed

    def test_a_file_that_is_not_there(self, cli: Cli) -> None:
        portfolio(cli)
        said = cli.refused(2, "import", "debtors", "nobody.csv", "--portfolio", "p")
        assert said == "nobody.csv: cannot be read: No such file or directory; check its name and its rights"


class TestNames:
    def test_an_unknown_portfolio(self, cli: Cli) -> None:
        portfolio(cli)
        said = cli.refused(2, "import", "debtors", csv_of(cli, GOOD), "--portfolio", "q")
        assert said == "no portfolio 'q'; portfolios: p"

    @pytest.mark.parametrize(
        "arguments",
        [
            ("campaign", "status", "[/q]"),
            ("campaign", "pause", "[/q]"),
            ("report", "progress", "--campaign", "[/q]"),
        ],
        ids=" ".join,
    )
    def test_an_unknown_campaign(self, cli: Cli, arguments: tuple[str, ...]) -> None:
        assert cli.refused(2, *arguments) == "no campaign '[/q]'; campaigns: none yet"

    def test_a_name_that_is_taken(self, cli: Cli) -> None:
        portfolio(cli, GOOD)
        cli.done(*start())
        said = cli.refused(2, *start())
        assert said == "campaign 'c' exists already; choose another name, or resume it"

    def test_an_unknown_command(self, cli: Cli) -> None:
        said = cli.refused(2, "frobnicate")
        assert said == "No such command 'frobnicate'; try `dozvon --help`"

    def test_an_option_out_of_its_range(self, cli: Cli) -> None:
        said = cli.refused(2, "demo", "--calls", "0")
        assert said.startswith("Invalid value for '--calls'")

    def test_operators_without_an_asterisk(self, cli: Cli) -> None:
        said = cli.refused(2, "demo", "--switch", "simulated", "--operators", "2")
        assert said == "--operators: operators need a real Asterisk; leave --switch simulated away"


class TestStrategy:
    def test_an_unknown_key_is_told_with_file_line_and_field(self, cli: Cli) -> None:
        portfolio(cli, GOOD)
        body, _ = strategy_text(SHIPPED)
        file = cli.settings.home / "mine.yaml"
        file.write_text(body.replace("priority: 20", "prioritty: 20"))
        line = 1 + file.read_text().splitlines().index("    prioritty: 20")
        place = f"{file}, line {line}, column 5, segments.4.prioritty"
        for command in (("strategy", "check", str(file)), start(str(file))):
            said = cli.refused(2, *command)
            assert said == f"{place}: unknown key 'prioritty'"

    def test_a_strategy_that_is_not_there(self, cli: Cli) -> None:
        said = cli.refused(2, "strategy", "check", "mine")
        assert said.startswith(
            "no strategy 'mine'; give a file, or one of the shipped: enforcement-bailiffs,"
        )


class TestPrompts:
    def start_refused(self, cli: Cli, **environment: str) -> str:
        portfolio(cli, GOOD)
        said = cli.refused(1, *start(), **environment)
        printed = cli.done("portfolio", "list", "--json")
        assert '"debtors": 1' in printed
        return said

    def test_a_full_disk_stops_the_start_and_leaves_no_half_clip(self, cli: Cli) -> None:
        folder = cli.settings.prompts.folder
        folder.mkdir()
        manifest = folder / "manifest.jsonl"
        manifest.symlink_to("/dev/full")
        said = self.start_refused(cli)
        assert said == (
            f"a prompt cannot be written to {folder}: No space left on device;"
            " free space there or set another folder for prompts"
        )
        assert [path.name for path in folder.iterdir()] == ["manifest.jsonl"]
        manifest.unlink()
        assert "1 debtors planned" in cli.done(*start())

    def test_a_file_in_the_place_of_the_folder(self, cli: Cli) -> None:
        cli.settings.prompts.folder.touch()
        said = self.start_refused(cli)
        assert said.startswith(f"a prompt cannot be written to {cli.settings.prompts.folder}: ")

    def test_no_speech_engine(self, cli: Cli, tmp_path: Path) -> None:
        said = self.start_refused(
            cli,
            DOZVON_PROMPTS__ENGINE="espeak",
            DOZVON_CACHE=str(tmp_path / "empty"),
            PATH=str(tmp_path),
        )
        assert said.startswith("espeak-ng cannot be run: No such file or directory; ")
        assert " prompts missing: «Здравствуйте! " in said
        assert said.endswith(" more; install espeak-ng or run `make setup`")

    def test_gtts_without_a_network_is_told_once_and_the_other_engine_speaks(self, cli: Cli) -> None:
        portfolio(cli, GOOD)
        nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1", "NO_PROXY": ""}
        status, printed, said = cli.run(*start(), DOZVON_PROMPTS__ENGINE="gtts", **nowhere)
        assert (status, "1 debtors planned" in printed) == (0, True)
        warnings = [
            line for line in said.splitlines() if line.startswith("warning: gTTS cannot be reached: ")
        ]
        assert len(warnings) == 1
        assert warnings[0].endswith("; check the network; prompts are made by espeak-ng instead")

    def test_a_recording_of_the_wrong_format_and_those_that_are_missing(
        self, cli: Cli, tmp_path: Path
    ) -> None:
        recordings = tmp_path / "recordings"
        recordings.mkdir()
        (recordings / "рубля.wav").write_bytes(b"ID3 an mp3")
        recorded = {"DOZVON_PROMPTS__ENGINE": "recorded", "DOZVON_PROMPTS__RECORDINGS": str(recordings)}
        said = self.start_refused(cli, **recorded)
        assert said.startswith(f"{recordings}: there is no recording of «Здравствуйте! ")
        assert " prompts missing: «" in said


class TestMachine:
    @pytest.mark.parametrize("address", ["nonsense", "mysql://127.0.0.1/x"])
    def test_an_address_of_no_database(self, cli: Cli, address: str) -> None:
        said = cli.refused(2, "portfolio", "list", DOZVON_DATABASE_URL=address)
        assert said.startswith("DOZVON_DATABASE_URL: is no address of a database; ")

    @pytest.mark.parametrize(
        ("place", "why"),
        [
            ("file/dozvon.db", "the folder of the database cannot be made"),
            (".", "unable to open database file"),
            ("/dev/full", "the database refused"),
        ],
    )
    def test_a_database_that_cannot_be_written(self, cli: Cli, place: str, why: str) -> None:
        (cli.settings.home / "file").touch()
        address = f"sqlite:///{cli.settings.home / place}"
        assert why in cli.refused(1, "portfolio", "list", DOZVON_DATABASE_URL=address)


@pytest.fixture
async def stage(folder: Path, prompts: Path) -> AsyncIterator[Stage]:
    async with open_stage(StagePlan(folder, prompts)) as stage:
        yield stage


async def dialler_refused(settings: Settings, **of_node: object) -> str:
    """The one line of a dialler that finds its node not as these settings say; its log is in a file."""
    nodes = tuple(node.model_copy(update=of_node) for node in settings.nodes)
    log = str(settings.home / "dialler.log")
    changed = settings.model_copy(update={"nodes": nodes})
    return line_of(1, *await dozvon("dialer", "--log-file", log, settings=changed))


class TestDialler:
    async def test_a_redis_that_is_down(self, settings: Settings) -> None:
        said = await dialler_refused(settings)
        what = r"unix://\S+: Redis does not answer \(.*\); start it or set DOZVON_REDIS_URL"
        assert re.fullmatch(what, said)

    async def test_a_wrong_secret(self, stage: Stage) -> None:
        said = await dialler_refused(stage.settings, ami_secret=SecretStr("wrong"))
        address = f"dozvon@127.0.0.1:{stage.node.plan.ami_port}"
        assert said == (
            f"Asterisk's manager interface refuses {address}: the user or the secret is wrong; check manager.conf"
        )

    async def test_a_port_where_nobody_listens(self, stage: Stage) -> None:
        await stage.node.stop()
        said = await dialler_refused(stage.settings)
        address = f"dozvon@127.0.0.1:{stage.node.plan.ami_port}"
        assert said == (
            f"cannot log in to Asterisk's manager interface {address}: Connection refused;"
            " check that Asterisk runs and listens there"
        )

    async def test_a_port_where_another_program_listens(self, stage: Stage) -> None:
        async def web(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(web, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            said = await dialler_refused(stage.settings, ami_port=port)
        what = f"cannot log in to Asterisk's manager interface dozvon@127.0.0.1:{port}: "
        assert said.startswith(what)
        assert said.endswith("; check that Asterisk runs and listens there")
