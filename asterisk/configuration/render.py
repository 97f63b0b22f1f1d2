"""Renders the templates of one kind of instance; every value comes from the caller, none has a default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Path(__file__).parent / "templates"

_DEFAULTS = ("acl", "ccss", "features", "pjproject", "udptl")
"""Asterisk's own defaults are right for these, but a missing file is an error line at every start."""


def rendered(kind: str, values: Mapping[str, object]) -> dict[str, str]:
    """The text of each file of ``templates/common`` and ``templates/<kind>``, by its name.

    Raises jinja2.UndefinedError when a template names a value that was not given.
    """
    loader = FileSystemLoader([_TEMPLATES / kind, _TEMPLATES / "common"])
    environment = Environment(
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    templates = {
        name.removesuffix(".j2"): environment.get_template(name)
        for name in environment.list_templates(extensions=["j2"])
    }
    texts = {name: template.render(values) for name, template in templates.items()}
    return texts | {f"{name}.conf": "; defaults\n" for name in _DEFAULTS}


def render_configuration(kind: str, target: Path, values: Mapping[str, object]) -> None:
    """Writes them into ``target``, readable by us only."""
    for name, text in rendered(kind, values).items():
        write_private(target / name, text)


def write_private(path: Path, text: str) -> None:
    """Writes a file whole or not at all, readable by us only: Asterisk may be reading the old one."""
    beside = path.with_name(f".{path.name}.new")
    beside.touch(mode=0o600)
    beside.write_text(text, encoding="utf-8")
    beside.rename(path)
