"""The words of reports: their titles, columns, labels and notes, which stand in the engine as plain English."""

from __future__ import annotations

from agent_console.named import NAMES
from agent_console.wording import words
from agent_console.wording.marking import N_
from domain.said import Said, Say, retold

TITLES = (
    *(N_("Progress"), N_("Results"), N_("Effectiveness"), N_("Uplift"), N_("Intensity"), N_("Outcomes")),
    *(N_("Costs"), N_("Operators"), N_("Queues"), N_("Outcomes by channel"), N_("Queues by half hour")),
    N_("Queues by day"),
    *(N_("Receipts before and after"), N_("Receipts by segment"), N_("Receipts by version")),
    *(N_("Receipts by channel"), N_("Contact, promise, payment"), N_("Costs by channel")),
    *(N_("Cost of what came in"), N_("Uplift against the control group"), N_("Touches per debtor")),
    *(N_("The most"), N_("Refusals by rule"), N_("Who waits, and why"), N_("Nearest to limits")),
)
COLUMNS = (
    *(N_("what"), N_("figure"), N_("outcome"), N_("touches"), N_("share"), N_("channel"), N_("desk")),
    *(N_("callers"), N_("answered"), N_("answered in 20 s"), N_("hung up"), N_("service level")),
    *(N_("mean wait"), N_("longest wait"), N_("from"), N_("to"), N_("when"), N_("receipts"), N_("payments")),
    *(N_("segment"), N_("version"), N_("contacts"), N_("receipts per touch"), N_("promises"), N_("kept")),
    *(
        N_("broken"),
        N_("promises per contact"),
        N_("kept, of those judged"),
        N_("cost"),
        N_("cost of a touch"),
    ),
    *(N_("cost of a contact"), N_("cost of a rouble"), N_("worked"), N_("of them paid")),
    *(N_("share that paid"), N_("control group"), N_("paid without us"), N_("share that paid without us")),
    *(N_("uplift"), N_("at least"), N_("at most"), N_("uplift per debtor"), N_("login"), N_("name")),
    *(N_("signed in"), N_("busy"), N_("talks"), N_("mean talk"), N_("talks an hour"), N_("debtors")),
    *(N_("rule"), N_("refusals"), N_("reason"), N_("debtors who paid"), N_("limit"), N_("within")),
    *(N_("debtor"), N_("used"), N_("limit is"), N_("left")),
)
LABELS = (
    *(N_("portfolio"), N_("average debt"), N_("payments a month before start"), N_("debtors with a phone")),
    *(N_("duration"), N_("IVR calls"), N_("IVR calls a month"), N_("SMS"), N_("SMS a month")),
    *(
        N_("messenger messages"),
        N_("messenger messages a month"),
        N_("all touches"),
        N_("all touches a month"),
    ),
    *(N_("touches per debtor"), N_("touches per debtor and month"), N_("inbound calls")),
    *(N_("debtors who called in"), N_("debtors who called in, of all"), N_("debtors who paid in full")),
    *(N_("answer rate of calls"), N_("receipts, of the portfolio"), N_("debtors who paid, of all")),
    *(N_("debtors who paid in full, of all"), N_("before the campaign"), N_("in the period"), N_("all")),
    *(N_("most touches of one debtor"), N_("most on one day"), N_("most in one week")),
    *(N_("day"), N_("week"), N_("month")),
)
NOTES = (
    N_("A payment is told of the campaign's last touch before it, if that was no longer than 30 days ago."),
    N_("Costs are by the prices that the settings have now."),
    N_("Not enough data yet: each group needs at least 10 debtors who paid and 10 who did not."),
    N_("This campaign has no control group: a share of a split segment must be left alone."),
    N_("No effect can be told from chance yet: the interval contains zero."),
    N_("As it stands now, whatever days the report is of; found among those who were contacted most."),
    N_("The rules of this campaign cannot be read: its strategy was published by an older Dozvon."),
)
NAMED = ("outcome", "channel", "state", "rule")
KNOWN = frozenset((*TITLES, *COLUMNS, *LABELS, *NOTES))


def say_in(language: str) -> Say:
    """Translates a report's words; outcomes, channels, states and rules are called as on all other pages."""
    told = words(language)

    def say(text: str) -> str:
        if isinstance(text, Said):
            return retold(text, told.gettext)
        named = next((NAMES[kind][text] for kind in NAMED if text in NAMES[kind]), text)
        return told.gettext(named)

    return say
