"""Campaigns: names, caps, states, versions of strategies, and the fence."""

from __future__ import annotations

import pytest

from domain.call import Call
from domain.campaign import Campaign, CampaignStatus
from domain.errors import InputError, LeaseLost
from domain.intensity import Allowed
from domain.portfolio import Portfolio
from domain.touch import Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books
from ledger.touches import Closing
from tests.ledger.rows import (
    BASIS,
    NOON,
    ONE_LIVE_A_DAY,
    add_campaign,
    add_debtor,
    request,
    rules_of,
)

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

    @pytest.mark.parametrize("status", CampaignStatus)
    def test_only_running_ones_want_an_owner(
        self, books: Books, campaign: Campaign, status: CampaignStatus
    ) -> None:
        with books.write() as tx:
            tx.campaigns.set_status("spring", status)
            wanted = [wanting.name for wanting in tx.campaigns.wanting(["node1"])]
        assert wanted == (["spring"] if status is CampaignStatus.RUNNING else [])

    @pytest.mark.parametrize("status", sorted(set(CampaignStatus) - {CampaignStatus.RUNNING}))
    def test_and_those_with_calls_left_open_on_our_nodes(
        self, books: Books, campaign: Campaign, portfolio: Portfolio, status: CampaignStatus
    ) -> None:
        with books.write() as tx:
            debtor = add_debtor(tx, portfolio.id, "A", "+79160000001")
            rules = rules_of(ONE_LIVE_A_DAY)
            assert tx.touches.reserve([request(debtor, "t1", campaign)], rules, BASIS, NOON) == [Allowed()]
            tx.campaigns.set_status("spring", status)
            add_campaign(tx, portfolio.id, "summer")

            def wanted(*nodes: str) -> list[str]:
                return [wanting.name for wanting in tx.campaigns.wanting(nodes)]

            assert wanted("node0", "node1") == ["summer", "spring"], "those that run come first"
            assert wanted("node0") == wanted() == ["summer"]
            tx.touches.close([Closing(Call(TouchId("t1")), Verdict(Outcome.UNKNOWN, "lost"), NOON)])
            assert wanted("node1") == ["summer"]

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
