"""The formulas against published numbers, closed forms and simulation."""

import numpy as np
import pytest

from analytics.stats.counts import Counts, Estimate, NotEnoughData
from analytics.stats.guards import SampleRatio, sample_ratio, sample_ratio_any_time
from analytics.stats.intervals import wilson
from analytics.stats.lift import Lift, lift
from analytics.stats.samples import Sums, adjusted, average, rate, stratified


def test_counts_add_and_refuse_the_impossible() -> None:
    assert Counts(trials=3, successes=1) + Counts(trials=4, successes=2) == Counts(trials=7, successes=3)
    with pytest.raises(ValueError, match="cannot be"):
        Counts(trials=3, successes=4)


def test_wilson_equals_the_published_interval() -> None:
    """Newcombe 1998, table I, method 3: 81 of 263 gives 0.2553 to 0.3662 at 95 %."""
    found = wilson(Counts(trials=263, successes=81), confidence=0.95)
    assert isinstance(found, Estimate)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_no_trials_is_a_named_result() -> None:
    assert wilson(Counts(trials=0, successes=0)) == NotEnoughData(have=0, need=1)


@pytest.mark.parametrize(("_case", "successes"), [("none", 0), ("all", 20)])
def test_intervals_stay_inside_zero_and_one(_case: str, successes: int) -> None:
    found = wilson(Counts(trials=20, successes=successes))
    assert isinstance(found, Estimate)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_ninety_percent_intervals_cover_about_ninety_percent() -> None:
    drawn = np.random.default_rng(1).binomial(400, 0.05, size=2000)
    found = {int(one): wilson(Counts(trials=400, successes=int(one))) for one in np.unique(drawn)}
    inside = {one: isinstance(est, Estimate) and est.low <= 0.05 <= est.high for one, est in found.items()}
    assert 0.87 < np.mean([inside[int(one)] for one in drawn]) < 0.93


def test_lift_equals_the_reference_engine() -> None:
    """1,000 of 50,000 against 1,100 of 50,000 in GrowthBook's gbstats."""
    found = lift(rate(Counts(trials=50_000, successes=1000)), rate(Counts(trials=50_000, successes=1100)))
    assert isinstance(found, Lift)
    assert found.estimate.value == pytest.approx(0.1, abs=1e-12)
    assert found.p == pytest.approx(0.035488238051139875, abs=1e-12)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((0.006790268518988243, 0.19320973148101156))


def test_sample_ratio_equals_the_reference_engine() -> None:
    found = sample_ratio([50_000, 50_900], [0.5, 0.5])
    assert isinstance(found, SampleRatio)
    assert found.p == pytest.approx(0.004606602281809725, abs=1e-12)


def test_a_broken_split_is_alarmed_under_daily_watching_and_a_sound_one_is_not() -> None:
    rng = np.random.default_rng(3)
    broken = [(rng.multinomial(4000, [0.47, 0.53]), [0.5, 0.5]) for _ in range(14)]
    found = sample_ratio_any_time(broken)
    assert isinstance(found, SampleRatio)
    assert not found.is_sound
    alarms = 0
    for _ in range(200):
        days = [(rng.multinomial(1000, [0.2, 0.8]), [0.2, 0.8]) for _ in range(10)]
        looks = [sample_ratio_any_time(days[:day]) for day in range(1, 11)]
        alarms += any(isinstance(look, SampleRatio) and not look.is_sound for look in looks)
    assert alarms <= 1


def test_sample_ratio_follows_shares_that_change() -> None:
    """Pooled against an even split this would alarm; against what was promised it is sound."""
    found = sample_ratio_any_time([([900, 100], [0.9, 0.1]), ([500, 1500], [0.25, 0.75])])
    assert isinstance(found, SampleRatio)
    assert found.is_sound
    assert found.expected == (1400.0, 1600.0)


def test_visitors_of_an_arm_that_was_not_offered_are_an_alarm() -> None:
    found = sample_ratio_any_time([([500, 20], [1.0, 0.0]), ([50, 50], [0.5, 0.5])])
    assert isinstance(found, SampleRatio)
    assert not found.is_sound


def spent(n: int, each: float) -> Sums:
    """`n` visitors of whom half spend `each` and half nothing."""
    return Sums(n=n, x=n / 2 * each, xx=n / 2 * each**2)


def test_money_is_compared_within_phases() -> None:
    """A good week with most of the new video's visitors is no merit of the new video."""
    phases = [(spent(1000, 20), spent(9000, 20)), (spent(9000, 10), spent(1000, 10))]
    pooled = lift(average(phases[0][0] + phases[1][0]), average(phases[0][1] + phases[1][1]))
    kept = lift(*stratified(phases))
    assert isinstance(pooled, Lift)
    assert isinstance(kept, Lift)
    assert (round(pooled.estimate.value, 3), kept.estimate.value) == (0.727, 0.0)


def test_few_orders_of_a_phase_are_no_proof_of_a_steady_arm() -> None:
    """One order by chance where four were due: its own variance would be a quarter, and the difference four times."""
    few = Sums(n=1000, x=40, xx=1600), Sums(n=9000, x=1440, xx=57_600)
    first, second = stratified([few, few])
    assert first.variance > 3 * adjusted(*few)[0].variance
    assert second.variance == pytest.approx(adjusted(*few)[1].variance, rel=0.2)


def test_one_phase_is_the_plain_comparison() -> None:
    a, b = spent(1000, 20), spent(900, 25)
    assert lift(*stratified([(a, b)])) == lift(*adjusted(a, b))
    with pytest.raises(ValueError, match="no stratum"):
        stratified([])
