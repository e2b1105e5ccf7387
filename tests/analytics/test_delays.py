"""Refunds come days after their orders: what is young must not look better than what is old."""

from datetime import timedelta

import numpy as np
import pytest

from accounts.models import Merchant
from analytics import learning, selectors
from analytics.stats import delay
from tests.analytics import stage
from tests.analytics.test_learning_loop import count

LATE = delay.Delay(median=9.0, sigma=0.7)


def refunds(rng: np.random.Generator, ages: np.ndarray, rate: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Delays of what has come back by now, and the ages of those orders, in days."""
    after = LATE.median * np.exp(LATE.sigma * rng.standard_normal(len(ages)))
    has_come = (rng.random(len(ages)) < rate) & (after <= ages)
    return after[has_come], ages[has_come]


def test_a_variant_of_two_days_is_judged_like_one_of_twenty() -> None:
    rng = np.random.default_rng(4)
    old, young = rng.uniform(0, 20, 60_000), rng.uniform(0, 2, 400_000)
    seen = [refunds(rng, ages) for ages in (old, young)]
    found = delay.fitted(*(np.concatenate(each) for each in zip(*seen, strict=True)))
    assert found is not None
    came = [len(after) for after, _ in seen]
    naive = (came[1] / len(young)) / (came[0] / len(old))
    corrected = (came[1] / found.happened(young).sum()) / (came[0] / found.happened(old).sum())
    assert naive < 0.1
    assert corrected == pytest.approx(1, abs=0.03)


def test_what_has_not_come_yet_does_not_make_delays_look_short() -> None:
    """Nothing is older than ten days: the median of what was seen is five, the true one nine."""
    after, window = refunds(np.random.default_rng(1), np.linspace(0, 10, 20_000))
    found = delay.fitted(after, window)
    assert found is not None
    assert np.median(after) < 5.5
    assert found.median == pytest.approx(LATE.median, rel=0.1)


def test_too_few_refunds_correct_nothing() -> None:
    assert delay.fitted(np.ones(delay.FEWEST - 1), np.full(delay.FEWEST - 1, 30.0)) is None


def test_orders_of_today_are_not_taken_for_kept(at_alice: Merchant) -> None:
    """Of last month's orders of one video three in ten came back, of today's orders of the other none has yet."""
    product = stage.make_product(at_alice)
    old, young = stage.place(product, "family"), stage.place(product, "outdoor")
    count(old, days_ago=40, impression=4000, click=400, add_to_cart=300, order=200)
    count(old, days_ago=25, refund=60)
    count(young, impression=4000, click=400, add_to_cart=300, order=200)
    learned = learning.learned_from(at_alice)
    assert learned is not None
    before = learned.draws["refund"].mean(axis=0)
    rows = []
    for visitor, days in enumerate(np.linspace(5, 20, 40)):
        rows += [stage.row(old, "order", visitor, ago=timedelta(days=45))]
        rows += [stage.row(old, "refund", visitor, ago=timedelta(days=45 - float(days)))]
    stage.store(at_alice, rows)
    after, window = selectors.refund_delays(at_alice)
    assert sorted(after) == pytest.approx(np.linspace(5, 20, 40), abs=0.01)
    assert window == pytest.approx(45, abs=0.01)
    learned = learning.learned_from(at_alice)
    assert learned is not None
    now = learned.draws["refund"].mean(axis=0)
    assert before[1] < before[0] / 4
    assert now[1] > now[0] / 2
