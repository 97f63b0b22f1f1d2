"""Logs: JSON lines, levels, and no personal data."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from dialer.logs import configure_logs, mask_personal
from domain.errors import InputError

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    end_logs()


def end_logs() -> None:
    """What the end of a process does."""
    stream = getattr(structlog.get_config()["logger_factory"], "_file", None)
    if stream not in (None, sys.stderr, sys.stdout):
        stream.close()
    structlog.reset_defaults()


def test_marked_fields_are_masked_and_others_stay() -> None:
    event: dict[str, Any] = {
        "event": "call_placed",
        "phone": "+79161234567",
        "number": 112,
        "debtor_name": "Иванов",
        "sum": 1234.56,
        "touch": "01a2",
    }
    assert mask_personal(None, "info", event) == {
        "event": "call_placed",
        "phone": "+7916***67",
        "number": "***",
        "debtor_name": "***",
        "sum": "***",
        "touch": "01a2",
    }


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_file_gets_json_lines_with_masked_fields(tmp_path: Path) -> None:
    configure_logs("info", tmp_path / "log.json")
    log = structlog.get_logger()
    log.debug("not_wanted")
    log.info("call_placed", phone="+79161234567", city="Омск")
    (line,) = lines(tmp_path / "log.json")
    assert (line["event"], line["level"], line["phone"], line["city"]) == (
        "call_placed",
        "info",
        "+7916***67",
        "Омск",
    )
    assert line["timestamp"].endswith("Z")


def test_what_is_bound_to_the_context_is_masked_too(tmp_path: Path) -> None:
    configure_logs("info", tmp_path / "log.json")
    with structlog.contextvars.bound_contextvars(phone="+79161234567"):
        structlog.get_logger().info("heard")
    assert lines(tmp_path / "log.json")[0]["phone"] == "+7916***67"


def test_the_next_run_writes_on_behind(tmp_path: Path) -> None:
    for event in ("first", "second"):
        configure_logs("info", tmp_path / "log.json")
        structlog.get_logger().info(event)
        end_logs()
    assert [line["event"] for line in lines(tmp_path / "log.json")] == ["first", "second"]


def test_without_a_file_a_person_reads_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("warning")
    log = structlog.get_logger()
    log.info("not_wanted")
    log.warning("node_lost", node="n1")
    shown = capsys.readouterr()
    assert "node_lost" in shown.err
    assert "not_wanted" not in shown.err
    assert shown.out == ""


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="no-such-folder/log.json: cannot be written: No such file or directory"
    ):
        configure_logs("info", tmp_path / "no-such-folder" / "log.json")
