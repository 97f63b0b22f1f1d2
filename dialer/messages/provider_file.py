"""The file that describes an HTTP provider: how to send, what answers mean, what webhooks say. docs/providers.md.

Its texts are Jinja2 templates, rendered in a sandbox over a few variables; what is sent is built from the rendered
parts, so nothing that a text holds can change the request around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import StrictUndefined, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field

from domain.errors import InputError
from domain.message import MessageState
from files.model import parse_model, read_text
from files.source import Source

SHIPPED = Path(__file__).parent / "providers"
VARIABLES = frozenset({"base_url", "secret", "sender", "touch", "kind", "phone", "digits", "text"})
"""What a template may say: the settings' address, secret and sender, and the message; ``digits`` is the phone without
its plus sign."""

_SANDBOX = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
Statuses = tuple[int, ...]


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
            _word(at(document, path)) == value for path, value in self.when.items()
        )


class TakenBy(Match):
    """An answer that says: I have it, by the id at ``ref``."""

    ref: str


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
    ref: str
    touch: str = ""
    state: str
    states: dict[str, MessageState]
    reason: str = ""
    reasons: dict[str, str] = {}
    at: str = ""


class ReplyFields(Part):
    """Where a reply says what."""

    items: str = ""
    ref: str
    phone: str
    text: str
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
    if file.send.body is not None and file.send.form is not None:
        raise InputError("a request has one body", where=source.where(("send",)), remedy="take json or form")
    return file


def _check(request: Request, part: str, source: Source) -> None:
    """Every template of a request can be rendered, over variables that there are."""
    for path, text in _templates(request.model_dump(by_alias=True), (part,)):
        try:
            unknown = meta.find_undeclared_variables(_SANDBOX.parse(text)) - VARIABLES
        except TemplateSyntaxError as error:
            raise InputError(f"no template: {error.message}", where=source.where(path)) from error
        if unknown:
            remedy = f"there are: {', '.join(sorted(VARIABLES))}"
            raise InputError(f"no variable {min(unknown)!r}", where=source.where(path), remedy=remedy)


def _templates(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    items: Sequence[tuple[str, Any]] = ()
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        items = [
            (str(key), one)
            for key, one in value.items()
            if key not in {"taken", "refused", "found", "unknown"}
        ]
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


def _word(value: object) -> str:
    """A value of JSON as a file writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def at(document: object, path: str) -> object:
    """What stands at a dotted path of a JSON document, such as ``result.0.id``; None where nothing does."""
    for key in path.split(".") if path else ():
        if isinstance(document, Mapping):
            document = document.get(key)
        elif isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return None
    return document
