"""The script language: what one call says, asks, records, and where it goes next.

A script is a page of named nodes. The call starts at the first one and goes down the page; ``next`` sends it
elsewhere. Texts are templates over the declared variables.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ivr_scripts.spoken import Kind, Language
from ivr_scripts.template import parse_template, speakable

RESERVED_NODE_NAMES = frozenset({"failed", "fax", "talk"})
"""Extensions that Asterisk itself jumps to when a call fails or a tone is heard."""


class Result(StrEnum):
    """What a script can record about a call; the last one recorded stands."""

    LISTENED = "listened"
    OPERATOR_WANTED = "operator_wanted"
    PROMISE = "promise"
    WRONG_PERSON = "wrong_person"
    ALREADY_PAID = "already_paid"
    OPT_OUT = "opt_out"
    COMPLAINT = "complaint"


def _template(text: str) -> str:
    line = speakable(text)
    parse_template(line)
    return line


def _not_reserved(name: str) -> str:
    if name in RESERVED_NODE_NAMES:
        raise ValueError(f"the name {name!r} has a meaning of its own in Asterisk")
    return name


Text = Annotated[str, AfterValidator(_template)]
Line = Annotated[str, AfterValidator(speakable)]
ScriptName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]+$", max_length=30)]
VariableName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=30)]
NodeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]+$", max_length=30), AfterValidator(_not_reserved)]
Digit = Annotated[str, Field(pattern=r"^[0-9*#]$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Say(_Model):
    """Plays a text. A digit of the menu ``interrupted_by`` cuts it short and answers that menu at once."""

    kind: Literal["say"]
    text: Text
    interrupted_by: NodeName | None = None
    next: NodeName | None = None


class Choice(_Model):
    """What one digit of a menu means: a result to record, if any, and the node that follows."""

    result: Result | None = None
    next: NodeName


class Menu(_Model):
    """Plays a text that any digit cuts short, then waits ``timeout_s`` seconds for one.

    After silence or a digit without meaning the text is repeated ``retries`` times, then ``next`` follows.
    """

    kind: Literal["menu"]
    text: Text
    digits: Annotated[dict[Digit, Choice], Field(min_length=1)]
    timeout_s: Annotated[float, Field(ge=1, le=60)] = 5
    retries: Annotated[int, Field(ge=0, le=5)] = 1
    next: NodeName | None = None


class Record(_Model):
    """Records a result of the call."""

    kind: Literal["record"]
    result: Result
    next: NodeName | None = None


class Transfer(_Model):
    """Records that an operator is wanted and plays a text, e.g. that an operator will call back."""

    kind: Literal["transfer"]
    text: Text
    next: NodeName | None = None


class Goto(_Model):
    """Goes on at another node."""

    kind: Literal["goto"]
    next: NodeName


class Hangup(_Model):
    """Ends the call from our side."""

    kind: Literal["hangup"]


Node = Annotated[Say | Menu | Record | Transfer | Goto | Hangup, Field(discriminator="kind")]


class Script(_Model):
    """One version of one script; ``nodes`` are in the order of the page."""

    name: ScriptName
    version: Annotated[int, Field(ge=1, le=99_999)]
    language: Language
    title: Line
    variables: dict[VariableName, Kind] = {}
    nodes: Annotated[dict[NodeName, Node], Field(min_length=1)]

    @property
    def start(self) -> str:
        """The node where a call begins."""
        return next(iter(self.nodes))

    def after(self, name: str) -> str | None:
        """Where the call goes from a node when the debtor does nothing; None when the page ends there."""
        node = self.nodes[name]
        if isinstance(node, Hangup):
            return None
        if node.next is not None:
            return node.next
        names = list(self.nodes)
        below = names[names.index(name) + 1 :]
        return below[0] if below else None

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every (node name, template text), in the order of the page."""
        for name, node in self.nodes.items():
            if isinstance(node, Say | Menu | Transfer):
                yield name, node.text
