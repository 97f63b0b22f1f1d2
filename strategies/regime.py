"""Legal regimes and house policies: YAML files into the rule sets of `domain.rules`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from domain.errors import InputError
from domain.opener import Opener
from domain.rules import RuleSet, Scope
from files.model import read_model
from strategies.calendars import calendar_of, zones_of
from strategies.rule_language import HoursModel, LimitModel, RegimeModel

HERE = Path(__file__).parent


def load_rules(regime: str, policies: Sequence[str] = (), *, scope: Scope | None = None) -> RuleSet:
    """The rule set of a regime with policies on top; ``scope`` replaces that of the regime's numeric limits.

    Raises InputError for a name that is not shipped, or a file that is wrong.
    """
    return _load_rules(regime, tuple(policies), scope)


@lru_cache(maxsize=64)
def _load_rules(regime: str, policies: tuple[str, ...], scope: Scope | None) -> RuleSet:
    law = _read("regimes", regime)
    parts = [(law, scope), *((_read("policies", policy), None) for policy in policies)]
    versions = [(part, version, own) for part, own in parts for version in part.versions]
    return RuleSet(
        id="+".join(part.id for part, _ in parts),
        hours=tuple(rule.rule(version.valid) for _, version, _ in versions for rule in version.hours),
        limits=tuple(
            rule.rule(version.valid, own) for _, version, own in versions for rule in version.limits
        ),
        calendar=calendar_of(law.country),
        versions=tuple((f"{part.id}@{version.version}", version.valid) for part, version, _ in versions),
    )


def parse_waives(ids: Sequence[str]) -> frozenset[str]:
    """Rules that a consent sets aside; ValueError for one that no shipped file has, or that none lets be waived."""
    rules = _waivable()
    for id in ids:
        if not rules.get(id):
            what = "may not be waived" if id in rules else "is a rule of no regime and no policy"
            may = ", ".join(sorted(rule for rule, waivable in rules.items() if waivable))
            raise ValueError(f"{id!r} {what}; a consent may waive {may}")
    return frozenset(ids)


@cache
def _waivable() -> dict[str, bool]:
    """Every shipped rule, and whether some regime or policy lets it be waived."""
    rules: dict[str, bool] = {}
    files = [_read(kind, name) for kind in ("regimes", "policies") for name in _shipped(kind)]
    for version in (version for file in files for version in file.versions):
        parts: list[HoursModel | LimitModel] = [*version.hours, *version.limits]
        rules |= {part.id: part.waivable or rules.get(part.id, False) for part in parts}
    return rules


def country_zones(regime: str) -> tuple[str, ...]:
    """All zones of the regime's country, for a debtor whose own is unknown."""
    return zones_of(_read("regimes", regime).country)


def openers_of(regime: str) -> frozenset[Opener]:
    """What the regime wants said at the start of a call. Raises InputError for a name that is not shipped."""
    return _read("regimes", regime).openers


def recordings_kept(rules: str) -> timedelta:
    """How long recordings are kept of touches by these rules, as `RuleSet.in_force` names them; where they name no
    regime, as long as under the strictest.
    """
    named = {part.partition("@")[0] for part in rules.split("+")} & set(_shipped("regimes"))
    return max(_read("regimes", name).recordings for name in named or _shipped("regimes"))


def least_recordings_kept() -> timedelta:
    """Younger recordings are kept under whatever regime."""
    return min(_read("regimes", name).recordings for name in _shipped("regimes"))


def calendar_warning(regime: str, years: Iterable[int]) -> str | None:
    """Words for a person when the transfers of days off are not known of one of these years."""
    country = _read("regimes", regime).country
    unknown = sorted(set(years) - calendar_of(country).years) if country else []
    if not unknown:
        return None
    when = ", ".join(map(str, unknown))
    return f"days off of {when} in {country} are not final: only weekends and fixed holidays are known"


class RulesFile(NamedTuple):
    """A regime or policy as it is written, with its law in the comments; ``confirm`` is what must happen before use."""

    name: str
    title: str
    confirm: str
    text: str


def rules_files() -> list[RulesFile]:
    """All that are shipped: regimes, then policies."""
    paths = [HERE / kind / f"{name}.yaml" for kind in ("regimes", "policies") for name in _shipped(kind)]
    read = ((path, _read_file(path)) for path in paths)
    return [RulesFile(file.id, file.title, file.confirm, path.read_text("utf-8")) for path, file in read]


def _read(kind: str, name: str) -> RegimeModel:
    if name not in _shipped(kind):
        raise InputError(
            f"no {kind[:-1].replace('ie', 'y')} {name!r}", remedy=f"shipped: {', '.join(_shipped(kind))}"
        )
    return _read_file(HERE / kind / f"{name}.yaml")


@lru_cache(maxsize=64)
def _read_file(path: Path) -> RegimeModel:
    return read_model(path, RegimeModel)


def _shipped(kind: str) -> list[str]:
    return sorted(path.stem for path in (HERE / kind).glob("*.yaml"))


def shipped_regimes() -> list[str]:
    """Names of the regimes that come with Dozvon."""
    return _shipped("regimes")


def shipped_policies() -> list[str]:
    """Names of the policies that come with Dozvon."""
    return _shipped("policies")
