"""Put back what followed from an operator's word that he now corrects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from domain.campaign import Mode, Plan, PlanState, Why
from domain.debtor import Debtor
from domain.phone import PhoneStatus
from ledger.books import Transaction
from ledger.dispositions import Talk, Told

CORRECTED = "the operator corrected himself"


def as_it_was(tx: Transaction, debtor: Debtor, talk: Talk) -> dict[str, Any]:
    """What a correction will need, as JSON values: plans by campaign, his marks, the phone that was talked over."""
    phone = next((one for one in debtor.phones if one.number == talk.phone), None)
    return {
        "plans": {id: {"was": plan} for id, plan in _plans(tx, debtor).items()},
        "vulnerable": debtor.vulnerable,
        "tags": sorted(debtor.tags),
        "phone": {"number": phone.number, "status": phone.status} if phone else None,
    }


def note_moves(tx: Transaction, debtor: Debtor, facts: dict[str, Any]) -> None:
    """Note how the plans stand now that all has been carried out."""
    for id, plan in _plans(tx, debtor).items():
        facts["plans"].setdefault(id, {"was": plan})["now"] = plan


def put_back(tx: Transaction, told: Told, talk: Talk, debtor: Debtor, now: datetime) -> None:
    """Undo what was told of the touch, as far as nothing has happened since: a plan that has moved on stays."""
    tx.promises.withdraw(told.touch, told.at)
    tx.instalments.withdraw(told.touch)
    tx.call_backs.drop(told.touch, CORRECTED)
    tx.blocks.lift_of_talk(told.touch, debtor.id, talk.phone, now)
    before = told.before or {}
    if told.debtor_id != debtor.id or not before:
        return
    tx.debtors.mark(debtor.id, bool(before["vulnerable"]), frozenset(before["tags"]))
    if phone := before["phone"]:
        tx.debtors.mark_phone(debtor.id, phone["number"], PhoneStatus(phone["status"]))
    for id, plan in before["plans"].items():
        _put_plan_back(tx, int(id), debtor.id, plan)


def _plans(tx: Transaction, debtor: Debtor) -> dict[str, dict[str, Any]]:
    """His plans by campaign, as dictionaries."""
    found = {
        str(campaign.id): tx.plans.load(campaign.id, [debtor.id]).get(debtor.id)
        for campaign in tx.campaigns.under_way(debtor.portfolio_id)
    }
    return {id: asdict(plan) for id, plan in found.items() if plan}


def _put_plan_back(tx: Transaction, campaign_id: int, debtor_id: int, told: Mapping[str, Any]) -> None:
    plan = tx.plans.claim(campaign_id, [debtor_id]).get(debtor_id)
    if plan is not None and "now" in told and plan == _plan(told["now"]):
        tx.plans.save(campaign_id, [_plan(told["was"])])


def _plan(was: Mapping[str, Any]) -> Plan:
    facts = {
        "due_at": datetime.fromisoformat(was["due_at"]),
        "state": PlanState(was["state"]),
        "why": Why(was["why"]),
        "mode": Mode(was["mode"]) if was["mode"] else None,
        "asked_at": datetime.fromisoformat(was["asked_at"]) if was.get("asked_at") else None,
    }
    return Plan(**(dict(was) | facts))
