"""The SIP header that carries our touch id, so that the carrier's record can be matched with ours."""

from __future__ import annotations

TOUCH_HEADER = "X-Touch-Id"


def touch_variable(touch_id: str, header: str = TOUCH_HEADER) -> str:
    """The ``Variable`` of an AMI Originate that puts the touch id into the INVITE.

    Asterisk sets an Originate's variables before it sends the INVITE. Its PreDialGoSub, made for
    headers, is not run by an asynchronous Originate (seen in 22.10).
    """
    return f"PJSIP_HEADER(add,{header})={touch_id}"
