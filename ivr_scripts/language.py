"""The script language: what one call says, asks, records, and where it goes next.

A script is a page of named nodes. The call starts at the first one and goes down the page; ``next`` sends it
elsewhere. Texts are templates over the declared variables. docs/scripts.md explains each field.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from domain.opener import Opener
from domain.said import listed, said
from ivr_scripts.speech.question import valid_phrase
from ivr_scripts.spoken import Kind, Language
from ivr_scripts.spoken.text import speakable
from ivr_scripts.template import Slot, parse_template

RESERVED_NODE_NAMES = frozenset({"failed", "fax", "talk"})
"""Extensions that Asterisk itself jumps to when a call fails or a tone is heard."""


class Result(StrEnum):
    """What a script can record about a call; the last one recorded stands."""

    LISTENED = "listened"
    OPERATOR_WANTED = "operator_wanted"
    PROMISE = "promise"
    REFUSAL = "refusal"
    WRONG_PERSON = "wrong_person"
    ALREADY_PAID = "already_paid"
    OPT_OUT = "opt_out"
    COMPLAINT = "complaint"
    MESSAGE_LEFT = "message_left"


class About(StrEnum):
    """What an ask asks for."""

    YES_NO = "yes_no"
    PROMISE_DATE = "promise_date"
    PROMISE_SUM = "promise_sum"
    ACCOUNT = "account"
    """The debtor's account number: the dialler finds whose it is and fills the variables ``gives`` names."""


def _template(text: str) -> str:
    line = speakable(text)
    parse_template(line)
    return line


def _phrase(text: str) -> str:
    if not valid_phrase(text):
        what = said(
            "a recogniser cannot expect %(text)r: write lower-case words with single spaces", text=text
        )
        raise ValueError(what)
    return text


def _not_reserved(name: str) -> str:
    if name in RESERVED_NODE_NAMES:
        raise ValueError(said("the name %(name)r has a meaning of its own in Asterisk", name=name))
    return name


Text = Annotated[str, AfterValidator(_template)]
Line = Annotated[str, AfterValidator(speakable)]
ScriptName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]+$", max_length=30)]
VariableName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=30)]
NodeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]+$", max_length=30), AfterValidator(_not_reserved)]
QueueName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=30)]
Digit = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Phrase = Annotated[str, AfterValidator(_phrase)]
Seconds = Annotated[float, Field(ge=1, le=60)]
Retries = Annotated[int, Field(ge=0, le=5)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Step(_Model):
    next: NodeName | None = None

    def links(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Every written jump as (path of its field, node that it names)."""
        if self.next is not None:
            yield ("next",), self.next


class Say(_Step):
    """Plays a text. A digit of the menu ``interrupted_by`` cuts it short and answers that menu at once.

    ``says`` names the legal openers of the text: such a text is always heard to its end, and a digit pressed
    in it answers the menu when the last opener has been said.
    """

    kind: Literal["say"]
    text: Text
    says: frozenset[Opener] = frozenset()
    interrupted_by: NodeName | None = None

    def links(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Also to the menu that a digit answers."""
        yield from super().links()
        if self.interrupted_by is not None:
            yield ("interrupted_by",), self.interrupted_by


class Choice(_Model):
    """What an answer means: a result to record, if any, and the node that follows; ``words`` say the same."""

    words: tuple[Phrase, ...] = ()
    result: Result | None = None
    next: NodeName


class _Question(_Step):
    text: Text
    timeout_s: Seconds = 5
    retries: Retries = 1


class Menu(_Question):
    """Plays a text that any digit cuts short, then waits ``timeout_s`` seconds for one.

    After silence or a digit without meaning the text is repeated ``retries`` times, then ``next`` follows.
    """

    kind: Literal["menu"]
    digits: Annotated[dict[Digit, Choice], Field(min_length=1)]

    @property
    def hears_words(self) -> bool:
        """Whether it may be answered by words too."""
        return any(choice.words for choice in self.digits.values())

    def links(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Also to the nodes of its digits."""
        yield from super().links()
        yield from ((("digits", digit, "next"), choice.next) for digit, choice in self.digits.items())


class Ask(_Question):
    """Asks for a value: by digits, and by words too where ``words`` is set and speech is on.

    ``confirm`` repeats what was understood as ``{answer}`` and takes 1 for yes. An answer that cannot be, or
    silence, is asked again ``retries`` times, then ``next`` follows. A yes is 1, a no is 2.
    """

    kind: Literal["ask"]
    about: About
    words: bool = False
    confirm: Text | None = None
    yes: Choice | None = None
    no: Choice | None = None
    given: Choice | None = None
    within_days: Annotated[int, Field(ge=1, le=99)] = 30
    gives: tuple[VariableName, ...] = ()

    @property
    def choices(self) -> dict[str, Choice]:
        """The ways on by the name of their field."""
        ways = {"yes": self.yes, "no": self.no, "given": self.given}
        return {name: choice for name, choice in ways.items() if choice is not None}

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        wanted = {"yes", "no"} if self.about is About.YES_NO else {"given"}
        if self.choices.keys() != wanted:
            needed = listed(sorted(wanted), "%(one)s and %(other)s")
            about = {"about": self.about, "needed": needed}
            raise ValueError(said("an ask about %(about)s needs %(needed)s, and only that", **about))
        if any(choice.words for choice in self.choices.values()):
            raise ValueError(said("the words of an ask are known: write `words: true` beside it instead"))
        if self.confirm is not None and (self.about is About.YES_NO or not _repeats(self.confirm)):
            raise ValueError(said("a confirm repeats {answer}, and a yes or no has none"))
        if (self.about is About.ACCOUNT) != bool(self.gives):
            what = said("gives names the variables that an account number gives, and no other answer")
            raise ValueError(what)
        return self

    def links(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Also to the nodes of its answers."""
        yield from super().links()
        yield from (((name, "next"), choice.next) for name, choice in self.choices.items())


def _repeats(text: str) -> bool:
    return any(isinstance(part, Slot) and part.name == ANSWER for part in parse_template(text))


ANSWER = "answer"
"""The variable of a confirm."""


class Record(_Step):
    """Records a result of the call."""

    kind: Literal["record"]
    result: Result


class Transfer(_Step):
    """Records that an operator of the queue is wanted, plays a text, and puts the call through.

    Who is not served within ``patience_s`` seconds goes on at ``next``; with 0 nobody waits: an operator calls back.
    """

    kind: Literal["transfer"]
    text: Text
    queue: QueueName = "operators"
    patience_s: Annotated[int, Field(ge=0, le=600)] = 0


class Goto(_Step):
    """Goes on at another node."""

    kind: Literal["goto"]
    next: NodeName


class Hangup(_Model):
    """Ends the call from our side."""

    kind: Literal["hangup"]

    def links(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Nowhere."""
        yield from ()


Node = Annotated[Say | Menu | Ask | Record | Transfer | Goto | Hangup, Field(discriminator="kind")]


class Script(_Model):
    """One version of one script; ``nodes`` are in the order of the page."""

    name: ScriptName
    version: Annotated[int, Field(ge=1, le=99_999)]
    language: Language
    title: Line
    on_machine: NodeName | None = None
    """Where a call goes when an answering machine took it; without it nobody looks for machines."""
    variables: dict[VariableName, Kind] = {}
    nodes: Annotated[dict[NodeName, Node], Field(min_length=1)]

    @property
    def start(self) -> str:
        """The node where a call begins."""
        return next(iter(self.nodes))

    @property
    def starts(self) -> tuple[str, ...]:
        """The nodes where a call with a person, or with a machine, begins."""
        return tuple(dict.fromkeys([self.start, self.on_machine or self.start]))

    def successors(self, name: str) -> list[str]:
        """Every node that may follow directly."""
        below = [after] if (after := self.after(name)) else []
        return list(dict.fromkeys([*below, *(target for _, target in self.nodes[name].links())]))

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

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """Every (node name, field, template text), in the order of the page."""
        for name, node in self.nodes.items():
            if isinstance(node, Say | Menu | Ask | Transfer):
                yield name, "text", node.text
            if isinstance(node, Ask) and node.confirm is not None:
                yield name, "confirm", node.confirm

    @property
    def hears_words(self) -> bool:
        """Whether any question may be answered by words."""
        return any(
            node.words if isinstance(node, Ask) else isinstance(node, Menu) and node.hears_words
            for node in self.nodes.values()
        )

    @property
    def found_later(self) -> frozenset[str]:
        """Variables that only an account number gives, in the middle of the call."""
        return frozenset(
            variable for node in self.nodes.values() if isinstance(node, Ask) for variable in node.gives
        )
