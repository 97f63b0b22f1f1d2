"""A script file -> a checked `Script`, or one clear line naming file, line and field."""

from __future__ import annotations

from pathlib import Path

from domain.errors import InputError
from files.model import parse_model, read_text
from ivr_scripts.check import problems
from ivr_scripts.language import Script

SHIPPED = Path(__file__).parent / "shipped"


def load_script(path: Path) -> Script:
    """Reads and checks a script file; raises InputError at the first fault."""
    return parse_script(read_text(path), str(path))


def shipped_scripts() -> list[str]:
    """Names of the scripts that come with Dozvon."""
    return sorted(file.stem for file in SHIPPED.glob("*.yaml"))


def shipped_script(name: str) -> Script:
    """A script that comes with Dozvon, e.g. ``debt_informer``."""
    return parse_script(*script_text(name))


def script_text(name: str) -> tuple[str, str]:
    """Text and file name of a shipped script."""
    if name not in shipped_scripts():
        remedy = f"take one of: {', '.join(shipped_scripts())}"
        raise InputError(f"there is no shipped script {name!r}", remedy=remedy)
    path = SHIPPED / f"{name}.yaml"
    return read_text(path), str(path)


def parse_script(text: str, file: str) -> Script:
    """Checks the text of a script; ``file`` is the name that errors show."""
    script, source = parse_model(text, Script, file)
    for problem in problems(script):
        raise InputError(problem.what, where=source.where(problem.path), remedy=problem.remedy)
    return script
