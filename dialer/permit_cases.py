"""`dozvon permit --cases FILE`: asks the intensity rules about written cases (DESIGN.md section 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from domain.block import Block, Consent
from domain.errors import InputError
from domain.intensity import Allowed, Ask, Standing, permit
from domain.portfolio import LegalBasis
from domain.rules import Scope
from domain.touch import Channel, Direction, Outcome, PastTouch, TouchId
from domain.window import Hours
from files.document import Places, read_document
from strategies.regime import calendar_warning, country_zones, load_rules, parse_waives
from strategies.rule_language import parse_channels, parse_slot

ASSUMED = LegalBasis("assumed for the case", datetime.min.replace(tzinfo=UTC))
"""Cases ask about intensity; a portfolio's legal basis is asked when a touch is reserved."""


YEARS = range(1970, 2101)
"""The clock of a debtor must have a date 60 days before and after."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _instant(value: object) -> datetime:
    """A number is refused: nobody can see in it whether the zone was thought of."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError("a time is written with its offset, like 2026-03-10T12:00:00Z")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time is of the years 1 to 9999, by UTC too") from None


def _waives(ids: object) -> frozenset[str]:
    if not isinstance(ids, list):
        raise ValueError("a list of rules is expected")
    return parse_waives([str(id) for id in ids])


Instant = Annotated[datetime, BeforeValidator(_instant)]
known_zones = cache(available_timezones)


class CaseDebtor(_Strict):
    """Who; without zones every zone of the regime's country is a candidate."""

    id: str
    zones: tuple[str, ...] = ()
    region: str = ""

    @field_validator("zones")
    @classmethod
    def _known(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        for zone in zones:
            if zone not in known_zones():
                raise ValueError(f"there is no time zone {zone!r}; zones are written like Europe/Moscow")
        return zones


class CaseAsk(_Strict):
    """What is asked for."""

    channel: Channel
    phone: str = ""
    debt: str = ""
    creditor: str = ""
    campaign: str = ""
    trunk: str = ""

    def of(self, debtor: str) -> Ask:
        """As the domain is asked."""
        asked = (self.phone, self.debt, self.creditor, self.campaign, self.trunk)
        return Ask(self.channel, debtor, *asked)


class CaseTouch(_Strict):
    """An earlier touch; outcome null is an open reservation."""

    id: str
    debtor: str
    at: Instant
    channel: Channel
    outcome: Outcome | None
    direction: Direction = Direction.OUT
    phone: str = ""
    debt: str = ""
    creditor: str = ""
    campaign: str = ""
    trunk: str = ""

    def touch(self) -> PastTouch:
        """As the domain judges it."""
        return PastTouch(
            id=TouchId(self.id),
            at=self.at,
            channel=self.channel,
            outcome=self.outcome,
            debtor=self.debtor,
            phone=self.phone,
            direction=self.direction,
            debt=self.debt,
            creditor=self.creditor,
            campaign=self.campaign,
            trunk=self.trunk,
        )


class CaseBlock(_Strict):
    """A block; ``target`` (or the field named like the scope) is the phone, debt or creditor it is about."""

    scope: Scope = Scope.DEBTOR
    channels: Annotated[frozenset[Channel], BeforeValidator(parse_channels)]
    start: Instant = Field(alias="from")
    end: Instant | None = Field(default=None, alias="to")
    reason: str = ""
    target: str = ""
    phone: str = ""
    debt: str = ""
    creditor: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.scope is not Scope.DEBTOR and not self.about:
            raise ValueError(f"a block of one {self.scope.value} names it as target")
        if self.end is not None and self.end <= self.start:
            raise ValueError("the block ends before it begins")
        return self

    @property
    def about(self) -> str:
        """The phone, debt or creditor; empty for the debtor himself."""
        return self.target or (
            str(getattr(self, self.scope.value, "")) if self.scope is not Scope.DEBTOR else ""
        )

    def block(self) -> Block:
        """As the domain judges it."""
        return Block(self.channels, self.start, self.end, self.reason, self.scope, self.about)


class CaseConsent(_Strict):
    """A consent; with ``phone`` it is about touches over that number only."""

    channels: Annotated[frozenset[Channel], BeforeValidator(parse_channels)]
    start: Instant = Field(alias="from")
    end: Instant | None = Field(default=None, alias="to")
    slot: Annotated[tuple[Hours, ...], BeforeValidator(parse_slot)] = ()
    waives: Annotated[frozenset[str], BeforeValidator(_waives)] = frozenset()
    document: str = ""
    phone: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError("the consent ends before it begins")
        return self

    def consent(self) -> Consent:
        """As the domain judges it."""
        return Consent(self.channels, self.start, self.end, self.slot, self.waives, self.document, self.phone)


class Case(_Strict):
    """One question."""

    id: str
    regime: str
    policies: tuple[str, ...] = ()
    scope: Scope | None = None
    debtor: CaseDebtor
    ask: CaseAsk
    now: Instant
    history: tuple[CaseTouch, ...] = ()
    blocks: tuple[CaseBlock, ...] = ()
    consents: tuple[CaseConsent, ...] = ()

    @field_validator("now")
    @classmethod
    def _of_our_time(cls, now: datetime) -> datetime:
        if now.year not in YEARS:
            raise ValueError(f"now is of the years {YEARS[0]} to {YEARS[-1]}")
        return now


class Cases(_Strict):
    """The file."""

    cases: tuple[Case, ...]


def answer_cases(path: Path, *, warn: Callable[[str], None]) -> dict[str, Any]:
    """The answers in the order of the file; InputError names file, line and field.

    ``warn`` is told of years whose days off are not final.
    """
    document, places = read_document(path, Cases)
    answers = [_answer(case, index, places) for index, case in enumerate(document.cases)]
    for told in dict.fromkeys(calendar_warning(case.regime, [case.now.year]) for case in document.cases):
        if told:
            warn(told)
    return {"answers": answers}


def _answer(case: Case, index: int, places: Places) -> dict[str, Any]:
    try:
        rules = load_rules(case.regime, case.policies, scope=case.scope)
        zones = case.debtor.zones or country_zones(case.regime)
    except InputError as error:
        field = "regime" if case.regime in error.what else "policies"
        raise InputError(
            error.what, where=places.where(("cases", str(index), field)), remedy=error.remedy
        ) from error
    verdict = permit(
        rules,
        case.ask.of(case.debtor.id),
        Standing(
            zones,
            case.debtor.region,
            tuple(block.block() for block in case.blocks),
            tuple(consent.consent() for consent in case.consents),
        ),
        history=[touch.touch() for touch in case.history],
        basis=ASSUMED,
        now=case.now,
    )
    if isinstance(verdict, Allowed):
        return {"id": case.id, "allowed": True, "refused_by": [], "next_allowed": None}
    at = verdict.next_allowed
    return {
        "id": case.id,
        "allowed": False,
        "refused_by": list(verdict.rules),
        "next_allowed": at and at.isoformat().replace("+00:00", "Z"),
        **({"why": dict(verdict.why)} if verdict.why else {}),
    }
