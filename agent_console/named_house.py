"""What the parts of the house are called on a screen: processes, events, periods, and who hears whom."""

from __future__ import annotations

from collections.abc import Mapping

from agent_console.wording.marking import N_

HOUSE: Mapping[str, Mapping[str, str]] = {
    "ear": {
        "listen": N_("listens"),
        "whisper": N_("whispers"),
        "barge": N_("talks to both"),
    },
    "health": {"ok": N_("works"), "warning": N_("look here"), "down": N_("does not work")},
    "part": {
        "ledger": N_("Ledger"),
        "redis": N_("Redis"),
        "floor": N_("Floor"),
        "dialler": N_("Dialler"),
        "worker": N_("Worker"),
        "console": N_("Console"),
        "messages": N_("Messages"),
        "webhook": N_("Webhook"),
        "report": N_("Report"),
        "queue": N_("Queue"),
    },
    "fault": {
        "does not run": N_("does not run"),
        "no dialler drives the floor": N_("no dialler drives the floor"),
    },
    "period": {"day": N_("each day"), "week": N_("each week"), "month": N_("each month")},
    "event": {
        "touch.reserved": N_("a touch begins"),
        "touch.closed": N_("a touch has ended"),
        "touch.corrected": N_("an outcome is corrected"),
        "call.arrived": N_("somebody rings us"),
        "call.identified": N_("we know who rings"),
        "call.connected": N_("an operator has the call"),
    },
    "figure": {
        "migration": N_("migration"),
        "unsealed_lines": N_("lines not sealed"),
        "memory_bytes": N_("memory, bytes"),
        "clients": N_("connections"),
        "waiting": N_("waiting"),
        "url": N_("address"),
        "lines_behind": N_("behind by"),
        "failures": N_("failures"),
        "report": N_("report"),
        "target": N_("where to"),
        "next_at": N_("next"),
        "campaigns": N_("campaigns"),
        "calls": N_("calls"),
        "nodes": N_("nodes"),
        "drives_floor": N_("drives the floor"),
        "ledger_stuck": N_("the ledger does not answer"),
    },
}
