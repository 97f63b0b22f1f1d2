"""Messages as Asterisk words them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from asterisk.ami.simulator.record import Invite

STATES = {"Down": 0, "Ringing": 5, "Up": 6}


@dataclass(slots=True)
class SimulatedChannel:
    """A live leg to the carrier, and the Originate that ``asked`` for it."""

    uniqueid: str
    name: str
    invite: Invite
    asked: Mapping[str, str]
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {
            "Channel": self.name,
            "ChannelState": "0",
            "ChannelStateDesc": "Down",
            "CallerIDNum": self.asked.get("CallerID", "<unknown>"),
            "CallerIDName": "<unknown>",
            "ConnectedLineNum": "<unknown>",
            "ConnectedLineName": "<unknown>",
            "Language": "en",
            "AccountCode": "",
            "Context": "from-carrier",
            "Exten": "s",
            "Priority": "1",
            "Uniqueid": self.uniqueid,
            "Linkedid": self.uniqueid,
        }

    def enter(self, state: str) -> None:
        """Go over to Ringing or Up; the answered leg runs the script."""
        self.headers |= {"ChannelState": str(STATES[state]), "ChannelStateDesc": state}
        if state == "Up":
            self.headers["Context"] = self.asked.get("Context", "")


def message(headers: Mapping[str, str]) -> bytes:
    """The bytes of one message."""
    return "".join([*(f"{name}: {value}\r\n" for name, value in headers.items()), "\r\n"]).encode()


def channel_event(name: str, channel: SimulatedChannel, more: Mapping[str, str]) -> dict[str, str]:
    """An event of a channel."""
    privilege = "user,all" if name == "UserEvent" else "call,all"
    return {"Event": name, "Privilege": privilege, **channel.headers, **more}


def originate_response(asked: Mapping[str, str], uniqueid: str, channel: str, reason: int) -> dict[str, str]:
    """The event that ends an asynchronous Originate; reason 4 is the only success."""
    return {
        "Event": "OriginateResponse",
        "Privilege": "call,all",
        "ActionID": asked.get("ActionID", ""),
        "Response": "Success" if reason == 4 else "Failure",
        "Channel": channel,
        "Context": asked.get("Context", ""),
        "Exten": asked.get("Exten", ""),
        "Reason": str(reason),
        "Uniqueid": uniqueid,
        "CallerIDNum": asked.get("CallerID", "<unknown>"),
        "CallerIDName": "<unknown>",
    }
