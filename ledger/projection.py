"""A touch from its events: the one definition of what the log's row must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from domain.call import Call
from domain.verdict import Verdict

UNSETTLED: Mapping[str, Any] = {
    "answered_at": None,
    "ended_at": None,
    "outcome": None,
    "reason": "",
    "sip": None,
    "cause": None,
    "ring_ms": 0,
    "talk_ms": 0,
    "digits": "",
    "result": "",
    "last_node": "",
    "node_ms": 0,
    "answers": "",
    "operator_id": None,
}
"""What a touch is before it is closed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event of the journal with its facts read."""

    at: datetime
    kind: str
    facts: Mapping[str, Any]


def project(touch: str, lines: Iterable[Line], until: datetime | None = None) -> dict[str, Any] | None:
    """The row of a touch by its events in order (those up to ``until``, if told); None if it was never reserved.

    Only ``reserved`` (for one who called us ``arrived``), ``identified``, the first ``closed`` and ``corrected`` change
    it; the others tell of a call on its way.
    """
    row: dict[str, Any] | None = None
    for line in lines:
        if until is not None and line.at > until:
            continue
        match line.kind:
            case "reserved" | "arrived":
                row = {"id": touch, "reserved_at": line.at, **UNSETTLED, **line.facts}
            case "identified" if row is not None:
                row |= line.facts
            case "closed" if row is not None and row["outcome"] is None:
                row |= {name: _value(name, value) for name, value in line.facts.items()}
            case "corrected" if row is not None:
                row |= {name: line.facts.get(name) for name in ("outcome", "reason")}
    return row


def _value(name: str, value: Any) -> Any:
    """As the log has it; what is no time is left as it stands, for the audit to find."""
    try:
        return datetime.fromisoformat(value) if name.endswith("_at") and isinstance(value, str) else value
    except ValueError:
        return value


def ended(call: Call, verdict: Verdict) -> dict[str, Any]:
    """What the end of a call writes into its touch."""
    return {
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "outcome": verdict.outcome.value,
        "reason": verdict.reason,
        "sip": call.sip,
        "cause": call.cause,
        "ring_ms": round(call.ring_s * 1000),
        "talk_ms": round(call.talk_s * 1000),
        "digits": call.digits,
        "result": call.result,
        "last_node": call.node,
        "node_ms": round(call.node_s * 1000),
        "answers": orjson.dumps(dict(call.answers)).decode() if call.answers else "",
        "operator_id": call.operator,
    }
