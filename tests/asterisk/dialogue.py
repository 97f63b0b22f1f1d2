"""The dialogues that were recorded from a real Asterisk, for tests to replay."""

from __future__ import annotations

from pathlib import Path

from asterisk.ami.messages import AmiMessage
from asterisk.ami.parse import MessageReader

FOLDER = Path(__file__).parent / "dialogues"


def said_by_asterisk(name: str) -> bytes:
    """Every byte that Asterisk sent in this dialogue."""
    blocks = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    said = [
        [line.removeprefix("S: ") for line in block.split("\n")]
        for block in blocks
        if block.startswith("S: ")
    ]
    return "".join("\r\n".join([*lines, "", ""]) for lines in said).encode()


def messages_of(name: str) -> list[AmiMessage]:
    """The same as messages."""
    return MessageReader().feed(said_by_asterisk(name))
