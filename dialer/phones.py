"""Where operators' phones register, and what a browser is told to be one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from asterisk.operator_phone import user_of
from dialer.settings import NodeSettings
from domain.errors import InputError
from domain.operator_events import OperatorId
from domain.operator_phone import OperatorPhone, PhoneKind


class BrowserAccount(TypedDict):
    """All that the phone in a page needs; for the page of this operator alone."""

    uri: str
    servers: list[str]
    """WebSocket addresses, the first that answers is used."""
    user: str
    password: str


def phone_servers(nodes: Sequence[NodeSettings], kind: PhoneKind) -> list[str]:
    """The addresses, node by node, that phones of this kind register at."""
    told = (node.browsers_address if kind is PhoneKind.BROWSER else node.phones_address for node in nodes)
    return [address for address in told if address]


def browser_account(
    nodes: Sequence[NodeSettings], operator: OperatorId, phone: OperatorPhone
) -> BrowserAccount:
    """What the page of an operator signs his phone in with. InputError when he talks on a telephone, or when no node
    takes browsers.
    """
    if phone.kind is not PhoneKind.BROWSER:
        remedy = "`dozvon operator phone LOGIN --browser` changes it"
        raise InputError("this operator talks on a telephone", remedy=remedy)
    servers = phone_servers(nodes, PhoneKind.BROWSER)
    if not servers:
        remedy = "set browsers_address of a node in DOZVON_NODES"
        raise InputError("no node takes phones in browsers", remedy=remedy)
    user = user_of(operator)
    return BrowserAccount(uri=f"sip:{user}@dozvon.invalid", servers=servers, user=user, password=phone.secret)
