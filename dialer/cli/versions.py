"""``dozvon strategy publish|rollback|versions|diff``: which text of a strategy is in force, since when, and by whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import bar, console, print_json, warn
from dialer.cli.options import AsJson
from dialer.handlers.publish import Published, Reviewed, publish, review, roll_back
from dialer.handlers.take_over import published_strategy
from dialer.messages.stationery import stationery_of
from dialer.script_rules import scripts_of
from dialer.scripts import prepare_scripts
from dialer.settings import Settings, load_settings
from domain.version import Version
from ledger.books import Books
from files.diff import Change
from strategies.diff import diff
from strategies.language import Strategy
from strategies.load import parse_strategy, strategy_text

Name = Annotated[str, typer.Argument(help="Name of the strategy, as its file tells it.", metavar="NAME")]
Author = Annotated[str, typer.Option(help="Who answers for it.")]
Side = Annotated[
    str, typer.Argument(help="A file, a published version such as NAME@3, or a shipped strategy.")
]
VERSION = re.compile(r"(?P<name>.+)@(?P<number>\d{1,9})")


def publish_file(
    file: Annotated[str, typer.Argument(help="The strategy's file, or the name of a shipped one.")],
    author: Author,
    note: Annotated[str, typer.Option(help="What it changes, and why.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check a strategy and put it in force: running campaigns of that name take it within 2 seconds."""
    settings = load_settings()
    now = clock_of(settings).now()
    reviewed = review(*strategy_text(file), now, stationery_of(settings))
    for warning in reviewed.warnings:
        warn(str(warning))
    with open_books(settings) as books:
        _record_prompts(books, settings, reviewed)
        with books.write() as tx:
            published = publish(tx, reviewed, author=author, note=note, now=now)
    _show(published, as_json=as_json)


def roll_back_to(
    name: Name,
    author: Author,
    to: Annotated[int | None, typer.Option(min=1, help="Its number; the one before if not told.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put an earlier version in force again."""
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        published = roll_back(tx, name, to=to, author=author, now=clock_of(settings).now())
    _show(published, as_json=as_json)


def list_versions(name: Name, as_json: AsJson = False) -> None:
    """All versions of a strategy with what each changed, and when each was in force."""
    with open_books() as books, books.read() as tx:
        versions, publications = tx.versions.of(name), tx.versions.publications(name)
        present = tx.versions.in_force(name)
    changes: list[list[str]] = [[]]
    changes += [_words(diff(_strategy(before), _strategy(after))) for before, after in pairwise(versions)]
    if as_json:
        rows = [_document(version, said) for version, said in zip(versions, changes, strict=True)]
        history = [
            {"number": one.number, "at": one.at, "author": one.author, "kind": one.kind}
            for one in publications
        ]
        in_force = present.number if present else None
        print_json({"name": name, "in_force": in_force, "versions": rows, "publications": history})
        return
    table = Table("version", "published", "author", "note", "what changed")
    for version, said in zip(versions, changes, strict=True):
        mark = " [green]in force[/]" if version == present else ""
        when = f"{version.published_at:%Y-%m-%d %H:%M}"
        table.add_row(
            f"{version.number}{mark}",
            when,
            escape(version.author),
            escape(version.note),
            escape("\n".join(said)),
        )
    console.print(table)
    for one in publications:
        console.print(f"{one.at:%Y-%m-%d %H:%M} {one.kind} of version {one.number} by {escape(one.author)}")


def diff_two(before: Side, after: Side, as_json: AsJson = False) -> None:
    """What changed from one strategy to another: which segment and which step, in words."""
    changes = diff(_side(before), _side(after))
    if as_json:
        print_json({"same": not changes, "changes": [_change(change) for change in changes]})
        return
    for change in changes:
        console.print(escape(str(change)), soft_wrap=True)
    if not changes:
        console.print("both do the same")


def _record_prompts(books: Books, settings: Settings, reviewed: Reviewed) -> None:
    """For the campaigns that will take it: their diallers find everything made, and change over at once."""
    name, scripts = reviewed.strategy.name, scripts_of(reviewed.strategy)
    with books.read() as tx:
        of_name = {version.id for version in tx.versions.all(name)}
        followers = [one for one in tx.campaigns.under_way() if one.wanted_version_id in of_name]
        portfolios = {one.portfolio_id: tx.portfolios.get(one.portfolio_id) for one in followers}
    for portfolio in portfolios.values():
        with bar("recording prompts") as progress:
            prepare_scripts(scripts, portfolio, settings, progress=progress, warn=warn)


def _show(published: Published, *, as_json: bool) -> None:
    version, before = published.version, published.before
    changes = _words(diff(_strategy(before), _strategy(version))) if before else []
    if as_json:
        print_json(
            {
                "version": version.label,
                "before": before.label if before else None,
                "changed": published.changed,
                "changes": changes,
                "campaigns": published.campaigns,
            }
        )
        return
    if not published.changed:
        console.print(f"[bold]{version.label}[/] is in force already: nothing has changed")
        return
    console.print(f"[bold]{version.label}[/] is in force")
    for said in changes:
        console.print(f"  {escape(said)}", soft_wrap=True)
    taken = ", ".join(published.campaigns)
    console.print(f"campaigns that take it: {escape(taken)}" if taken else "no campaign is running it")


def _side(told: str) -> Strategy:
    """The strategy that an argument of `diff` names."""
    match = VERSION.fullmatch(told)
    if match is None or Path(told).exists():
        text, file = strategy_text(told)
        return parse_strategy(text, file)
    with open_books() as books, books.read() as tx:
        return _strategy(tx.versions.numbered(match["name"], int(match["number"])))


def _strategy(version: Version) -> Strategy:
    return published_strategy(version)[0]


def _words(changes: Sequence[Change]) -> list[str]:
    return [str(change) for change in changes]


def _change(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "kind": change.kind,
        "before": change.before,
        "after": change.after,
        "words": str(change),
    }


def _document(version: Version, changes: Sequence[str]) -> dict[str, Any]:
    return {
        "number": version.number,
        "published_at": version.published_at,
        "author": version.author,
        "note": version.note,
        "changes": changes,
    }
