"""A script file -> a checked `Script`, or one clear line naming file, line and field."""

from __future__ import annotations

from pathlib import Path

from domain.errors import InputError
from files.model import check_model, read_text
from files.source import Source
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


def find_text(name_or_path: str) -> tuple[str, str]:
    """Text and file name of a shipped script by name, or of a file by path."""
    if name_or_path in shipped_scripts():
        return script_text(name_or_path)
    path = Path(name_or_path)
    if not path.exists():
        remedy = f"give a file, or one of the shipped: {', '.join(shipped_scripts())}"
        raise InputError(f"no script {name_or_path!r}", remedy=remedy)
    return read_text(path), str(path)


def parse_script(text: str, file: str) -> Script:
    """Checks the text of a script; ``file`` is the name that errors show."""
    return parse_with_source(text, file)[0]


def parse_with_source(text: str, file: str) -> tuple[Script, Source]:
    """A checked script, and where its fields are."""
    script, source, faults = check_script(text, file)
    if script is None or faults:
        raise faults[0]
    return script, source


def check_script(text: str, file: str) -> tuple[Script | None, Source, list[InputError]]:
    """A script with all its faults, the one to mend first before the others; None when it cannot even be read.

    Raises InputError for a text that is no YAML mapping.
    """
    script, source, faults = check_model(text, Script, file)
    if script is not None:
        found = problems(script)
        faults = [InputError(one.what, where=source.where(one.path), remedy=one.remedy) for one in found]
    return script, source, faults
