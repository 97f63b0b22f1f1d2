"""Turns of those who write to one SQLite file."""

from __future__ import annotations

import subprocess
import sys
import threading
from fcntl import F_WRLCK
from pathlib import Path

import pytest

from ledger import turn
from ledger.books import Books
from ledger.turn import turn_to_write
from tests.polling import wait_until

pytestmark = pytest.mark.unit

WITHIN_S = 60.0
HOLDS = """
import sys, pathlib
from ledger.turn import turn_to_write
with turn_to_write(pathlib.Path(sys.argv[1]), 60.0):
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_who_has_written_lets_him_before_who_waits(tmp_path: Path) -> None:
    locks, wrote, waits = tmp_path / "turn", list[str](), threading.Event()

    def other() -> None:
        waits.set()
        with turn_to_write(locks, WITHIN_S):
            wrote.append("other")

    thread = threading.Thread(target=other)
    with turn_to_write(locks, WITHIN_S):
        thread.start()
        waits.wait()
        wait_until(lambda: _at_the_door(locks), "the other is at the door")
        wrote.append("first")
    with turn_to_write(locks, WITHIN_S):
        wrote.append("first again")
    thread.join()
    assert wrote == ["first", "other", "first again"]


def _at_the_door(locks: Path) -> bool:
    """Whether a third would not get to the door; if he does he leaves it at once."""
    with locks.open("rb+") as file:
        return not turn._set(file.fileno(), turn.DOOR, F_WRLCK)


def test_a_killed_process_gives_its_turn_back(tmp_path: Path) -> None:
    locks = tmp_path / "turn"
    command = [sys.executable, "-c", HOLDS, str(locks)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "mine\n"
        holder.kill()
        with turn_to_write(locks, WITHIN_S):
            pass
    assert holder.returncode < 0


@pytest.mark.parametrize("within_s", [0.0, 0.01])
def test_nobody_waits_for_ever(tmp_path: Path, within_s: float) -> None:
    locks = tmp_path / "turn"
    with turn_to_write(locks, WITHIN_S), turn_to_write(locks, within_s):
        pass


def test_without_a_file_of_locks_sqlite_keeps_order(tmp_path: Path) -> None:
    with turn_to_write(tmp_path / "nowhere" / "turn", WITHIN_S):
        pass


def test_books_on_one_file_share_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'books.db'}"
    one, other = Books.open(url), Books.open(url)
    with one.write() as tx:
        tx.connection.exec_driver_sql("CREATE TABLE line (words TEXT)")
    with other.write() as tx:
        tx.connection.exec_driver_sql("INSERT INTO line VALUES ('after him')")
    assert (tmp_path / "books.db-turn").exists()
    one.close()
    other.close()
