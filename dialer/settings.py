"""Settings: environment variables with the prefix ``DOZVON_``, nested by two underscores.

Lists are JSON, e.g. ``DOZVON_NODES='[{"name": "node1", "ami_port": 5038, ...}]'``.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from dialer.messages.settings import MessageSettings, PayeeSettings, ProviderSettings
from dialer.node_settings import NodeConfiguration
from dialer.setting_faults import fault_of, redis_address, refuse_unknown, zone_name
from domain.payment_link import Payee
from domain.user import Language
from strategies.chances import Prices

NESTED = ("prompts", "speech", "prices", "pacing", "console", "mail", "messages")
LISTS = ("nodes", "providers", "payees")
_PASSWORD = re.compile(r"(//[^/@\s:]*:)[^/@\s]*@")
DEFAULT_SECRETS = frozenset({"", "dozvon", "secret", "password", "changeme"})


class NodeSettings(NodeConfiguration):
    """One Asterisk node: its manager link, its dialplan folder and its channel event log.

    All campaigns and desks of a dialler together place no more on it than ``max_channels`` and
    ``max_calls_per_second``; the defaults are beyond what one Asterisk can do, your carrier's contract is not.
    """

    name: str
    ami_host: str = "127.0.0.1"
    ami_port: int = Field(default=5038, gt=0, lt=65536)
    ami_user: str = "dozvon"
    ami_secret: SecretStr
    trunk: str = "carrier"
    max_channels: int = Field(default=10_000, gt=0)
    max_calls_per_second: float = Field(default=1_000, gt=0)
    scripts_folder: Path
    channel_log: Path
    operators_folder: Path | None = None
    recordings_folder: Path | None = None
    phones_address: str = ""
    browsers_address: str = Field(default="", pattern=r"^(wss?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9/._-]*)?)?$")


class PromptSettings(BaseModel):
    """Where clips are kept and which engine speaks.

    ``espeak`` works offline, ``gtts`` needs the net, ``recorded`` takes the WAV files of the folder ``recordings``,
    ``tones`` says nothing (simulated calls have no sound).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path = Path("var/prompts")
    engine: Literal["espeak", "gtts", "recorded", "tones"] = "espeak"
    recordings: Path = Path("var/recordings")


class SpeechSettings(BaseModel):
    """What ``dozvon speech`` listens with. ``tones`` hears test tones and needs no model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recogniser: Literal["vosk", "tones"] = "vosk"
    model: Path = Path("var/vosk-model")
    host: str = "127.0.0.1"
    port: int = Field(default=8199, ge=0, lt=65536)
    streams: int = Field(default=100, ge=1)
    sure: float = Field(default=0.7, ge=0, le=1)


class PacingSettings(BaseModel):
    """How calls are dialled ahead of operators: at most so many answers abandoned, of who waits ``patience_s`` seconds.

    ``record`` keeps facts and decisions of each desk under ``home``, to replay them. ``callbacks`` holds robots back so
    that operators can answer those who call back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target_abandon: float = Field(default=0.03, gt=0, lt=1)
    patience_s: int = Field(default=2, ge=1, le=60)
    record: bool = True
    callbacks: bool = True


class ConsoleSettings(BaseModel):
    """Where the screens are served. Outside the demo cookies are for HTTPS only: put a proxy with TLS before it, or
    give it ``certificate`` and ``key`` (PEM files). With ``four_eyes`` nobody approves his own strategy; with
    ``show_listening`` an operator is told that a supervisor hears his talk.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, lt=65536)
    certificate: Path | None = None
    key: Path | None = None
    four_eyes: bool = True
    own_recordings: bool = False
    """Whether operators may hear their own talks again."""
    show_listening: bool = False
    pause_reasons: tuple[str, ...] = ("break", "lunch", "training", "technical", "back office")
    """Why operators pause, by the digit of its key; these five are shown in the visitor's language."""


class MailSettings(BaseModel):
    """Who carries e-mail, for reports: nobody while ``host`` is empty. ``tls`` is STARTTLS, with the name checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = ""
    port: int = Field(default=587, gt=0, lt=65536)
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: str = "dozvon@localhost"
    tls: bool = True


class PriceSettings(BaseModel):
    """What touches cost, in roubles: an attempt to call, each begun minute of an answered one, an SMS, a messenger's
    message. A forecast multiplies by them, and a step's ``roubles_a_day`` is counted in them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    attempt: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    minute: float = Field(default=1.5, ge=0, allow_inf_nan=False)
    sms: float = Field(default=4.0, ge=0, allow_inf_nan=False)
    messenger: float = Field(default=1.0, ge=0, allow_inf_nan=False)


class Settings(BaseSettings):
    """All settings of a process; frozen, passed down from the composition root."""

    model_config = SettingsConfigDict(
        env_prefix="DOZVON_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    home: Path = Path("var")
    database_url: str = "sqlite:///var/dozvon.db"
    redis_url: Annotated[str, AfterValidator(redis_address)] = "redis://127.0.0.1:6379/0"
    nodes: tuple[NodeSettings, ...] = ()
    prompts: PromptSettings = PromptSettings()
    speech: SpeechSettings = SpeechSettings()
    prices: PriceSettings = PriceSettings()
    pacing: PacingSettings = PacingSettings()
    console: ConsoleSettings = ConsoleSettings()
    mail: MailSettings = MailSettings()
    messages: MessageSettings = MessageSettings()
    providers: tuple[ProviderSettings, ...] = ()
    payees: tuple[PayeeSettings, ...] = ()
    metrics_port: int = Field(default=0, ge=0, lt=65536)
    record_talks: bool = True
    learn: bool = True
    agency: str = "агентство Дозвон"
    zone: Annotated[str, AfterValidator(zone_name)] = "Europe/Moscow"
    language: Language = Language.RU
    ring_timeout_s: float = Field(default=25.0, ge=15.0, le=120.0)
    clock_ahead: timedelta = timedelta()
    demo: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _no_default_secrets(self) -> Self:
        for node in self.nodes:
            if not self.demo and node.ami_secret.get_secret_value() in DEFAULT_SECRETS:
                raise ValueError(f"node {node.name!r} has a default manager secret")
        return self

    @field_validator("providers")
    @classmethod
    def _one_of_a_name(cls, providers: tuple[ProviderSettings, ...]) -> tuple[ProviderSettings, ...]:
        names = [provider.name for provider in providers]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two providers are called {min(twice)!r}: receipts are known by the name")
        return providers


def prices_of(settings: Settings) -> Prices:
    """The prices that the settings tell."""
    return Prices(**settings.prices.model_dump())


def payees_of(settings: Settings) -> dict[str, Payee]:
    """Who is paid, by portfolio."""
    return {one.portfolio: Payee(**one.model_dump(exclude={"portfolio"})) for one in settings.payees}


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables that give another process the same settings, secrets included."""

    def plain(value: object) -> object:
        if isinstance(value, SecretStr):
            return value.get_secret_value()
        return str(value) if isinstance(value, Path) else value

    lists = {
        name: json.dumps([{field: plain(value) for field, value in one} for one in getattr(settings, name)])
        for name in LISTS
    }
    values = settings.model_dump(mode="json", exclude={*LISTS, *NESTED})
    values |= {f"{of}__{name}": plain(value) for of in NESTED for name, value in getattr(settings, of)}
    return {
        f"DOZVON_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in (values | lists).items()
        if value is not None
    }


def without_password(address: str) -> str:
    """An address to look at: a password within it is stars."""
    return _PASSWORD.sub(r"\1***@", address)


def shown_settings(settings: Settings) -> dict[str, str]:
    """The same variables to look at: every secret is stars, also a password within an address."""
    plain = settings.model_dump(mode="json")
    flat = {name: value for name, value in plain.items() if name not in NESTED}
    flat |= {f"{of}__{name}": value for of in NESTED for name, value in plain[of].items()}
    return {
        f"DOZVON_{name.upper()}": without_password(value if isinstance(value, str) else json.dumps(value))
        for name, value in sorted(flat.items())
    }


def load_settings() -> Settings:
    """The settings of the environment; an InputError names the variable that is wrong or unknown."""
    known = shown_settings(Settings.model_construct())
    refuse_unknown(known)
    try:
        return Settings()
    except (ValidationError, SettingsError) as error:
        raise fault_of(error, known) from error
