"""Pictures of simulations; matplotlib is loaded by who asks for one only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import EnvironmentFault, InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def new_figure(width: float, height: float) -> Figure:
    """An empty picture, in inches; raises EnvironmentFault when matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise EnvironmentFault(
            "plots need matplotlib", remedy="install it with `pip install 'dozvon[plots]'`"
        ) from error
    return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, path: Path) -> None:
    """Write a picture as its name tells (PNG, SVG, PDF); raises InputError when that cannot be done."""
    try:
        figure.savefig(path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(path)) from error
    except ValueError as error:
        raise InputError(f"cannot be written: {error}", where=str(path)) from error
