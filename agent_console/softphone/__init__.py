"""A telephone without a screen on pjsua2: for a desk without browser audio, and for robots that must be heard.

All of it runs in the thread of the event loop. The library has one endpoint a process, so one ``Softphone`` can be
open at a time; with the published wheel it carries four calls at most.
"""

from domain.errors import EnvironmentFault

try:
    from agent_console.softphone.call import CallState, SoftCall
    from agent_console.softphone.library import SipAccount
    from agent_console.softphone.phone import Softphone
except ImportError as error:
    raise EnvironmentFault(
        f"pjsua2 cannot be loaded ({error})",
        remedy="install the extra `desk`, or use the telephone in the browser",
    ) from error

__all__ = ["CallState", "SipAccount", "SoftCall", "Softphone"]
