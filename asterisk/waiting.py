"""Callers who wait in a queue of Asterisk."""

from __future__ import annotations

import structlog

from asterisk.ami.actions import ActionRefused
from asterisk.ami.link import AmiLink
from domain.errors import LinkDown
from domain.touch import TouchId

log = structlog.get_logger(__name__)

NUDGE = {"Digit": "D", "Duration": "20", "Receive": "true"}
"""A digit that no telephone has, as if the caller had pressed it: his queue has no exits, so it means nothing."""


async def look_again(link: AmiLink, touch: TouchId) -> None:
    """Have a waiting caller's queue look for an operator now, since one has become free.

    By itself it looks once a second, which is half of the patience of a predictive call. It does nothing to a caller
    who waits no more; a lost link is no error either: then the queue looks by itself.
    """
    try:
        await link.action("PlayDTMF", {"Channel": touch, **NUDGE})
    except (ActionRefused, LinkDown) as fault:
        log.debug("queue_not_nudged", touch=touch, fault=str(fault))
