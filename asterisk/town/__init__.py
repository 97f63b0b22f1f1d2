"""The town: a virtual carrier with its debtors, played by a second Asterisk that rings nobody real."""

from asterisk.town.callers import CallersPlan, CallIn
from asterisk.town.record import CarrierCall, RobotTalk, callers_of, read_calls_in, read_record, read_talks
from asterisk.town.robots import RobotPlan
from asterisk.town.roles import Role, TownPlan, role_of
from asterisk.town.town import Town

__all__ = [
    "CallIn",
    "CallersPlan",
    "CarrierCall",
    "RobotPlan",
    "RobotTalk",
    "Role",
    "Town",
    "TownPlan",
    "callers_of",
    "read_calls_in",
    "read_record",
    "read_talks",
    "role_of",
]
