"""``dozvon strategy|script publish|rollback|versions|diff``: which text is in force, since when, and by whom.

The group that a command is called in tells the kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import bar, console, print_json, styled, warn
from dialer.cli.options import AsJson
from dialer.cli.script_named import VERSION
from dialer.cli.written import WRITTEN, Written
from dialer.handlers.publish import Published, publish, roll_back
from dialer.handlers.record_prompts import record_prompts
from dialer.settings import load_settings
from domain.version import Version, VersionKind
from files.diff import Change

Name = Annotated[str, typer.Argument(help="Its name, as its file tells it.", metavar="NAME")]
Author = Annotated[str, typer.Option(help="Who answers for it.")]
Side = Annotated[str, typer.Argument(help="A file, a published version such as NAME@3, or a shipped one.")]


def publish_file(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="The file, or the name of a shipped one.")],
    author: Author,
    note: Annotated[str, typer.Option(help="What it changes, and why.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check a text and put it in force: running campaigns that use it take it within 2 seconds."""
    settings, written = load_settings(), _written(context)
    now = clock_of(settings).now()
    text, place = written.text(file)
    with open_books(settings) as books:
        with books.read() as tx:
            reviewed = written.review(tx, text, place, now, settings)
        for warning in getattr(reviewed, "warnings", ()):
            warn(str(warning))
        with bar("recording prompts") as progress:
            record_prompts(books, settings, reviewed, progress=progress, warn=warn)
        with books.write() as tx:
            published = publish(tx, reviewed, author=author, note=note, now=now)
    _show(written, published, as_json=as_json)


def roll_back_to(
    context: typer.Context,
    name: Name,
    author: Author,
    to: Annotated[int | None, typer.Option(min=1, help="Its number; the one before if not told.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put an earlier version in force again."""
    settings, written = load_settings(), _written(context)
    with open_books(settings) as books, books.write() as tx:
        now = clock_of(settings).now()
        published = roll_back(tx, name, to=to, author=author, now=now, kind=written.kind)
    _show(written, published, as_json=as_json)


def list_versions(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """All published versions with what each changed, and when each was in force."""
    written = _written(context)
    with open_books() as books, books.read() as tx:
        known = tx.versions_of(written.kind)
        versions, publications, present = known.of(name), known.publications(name), known.in_force(name)
    changes: list[list[str]] = [[]]
    changes += [_words(written.changes(before, after)) for before, after in pairwise(versions)]
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
        number = styled("{} [green]in force[/]" if version == present else "{}", version.number)
        when = f"{version.published_at:%Y-%m-%d %H:%M}"
        author, note = version.author, version.note
        table.add_row(number, when, author, note, "\n".join(said))
    console.print(table)
    for one in publications:
        console.print(f"{one.at:%Y-%m-%d %H:%M} {one.kind} of version {one.number} by {one.author}")


def diff_two(context: typer.Context, before: Side, after: Side, as_json: AsJson = False) -> None:
    """What changed from one text to another: which part of it, in words."""
    written = _written(context)
    changes = written.diff(written.parse(*_side(written, before)), written.parse(*_side(written, after)))
    if as_json:
        print_json({"same": not changes, "changes": [_change(change) for change in changes]})
        return
    for change in changes:
        console.print(str(change), soft_wrap=True)
    if not changes:
        console.print("both do the same")


def _written(context: typer.Context) -> Written:
    assert context.parent
    return WRITTEN[VersionKind(context.parent.info_name or "")]


def _show(written: Written, published: Published, *, as_json: bool) -> None:
    version, before = published.version, published.before
    changes = _words(written.changes(before, version)) if before else []
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
        console.print(styled("[bold]{}[/] is in force already: nothing has changed", version.label))
        return
    console.print(styled("[bold]{}[/] is in force", version.label))
    for said in changes:
        console.print(f"  {said}", soft_wrap=True)
    taken = ", ".join(published.campaigns)
    console.print(f"campaigns that take it: {taken}" if taken else "no campaign is running it")


def _side(written: Written, told: str) -> tuple[str, str]:
    """The text that an argument of `diff` names, and the name of its place in errors."""
    match = VERSION.fullmatch(told)
    if match is None or Path(told).exists():
        return written.text(told)
    with open_books() as books, books.read() as tx:
        version = tx.versions_of(written.kind).numbered(match["name"], int(match["number"]))
    return version.body, f"{written.kind} {version.label}"


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
