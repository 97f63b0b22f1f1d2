"""Asterisk's external application protocol, as far as speech needs it (pure: text in, text out).

Asterisk opens one WebSocket for each caller and asks ``setup``, ``get`` and ``set``; each request is answered under its
id. Binary frames are the caller's voice, A-law. A ``set`` of ours carries results.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SUBPROTOCOL = "speech_to_text"
CODEC = "alaw"
RESULT_ID = "dozvon"


@dataclass(frozen=True, slots=True)
class Request:
    """What Asterisk asks for: its name (``setup``, ``get``, ``set``), its id and its parameters."""

    name: str
    id: str
    params: Mapping[str, Any]
    codecs: tuple[str, ...] = ()


def parse_request(text: str) -> Request | None:
    """The request of a message; None for a response and for what is neither. Raises ValueError on what is no JSON."""
    message = json.loads(text)
    if not isinstance(message, dict) or not isinstance(message.get("request"), str):
        return None
    params = message.get("params")
    if isinstance(params, list):  # a "get" names what it wants
        params = dict.fromkeys(str(name) for name in params)
    codecs = [codec.get("name", "") for codec in message.get("codecs") or [] if isinstance(codec, dict)]
    return Request(
        message["request"],
        str(message.get("id", "")),
        params if isinstance(params, dict) else {},
        tuple(codecs),
    )


def ready(request: Request) -> str:
    """Yes to a setup."""
    return _response(request, codecs=[{"name": CODEC}])


def refused(request: Request, why: str) -> str:
    """No to any request; after a setup the script goes on without speech."""
    return _response(request, error_msg=why)


def told(request: Request, values: Mapping[str, str]) -> str:
    """The values that a ``get`` asked for."""
    return _response(request, params=dict(values))


def taken(request: Request) -> str:
    """A ``set`` has been heard."""
    return _response(request)


def result(value: str, words: str, confidence: float) -> str:
    """An answer for the running question; Asterisk ends the prompt and goes on with the script."""
    found = {"text": f"{value}|{words}", "score": round(confidence * 100), "grammar": "speech"}
    return json.dumps({"request": "set", "id": RESULT_ID, "params": {"results": [found]}}, ensure_ascii=False)


def _response(request: Request, **fields: object) -> str:
    return json.dumps({"response": request.name, "id": request.id, **fields}, ensure_ascii=False)
