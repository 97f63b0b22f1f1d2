"""What the predictive pacer learns: the share answered, when operators get free, the budget, the carrier."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dialer.pacing import PacingEvent
from dialer.pacing.answers import Answers
from dialer.pacing.budget import LEAST_RISK, Budget
from dialer.pacing.carrier import Carrier
from dialer.pacing.durations import Durations
from dialer.pacing.level import Level
from dialer.pacing.smooth import Smooth

pytestmark = pytest.mark.unit

NOBODY = np.empty(0)


class TestLevel:
    def test_it_finds_the_factor(self) -> None:
        level = Level()
        for _ in range(600):
            level.follow(0.5, 1.0 * level.factor, 1.0)
        assert level.factor == pytest.approx(0.5, rel=0.02)

    def test_a_step_from_a_half_to_a_tenth_is_followed_within_sixty_answers(self) -> None:
        level = Level()
        for _ in range(500):
            level.follow(0.5, 0.5 * level.factor, 1.0)
        expected = 0.0
        while level.factor > 0.35:
            before = 0.5 * level.factor
            level.follow(0.1, before, 1.0)
            expected += before
        assert expected < 60

    def test_chance_alone_makes_it_no_more_than_noisy(self) -> None:
        level, draw, logs = Level(), np.random.default_rng(1), []
        for counted in draw.poisson(0.3, 8000):
            level.follow(float(counted), 0.3 * level.factor, 1.0)
            logs.append(math.log(level.factor))
        assert np.std(logs[2000:]) < 1.5 * level.noise
        assert np.max(np.abs(logs[2000:])) < 0.6


class TestAnswers:
    def learned(self, share: float) -> Answers:
        answers, draw = Answers(), np.random.default_rng(2)
        for _ in range(400):
            events = [
                PacingEvent.answered(float(draw.gamma(9, 1))) if luck < share else PacingEvent.no_answer(25.0)
                for luck in draw.random(5)
            ]
            answers.learn(events, NOBODY, 25.0)
        return answers

    @pytest.mark.parametrize("share", [0.05, 0.25, 0.6])
    def test_the_share_is_found(self, share: float) -> None:
        answers = self.learned(share)
        assert answers.share == pytest.approx(share, rel=0.25)
        assert answers.of_new()[1][-1] == pytest.approx(answers.share, rel=0.02)

    def test_a_dial_that_has_rung_long_is_hardly_answered_any_more(self) -> None:
        answers = self.learned(0.25)
        chances, number = answers.within(np.array([0.0, 8.0, 8.2, 20.0]))
        assert list(number[[0, 8, 20]]) == [1, 2, 1]
        assert chances[0, 9] > 2 * chances[20, 9]
        assert chances[8, 0] > 5 * chances[0, 0]
        assert 0 <= chances.min() <= chances.max() <= 1

    def test_congestion_is_no_evidence(self) -> None:
        answers = self.learned(0.25)
        before = answers.share
        answers.learn([PacingEvent.congested(1.0)] * 500, NOBODY, 1.0)
        assert answers.share == before

    def test_dials_still_in_flight_are(self) -> None:
        answers = self.learned(0.25)
        before = answers.share
        for age in range(1, 20):
            answers.learn([], np.full(250, float(age)), 1.0)
        assert answers.share < before * 0.6


class TestSmooth:
    SAMPLE = np.random.default_rng(3).lognormal(4, 0.8, 500)

    def test_it_follows_the_sample(self) -> None:
        smooth = Smooth(list(self.SAMPLE), NOBODY)
        for share in (0.1, 0.5, 0.9):
            assert smooth.by(np.quantile(self.SAMPLE, [share]))[0] == pytest.approx(share, abs=0.03)

    def test_those_who_go_on_are_counted(self) -> None:
        limit = 60.0
        ended, on = self.SAMPLE[limit >= self.SAMPLE], np.full(int((limit < self.SAMPLE).sum()), limit)
        naive, fair = (Smooth(list(ended), others).by(np.array([30.0]))[0] for others in (NOBODY, on))
        true = float((self.SAMPLE <= 30).mean())
        assert fair == pytest.approx(true, abs=0.04)
        assert naive > true + 0.1

    @pytest.mark.parametrize("sample", [[0.0], [0.0] * 9, [1e9, 5.0], [60.0] * 50])
    def test_strange_samples_have_chances_too(self, sample: list[float]) -> None:
        chances = Smooth(sample, np.array([0.0, 1e9])).left(np.array([0.0, 59.0, 1e9]), np.arange(60.0))
        assert np.isfinite(chances).all()
        assert (np.diff(chances, axis=1) >= -1e-12).all()
        assert 0 <= chances.min() <= chances.max() <= 1


class TestDurations:
    def learned(self, talk: float, wrap: float) -> Durations:
        durations, draw = Durations(patience=0.0), np.random.default_rng(4)
        for _ in range(100):
            events = [PacingEvent.talk_ended(talk * length) for length in draw.lognormal(0, 0.3, 4)]
            events += [PacingEvent.wrap_ended(wrap * length) for length in draw.lognormal(0, 0.1, 4)]
            durations.learn(events, NOBODY, NOBODY, 1000.0)  # so long ago that all of them began since
        return durations

    def test_an_operator_is_free_after_his_talk_and_his_wrap_up(self) -> None:
        durations = self.learned(30, 10)
        late, early, wrapping = durations.within(np.array([60.0, 5.0]), np.array([9.0]), 59)[:, 11]
        assert early < 0.1 < late
        assert wrapping > 0.95
        assert durations.cycle(59)[[4, 40, 58]] == pytest.approx([0, 0.5, 0.95], abs=0.1)

    def test_talks_that_suddenly_last_longer_are_noticed_before_they_end(self) -> None:
        durations = self.learned(30, 10)
        assert durations.speed == 1
        for second in range(1, 60):
            durations.learn([], np.full(10, 20.0 + second), NOBODY, 1.0)
        assert durations.speed < 0.7

    def test_the_first_talks_and_wrap_ups_are_not_what_it_stays_with(self) -> None:
        durations, draw = Durations(patience=0.0), np.random.default_rng(4)
        for wrap in [0.5, 0.5, 0.5, *draw.lognormal(2, 0.3, 12)]:
            events = [PacingEvent.talk_ended(wrap), PacingEvent.wrap_ended(float(wrap))]
            durations.learn(events, NOBODY, NOBODY, 1.0)
        assert durations.within(NOBODY, np.array([0.0]), 9)[0, 2] < 0.5


class TestBudget:
    def test_it_is_spent_as_it_is_earned(self) -> None:
        budget, draw, abandons, answers = Budget(0.03), np.random.default_rng(5), 0, 0
        for second in range(20_000):
            lost = int(draw.random() < min(1.0, budget.threshold * 0.7))
            budget.count(float(second), 1, lost)
            answers, abandons = answers + 1, abandons + lost
        assert 0.027 < abandons / answers <= 0.03

    def test_nothing_in_hand_leaves_no_risk(self) -> None:
        budget = Budget(0.03)
        budget.count(0.0, 10, 3)
        assert budget.left < 0
        assert budget.threshold <= LEAST_RISK

    def test_a_half_hour_that_has_had_its_share_stops_a_rich_shift(self) -> None:
        budget = Budget(0.03)
        for minute in range(300):
            budget.count(minute * 60.0, 20, 0)
        rich = budget.threshold
        budget.count(18_000.0, 30, 50)
        assert budget.left > 100
        assert budget.threshold < rich / 10
        budget.count(18_000.0 + 1900, 0, 0)
        assert budget.threshold == rich


def test_the_carrier_fails_after_some_congestion_and_recovers_with_the_probes() -> None:
    carrier = Carrier()
    carrier.learn([PacingEvent.congested(1.0)] * 3)
    assert not carrier.fails
    carrier.learn([PacingEvent.congested(1.0)] * 3)
    assert carrier.fails
    carrier.learn([PacingEvent.no_answer(25.0)] * 4)
    assert not carrier.fails
