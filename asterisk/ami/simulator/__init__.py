"""An AMI server that plays Asterisk, its carrier and the town's debtors, for machines that have no Asterisk.

It makes no audio and sends no SIP; what it says over AMI, and the carrier's record it writes, have the real form.
"""

from asterisk.ami.simulator.faults import Faults
from asterisk.ami.simulator.server import Simulator
from asterisk.ami.simulator.walk import ScriptWalk

__all__ = ["Faults", "ScriptWalk", "Simulator"]
