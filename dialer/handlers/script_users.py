"""Who plays a script: the strategies, campaigns and lines that name it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialer.handlers.take_over import published_strategy
from dialer.script_rules import scripts_of
from domain.campaign import Campaign
from domain.errors import InputError
from domain.inbound import Line
from domain.version import Version
from ledger.books import Transaction
from strategies.language import Strategy


@dataclass(frozen=True, slots=True)
class ScriptUsers:
    """The ``strategies`` by label, in force or wanted by a campaign under way; those campaigns; our lines."""

    strategies: Mapping[str, Strategy]
    campaigns: Sequence[Campaign]
    lines: Sequence[Line]


def users_of(tx: Transaction, name: str) -> ScriptUsers:
    """All that play the script of that name."""
    under_way = tx.campaigns.under_way()
    wanted = {one.id: tx.versions.get(one.wanted_version_id) for one in under_way}
    versions = {one.label: one for one in (*tx.versions.all_in_force(), *wanted.values())}
    readable = {label: _read(version) for label, version in versions.items()}
    playing = {label: one for label, one in readable.items() if one and name in scripts_of(one)}
    campaigns = [one for one in under_way if wanted[one.id].label in playing]
    return ScriptUsers(playing, campaigns, [line for line in tx.lines.all() if name in line.scripts])


def campaigns_that_play(tx: Transaction, name: str) -> list[str]:
    """The names of the campaigns under way that take what is published of a script."""
    return sorted(campaign.name for campaign in users_of(tx, name).campaigns)


def _read(version: Version) -> Strategy | None:
    """None for a text that this version of the product cannot read any more: nobody works by it."""
    try:
        return published_strategy(version)[0]
    except InputError:
        return None
