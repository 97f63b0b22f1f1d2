"""Renders the templates of one kind of instance; every value comes from the caller, none has a default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Path(__file__).parent / "templates"

_DEFAULTS = ("acl", "ccss", "features", "pjproject", "udptl")
"""Asterisk's own defaults are right for these, but a missing file is an error line at every start."""


def render_configuration(kind: str, target: Path, values: Mapping[str, object]) -> list[Path]:
    """Writes all files of ``templates/common`` and ``templates/<kind>`` into ``target``, readable by us only.

    Raises jinja2.UndefinedError when a template names a value that was not given.
    """
    loader = FileSystemLoader([_TEMPLATES / kind, _TEMPLATES / "common"])
    environment = Environment(
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    written = []
    for name in environment.list_templates(extensions=["j2"]):
        path = target / name.removesuffix(".j2")
        write_private(path, environment.get_template(name).render(values))
        written.append(path)
    for name in _DEFAULTS:
        write_private(target / f"{name}.conf", "; defaults\n")
    return written


def write_private(path: Path, text: str) -> None:
    """Writes a file whole or not at all, readable by us only: Asterisk may be reading the old one."""
    beside = path.with_name(f".{path.name}.new")
    beside.touch(mode=0o600)
    beside.write_text(text, encoding="utf-8")
    beside.rename(path)
