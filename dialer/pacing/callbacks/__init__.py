"""How fast the robot may call, so that the operators can answer those who call back: pure, told the time."""

from dialer.pacing.callbacks.decision import Forecast, Outlook, RateDecision
from dialer.pacing.callbacks.facts import CallOut, Key, QueueFacts, Reach, Waited, reach_of
from dialer.pacing.callbacks.model import CallbackModel
from dialer.pacing.callbacks.pacer import CallbackPacer, Goal

__all__ = [
    "CallOut",
    "CallbackModel",
    "CallbackPacer",
    "Forecast",
    "Goal",
    "Key",
    "Outlook",
    "QueueFacts",
    "RateDecision",
    "Reach",
    "Waited",
    "reach_of",
]
