"""The manager interface (AMI) of Asterisk; the only importer of panoramisk."""

from asterisk.ami.actions import ActionRefused
from asterisk.ami.link import AmiLink, LinkLimits
from asterisk.ami.messages import AmiMessage, LinkEvent, LinkLost, LinkUp
from asterisk.ami.render import OriginateRequest
from asterisk.ami.session import AmiAddress

__all__ = [
    "ActionRefused",
    "AmiAddress",
    "AmiLink",
    "AmiMessage",
    "LinkEvent",
    "LinkLimits",
    "LinkLost",
    "LinkUp",
    "OriginateRequest",
]
