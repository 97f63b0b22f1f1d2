"""Which rate of calls out, from now on, fills the team and does not overfill it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dialer.pacing.callbacks.delay import Numbers

BLOCK_MIN = 10
ROUNDS = 12
STRIDE = 0.5
"""Some rounds with short strides: what fits the next hours to the last caller swings with every caller."""
SHARPNESS = 6.0
"""How much more the fullest minute counts than the others."""
LEAST_ROOM = 0.02
"""Calls in per minute that a queue without an operator is taken to have room for: keeps ratios finite."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Calls per second by minute; ``binding`` is the minute from now that limits the first, with its load (1: full)."""

    rates: Numbers
    binding: int
    load: float


def plan_rates(room: Numbers, committed: Numbers, response: Numbers, steady: float, ceiling: float) -> Plan:
    """``room`` and ``committed``: calls in per minute that can be served, and that come anyhow.

    ``response`` is `CallbackModel.response`. Each block of minutes is multiplied, round after round, by how far the
    minutes that it feeds are from full: the mean of their loads under a high power, so that the fullest decides. (With
    the power 1 it were Richardson's and Lucy's deconvolution.) The first guess lets each block fill the rooms it feeds,
    at ``steady`` calls in per call out, as if it had always been so.
    """
    minutes = len(room)
    room = np.maximum(room, LEAST_ROOM)
    blocks = np.kron(np.eye(minutes // BLOCK_MIN), np.ones((BLOCK_MIN, 1)))
    fed = response @ blocks * 60
    weights = fed / np.maximum(fed.sum(axis=0), 1e-12)
    rates = np.minimum(ceiling, weights.T @ room / (60 * steady))
    for _ in range(ROUNDS):
        load = np.maximum((committed + fed @ rates) / room, 1e-9)
        rates = np.minimum(ceiling, rates * (weights.T @ load**SHARPNESS) ** (-STRIDE / SHARPNESS))
    load = (committed + fed @ rates) / room
    binding = int(np.argmax(weights[:, 0] ** (1 / SHARPNESS) * load))
    return Plan(blocks @ rates, binding, float(load[binding]))
