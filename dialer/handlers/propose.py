"""Propose: a new text is put in force by somebody else than who wrote it, for good or for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from dialer.handlers.publish import Publishable, Published, publish, put_back, roll_back
from dialer.handlers.review_text import text_in_force
from domain.errors import InputError
from domain.proposal import Proposal, ProposalState, Revert
from domain.version import VersionKind
from ledger.books import Transaction

REVERT_LONGEST = timedelta(days=30)


def propose(
    tx: Transaction,
    reviewed: Publishable,
    *,
    author: str,
    note: str,
    revert_after: timedelta | None,
    now: datetime,
) -> Proposal:
    """Ask for approval. InputError without a note, for the text that is in force, or for a timer out of bounds."""
    kind, name = reviewed.kind, reviewed.name
    if text_in_force(tx, kind, name) == reviewed.text:
        raise InputError(f"{kind} {name} is in force with this very text", remedy="change something first")
    if not note.strip():
        raise InputError("nobody can approve what is not explained", where="note", remedy="say what and why")
    if revert_after and not timedelta() < revert_after <= REVERT_LONGEST:
        raise InputError(
            "a version is taken back after a minute at least and 30 days at most", where="revert"
        )
    seconds = round(revert_after.total_seconds()) if revert_after else None
    return tx.proposals_of(kind).add(
        name, reviewed.text, author=author, note=note.strip(), revert_after_s=seconds, now=now
    )


def approve(
    tx: Transaction, proposal: Proposal, reviewed: Publishable, *, by: str, four_eyes: bool, now: datetime
) -> Published:
    """Put it in force. InputError when the author approves his own where four eyes are asked for, or when
    another version came into force since it was proposed.
    """
    if four_eyes and by == proposal.author:
        raise InputError("who wrote it may not approve it", remedy="ask another supervisor")
    versions, proposals = tx.versions_of(proposal.kind), tx.proposals_of(proposal.kind)
    published_since = [one for one in versions.publications(proposal.name) if one.at > proposal.at]
    if published_since:
        what = f"version {published_since[-1].number} was put in force after this was proposed"
        raise InputError(what, remedy="compare the two, and propose anew what is still wanted")
    published = publish(tx, reviewed, author=proposal.author, note=proposal.note, now=now)
    version, before = published.version, published.before
    proposals.decide(proposal.id, ProposalState.PUBLISHED, by=by, version_id=version.id, now=now)
    proposals.drop_revert(proposal.name)
    if proposal.revert_after_s and before and before.id != version.id:
        at = now + timedelta(seconds=proposal.revert_after_s)
        timer = Revert(proposal.kind, proposal.name, version.id, before.id, at, proposal.author)
        proposals.set_revert(timer)
    return published


def refuse(tx: Transaction, proposal: Proposal, *, by: str, answer: str, now: datetime) -> Proposal:
    """Do not put it in force; who takes back his own withdraws it."""
    own = by == proposal.author
    state = ProposalState.WITHDRAWN if own else ProposalState.REFUSED
    if not own and not answer.strip():
        raise InputError("the author needs to know why", where="answer", remedy="say it in a sentence")
    return tx.proposals.decide(proposal.id, state, by=by, answer=answer.strip(), now=now)


def roll_back_now(
    tx: Transaction,
    name: str,
    *,
    to: int | None,
    author: str,
    now: datetime,
    kind: VersionKind = VersionKind.STRATEGY,
) -> Published:
    """Put an earlier version in force at once; a timer of what was in force is over."""
    tx.proposals_of(kind).drop_revert(name)
    return roll_back(tx, name, to=to, author=author, now=now, kind=kind)


def revert_due(tx: Transaction, now: datetime) -> list[Published]:
    """Take back every version whose time is over, unless another one has been put in force since."""
    taken_back = []
    for due in tx.proposals.due_reverts(now):
        tx.proposals_of(due.kind).drop_revert(due.name)
        present = tx.versions_of(due.kind).in_force(due.name)
        if present and present.id == due.from_id:
            author = f"{due.author}, by timer"
            taken_back.append(put_back(tx, tx.versions.get(due.to_id), author=author, now=now))
    return taken_back
