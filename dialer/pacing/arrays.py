"""What the models compute with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


def ages(now: float, since: Sequence[float]) -> Array:
    """Seconds that each has lasted."""
    return np.maximum(now - np.array(since, dtype=np.float64), 0.0)
