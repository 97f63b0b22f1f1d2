"""`dozvon permit --cases FILE`: asks the intensity rules about written cases (DESIGN.md section 7)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from domain.block import Block
from domain.errors import InputError
from domain.intensity import Allowed, Ask, Standing, permit
from domain.portfolio import LegalBasis
from domain.rules import Scope
from domain.touch import Channel, Direction, Outcome, PastTouch, TouchId
from files.document import read_document
from files.source import Source
from strategies.regime import country_zones, load_rules
from strategies.rule_language import parse_channels

ASSUMED = LegalBasis("assumed for the case", datetime.min.replace(tzinfo=UTC))
"""Cases ask about intensity; a portfolio's legal basis is asked when a touch is reserved."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class CaseDebtor(_Strict):
    """Who; without zones every zone of the regime's country is a candidate."""

    id: str
    zones: tuple[str, ...] = ()
    region: str = ""

    @field_validator("zones")
    @classmethod
    def _known(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        for zone in zones:
            if zone not in available_timezones():
                raise ValueError(f"there is no time zone {zone!r}; zones are written like Europe/Moscow")
        return zones


class CaseAsk(_Strict):
    """What is asked for."""

    channel: Channel
    phone: str = ""
    debt: str = ""
    creditor: str = ""


class CaseTouch(_Strict):
    """An earlier touch; outcome null is an open reservation."""

    id: str
    debtor: str
    at: AwareDatetime
    channel: Channel
    outcome: Outcome | None
    direction: Direction = Direction.OUT
    phone: str = ""
    debt: str = ""
    creditor: str = ""

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
        )


class CaseBlock(_Strict):
    """A block; ``target`` (or the field named like the scope) is the phone, debt or creditor it is about."""

    scope: Scope = Scope.DEBTOR
    channels: Annotated[frozenset[Channel], BeforeValidator(parse_channels)]
    start: AwareDatetime = Field(alias="from")
    end: AwareDatetime | None = Field(default=None, alias="to")
    reason: str = ""
    target: str = ""
    phone: str = ""
    debt: str = ""
    creditor: str = ""

    def block(self) -> Block:
        """As the domain judges it."""
        target = self.target or (
            getattr(self, self.scope.value, "") if self.scope is not Scope.DEBTOR else ""
        )
        return Block(self.channels, self.start, self.end, self.reason, self.scope, target)


class Case(_Strict):
    """One question."""

    id: str
    regime: str
    policies: tuple[str, ...] = ()
    scope: Scope | None = None
    debtor: CaseDebtor
    ask: CaseAsk
    now: AwareDatetime
    history: tuple[CaseTouch, ...] = ()
    blocks: tuple[CaseBlock, ...] = ()


class Cases(_Strict):
    """The file."""

    cases: tuple[Case, ...]


def answer_cases(path: Path) -> dict[str, Any]:
    """The answers in the order of the file; InputError names file, line and field."""
    document, source = read_document(path, Cases)
    return {"answers": [_answer(case, index, source) for index, case in enumerate(document.cases)]}


def _answer(case: Case, index: int, source: Source) -> dict[str, Any]:
    try:
        rules = load_rules(case.regime, case.policies, scope=case.scope)
        zones = case.debtor.zones or country_zones(case.regime)
    except InputError as error:
        field = "regime" if case.regime in error.what else "policies"
        raise InputError(
            error.what, where=source.where(("cases", str(index), field)), remedy=error.remedy
        ) from error
    asked = case.ask
    verdict = permit(
        rules,
        Ask(asked.channel, case.debtor.id, asked.phone, asked.debt, asked.creditor),
        Standing(zones, case.debtor.region, tuple(block.block() for block in case.blocks)),
        history=[touch.touch() for touch in case.history],
        basis=ASSUMED,
        now=case.now.astimezone(UTC),
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
