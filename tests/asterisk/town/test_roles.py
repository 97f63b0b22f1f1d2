"""The choice of a role: reproducible, in the plan's shares, forced where a test asks."""

from __future__ import annotations

from collections import Counter

import pytest

from asterisk.town.roles import Role, TownPlan, draws_of, ring_seconds, role_of
from domain.errors import InputError

pytestmark = pytest.mark.unit

NUMBERS = [f"7916{i:07d}" for i in range(4000)]
PLAN = TownPlan(seed="a")


def roles(plan: TownPlan, *, nth: int = 1, hour: int = 12) -> list[Role]:
    return [role_of(number, nth, hour, plan) for number in NUMBERS]


class TestReproducible:
    def test_the_same_seed_number_and_count_give_the_same_role(self) -> None:
        assert roles(PLAN) == roles(TownPlan(seed="a"))

    def test_another_seed_or_another_call_gives_other_roles(self) -> None:
        assert roles(PLAN) != roles(TownPlan(seed="b"))
        assert roles(PLAN) != roles(PLAN, nth=2)

    def test_punctuation_of_the_number_does_not_matter(self) -> None:
        assert draws_of("+7 (916) 000-00-01", 1, PLAN) == draws_of("79160000001", 1, PLAN)

    def test_a_known_hash_gives_known_digits(self) -> None:
        # echo -n a:79160000001:1 | md5sum
        assert draws_of("79160000001", 1, PLAN).startswith("818667682959")


class TestShares:
    def test_each_role_comes_about_as_often_as_planned(self) -> None:
        counts = Counter(roles(PLAN))
        for role, share in PLAN.shares.items():
            assert counts[role] / len(NUMBERS) == pytest.approx(share, abs=0.02), role

    def test_a_role_without_a_share_never_comes(self) -> None:
        only_busy = TownPlan(shares={Role.BUSY: 1.0})
        assert set(roles(only_busy)) == {Role.BUSY}


class TestAnswerRates:
    def test_people_are_reached_at_the_rate_of_the_hour_and_ring_out_else(self) -> None:
        rates = tuple(0.25 if hour == 3 else 1.0 for hour in range(24))
        plan = TownPlan(shares={Role.LISTENS_TO_END: 1.0}, answer_rates=rates)
        night, day = Counter(roles(plan, hour=3)), Counter(roles(plan, hour=12))
        assert day == {Role.LISTENS_TO_END: len(NUMBERS)}
        assert set(night) == {Role.LISTENS_TO_END, Role.RINGS_OUT}
        assert night[Role.LISTENS_TO_END] / len(NUMBERS) == pytest.approx(0.25, abs=0.03)

    def test_machines_and_exchanges_do_not_sleep(self) -> None:
        plan = TownPlan(shares={Role.ANSWERING_MACHINE: 0.5, Role.BUSY: 0.5}, answer_rates=(0.0,) * 24)
        assert set(roles(plan)) == {Role.ANSWERING_MACHINE, Role.BUSY}


class TestForcingBlock:
    @pytest.mark.parametrize(("place", "role"), list(enumerate(Role)))
    def test_the_last_two_digits_choose_the_role(self, place: int, role: Role) -> None:
        nobody = TownPlan(answer_rates=(0.0,) * 24)
        assert role_of(f"79160 9990{place:02d}", 7, 4, nobody) is role

    def test_a_place_without_a_role_is_an_unknown_number(self) -> None:
        assert role_of("79160999099", 1, 0, PLAN) is Role.UNKNOWN_NUMBER


class TestSwitchboard:
    def test_a_bailiff_is_at_his_desk_or_not_by_the_plan(self) -> None:
        number = "79160999312"
        counts = Counter(role_of(number, nth, 3, TownPlan(absent=0.25)) for nth in range(1, 2_001))
        assert set(counts) == {Role.LISTENS_TO_END, Role.HANGS_UP_EARLY}
        assert counts[Role.HANGS_UP_EARLY] / 2_000 == pytest.approx(0.25, abs=0.04)

    def test_a_share_that_cannot_be_is_refused(self) -> None:
        with pytest.raises(InputError, match="absent is a share"):
            TownPlan(absent=1.2)


class TestRing:
    def test_it_lies_between_the_shortest_and_the_longest(self) -> None:
        times = [ring_seconds(number, 1, TownPlan(ring=(2.0, 4.0))) for number in NUMBERS]
        assert min(times) >= 2.0
        assert max(times) <= 4.0
        assert max(times) - min(times) > 1.5


class TestBadPlan:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"shares": {Role.BUSY: 0.5}},
            {"shares": {Role.BUSY: 1.5, Role.REJECTS: -0.5}},
            {"answer_rates": (1.0,) * 23},
            {"answer_rates": (1.5,) * 24},
            {"seed": "a,b)}"},
            {"zone": "Europe/Moscow,x"},
            {"ring": (5.0, 1.0)},
            {"ring_out": -1.0},
        ],
    )
    def test_it_is_refused_with_the_place(self, wrong: dict[str, object]) -> None:
        with pytest.raises(InputError, match="town plan"):
            TownPlan(**wrong)  # type: ignore[arg-type]
