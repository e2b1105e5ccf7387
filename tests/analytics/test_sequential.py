"""Peeking is allowed: the any-time tests hold their level, find what is there, and say when there is nothing to say."""

import numpy as np
import pytest

from analytics.stats.counts import Estimate, NotEnoughData
from analytics.stats.power import days_to_decide, units_needed
from analytics.stats.sequential import RateRatio, Stratum, compare, discoveries, holm, log_e_process


def test_a_difference_is_found_with_its_size() -> None:
    strata = [Stratum(units=(1000, 1000), won=(40, 60))] * 8
    found = compare(strata)
    assert isinstance(found, RateRatio)
    assert found.ratio.value == pytest.approx(1.5, abs=1e-4)
    assert 1 < found.ratio.low < 1.5 < found.ratio.high
    assert found.p < 0.001


def test_strata_protect_against_a_good_day() -> None:
    """Equal rates each day; arm 1 gets most of its visitors on the good day. Pooled, it would look twice as good."""
    strata = [Stratum(units=(9000, 1000), won=(180, 20)), Stratum(units=(1000, 9000), won=(60, 540))]
    found = compare(strata)
    assert isinstance(found, RateRatio)
    assert found.ratio.value == pytest.approx(1.0, abs=1e-4)
    assert found.p == 1.0
    assert (20 + 540) / 10_000 > 2 * (180 + 60) / 10_000


def test_the_interval_holds_what_the_test_does_not_reject() -> None:
    rng = np.random.default_rng(4)
    for _ in range(30):
        won = rng.binomial(2000, 0.03, size=(5, 2))
        found = compare([Stratum(units=(2000, 2000), won=(int(a), int(b))) for a, b in won])
        assert isinstance(found, RateRatio)
        assert (found.ratio.low < 1 < found.ratio.high) == (found.e < 20)


@pytest.mark.parametrize("rate", [0.02, 0.003])
def test_a_thousand_peeks_at_equal_arms_rarely_reject(rate: float) -> None:
    """300 tests, 5 % allowed: more than 26 rejections would happen by chance once in a hundred times."""
    rng = np.random.default_rng(11)
    peeks, runs, units = 500, 300, 100
    d0, d1 = (rng.binomial(units, rate, size=(runs, peeks)).astype(float) for _ in range(2))
    process = log_e_process(d0, d1, np.full((runs, peeks), 0.5))
    assert (process.max(axis=1) >= np.log(20)).sum() <= 26
    pooled0, pooled1, n = d0.cumsum(1), d1.cumsum(1), units * np.arange(1, peeks + 1)
    z = (pooled1 - pooled0) / np.sqrt(np.maximum(pooled0 + pooled1, 1) * (1 - (pooled0 + pooled1) / (2 * n)))
    assert (np.abs(z[:, 20:]).max(axis=1) > 1.96).mean() > 0.2


def test_one_process_and_many_agree() -> None:
    rng = np.random.default_rng(2)
    d0, d1 = (rng.binomial(400, 0.05, size=6).astype(float) for _ in range(2))
    found = compare([Stratum(units=(400, 400), won=(int(a), int(b))) for a, b in zip(d0, d1, strict=True)])
    assert isinstance(found, RateRatio)
    assert np.log(found.e) == pytest.approx(log_e_process(d0, d1, np.full(6, 0.5))[-1], abs=1e-9)


def test_nothing_won_says_nothing() -> None:
    assert compare([Stratum(units=(50, 50), won=(3, 0))]) == NotEnoughData(
        have=0, need=1, unit="successes in the smaller arm"
    )
    assert isinstance(compare([Stratum(units=(50, 0), won=(3, 0))]), NotEnoughData)


def test_several_comparisons_share_one_error() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert discoveries([100.0, 1.0, 45.0]) == [0, 2]
    assert discoveries([10.0, 1.0, 9.0]) == []


def test_units_and_days_to_a_decision() -> None:
    assert units_needed(0.02, 0.1) == 80_679
    assert units_needed(0.02, 0.2) < 80_679 / 3.5
    assert days_to_decide(0.02, 0.2, units_a_day=10_000) == 8
    assert days_to_decide(0.02, 0.2, units_a_day=0) is None
    with pytest.raises(ValueError, match="leave nothing to find"):
        units_needed(0.02, 0.0)


def test_a_ratio_of_rates_is_an_estimate() -> None:
    found = compare([Stratum(units=(500, 500), won=(20, 20))], confidence=0.9)
    assert isinstance(found, RateRatio)
    assert isinstance(found.ratio, Estimate)
    assert found.ratio.confidence == 0.9
