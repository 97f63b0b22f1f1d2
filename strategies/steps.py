"""Steps: what is done to a debtor, with its hours, retries, repeats and caps."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from domain.campaign import DEFAULT_DESK, POST_DESK, Mode
from domain.message import RECEIPT_WITHIN
from domain.said import said
from domain.touch import CHANNEL_GROUPS, Channel, Outcome
from strategies.values import Duration, Open, Strict

WRITTEN = CHANNEL_GROUPS["message"] - {Channel.VOICE_MSG}


class StepKind(StrEnum):
    """What a step does; written as the key of the step that says how."""

    IVR = "ivr"
    CALL = "call"
    MESSAGE = "message"
    BAILIFF = "bailiff"
    WAIT = "wait"
    STOP = "stop"


ACTS = frozenset({StepKind.IVR, StepKind.CALL, StepKind.MESSAGE, StepKind.BAILIFF})
"""The kinds that somebody must carry out; the others only move the plan."""


class Call(Strict):
    """An operator's call; ``script`` is what he reads, ``skill`` the desk of operators that takes it.

    With ``detect_machines`` nobody is connected before an answering machine was listened for: that costs the person
    who answers one to two seconds of silence.
    """

    mode: Mode
    script: str = ""
    skill: str = Field(default="", pattern=r"^([a-z][a-z0-9_-]*)?$", max_length=30)
    detect_machines: bool = False


class Message(Strict):
    """A written message: ``kind`` is a channel (sms, messenger, email, push) or the name of a messenger.

    ``text`` is a text's name or the text itself; ``segments`` is how many SMS it may fill. ``within`` is how long
    a receipt is waited for; without one it counts as sent.
    """

    kind: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    text: str = Field(min_length=1)
    segments: int = Field(default=1, ge=1, le=10)
    within: Duration = RECEIPT_WITHIN

    @property
    def channel(self) -> Channel:
        """What limits count it as: a kind that is no channel is a messenger."""
        return Channel(self.kind) if self.kind in WRITTEN else Channel.MESSENGER


class Bailiff(Strict):
    """The bailiff is asked about the debtor's proceedings in his next call, which the campaign that calls bailiffs
    makes in its own time; ``script`` is what he is asked, ``within`` how long his word is waited for.
    """

    script: str = ""
    within: Duration = timedelta(days=30)
    mode: Mode | None = Field(
        default=None, description="says nothing: the campaign that calls bailiffs has its own"
    )


class Retry(Strict):
    """Try again ``after`` a while, at most ``times`` in one round, on another phone if there is one."""

    after: Duration
    times: int = Field(ge=1)
    other_phone: bool = False


class Repeat(Strict):
    """Begin the step anew ``every`` so often, at most ``times``."""

    every: Duration
    times: int = Field(ge=1)


class Cap(Strict):
    """The most that the step may do in one day for all debtors together."""

    touches_a_day: int | None = Field(default=None, ge=0)
    roubles_a_day: float | None = Field(default=None, ge=0, allow_inf_nan=False)


def _open(hours: Open) -> Open:
    if not hours:
        raise ValueError(said("a step that is closed all day would never act"))
    return hours


class Step(Strict):
    """One step: an act (ivr, call, message), a question to the bailiff, a wait, or a stop with its reason."""

    id: str = Field(pattern=r"^[\w-]+$")
    ivr: str | None = Field(default=None, description="the name of an IVR script")
    call: Call | None = None
    message: Message | None = None
    bailiff: Bailiff | None = None
    wait: Duration | None = None
    stop: str | None = Field(default=None, min_length=1, description="the reason")
    hours: Annotated[Open, AfterValidator(_open)] | None = Field(
        default=None, description="local time such as 10:00-19:00, narrower than the law's"
    )
    retry: dict[Outcome, Retry] = Field(default_factory=dict)
    repeat: Repeat | None = None
    cap: Cap | None = None
    fallback: bool = Field(default=False, description="only if the message above it did not reach him")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [kind for kind in StepKind if getattr(self, kind) is not None]
        if len(given) != 1:
            kinds = ", ".join(StepKind)
            raise ValueError(said("step %(step)r needs exactly one of %(kinds)s", step=self.id, kinds=kinds))
        extras = [name for name in ("retry", "repeat", "hours", "cap", "fallback") if getattr(self, name)]
        if self.kind not in ACTS and extras:
            of = {"step": self.id, "kind": self.kind, "field": extras[0]}
            raise ValueError(said("step %(step)r only %(kind)ss: it has no %(field)s", **of))
        return self

    @cached_property
    def kind(self) -> StepKind:
        """Which kind it is."""
        return next(kind for kind in StepKind if getattr(self, kind) is not None)

    @cached_property
    def performer(self) -> str:
        """Who has to carry it out: the kind, for a message its own (sms, messenger...); empty for wait and stop."""
        if self.message:
            return self.message.kind
        return self.kind.value if self.kind in ACTS else ""

    @cached_property
    def rings(self) -> bool:
        """Whether it goes to a phone of the debtor."""
        unrung = {Channel.EMAIL, Channel.PUSH}
        return bool(self.ivr or self.call or (self.message and self.message.channel not in unrung))

    @cached_property
    def channel(self) -> Channel:
        """What limits count its touches as."""
        if self.message:
            return self.message.channel
        return Channel.CALL_HUMAN if self.call else Channel.VOICE_MSG

    @cached_property
    def desk(self) -> str:
        """The desk whose operators take the call, for a message that of the post; empty where nobody has to."""
        if self.message:
            return POST_DESK
        return (self.call.skill or DEFAULT_DESK) if self.call else ""

    @cached_property
    def mode(self) -> Mode | None:
        """How the operators' call is dialled."""
        return self.call.mode if self.call else None

    @property
    def script(self) -> str:
        """What is said: the name of a script or a text, or the text itself."""
        saying = self.call or self.bailiff
        return self.message.text if self.message else saying.script if saying else self.ivr or ""
