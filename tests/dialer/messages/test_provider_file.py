"""Files of providers: the shipped are in order, and what is wrong with one is told with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from dialer.messages.provider_file import SHIPPED, Match, at, filled, id_at, read_provider, storable
from dialer.messages.settings import ProviderSettings
from domain.errors import InputError

pytestmark = pytest.mark.unit

PLAIN = """\
name: plain
send:
  url: "{{ base_url }}/send"
  headers: {X-Key: "{{ touch }}"}
  json: {to: "{{ phone }}", say: ["{{ text }}"]}
  taken: {status: [200], ref: id}
  refused:
    - {status: [400], reason_at: error}
signature: {header: X-Signature}
receipts: {ref: id, state: status, states: {delivered: delivered}}
"""


def written(folder: Path, old: str = "", new: str = "") -> str:
    """The plain file with a change."""
    path = folder / "plain.yaml"
    assert old in PLAIN
    path.write_text(PLAIN.replace(old, new, 1) if old else PLAIN, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", sorted(file.stem for file in SHIPPED.glob("*.yaml")))
def test_every_shipped_file_is_in_order(name: str) -> None:
    assert read_provider(name).name == name


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    file = read_provider(written(tmp_path))
    assert file.send.taken.ref == "id"
    assert file.ask is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{{ phone }}", "{{ phone }", "line 5, send.json.to: no template: unexpected '}'"),
        ("{{ text }}", "{{ text | shout }}", "line 5, send.json.say.0: no template: No filter named 'shout'"),
        (
            "{{ text }}",
            "{{ sum }}",
            "line 5, send.json.say.0: no variable 'sum'; there are: base_url, digits",
        ),
        ("{{ touch }}", "{{ touch.id.no }}", "line 4, send.headers.X-Key: the template cannot be filled"),
        ("{{ touch }}", "{{ 1 / 0 }}", "line 4, send.headers.X-Key: the template cannot be filled: division"),
        ("{{ touch }}", "{{ touch + 1 }}", "line 4, send.headers.X-Key: the template cannot be filled"),
        (
            "{{ touch }}",
            "{{ ''.__class__.mro() }}",
            "line 4, send.headers.X-Key: the template cannot be filled",
        ),
        ("{{ base_url }}/send", "/send", "line 3, send.url: no address of HTTP; begin it with"),
        ("  taken:", "  form: {a: b}\n  taken:", "line 2, send: a request has one body; take json or form"),
        ("ref: id}\n  ref", "ref: ''}\n  ref", "line 6, send.taken.ref: "),
        ("status: [200], ", "", "line 6, send.taken: the field 'status' is missing"),
        ("status: [200]", "status: []", "line 6, send.taken.status: needs at least 1 item"),
        ("{delivered: delivered}", "{delivered: eaten}", "line 10, receipts.states.delivered"),
        ("signature: {header: X-Signature}", "signature: {}", "the field 'header' is missing"),
        ("name: plain", "name: plain\nnope: 1", "line 2, nope: unknown key 'nope'"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(InputError) as wrong:
        read_provider(written(tmp_path, old, new))
    line = str(wrong.value)
    assert told in re.sub(r", column \d+", "", line)
    assert line.startswith(str(tmp_path / "plain.yaml"))
    assert "\n" not in line


@pytest.mark.parametrize("content", [b"", b"- 1\n", b"\xff\xfe\x00", b"send: [\n"])
def test_what_is_no_provider_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hub.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"hub\.yaml"):
        read_provider(str(path))


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError, match="give a file, or one of the shipped: messenger-hub, sms-gateway"):
        read_provider("nowhere.yaml")


def test_a_text_cannot_change_the_request_around_it() -> None:
    request = {"to": "{{ phone }}", "say": ["{{ text }}", 7, None]}
    text = '"}, {{ secret }} {% raw %} & <b>\n'
    assert filled(request, {"phone": "+7", "text": text}) == {"to": "+7", "say": [text, 7, None]}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", {"a": [{"b": 1}], "": 2}),
        ("a.0.b", 1),
        ("a.1.b", None),
        ("a.²", None),
        ("a.-1", None),
        ("a.0.b.c", None),
        ("x", None),
    ],
)
def test_a_dotted_path(path: str, found: object) -> None:
    assert at({"a": [{"b": 1}], "": 2}, path) == found


@pytest.mark.parametrize(
    ("document", "id"),
    [
        ({"id": "m1"}, "m1"),
        ({"id": 17}, "17"),
        ({"id": 0}, "0"),
        ({"id": "a\0b"}, "ab"),
        ({"id": "x" * 300}, "x" * 200),
        ({"id": True}, ""),
        ({"id": None}, ""),
        ({"id": ["m1"]}, ""),
        ({"id": {"no": 1}}, ""),
        ({}, ""),
        ([], ""),
        (None, ""),
    ],
    ids=str,
)
def test_an_id(document: object, id: str) -> None:
    assert id_at(document, "id") == id


def test_what_no_database_keeps() -> None:
    assert storable("да\0 \ud83d 🙏") == "да ? 🙏"


def test_values_are_compared_as_the_file_writes_them() -> None:
    match = Match(status=(200,), when={"ok": "true", "code": "7"})
    assert match.fits(200, {"ok": True, "code": 7})
    assert not match.fits(200, {"ok": "True", "code": 7})
    assert not match.fits(200, {"code": 7})
    assert not match.fits(200, None)
    assert not match.fits(201, {"ok": True, "code": 7})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"base_url": "hub.example"}, "base_url begins with https://"),
        ({"base_url": ""}, "needs base_url"),
        ({"file": ""}, "needs file"),
        ({"kinds": []}, "at least 1 item"),
        ({"kinds": ["SMS"]}, "should match pattern"),
        ({"name": "Hub 1"}, "should match pattern"),
        ({"per_second": 0}, "greater than 0"),
    ],
)
def test_settings_that_cannot_be(change: dict[str, object], told: str) -> None:
    plain = {
        "name": "hub",
        "protocol": "http",
        "kinds": ["messenger"],
        "secret": "x",
        "file": "messenger-hub",
    }
    with pytest.raises(ValidationError, match=told):
        ProviderSettings.model_validate(plain | {"base_url": "https://hub.example"} | change)
