"""Campaigns: names, caps, states, versions of strategies, and the fence."""

from __future__ import annotations

import pytest

from domain.campaign import Campaign, CampaignStatus
from domain.errors import InputError, LeaseLost
from domain.portfolio import Portfolio
from ledger.books import Books
from tests.ledger.rows import add_campaign

pytestmark = pytest.mark.unit


@pytest.fixture
def campaign(books: Books, portfolio: Portfolio) -> Campaign:
    with books.write() as tx:
        return add_campaign(tx, portfolio.id)


class TestNames:
    def test_a_new_campaign_runs_and_nobody_has_owned_it(self, campaign: Campaign) -> None:
        assert (campaign.status, campaign.fence, campaign.call_limit) == (CampaignStatus.RUNNING, 0, None)
        assert (campaign.max_channels, campaign.max_calls_per_second) == (10, 5.0)

    def test_a_name_is_taken_once(self, books: Books, portfolio: Portfolio, campaign: Campaign) -> None:
        with pytest.raises(InputError, match="campaign 'spring' exists already"), books.write() as tx:
            add_campaign(tx, portfolio.id)

    def test_an_unknown_name_lists_those_there_are(
        self, books: Books, portfolio: Portfolio, campaign: Campaign
    ) -> None:
        with books.write() as tx:
            add_campaign(tx, portfolio.id, "autumn")
            with pytest.raises(InputError, match="no campaign 'sprnig'; campaigns: autumn, spring"):
                tx.campaigns.named("sprnig")

    def test_where_there_are_none(self, books: Books) -> None:
        with books.read() as tx, pytest.raises(InputError, match="campaigns: none yet"):
            tx.campaigns.named("spring")


class TestStates:
    @pytest.mark.parametrize("status", CampaignStatus)
    def test_running_and_paused_ones_are_under_way(
        self, books: Books, campaign: Campaign, status: CampaignStatus
    ) -> None:
        with books.write() as tx:
            assert tx.campaigns.set_status("spring", status).status is status
            of_it = [one.name for one in tx.campaigns.under_way(campaign.portfolio_id)]
            assert tx.campaigns.under_way(campaign.portfolio_id + 1) == []
            assert [one.name for one in tx.campaigns.under_way()] == of_it
        assert of_it == (["spring"] if status in (CampaignStatus.RUNNING, CampaignStatus.PAUSED) else [])

    def test_caps_change_while_it_runs(self, books: Books, campaign: Campaign) -> None:
        with books.write() as tx:
            changed = tx.campaigns.set_caps("spring", max_channels=3, call_limit=100)
        assert (changed.max_channels, changed.max_calls_per_second, changed.call_limit) == (3, 5.0, 100)


class TestFence:
    def test_a_newer_owner_fences_the_older_off(self, books: Books, campaign: Campaign) -> None:
        with books.write() as tx:
            old = tx.campaigns.take_over(campaign.id)
            assert tx.campaigns.owned(campaign.id, old).fence == old
        with books.write() as tx:
            new = tx.campaigns.take_over(campaign.id)
        assert (old, new) == (1, 2)
        with (
            books.write() as tx,
            pytest.raises(LeaseLost, match=r"'spring' has a newer owner \(fence 2, ours 1\)"),
        ):
            tx.campaigns.owned(campaign.id, old)
        with books.write() as tx:
            assert tx.campaigns.owned(campaign.id, new).name == "spring"

    def test_each_campaign_has_a_fence_of_its_own(
        self, books: Books, portfolio: Portfolio, campaign: Campaign
    ) -> None:
        with books.write() as tx:
            other = add_campaign(tx, portfolio.id, "autumn")
            assert tx.campaigns.take_over(campaign.id) == 1
            assert tx.campaigns.take_over(other.id) == 1
