"""Actions whose answer somebody waits for, on panoramisk's `Action`."""

from __future__ import annotations

from collections.abc import Mapping

from panoramisk.actions import Action
from panoramisk.message import Message

from asterisk.ami.messages import AmiMessage
from asterisk.ami.render import render_headers
from domain.errors import DozvonError

MOST_LISTED = 20_000


class ActionRefused(DozvonError):
    """Asterisk answered an action with an error; it did nothing."""


class AnswerAction(Action):  # type: ignore[misc]  # panoramisk is untyped
    """An action that its response ends, whatever the words in it."""

    def __init__(self, name: str, headers: Mapping[str, str]) -> None:
        super().__init__({"Action": name, **headers}, as_list=False)
        render_headers(self.items(), where=f"action {name}")

    def answer(self) -> list[AmiMessage]:
        """The messages that came, response first; ActionRefused when it was an error."""
        response = self.responses[0]
        if not response.success:
            raise ActionRefused(f"Asterisk refused {self.action}: {response.message or 'no reason given'}")
        return [
            {name: value for name, value in message.items() if name != "content"}
            for message in self.responses
        ]


class ListAction(AnswerAction):
    """An action answered by a list of events; unlike panoramisk's, a refusal ends it and it is bounded."""

    def add_message(self, message: Message) -> bool:
        """Take one more message; True when it was the last."""
        self.responses.append(message)
        refused = message.response == "Error"
        last = refused or message.eventlist == "Complete" or len(self.responses) > MOST_LISTED
        if last and not self.future.done():
            self.future.set_result(None)
        return last
