"""The file that describes an HTTP provider: how to send, what answers mean, what webhooks say. docs/providers.md.

Its texts are Jinja2 templates, rendered in a sandbox over a few variables; what is sent is built from the rendered
parts, so nothing that a text holds can change the request around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field

from domain.errors import InputError
from domain.message import MessageState
from files.model import parse_model, read_text
from files.source import Source

SHIPPED = Path(__file__).parent / "providers"
SAMPLE: Mapping[str, str] = {
    "base_url": "https://provider.example",
    "secret": "secret",
    "sender": "ENERGO",
    "touch": "01a200bb715f72ddb91035d900000001",
    "kind": "sms",
    "phone": "+79160000001",
    "digits": "79160000001",
    "text": "Долг 1 000 руб. 🙏",
}
"""What a template may say: the settings' address, secret and sender, and the message (``digits`` is the phone without
its plus sign); each with an example, by which a file is tried."""

UNFILLABLE = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError)
"""What filling a template may raise."""

LONGEST_ID = 200
_SANDBOX = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
Statuses = tuple[int, ...]
Place = Annotated[str, Field(min_length=1)]
"""A dotted path of a JSON document."""


class Part(BaseModel):
    """A part of a provider file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Match(Part):
    """An answer by its HTTP status, and if told by values at dotted paths of its JSON."""

    status: Statuses = Field(min_length=1)
    when: dict[str, str] = {}

    def fits(self, status: int, document: object) -> bool:
        """Whether it is this one."""
        return status in self.status and all(
            word(at(document, path)) == value for path, value in self.when.items()
        )


class TakenBy(Match):
    """An answer that says: I have it, by the id at ``ref``."""

    ref: Place


class RefusedBy(Match):
    """An answer that says for sure: I do not have it. ``reason`` is told, or read at ``reason_at``."""

    retry: bool = False
    down: bool = False
    reason: str = ""
    reason_at: str = ""


class Request(Part):
    """A request; its strings are templates. ``json`` and ``form`` are what a body is made of."""

    method: Literal["GET", "POST", "PUT"] = "POST"
    url: str
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    body: dict[str, Any] | None = Field(default=None, alias="json")
    form: dict[str, str] | None = None


class Send(Request):
    """How a message is given to the provider. An answer that is neither taken nor refused is one that nobody
    understands: then he is asked.
    """

    taken: TakenBy
    refused: tuple[RefusedBy, ...] = ()


class AskFor(Request):
    """How he is asked for a message by our id: ``found`` reads his answer as a receipt, ``unknown`` is never taken."""

    method: Literal["GET", "POST", "PUT"] = "GET"
    found: Match
    unknown: Match


class Signature(Part):
    """How a webhook proves whose it is: an HMAC of the raw body, in a header."""

    header: str
    algorithm: Literal["sha256", "sha512", "sha1"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""


class ReceiptFields(Part):
    """Where a receipt says what; ``items`` leads to the list of them, where they come in one."""

    items: str = ""
    ref: Place
    touch: str = ""
    state: Place
    states: dict[str, MessageState]
    reason: str = ""
    reasons: dict[str, str] = {}
    at: str = ""


class ReplyFields(Part):
    """Where a reply says what."""

    items: str = ""
    ref: Place
    phone: Place
    text: Place
    at: str = ""


class ProviderFile(Part):
    """An HTTP provider."""

    name: str
    title: str = ""
    send: Send
    ask: AskFor | None = None
    signature: Signature
    receipts: ReceiptFields
    replies: ReplyFields | None = None


def read_provider(name_or_path: str) -> ProviderFile:
    """A shipped provider by name, or one from a file. InputError names file, line and field."""
    shipped = {file.stem: file for file in sorted(SHIPPED.glob("*.yaml"))}
    path = shipped.get(name_or_path) or Path(name_or_path)
    if not path.exists():
        remedy = f"give a file, or one of the shipped: {', '.join(shipped)}"
        raise InputError(f"no provider file {name_or_path!r}", remedy=remedy)
    file, source = parse_model(read_text(path), ProviderFile, str(path))
    for part in ("send", "ask"):
        if request := getattr(file, part):
            _check(request, part, source)
    return file


def _check(request: Request, part: str, source: Source) -> None:
    """A request can be made: it has one body at most, and every template can be filled from the variables there are."""
    if request.body is not None and request.form is not None:
        raise InputError("a request has one body", where=source.where((part,)), remedy="take json or form")
    said = request.model_dump(by_alias=True, exclude={"taken", "refused", "found", "unknown"})
    for path, text in _templates(said, (part,)):
        _check_template(text, source.where(path))
    if not filled(request.url, SAMPLE).startswith(("http://", "https://")):
        remedy = 'begin it with "{{ base_url }}"'
        raise InputError("no address of HTTP", where=source.where((part, "url")), remedy=remedy)


def _check_template(text: str, where: str) -> None:
    try:
        unknown = meta.find_undeclared_variables(_SANDBOX.parse(text)) - SAMPLE.keys()
        if unknown:
            remedy = f"there are: {', '.join(sorted(SAMPLE))}"
            raise InputError(f"no variable {min(unknown)!r}", where=where, remedy=remedy)
        filled(text, SAMPLE)
    except TemplateSyntaxError as error:
        raise InputError(f"no template: {error.message}", where=where) from error
    except UNFILLABLE as error:
        raise InputError(f"the template cannot be filled: {error}", where=where) from error


def _templates(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    items: Sequence[tuple[str, Any]] = ()
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        items = [(str(key), one) for key, one in value.items()]
    elif isinstance(value, (list, tuple)):
        items = [(str(place), one) for place, one in enumerate(value)]
    for key, one in items:
        yield from _templates(one, (*path, key))


@lru_cache(maxsize=512)
def _compiled(text: str) -> Any:
    return _SANDBOX.from_string(text)


def filled(value: Any, variables: Mapping[str, str]) -> Any:
    """The same structure with every template in it rendered."""
    if isinstance(value, str):
        return _compiled(value).render(variables) if "{" in value else value
    if isinstance(value, Mapping):
        return {key: filled(one, variables) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [filled(one, variables) for one in value]
    return value


def word(value: object) -> str:
    """A value of JSON as a file writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def at(document: object, path: str) -> object:
    """What stands at a dotted path of a JSON document, such as ``result.0.id``; None where nothing does."""
    for key in path.split(".") if path else ():
        if isinstance(document, Mapping):
            document = document.get(key)
        elif isinstance(document, list) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        else:
            return None
    return document


def id_at(document: object, path: str) -> str:
    """The id at a dotted path, as much of it as is kept; empty where there is none."""
    found = at(document, path) if path else None
    is_id = isinstance(found, str | int) and not isinstance(found, bool)
    return storable(str(found))[:LONGEST_ID] if is_id else ""


def storable(text: str) -> str:
    """The text without what no database keeps: NULs, and halves of characters, which JSON can carry."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
