"""Options that several commands share; whoever imports them loads nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

LARGEST_ID = 2**63 - 1
"""Ids of the books are no larger."""
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]
PortfolioName = Annotated[str, typer.Option("--portfolio", help="Name of the portfolio.")]
DebtorKey = Annotated[str, typer.Option("--debtor", help="The debtor's key (account).")]
PortfolioOfDebtor = Annotated[
    str, typer.Option("--portfolio", help="Which portfolio, if the key is in several.")
]
Author = Annotated[str, typer.Option("--author", help="Who enters it.")]
INSTANTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
"""How an instant is told, in UTC."""
CampaignName = Annotated[str, typer.Argument(help="Name of the campaign.", metavar="NAME")]
CampaignOption = Annotated[str, typer.Option("--campaign", help="Name of the campaign.")]
