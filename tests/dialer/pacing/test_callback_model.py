"""How many calls in come of calls out, and when: learned from what has had its time."""

from __future__ import annotations

import numpy as np
import pytest

from dialer.pacing.callbacks import CallbackModel, CallOut, Key, Reach, reach_of
from dialer.pacing.callbacks.delay import WINDOW_MIN
from domain.touch import Outcome

pytestmark = pytest.mark.unit

NINE = 9 * 3600.0
KEY = Key("informer", "new")
DAY = 24 * 3600.0


def heard(at: float, count: int = 1, key: Key = KEY) -> CallOut:
    return CallOut(at, key, Reach.HEARD, count)


def taught(
    share: float, delay_min: int, minutes: int, a_minute: int = 100, model: CallbackModel | None = None
) -> CallbackModel:
    """A model that saw calls out each minute from nine, and their callbacks all after one delay."""
    model = model or CallbackModel()
    owed = 0.0
    for minute in range(minutes):
        now = NINE + 60.0 * minute
        model.advance(now)
        model.called_out(heard(now, a_minute))
        if minute >= delay_min:
            owed += share * a_minute
            for _ in range(int(owed)):
                model.called_in(now, heard(now - 60.0 * delay_min))
            owed %= 1
    model.advance(NINE + 60.0 * minutes)
    model.learn()
    return model


def test_knows_the_reference_share_before_it_has_seen_anything() -> None:
    model = CallbackModel()
    model.advance(NINE)
    model.learn()
    assert model.share() == pytest.approx(0.028)
    assert model.level == 1.0
    assert not model.committed(60).any()
    assert model.response(600).sum(axis=0)[0] == pytest.approx(0.028, rel=0.1)


@pytest.mark.parametrize("share", [0.005, 0.028, 0.1])
def test_learns_the_share(share: float) -> None:
    assert taught(share, 10, 180).share() == pytest.approx(share, rel=0.15)


def test_calls_that_had_no_time_yet_do_not_lower_the_share() -> None:
    """Of three hours' calls in the last hour's have brought nothing: every callback takes an hour."""
    model = taught(0.05, 60, 180)
    assert model.share() == pytest.approx(0.05, rel=0.2)
    naive = 120 * 100 * 0.05 / (180 * 100)
    assert model.share() > 1.15 * naive


def test_learns_the_delay() -> None:
    model = taught(0.05, 40, 240)
    reaction = model.response(120)[:, 0]
    assert 30 <= int(np.argmax(reaction)) < 60
    assert reaction[30:60].sum() > 0.7 * reaction.sum()
    assert model.still_to_come(60) < 0.2 < model.still_to_come(20)


def test_what_is_committed_is_what_will_come() -> None:
    model = taught(0.05, 10, 120)
    assert model.committed(9)[1:].mean() == pytest.approx(5.0, rel=0.25)
    assert model.committed(60)[30:].sum() < model.committed(30).sum() / 4


def test_a_segment_seldom_called_leans_on_the_others() -> None:
    model = taught(0.05, 10, 120)
    rare = Key("informer", "rare")
    now = NINE + 7200
    model.called_out(heard(now - 1800, 20, rare))
    model.learn()
    lean = model._shares[model._counts.classes[rare, Reach.HEARD], 10]
    assert 0.03 < lean < 0.06


def test_those_whom_nothing_reached_call_less() -> None:
    model = CallbackModel()
    for minute in range(120):
        now = NINE + 60.0 * minute
        model.advance(now)
        model.called_out(heard(now, 50))
        model.called_out(CallOut(now, KEY, Reach.NOTHING, 50))
        if minute >= 5:
            model.called_in(now, heard(now - 300))
    model.advance(NINE + 7200)
    model.learn()
    by_class = {reach: model._shares[row, 10] for (_, reach), row in model._counts.classes.items()}
    assert by_class[Reach.HEARD] == pytest.approx(0.02, rel=0.25)
    assert by_class[Reach.NOTHING] < 0.004


def test_callers_nobody_called_are_a_rate_by_hour() -> None:
    model = CallbackModel()
    for minute in range(120):
        model.advance(NINE + 60.0 * minute)
        if minute < 60:
            model.called_in(NINE + 60.0 * minute)
    model.advance(NINE + 7200 + 7 * 3600)
    model.learn()
    model.advance(DAY + NINE - 60)
    model.learn()
    ahead = model.committed(120)
    assert ahead[:60].mean() == pytest.approx(1.0, rel=0.4)
    assert ahead[60:].mean() < 0.2


@pytest.mark.parametrize("lag", [-3600.0, DAY, 40 * DAY])
def test_a_call_that_cannot_follow_ours_follows_none(lag: float) -> None:
    model = CallbackModel()
    model.advance(NINE + 40 * DAY)
    model.called_in(NINE + 40 * DAY, heard(NINE + 40 * DAY - lag))
    model.learn()
    assert model.knowledge == CallbackModel().knowledge
    assert model.committed(10).sum() > 0


def test_a_day_that_is_livelier_than_the_shares_shows_in_the_level() -> None:
    quiet, lively = taught(0.02, 10, 240), taught(0.02, 10, 240)
    for minute in range(210, 240):
        for _ in range(4):
            lively.called_in(NINE + 60.0 * minute, heard(NINE + 60.0 * (minute - 10)))
    lively.learn()
    assert lively.level > 1.2 * quiet.level
    assert lively.committed(10).sum() > quiet.committed(10).sum()


def test_the_band_narrows_with_knowledge() -> None:
    def width(model: CallbackModel) -> float:
        forecast = model.forecast(np.full(60, 100.0))
        assert (forecast.low <= forecast.mean).all()
        assert (forecast.mean <= forecast.high).all()
        return float((forecast.high - forecast.low)[30] / forecast.mean[30])

    new = CallbackModel()
    new.advance(NINE)
    new.learn()
    assert width(taught(0.028, 10, 240)) < width(new)


def test_yesterday_is_remembered_and_last_month_fades() -> None:
    model = taught(0.08, 10, 240)
    for days, least, most in ((1, 0.065, 0.085), (120, 0.02, 0.05)):
        model.advance(NINE + days * DAY)
        model.learn()
        assert least < model.share() < most


def test_time_does_not_go_back_and_late_news_count_where_they_belong() -> None:
    model = CallbackModel()
    model.advance(NINE + DAY)
    model.advance(NINE)
    model.called_out(heard(NINE + DAY - 600, 10))
    model.called_out(heard(NINE - 60, 10))
    model.called_out(heard(NINE + 2 * DAY, 10))
    window = model._counts.out[0]
    assert window[WINDOW_MIN - 11] == 10
    assert window[-1] == 10
    assert window.sum() == 20
    assert model._counts.old_out.sum() == 10


def test_every_outcome_of_a_call_reaches_somehow() -> None:
    assert {reach_of(outcome) for outcome in Outcome} == set(Reach)
    assert reach_of(Outcome.NO_ANSWER) is Reach.MISSED
    assert reach_of(Outcome.INVALID_NUMBER) is Reach.NOTHING
    assert reach_of(Outcome.TALK_DEBTOR) is Reach.HEARD
