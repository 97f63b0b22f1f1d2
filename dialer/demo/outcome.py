"""What the demo shows at its end: our figures beside the reference project's, and the carrier's word on them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from dialer.cli.common import open_books
from dialer.cli.console import console, styled
from dialer.cli.figures import figure
from dialer.demo.people import talks_of_people
from dialer.demo.truth import Comparison, compare
from dialer.demo.world import World
from ledger.reports.progress import Progress, progress

REFERENCE = {
    "portfolio": "102,000,000 RUB",
    "debtors": "36,260",
    "average debt": "2,800 RUB",
    "payments a month before start": "146,000 RUB",
    "debtors with a phone": "100%, 3% before",
    "duration": "4 months",
    "IVR calls": "1,450,684",
    "IVR calls a month": "362,671",
    "SMS": "21,077",
    "SMS a month": "5,269",
    "messenger messages": "65,988",
    "messenger messages a month": "16,497",
    "all touches": "1,537,749",
    "all touches a month": "384,437",
    "touches per debtor": "42",
    "touches per debtor and month": "11",
    "inbound calls": "41,210",
    "debtors who called in": "18,555",
    "debtors who called in, of all": "51%",
    "receipts": "20,400,000 RUB",
    "debtors who paid": "8,064",
    "debtors who paid in full": "4,534",
}
"""A published agency talk of 2021."""


def show_outcome(world: World, campaign: str) -> None:
    """Print the tables of a campaign."""
    with open_books(world.settings) as books, books.read() as tx:
        report = progress(tx.connection, tx.campaigns.named(campaign))
    console.print(_progress_table(report))
    console.print(_outcome_table(report))


def prove(world: World, campaign: str, *, others: Sequence[str] = (), operators: bool = False) -> bool:
    """Print whether the log tells exactly what the carrier saw, apart from the calls of the other campaigns;
    ``operators``: it was for them to take the calls.
    """
    with open_books(world.settings) as books, books.read() as tx:
        id = tx.campaigns.named(campaign).id
        written = {one.touch_id for one in tx.messages.of_campaign(id)}
        log = {touch: end for touch, end in tx.touches.outcomes(id).items() if touch not in written}
        foreign = {touch for name in others for touch in tx.touches.outcomes(tx.campaigns.named(name).id)}
        foreign |= {one.id for one in tx.inbound.all()}
        by_people = talks_of_people(tx, log) if operators else set()
    record = [call for call in world.record() if call.touch_id not in foreign]
    by_robots = {talk.touch_id for talk in world.talks() if talk.answered}
    talked = by_robots | by_people if operators else None
    comparison = compare(record, log, talked=talked)
    _say(comparison)
    return comparison.equal


def _progress_table(report: Progress) -> Table:
    table = Table("what", "this run", "reference project", title="Progress")
    for row in report.rows():
        table.add_row(row.label, figure(row), REFERENCE.get(row.label, ""))
    return table


def _outcome_table(report: Progress) -> Table:
    table = Table("outcome", "touches", "share", title="Outcomes")
    for one in report.outcomes:
        table.add_row(one.outcome.value.replace("_", " "), f"{one.touches:,}", f"{one.share:.1%}")
    return table


def _say(comparison: Comparison) -> None:
    invites = (
        f"the carrier saw {comparison.invites:,} INVITEs, our log has {comparison.touches:,} placed touches"
    )
    if comparison.equal:
        console.print(
            styled("[green]proof:[/] {}: one to one by id, and every outcome is the same", invites),
            soft_wrap=True,
        )
        return
    console.print(styled("[red]the log differs:[/] {}", invites), soft_wrap=True)
    for name in ("lost", "doubled", "phantom", "different"):
        for line in getattr(comparison, name)[:5]:
            console.print(f"  {name}: {line}", soft_wrap=True)
