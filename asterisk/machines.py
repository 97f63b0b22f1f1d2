"""Answering machines: how AMD() is set, and why so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MachineDetection:
    """The settings of AMD() and of the wait for the beep.

    Chosen by ``python -m benchmarks.machines`` among nine sets, for no person of its generated sounds to be taken for a
    machine: with Asterisk's own values 8 of 28 were, since three words are too many for them (docs/proof.md).
    Real lines are worse: see docs/decisions/0005-amd-alone-frees-no-quota.md.
    """

    initial_silence_ms: int = 2500
    """Silence before the greeting after which AMD gives up; it calls that a machine, we do not."""
    greeting_ms: int = 2200
    """A greeting without a pause that is longer is a machine's."""
    after_greeting_silence_ms: int = 600
    """Silence after the greeting that means: a person waits for us. The person hears silence for as long."""
    total_analysis_ms: int = 5000
    """After this the verdict is "unsure"."""
    word_ms: int = 100
    """The shortest sound that is a word."""
    between_words_ms: int = 50
    """The shortest silence between two words."""
    words: int = 4
    """A greeting of more words is a machine's."""
    beep_hz: int = 1000
    """The beep that is listened for. Most machines and voice mails sound one of 1000 Hz; another goes unheard."""
    beep_ms: int = 200
    """The shortest tone that is a beep."""
    beep_wait_s: int = 12
    """How long a machine is given to come to its beep."""
