"""The dialplan that a script becomes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr_scripts.compile import compile_script
from ivr_scripts.load import parse_script, shipped_script
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.template import PAUSE

pytestmark = pytest.mark.unit

SCRIPT = """\
name: short
version: 3
language: ru
title: Короткий сценарий
variables: {debt: money}
nodes:
  greeting: {kind: say, text: "Ваш долг: {debt}.", interrupted_by: choice}
  choice:
    kind: menu
    text: Нажмите один.
    timeout_s: 2.5
    retries: 2
    digits:
      1: {result: promise, next: thanks}
      2: {next: help}
  heard: {kind: record, result: listened}
  end: {kind: hangup}
  thanks: {kind: say, text: Спасибо.}
  jump: {kind: goto, next: end}
  help: {kind: transfer, text: Мы перезвоним., next: end}
"""

DIALPLAN = """\
; Короткий сценарий
; Compiled from short, version 3. Do not edit: publish a new version.
; ${DZ_DEBT}: money
; <…>: a pause between sentences

[ivr-short-v3]
exten => s,1,Answer()
 same => n,Goto(greeting,1)

; greeting: say
;   "Ваш долг: {debt}."
exten => greeting,1,UserEvent(DozvonStep,Node: greeting)
 same => n,Background(<Ваш долг:>&${DZ_DEBT}&<…>,m,,ivr-short-v3-choice)
 same => n,Goto(choice,1)

; choice: menu
;   "Нажмите один."
;   1 -> thanks, 2 -> help, else -> heard
exten => choice,1,UserEvent(DozvonStep,Node: choice)
 same => n,Goto(ivr-short-v3-choice,s,1)

; heard: record listened
exten => heard,1,UserEvent(DozvonStep,Node: heard)
 same => n,UserEvent(DozvonResult,Result: listened)
 same => n,CELGenUserEvent(DozvonResult,listened)
 same => n,Goto(end,1)

; end: hangup
exten => end,1,UserEvent(DozvonStep,Node: end)
 same => n,Hangup(16)

; thanks: say
;   "Спасибо."
exten => thanks,1,UserEvent(DozvonStep,Node: thanks)
 same => n,Playback(<Спасибо.>&<…>)
 same => n,Goto(jump,1)

; jump: goto
exten => jump,1,Goto(end,1)

; help: transfer to the queue operators
;   "Мы перезвоним."
exten => help,1,UserEvent(DozvonStep,Node: help)
 same => n,UserEvent(DozvonResult,Result: operator_wanted)
 same => n,CELGenUserEvent(DozvonResult,operator_wanted)
 same => n,Playback(<Мы перезвоним.>&<…>)
 same => n,Goto(end,1)

; choice: its digits; t is silence, i any other digit
[ivr-short-v3-choice]
exten => s,1,Set(DZ_TRY=0)
 same => n(ask),Background(<Нажмите один.>&<…>)
 same => n,WaitExten(2.5)
exten => 1,1,UserEvent(DozvonDigit,Node: choice,Digit: 1)
 same => n,CELGenUserEvent(DozvonDigit,choice 1)
 same => n,UserEvent(DozvonResult,Result: promise)
 same => n,CELGenUserEvent(DozvonResult,promise)
 same => n,Goto(ivr-short-v3,thanks,1)
exten => 2,1,UserEvent(DozvonDigit,Node: choice,Digit: 2)
 same => n,CELGenUserEvent(DozvonDigit,choice 2)
 same => n,Goto(ivr-short-v3,help,1)
exten => i,1,UserEvent(DozvonMissed,Node: choice,Heard: ${INVALID_EXTEN})
 same => n,Goto(t,again)
exten => t,1,UserEvent(DozvonMissed,Node: choice,Heard: silence)
 same => n(again),Set(DZ_TRY=$[${DZ_TRY} + 1])
 same => n,GotoIf($[${DZ_TRY} <= 2]?s,ask)
 same => n,Goto(ivr-short-v3,heard,1)
"""


def test_the_whole_dialplan(tmp_path: Path) -> None:
    store = PromptStore(tmp_path, "tones", "sine")
    compiled = compile_script(parse_script(SCRIPT, "short.yaml"), store)
    for text in ("Ваш долг:", "Нажмите один.", "Спасибо.", "Мы перезвоним.", PAUSE):
        compiled = compiled.replace(store.reference(text), f"<{text}>")
    assert compiled == DIALPLAN


def test_the_message_of_an_abandoned_call_begins_with_the_answer(tmp_path: Path) -> None:
    """It has two seconds: no look for a machine, no wait, and the name before all else."""
    compiled = compile_script(shipped_script("safe_harbour"), PromptStore(tmp_path, "tones", "sine"))
    before, _, _ = compiled.partition("Background(")
    steps = re.findall(r"^(?:exten| same) => (?:\w+,1|n),(\w+)\(", before, re.MULTILINE)
    assert steps == ["Answer", "Goto", "UserEvent", "Set", "Set"]


def test_a_text_stays_in_its_comment(tmp_path: Path) -> None:
    """A line break in a text must not become a line of dialplan."""
    broken = SCRIPT.replace("Спасибо.", '"Спасибо.\\n[evil]\\nexten => s,n,System(x) ;-- #include"')
    compiled = compile_script(parse_script(broken, "short.yaml"), PromptStore(tmp_path, "tones", "sine"))
    assert all(line.startswith(";   ") for line in compiled.splitlines() if "evil" in line)


def test_contexts_fit_into_asterisk(tmp_path: Path) -> None:
    """Asterisk cuts context and extension names at 79 characters."""
    long = (
        SCRIPT.replace("short", "s" * 30).replace("choice", "c" * 30).replace("version: 3", "version: 99999")
    )
    compiled = compile_script(parse_script(long, "long.yaml"), PromptStore(tmp_path, "tones", "sine"))
    contexts = [line.strip("[]") for line in compiled.splitlines() if line.startswith("[")]
    assert max(map(len, contexts)) <= 79


def test_a_manager_line_of_the_shipped_script_is_short_enough(tmp_path: Path) -> None:
    compiled = compile_script(shipped_script("debt_informer"), PromptStore(tmp_path, "tones", "sine"))
    assert max(map(len, compiled.splitlines())) < 1000


def test_a_transfer_waits_for_an_operator_if_it_says_so(tmp_path: Path) -> None:
    patient = SCRIPT.replace("{kind: transfer, text: Мы перезвоним., next: end}", TRANSFER)
    assert patient != SCRIPT
    compiled = compile_script(parse_script(patient, "s.yaml"), PromptStore(tmp_path, "tones", "sine"))
    begun, _, queued = compiled.partition("Gosub(dozvon-queue,s,1(court,45))")
    assert begun.rstrip().endswith("same => n,"), "after the text"
    assert queued.splitlines()[1].endswith("Goto(end,1)"), "who is not served goes on"


TRANSFER = "{kind: transfer, queue: court, patience_s: 45, text: Соединяю., next: end}"
