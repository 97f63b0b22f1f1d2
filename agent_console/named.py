"""What the values of the domain's enumerations, and the rules that refuse, are called on a screen."""

from __future__ import annotations

from collections.abc import Mapping


def N_(message: str) -> str:
    """Marks a message for the catalogues; it is translated where it is shown."""
    return message


NAMES: Mapping[str, Mapping[str, str]] = {
    "state": {
        "offline": N_("Offline"),
        "ready": N_("Ready"),
        "ringing": N_("Ringing"),
        "talking": N_("Talking"),
        "wrap_up": N_("Wrap-up"),
        "paused": N_("Paused"),
        "phone_lost": N_("Phone lost"),
    },
    "pause": {
        "break": N_("Break"),
        "lunch": N_("Lunch"),
        "training": N_("Training"),
        "technical": N_("Technical"),
        "back office": N_("Back office"),
        "missed offer": N_("Missed offer"),
        "microphone lost": N_("Microphone lost"),
        "preview": N_("Choosing whom to call"),
        "phone not registered": N_("The phone is not registered"),
    },
    "proposal": {
        "open": N_("waits"),
        "published": N_("published"),
        "refused": N_("sent back"),
        "withdrawn": N_("withdrawn"),
    },
    "channel": {
        "call_human": N_("Operator's call"),
        "call_agent": N_("Robot's call"),
        "voice_msg": N_("Voice message"),
        "sms": N_("SMS"),
        "messenger": N_("Messenger"),
        "email": N_("E-mail"),
        "push": N_("Push message"),
        "meeting": N_("Meeting"),
        "post": N_("Letter"),
    },
    "outcome": {
        "no_carrier": N_("no carrier"),
        "invalid_number": N_("no such number"),
        "unavailable": N_("out of reach"),
        "busy": N_("busy"),
        "no_answer": N_("no answer"),
        "rejected": N_("rejected"),
        "blocked_by_operator": N_("blocked by the carrier"),
        "machine_no_msg": N_("answering machine"),
        "machine_msg": N_("machine, message left"),
        "answered_short": N_("hung up at once"),
        "abandoned": N_("abandoned"),
        "talk_wrong_person": N_("wrong person"),
        "talk_third_party": N_("talked to a third party"),
        "talk_debtor": N_("talked to the debtor"),
        "msg_sent": N_("sent"),
        "msg_delivered": N_("delivered"),
        "msg_failed": N_("not delivered"),
        "meeting_held": N_("met"),
        "meeting_failed": N_("did not meet"),
        "not_placed": N_("not placed"),
        "unknown": N_("unknown"),
    },
    "direction": {"in": N_("incoming"), "out": N_("outgoing")},
    "stage": {
        "pre_court": N_("Before court"),
        "judgment": N_("Judgment"),
        "enforcement": N_("Enforcement"),
    },
    "phone": {
        "unverified": N_("not verified"),
        "confirmed": N_("confirmed"),
        "wrong": N_("a stranger's"),
        "third_party": N_("a third party's"),
        "dead": N_("dead number"),
    },
    "promise": {"open": N_("open"), "kept": N_("kept"), "broken": N_("broken")},
    "proceeding": {
        "in_work": N_("in work"),
        "account_arrested": N_("account arrested"),
        "property_search": N_("searching for property"),
        "inquiry_sent": N_("inquiry sent"),
        "ended": N_("ended"),
        "refused": N_("would not say"),
    },
    "block": {
        "refusal": N_("refused contact"),
        "representative": N_("only through a representative"),
        "bankruptcy": N_("bankruptcy"),
        "hospital": N_("in hospital"),
        "minor": N_("under age"),
        "incapacity": N_("legally incapable"),
        "disabled": N_("disabled, first group"),
        "deceased": N_("deceased"),
        "wrong_person": N_("wrong person"),
        "opt_out": N_("opted out"),
        "other": N_("other"),
    },
    "role": {
        "operator": N_("Operator"),
        "supervisor": N_("Supervisor"),
        "administrator": N_("Administrator"),
    },
    "scope": {
        "campaigns:read": N_("see campaigns"),
        "campaigns:write": N_("start, pause and stop campaigns"),
        "debtors:read": N_("see debtors and their cards"),
        "touches:read": N_("see touches"),
        "payments:write": N_("bring payments in"),
        "blocks:write": N_("bring blocks in"),
        "reports:read": N_("see reports"),
        "webhooks:write": N_("subscribe to events"),
    },
    "window": {"day": N_("today"), "week": N_("this week"), "month": N_("this month")},
    "rule": {
        "hours": N_("outside the hours of contact"),
        "calls-per-day": N_("limit of calls a day"),
        "calls-per-week": N_("limit of calls a week"),
        "calls-per-month": N_("limit of calls a month"),
        "calls-per-7-days": N_("limit of calls in 7 days"),
        "call-after-talk": N_("too soon after a talk"),
        "gap-after-talk": N_("too soon after a talk"),
        "messages-per-day": N_("limit of messages a day"),
        "messages-per-week": N_("limit of messages a week"),
        "messages-per-month": N_("limit of messages a month"),
        "meetings-per-day": N_("limit of meetings a day"),
        "meetings-per-week": N_("limit of meetings a week"),
        "attempts-per-day": N_("limit of attempts a day"),
        "talk-per-phone-per-day": N_("one talk per phone a day"),
        "no-phone": N_("no phone to use"),
    },
}


def name_of(kind: str, value: object) -> str:
    """The English words for a value of that kind (a key of the catalogues); an unknown value stays as it is."""
    text = str(value)
    return NAMES[kind].get(text, text)
