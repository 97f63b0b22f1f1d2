"""What a block closes when its channels are not told."""

from __future__ import annotations

import pytest

from domain.block import DEFAULT_CHANNELS, OF_A_PHONE, BlockReason
from domain.touch import CHANNEL_GROUPS, Channel, channels_named

pytestmark = pytest.mark.unit


def test_every_reason_closes_something() -> None:
    assert DEFAULT_CHANNELS.keys() == set(BlockReason)
    assert all(DEFAULT_CHANNELS.values())


@pytest.mark.parametrize("reason", sorted(set(BlockReason) - OF_A_PHONE))
def test_a_person_s_reason_closes_all_but_post(reason: BlockReason) -> None:
    assert DEFAULT_CHANNELS[reason] == set(Channel) - {Channel.POST}


def test_nothing_goes_to_a_wrong_person() -> None:
    assert DEFAULT_CHANNELS[BlockReason.WRONG_PERSON] == set(Channel)


def test_a_refusal_of_mass_calls_leaves_people_s_calls_and_texts() -> None:
    assert DEFAULT_CHANNELS[BlockReason.OPT_OUT] == {Channel.VOICE_MSG, Channel.CALL_AGENT}


def test_channels_are_named_singly_and_by_group() -> None:
    assert channels_named(["direct", "post"]) == CHANNEL_GROUPS["direct"] | {Channel.POST}
    assert channels_named([]) == frozenset()


def test_a_name_of_no_channel() -> None:
    with pytest.raises(ValueError, match="'phone' is no channel and no group of channels"):
        channels_named(["sms", "phone"])
