"""Settings of messages: who carries them, with which credentials, how fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""A kind of message steps: sms, messenger, or the name of a messenger."""


class ProviderSettings(BaseModel):
    """One provider: an SMSC that speaks SMPP 3.4, or an HTTP service that a file describes (docs/providers.md).

    ``kinds`` are the kinds of message steps that it carries; of several providers of a kind the first that works is
    taken. A process gives it at most ``per_second`` messages, and has at most ``window`` under way; several processes
    share what the contract allows.

    With ``status_query`` he is asked for a message whose receipt has not come ``receipt_s`` after it was sent (sooner
    where its step waits for less than twice as long), then whenever its age has doubled; never for more than
    ``questions_per_second``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    protocol: Literal["smpp", "http"]
    kinds: tuple[Kind, ...] = Field(min_length=1)
    secret: SecretStr
    sender: str = Field(default="", max_length=20)
    per_second: float = Field(default=20.0, gt=0, le=10_000)
    window: int = Field(default=20, ge=1, le=1_000)
    answer_s: float = Field(default=10.0, gt=0, le=120)
    status_query: bool = False
    receipt_s: float = Field(default=600.0, ge=1, le=86_400)
    questions_per_second: float = Field(default=5.0, gt=0, le=1_000)
    host: str = "127.0.0.1"
    port: int = Field(default=2775, gt=0, lt=65536)
    user: str = Field(default="", max_length=15)
    file: str = ""
    base_url: str = ""
    webhook_secret: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {"smpp": ("user",), "http": ("file", "base_url")}[self.protocol]
        for name in needed:
            if not getattr(self, name):
                raise ValueError(f"provider {self.name!r} needs {name}: it speaks {self.protocol}")
        if self.protocol == "http" and not self.base_url.startswith(("http://", "https://")):
            raise ValueError(f"provider {self.name!r}: base_url begins with https:// or http://")
        if self.protocol == "smpp" and len(self.secret.get_secret_value()) > 8:
            raise ValueError(f"provider {self.name!r}: a password of SMPP has at most 8 characters")
        return self


class PayeeSettings(BaseModel):
    """Who is paid for a portfolio: what banks' apps need to fill in a payment (GOST R 56042-2014), and a page to pay by
    card, in which {account} and {roubles} are filled.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    portfolio: str = Field(min_length=1)
    name: str = Field(min_length=1, max_length=160)
    account: str = Field(pattern=r"^\d{20}$")
    bank: str = Field(min_length=1, max_length=45)
    bic: str = Field(pattern=r"^\d{9}$")
    correspondent: str = Field(default="0", pattern=r"^(0|\d{20})$")
    inn: str = Field(default="", pattern=r"^(\d{10}|\d{12})?$")
    kpp: str = Field(default="", pattern=r"^(\d{9})?$")
    url: str = ""


class MessageSettings(BaseModel):
    """Where `dozvon messages` listens for providers' webhooks (``port`` 0: a free one, none: nowhere), the folder of
    your own texts, and what payment links begin with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, lt=65536)
    texts: Path = Path("var/texts")
    links: str = "http://127.0.0.1:8080/p/"
