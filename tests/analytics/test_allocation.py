"""Choices are sticky, follow their shares, and move as few visitors as possible."""

import numpy as np
import pytest

from analytics.allocation import choose, even_shares, thompson_shares


def test_the_same_visitor_sees_the_same_arm() -> None:
    shares = {11: 0.5, 12: 0.3, 13: 0.2}
    assert {choose(42, "spot", shares) for _ in range(5)} == {choose(42, "spot", dict(reversed(shares.items())))}


def test_arms_get_their_shares() -> None:
    shares = {11: 0.6, 12: 0.3, 13: 0.1}
    seen = [choose(visitor, "spot", shares) for visitor in range(20_000)]
    for arm, share in shares.items():
        assert abs(sum(one.arm == arm for one in seen) / 20_000 - share) < 0.015
    assert {round(one.propensity, 9) for one in seen if one.arm == 12} == {0.3}


def test_a_changed_share_moves_only_the_difference() -> None:
    before, after = {1: 0.5, 2: 0.5}, {1: 0.6, 2: 0.4}
    moved = [choose(one, "spot", before).arm != choose(one, "spot", after).arm for one in range(10_000)]
    assert 0.08 < np.mean(moved) < 0.12


def test_two_spots_choose_apart() -> None:
    shares = even_shares([1, 2])
    same = [choose(one, "wide", shares).arm == choose(one, "tall", shares).arm for one in range(10_000)]
    assert 0.47 < np.mean(same) < 0.53


def test_nothing_to_show_is_said() -> None:
    with pytest.raises(ValueError, match="nothing to show"):
        choose(1, "spot", {5: 0.0})


def test_shares_favour_the_better_arm_and_starve_none() -> None:
    rng = np.random.default_rng(0)
    shares = thompson_shares(rng.gamma([100, 120, 180], 0.01, size=(4000, 3)))
    assert shares.sum() == pytest.approx(1)
    assert shares[2] > 0.8
    assert shares.min() > 0.01


def test_equal_arms_share_about_equally() -> None:
    shares = thompson_shares(np.random.default_rng(0).gamma(100, 0.01, size=(8000, 4)))
    assert np.abs(shares - 0.25).max() < 0.03
