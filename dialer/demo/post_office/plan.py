"""How a post office behaves, and by which names and words its customers come in."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from dialer.demo.post_office.addressees import Habits

PLAN_FILE, RECORD_FILE = "plan.json", "record.jsonl"


class PostPlan(BaseModel):
    """A post office at two ports of the loopback: one speaks SMPP, the other HTTP. Its words guard nothing but made-up
    letters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    smpp_port: int = 0
    http_port: int = 0
    webhook: str = ""
    """Where receipts and replies of messages that came by HTTP are posted; empty: nowhere."""
    habits: Habits = Habits()
    ahead_s: float = 0.0
    """How far its clock is ahead of the machine's."""
    window: int = Field(default=20, ge=1)
    """How many letters a customer may have under way, by its contract."""
    messages_per_s: float | None = None
    """What comes faster is throttled, at each door by itself."""
    faults: float = Field(default=0.0, ge=0, le=1)
    """The share of messages refused by an inner fault: nothing is taken, the next try may succeed."""
    lost_answers: float = Field(default=0.0, ge=0, le=1)
    """The share of messages that are taken while their connection breaks before the answer."""
    lost_receipts: float = Field(default=0.0, ge=0, le=1)
    """The share of receipts that nobody is ever sent; who asks is told."""
    answers_queries: bool = True
    """Whether it knows query_sm."""
    down: tuple[tuple[float, float], ...] = ()
    """From and to, in seconds after the start: all is refused."""
    answer_s: float = 0.0
    """How long each answer takes besides."""
    honours_keys: bool = True
    """Whether a message with a known idempotency key is taken once."""
    knows_messengers: bool = False
    """Whether a messenger that is not there is told at once, not later by a receipt."""
    system_id: str = "dozvon"
    password: str = Field(default="postal8", repr=False)
    api_key: str = Field(default="made-up-key", repr=False)
    webhook_secret: str = Field(default="made-up-secret", repr=False)
