"""The clip lists of one call, and the texts a campaign must have ready."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from domain.errors import InputError
from ivr_scripts import spoken
from ivr_scripts.load import shipped_script
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.render_call import MAX_CLIP_LIST, call_variables, clip_list, required_texts
from ivr_scripts.spoken import Kind
from ivr_scripts.template import Fixed, parse_template

pytestmark = pytest.mark.unit

FACTS: dict[str, object] = {
    "agency": "агентство Дозвон",
    "creditor": "Энергосбыт",
    "debt": Decimal("1234.56"),
    "months": 3,
    "callback": "+78005553535",
}


@pytest.fixture
def store(tmp_path: Path) -> PromptStore:
    return PromptStore(tmp_path, "tones", "sine")


def test_each_variable_is_a_list_of_clips(store: PromptStore) -> None:
    values = call_variables(shipped_script("debt_informer"), FACTS | {"unused": object()}, store)
    assert list(values) == ["DZ_AGENCY", "DZ_CREDITOR", "DZ_DEBT", "DZ_MONTHS", "DZ_CALLBACK"]
    assert values["DZ_CREDITOR"] == store.reference("Энергосбыт")
    assert values["DZ_MONTHS"] == f"{store.reference('три')}&{store.reference('месяца')}"


def test_the_greatest_sum_fits_into_a_manager_line(store: PromptStore) -> None:
    values = call_variables(
        shipped_script("debt_informer"), FACTS | {"debt": Decimal("888888888888.88")}, store
    )
    assert len(values["DZ_DEBT"]) < MAX_CLIP_LIST


def test_all_that_a_call_plays_was_required(store: PromptStore) -> None:
    script = shipped_script("debt_informer")
    required = required_texts(
        script, {"agency": ["агентство Дозвон"], "creditor": ["Энергосбыт", "Водоканал"]}
    )
    assert len(required) == len(set(required))
    fixed = {
        part.text for _, _, text in script.texts() for part in parse_template(text) if isinstance(part, Fixed)
    }
    sums = spoken.clip_set(Kind.MONEY, "ru") + spoken.clip_set(Kind.MONTHS, "ru")
    assert fixed | set(sums) | {"Энергосбыт", "Водоканал"} <= set(required)
    ready = {store.reference(text) for text in required}
    played = {clip for value in call_variables(script, FACTS, store).values() for clip in value.split("&")}
    assert played <= ready


@pytest.mark.parametrize(
    ("fact", "value", "message"),
    [
        ("debt", None, "variable 'debt': the call has no value for it"),
        ("debt", 123456, "variable 'debt': a sum in roubles must be a Decimal"),
        ("debt", Decimal(-1), "variable 'debt': a sum must lie between"),
        ("months", "3", "variable 'months': months must be a whole number"),
        ("callback", "555", "variable 'callback': a phone must be in E.164 form"),
        ("creditor", "", "variable 'creditor': a text must say something"),
        ("creditor", 5, "variable 'creditor': a text is needed"),
    ],
)
def test_a_fact_that_cannot_be_spoken(store: PromptStore, fact: str, value: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        call_variables(shipped_script("debt_informer"), FACTS | {fact: value}, store)
    assert message in str(caught.value)


def test_a_whole_number_does_not_pass_for_a_sum_that_was_spoken_before(store: PromptStore) -> None:
    """Decimal(5) == 5 and both hash alike, so an untyped cache would let kopecks through as roubles."""
    script = shipped_script("debt_informer")
    call_variables(script, FACTS | {"debt": Decimal(5)}, store)
    with pytest.raises(InputError, match="Decimal"):
        call_variables(script, FACTS | {"debt": 5}, store)


def test_a_text_variable_without_values(store: PromptStore) -> None:
    with pytest.raises(InputError, match="variable 'creditor': no value is given"):
        required_texts(shipped_script("debt_informer"), {"agency": ["агентство Дозвон"]})


def test_a_clip_list_that_would_break_the_manager_line(store: PromptStore) -> None:
    assert len(clip_list("account", ("пять",) * 62, store)) <= MAX_CLIP_LIST
    with pytest.raises(InputError, match="variable 'account': 63 clips are too many for one call"):
        clip_list("account", ("пять",) * 63, store)
