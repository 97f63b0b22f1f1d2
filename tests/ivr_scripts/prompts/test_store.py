"""Every clip once, whole or not at all, under the hash of what it says and how."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from domain.errors import EnvironmentFault
from ivr_scripts.prompts.store import MANIFEST, PromptStore

pytestmark = pytest.mark.unit


@pytest.fixture
def store(tmp_path: Path) -> PromptStore:
    return PromptStore(tmp_path / "prompts", "tones", "sine")


def test_the_reference_is_what_asterisk_finds(store: PromptStore) -> None:
    address = store.address("рубля")
    assert len(address) == 12
    assert int(address, 16) >= 0
    assert store.reference("рубля") == store.reference("рубля") == f"dz/{address}"
    assert store.path("рубля") == store.folder / f"{address}.alaw"


def test_engine_voice_and_text_each_change_the_address(tmp_path: Path) -> None:
    stores = [PromptStore(tmp_path, *how) for how in (("a", "x"), ("a", "y"), ("b", "x"), ("ax", ""))]
    assert len({store.address(text) for store in stores for text in ("рубль", "рубля")}) == 8


def test_missing_clips_are_named_once_and_in_order(store: PromptStore) -> None:
    store.put("два", b"clip")
    assert store.missing(["один", "два", "три", "один"]) == ["один", "три"]


def test_a_clip_and_its_line_in_the_manifest(store: PromptStore) -> None:
    assert store.put("рубля", b"clip").read_bytes() == b"clip"
    (line,) = (store.folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "address": store.address("рубля"),
        "text": "рубля",
        "engine": "tones",
        "voice": "sine",
    }


def test_a_full_disk_leaves_nothing_half_written(store: PromptStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("один", b"clip")

    def no_space(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ivr_scripts.prompts.store.os.fsync", no_space)
    with pytest.raises(EnvironmentFault) as caught:
        store.put("два", b"clip")
    assert str(caught.value) == (
        f"a prompt cannot be written to {store.folder}: No space left on device; "
        "free space there or set another folder for prompts"
    )
    assert {file.name for file in store.folder.iterdir()} == {MANIFEST, store.path("один").name}
    assert store.missing(["один", "два"]) == ["два"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EnvironmentFault, match=r"cannot be written to .*: Not a directory"):
        PromptStore(tmp_path / "file" / "prompts", "tones", "sine").put("один", b"clip")
