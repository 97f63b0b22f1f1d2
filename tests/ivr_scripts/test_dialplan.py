"""A real Asterisk plays a compiled script to debtors who press, wait, err and hang up."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from asterisk.install.installation import installation_in, installation_in_path
from asterisk.node import Node, NodePlan
from asterisk.ports import free_port
from ivr_scripts.compile import compile_script, context_name
from ivr_scripts.load import parse_script
from ivr_scripts.prompts.engines.fake import ToneEngine
from ivr_scripts.prompts.synthesise import prepare_prompts
from ivr_scripts.render_call import call_variables, required_texts
from tests.asterisk.raw_ami import RawAmi, raw_ami

pytestmark = pytest.mark.integration

SCRIPT = """\
name: quick
version: 1
language: ru
title: Быстрый сценарий
variables: {debt: money}
nodes:
  greeting: {kind: say, text: "Ваш долг: {debt}.", interrupted_by: choice}
  choice:
    kind: menu
    text: Нажмите один или два.
    timeout_s: 2
    retries: 1
    digits:
      1: {result: promise, next: thanks}
      2: {next: operator}
  listened: {kind: record, result: listened}
  end: {kind: hangup}
  thanks: {kind: say, text: Спасибо., next: end}
  operator: {kind: transfer, text: Мы перезвоним., next: end}
"""

GREETING = ["Step greeting"]
MENU = ["Step greeting", "Step choice"]
LISTENED = ["Step listened", "Result listened", "Step end"]
SILENT = [*MENU, "Missed choice silence", "Missed choice silence", *LISTENED]
PROMISE = ["Digit choice 1", "Result promise", "Step thanks", "Step end"]
OPERATOR = ["Digit choice 2", "Step operator", "Result operator_wanted", "Step end"]

# The greeting lasts 1.3 s, the menu's text 1.0 s, and then it waits for 2 s.
DEBTORS: dict[str, tuple[list[str], list[str]]] = {
    "silent": ([], SILENT),
    "presses-in-greeting": (["Wait(0.5)", "SendDTMF(1)"], GREETING + PROMISE),
    "errs-in-greeting": (["Wait(0.5)", "SendDTMF(5)"], SILENT),
    "errs-then-presses": (
        ["Wait(2)", "SendDTMF(5)", "Wait(1)", "SendDTMF(2)"],
        [*MENU, "Missed choice 5", *OPERATOR],
    ),
    "errs-twice": (
        ["Wait(2)", "SendDTMF(5)", "Wait(1)", "SendDTMF(#)"],
        [*MENU, "Missed choice 5", "Missed choice #", *LISTENED],
    ),
    "presses-after-menu": (["Wait(3)", "SendDTMF(2)"], MENU + OPERATOR),
    "hangs-up-in-greeting": (["Wait(0.5)", "Hangup()"], GREETING),
}
"""What a debtor does after the answer, and what the script must report of it."""


async def test_what_each_debtor_did_is_reported(folder: Path, root_folder: Path) -> None:
    script = parse_script(SCRIPT, "quick.yaml")
    store = prepare_prompts(required_texts(script, {}), folder / "prompts", [ToneEngine()])
    variables = call_variables(script, {"debt": Decimal(21)}, store)
    plan = NodePlan("node1", folder / "node", free_port(), free_port("tcp"), free_port(), store.folder)
    node = Node(plan, installation_in_path() or installation_in(root_folder))
    await node.start()
    try:
        await node.install_script("quick", compile_script(script, store) + debtors())
        async with raw_ami(plan) as ami:
            for debtor in DEBTORS:
                await call(ami, debtor, context_name(script), variables)
            for debtor in DEBTORS:
                await ami.until(1, Event="Hangup", Uniqueid=debtor)
            assert {debtor: reported(ami, debtor) for debtor in DEBTORS} == {
                debtor: expected for debtor, (_, expected) in DEBTORS.items()
            }
    finally:
        await node.stop()
    assert "does not exist" not in node.folder.messages.read_text(encoding="utf-8")


def debtors() -> str:
    """A context for each debtor."""
    lines = (
        f"\n[{debtor}]\nexten => s,1,Answer()\n"
        + "".join(f" same => n,{step}\n" for step in steps)
        + " same => n,Wait(60)\n"
        for debtor, (steps, _) in DEBTORS.items()
    )
    return "".join(lines)


async def call(ami: RawAmi, debtor: str, context: str, variables: dict[str, str]) -> None:
    await ami.send(
        Action="Originate",
        ActionID=debtor,
        ChannelId=debtor,
        Channel=f"Local/s@{debtor}/n",
        Context=context,
        Exten="s",
        Priority="1",
        Async="true",
        Variable=",".join(f"{name}={value}" for name, value in variables.items()),
    )


def reported(ami: RawAmi, debtor: str) -> list[str]:
    """What the script told of a call, in short; what an operator's queue tells is not the script's."""
    return [
        " ".join(
            [
                event["UserEvent"].removeprefix("Dozvon"),
                *(
                    event[key]
                    for key in ("Node", "Digit", "Heard", "Name", "Value", "Result")
                    if key in event
                ),
            ]
        )
        for event in ami.matching(Event="UserEvent", Uniqueid=debtor)
        if event["UserEvent"] not in ("DozvonQueued", "DozvonUnserved")
    ]
