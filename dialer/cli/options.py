"""Options that several commands share; whoever imports them loads nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]
PortfolioName = Annotated[str, typer.Option("--portfolio", help="Name of the portfolio.")]
CampaignName = Annotated[str, typer.Argument(help="Name of the campaign.", metavar="NAME")]
CampaignOption = Annotated[str, typer.Option("--campaign", help="Name of the campaign.")]
