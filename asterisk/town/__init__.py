"""The town: a virtual carrier with its debtors, played by a second Asterisk that rings nobody real."""

from asterisk.town.record import CarrierCall, read_record
from asterisk.town.roles import Role, TownPlan, role_of
from asterisk.town.town import Town

__all__ = ["CarrierCall", "Role", "Town", "TownPlan", "read_record", "role_of"]
