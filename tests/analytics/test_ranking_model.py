"""The hierarchical model recovers what was planted and does not mistake traffic for appeal."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.stats import funnel
from analytics.stats.design import Column, Design, contrasts, design, usual_rate
from analytics.stats.ranking import Cells, effect_draws, fit, posterior

SCENARIOS = ("family", "children", "holiday", "outdoor")


def world(
    seed: int, *, products: int = 60, visitors: int = 4000, beta: dict[str, float], own: float = 0.0, days: int = 3
) -> tuple[Cells, Design, np.ndarray]:
    """Every product has one arm a scenario; the base rate differs by product and day. Also the true rates."""
    rng = np.random.default_rng(seed)
    arms = [(product, scenario) for product in range(products) for scenario in SCENARIOS]
    contest = np.array([product for product, _ in arms])
    attraction = np.array([np.exp(beta.get(scenario, 0)) for _, scenario in arms])
    attraction *= rng.gamma(1 / own, own, len(arms)) if own else 1.0
    base = 0.03 * np.exp(rng.normal(0, 0.3, products))[contest]
    day_level = np.exp(rng.normal(0, 0.3, days))
    n = rng.poisson(visitors / days / len(SCENARIOS), size=(days, len(arms))).astype(float)
    y = rng.binomial(n.astype(int), np.minimum(base * attraction * day_level[:, None], 0.9)).astype(float)
    cells = Cells(
        arm=np.tile(np.arange(len(arms)), days),
        stratum=np.repeat(np.arange(days), len(arms)) * products + np.tile(contest, days),
        n=n.ravel(), y=y.ravel(), contest=contest,
    )  # fmt: skip
    return cells, design([{"scenario": scenario} for _, scenario in arms], ["c"] * len(arms)), base * attraction


@pytest.mark.parametrize("order", [SCENARIOS, SCENARIOS[::-1], ("holiday", "family", "outdoor", "children")])
def test_planted_effects_come_back_in_order_and_size(order: tuple[str, ...]) -> None:
    truth = dict(zip(order, (0.3, 0.1, -0.1, -0.3), strict=True))
    cells, matrix, _ = world(1, beta=truth)
    found = fit(cells, matrix)
    effect = {column.value: value for column, value in zip(matrix.columns, found.beta, strict=True)}
    assert sorted(effect, key=lambda name: -effect[name]) == list(order)
    assert all(abs(effect[name] - truth[name]) < 0.08 for name in order)


def test_shares_that_change_with_the_tide_do_not_fool_it() -> None:
    """Simpson's trap: the worse arm gets its visitors on the good day. Pooled rates reverse the order."""
    n = np.array([1000.0, 9000.0, 9000.0, 1000.0])
    y = np.array([20.0, 216.0, 450.0, 60.0])  # day 1: 2.0 % against 2.4 %, day 2: 5.0 % against 6.0 %
    assert (y[0] + y[2]) / 10_000 > (y[1] + y[3]) / 10_000
    cells = Cells(
        arm=np.array([0, 1, 0, 1]), stratum=np.array([0, 0, 1, 1]), n=n, y=y,
        contest=np.zeros(2, dtype=int),
    )  # fmt: skip
    matrix = design([{"scenario": "family"}, {"scenario": "outdoor"}], ["c", "c"])
    draws = posterior(cells, matrix, fit(cells, matrix), np.random.default_rng(0)).relative
    assert (draws[:, 1] > draws[:, 0]).mean() > 0.8


def test_ninety_percent_intervals_cover_most_true_rates() -> None:
    inside = []
    for seed in range(6):
        cells, matrix, true = world(seed, visitors=8000, beta={"family": 0.2, "outdoor": -0.2}, own=0.03, days=1)
        draws = posterior(cells, matrix, fit(cells, matrix), np.random.default_rng(seed)).relative
        by_product = draws.reshape(len(draws), -1, 4)
        share = by_product / by_product.mean(axis=2, keepdims=True)
        truth = true.reshape(-1, 4) / true.reshape(-1, 4).mean(axis=1, keepdims=True)
        low, high = np.quantile(share, [0.05, 0.95], axis=0)
        inside.append((low <= truth) & (truth <= high))
    assert 0.82 < np.mean(inside) < 0.95


def test_days_of_few_visitors_are_not_taken_for_differences_between_clips() -> None:
    """Two of a day's eight visitors succeed, whatever they saw: so few vary less than many at the same rate would."""
    cells, matrix, _ = world(3, products=2000, visitors=200, beta={}, days=10)
    won = np.random.default_rng(3).multivariate_hypergeometric([2, 2, 2, 2], 2, size=20_000)
    even = replace(cells, n=np.full(len(cells.n), 2.0), y=won.ravel().astype(float))
    assert fit(even, matrix).t2 < 0.015  # believed beforehand: 0.02; with the variance of many it would be 0.025


def test_an_arm_with_most_of_the_traffic_is_not_taken_for_the_average() -> None:
    """By its own results the first is half as good again as the others, and nine in ten visitors saw it."""
    n = np.tile([9000.0, 333.0, 333.0, 333.0], 50)
    contest = np.arange(50).repeat(4)
    cells = Cells(
        arm=np.arange(200), stratum=contest, n=n, y=n * np.tile([0.06, 0.04, 0.04, 0.04], 50), contest=contest
    )
    matrix = design([{}] * 200, ["c"] * 200)
    known = replace(fit(cells, matrix), t2=0.04)
    drawn = posterior(cells, matrix, known, np.random.default_rng(0)).relative.mean(axis=0).reshape(50, 4).mean(axis=0)
    assert drawn[0] / drawn[1:].mean() > 1.25


def test_a_new_arm_starts_at_what_its_attributes_promise() -> None:
    cells, matrix, _ = world(5, beta={"family": 0.4, "outdoor": -0.4})
    unseen = cells.arm >= 4
    fresh = Cells(arm=cells.arm[unseen], stratum=cells.stratum[unseen], n=cells.n[unseen], y=cells.y[unseen],
                  contest=cells.contest)  # fmt: skip
    rates = posterior(fresh, matrix, fit(fresh, matrix), np.random.default_rng(0)).rate[:4]
    assert rates[0] > 1.3 * rates[1] > 1.3 * rates[3]


def test_no_data_gives_even_chances_not_nan() -> None:
    empty = np.zeros(0)
    cells = Cells(arm=empty.astype(int), stratum=empty.astype(int), n=empty, y=empty, contest=np.zeros(3, dtype=int))
    matrix = design([{"scenario": one} for one in SCENARIOS[:3]], ["c"] * 3)
    draws = posterior(cells, matrix, fit(cells, matrix), np.random.default_rng(0), draws=4000).draws
    stood = funnel.standings(draws)
    assert all(abs(one.chance_best - 1 / 3) < 0.05 for one in stood)
    assert np.isfinite(draws).all()


def test_clicks_decide_until_there_are_enough_add_to_carts() -> None:
    assert (funnel.metric_for(199), funnel.metric_for(200)) == ("click", "kept_order")


def test_what_wins_clicks_and_comes_back_loses_net_of_refunds() -> None:
    steady = {"click": 0.05, "add_to_cart": 0.03, "order": 0.5, "refund": 0.05}
    loud = {"click": 0.08, "add_to_cart": 0.04, "order": 0.5, "refund": 0.6}
    draws = {step: np.array([[steady[step], loud[step]]]) for step in steady}
    assert funnel.worth("click", draws).argmax() == 1
    assert funnel.worth("kept_order", draws).argmax() == 0


def test_choices_are_compared_with_the_average_of_their_kind() -> None:
    draws = {Column("hook", "proof"): np.array([0.5, 1.5]), Column("hook", "scene"): np.array([0.1, 1.1])}
    found = contrasts({**draws, Column("cast", "none"): np.array([1.0, 2.0])})
    assert {column.value for column in found} == {"proof", "scene"}
    assert np.allclose(found[Column("hook", "proof")], 0.2)


def test_refunds_are_judged_at_an_average_choice_whatever_got_the_traffic() -> None:
    """40 % of what one hook sells comes back and 10 % of the other's: 20 % in the middle, not the total's 10.3 %."""
    matrix = design([{"hook": "loud"}, *[{"hook": "calm"}] * 99], ["c"] * 100)
    beta = np.log([2.0, 0.5])
    rates = np.array([0.4, *[0.1] * 99])
    usual = usual_rate(rates, matrix, beta)
    assert usual == pytest.approx(0.2)
    effects = {
        step: {column: np.full(3, effect) for column, effect in zip(matrix.columns, values, strict=True)}
        for step, values in {"click": (0, 0), "add_to_cart": (0, 0), "order": (0, 0), "refund": beta}.items()
    }
    worth = funnel.worth_of_choices("kept_order", effects, usual)
    loud, calm = (float(worth[Column("hook", hook)][0]) for hook in ("loud", "calm"))
    assert np.exp(loud - calm) == pytest.approx(0.6 / 0.9)


def test_effects_are_drawn_with_their_covariance() -> None:
    cells, matrix, _ = world(2, beta={"family": 0.3})
    found = fit(cells, matrix)
    draws = effect_draws(found, np.random.default_rng(0), draws=20_000)
    assert np.allclose(np.cov(draws.T), found.covariance, atol=5e-4)
    assert matrix.columns[0] == Column("scenario", "family")
