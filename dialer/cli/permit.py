"""``dozvon permit``: ask the intensity rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.console import console, print_json, styled, warn
from dialer.cli.options import AsJson
from dialer.permit_cases import answer_cases


def permit(
    cases: Annotated[Path, typer.Option(help="JSON file of cases (docs/regimes.md has an example).")],
    as_json: AsJson = False,
) -> None:
    """Say whether touches would be allowed, which rules refuse them, and when they would be."""
    document = answer_cases(cases, warn=warn)
    if as_json:
        print_json(document)
        return
    table = Table("case", "allowed", "refused by", "next allowed")
    for answer in document["answers"]:
        allowed = styled("[green]yes[/]" if answer["allowed"] else "[red]no[/]")
        table.add_row(answer["id"], allowed, ", ".join(answer["refused_by"]), answer["next_allowed"] or "")
    console.print(table)
