"""Record prompts: what a text says is spoken before it is put in force, for all who will play it."""

from __future__ import annotations

from collections.abc import Callable

from dialer.handlers.publish import Reviewed
from dialer.handlers.review_script import ReviewedScript
from dialer.handlers.script_users import users_of
from dialer.repertoire import ScriptText, repertoire
from dialer.script_rules import scripts_of
from dialer.scripts import prepare_scripts, speaker_of
from dialer.settings import Settings
from domain.portfolio import Portfolio
from ledger.books import Books, Transaction

Spoken = tuple[list[ScriptText], list[Portfolio]]
"""The scripts to record, and those in whose names they are spoken."""


def record_prompts(
    books: Books,
    settings: Settings,
    reviewed: Reviewed | ReviewedScript,
    *,
    progress: Callable[[int, int], None] | None = None,
    warn: Callable[[str], None],
) -> None:
    """Diallers then find everything made and change over at once. EnvironmentFault when a prompt cannot be made."""
    with books.read() as tx:
        if isinstance(reviewed, ReviewedScript):
            texts, speakers = _of_script(tx, reviewed, settings)
        else:
            texts, speakers = _of_strategy(tx, reviewed)
    for speaker in speakers:
        prepare_scripts(texts, speaker, settings, progress=progress, warn=warn)


def _of_strategy(tx: Transaction, reviewed: Reviewed) -> Spoken:
    versions = {one.id for one in tx.versions.all(reviewed.name)}
    followers = [one for one in tx.campaigns.under_way() if one.wanted_version_id in versions]
    texts = repertoire(tx).texts(scripts_of(reviewed.strategy))
    return texts, [tx.portfolios.get(id) for id in sorted({one.portfolio_id for one in followers})]


def _of_script(tx: Transaction, reviewed: ReviewedScript, settings: Settings) -> Spoken:
    users = users_of(tx, reviewed.name)
    speakers = [tx.portfolios.get(id) for id in sorted({one.portfolio_id for one in users.campaigns})]
    for line in users.lines:
        printed_for = tx.portfolios.named(line.portfolio) if line.portfolio else None
        speakers.append(speaker_of(line, printed_for, settings.agency))
    return [(reviewed.text, f"script {reviewed.name}")], speakers
