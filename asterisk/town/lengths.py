"""Spreads of times that a dialplan can draw from: a hundred equally likely lengths."""

from __future__ import annotations

from itertools import pairwise
from math import log, sqrt
from statistics import NormalDist

LENGTHS = 100


def equally_likely(mean: float, cv: float) -> list[float]:
    """The hundredths of a lognormal distribution, the shortest first, each by its own mean: so the mean of all is
    ``mean`` exactly, and the longest is a few times as long. ``cv`` is the standard deviation as a share of the mean.
    """
    if not cv:
        return [mean] * LENGTHS
    sigma, normal = sqrt(log(1 + cv**2)), NormalDist()
    edges = [normal.inv_cdf(place / LENGTHS) for place in range(1, LENGTHS)]
    below = [0.0, *(normal.cdf(edge - sigma) for edge in edges), 1.0]
    return [round(mean * LENGTHS * (upper - lower), 3) for lower, upper in pairwise(below)]
