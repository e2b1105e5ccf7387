"""From a first look to a kept order: steps with their own model each, multiplied into what a visitor is worth.

    kept orders per visitor = P(add to cart | seen) * P(order | added) * (1 - P(refund | order))

A rare step that has seen little stays at its prior, equal for all arms, and decides nothing yet. Until there are
enough add-to-carts, clicks decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analytics.stats.counts import Estimate
from analytics.stats.design import Column, contrasts
from analytics.stats.ranking import Prior

Floats = NDArray[np.float64]
Metric = Literal["click", "kept_order"]
USUAL = Prior()
ENOUGH_ADDED = 200
"""Add-to-carts in the catalog before they decide instead of clicks."""
SURE = 0.9
"""Chance from which one arm of a pair counts as preferred."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """`done` among `of`, by event kind. Refunds vary much more between variants than the wish to click does."""

    done: str
    of: str
    prior: Prior = USUAL
    is_same_day: bool = True
    """False when `done` follows days after `of`: then days are pooled instead of compared one by one."""
    is_late: bool = False
    """True when much of `done` is still to come: then what is young counts less (`analytics.stats.delay`)."""


CLICK = Step(done="click", of="impression")
ADD = Step(done="add_to_cart", of="impression")
ORDER = Step(done="order", of="add_to_cart", is_same_day=False)
REFUND = Step(done="refund", of="order", prior=Prior(t2=0.3, weight=6.0, ridge=0.1), is_same_day=False, is_late=True)
STEPS = (CLICK, ADD, ORDER, REFUND)


SEEN_BY: dict[Metric, str] = {"click": "click", "kept_order": "add_to_cart"}
"""The first step of each metric: what a small group of visitors shows soonest."""


def metric_for(added: int) -> Metric:
    """What decides, given the add-to-carts of the whole catalog."""
    return "kept_order" if added >= ENOUGH_ADDED else "click"


def worth(metric: Metric, draws: Mapping[str, Floats]) -> Floats:
    """Draws of the deciding rate per visitor from draws of each step's rate, keyed by `Step.done`."""
    if metric == "click":
        return draws["click"]
    kept: Floats = 1 - np.minimum(draws["refund"], 1.0)
    return draws["add_to_cart"] * draws["order"] * kept


def worth_of_choices(
    metric: Metric, effects: Mapping[str, Mapping[Column, Floats]], refund_rate: float
) -> dict[Column, Floats]:
    """Draws of what each choice does to the deciding rate, as log ratios to the average choice of its kind.

    `effects` are those of every step, by `Step.done`. Averages go before refunds are turned into orders kept: on that
    scale they would not cancel.
    """
    steps = {step: contrasts(drawn) for step, drawn in effects.items()}
    alone = {
        column: _worth_of_effects(metric, {step: drawn[column] for step, drawn in steps.items()}, refund_rate)
        for column in steps[CLICK.done]
    }
    return contrasts(alone)


def _worth_of_effects(metric: Metric, effects: Mapping[str, Floats], refund_rate: float) -> Floats:
    """Refunds enter as the log ratio of orders kept."""
    if metric == "click":
        return effects["click"]
    refunded = np.minimum(refund_rate * np.exp(effects["refund"]), 0.99)
    kept: Floats = np.log((1 - refunded) / (1 - min(refund_rate, 0.99)))
    return effects["add_to_cart"] + effects["order"] + kept


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One arm among its rivals: the deciding rate with its interval, and what choosing it would risk."""

    rate: float
    low: float
    high: float
    chance_best: float
    expected_loss: float
    """Share of the best arm's rate given up on average if this arm were the only one shown."""


@dataclass(frozen=True, kw_only=True)
class Preference:
    """Of two arms, by their places in a contest, the one that is better with probability `chance`."""

    better: int
    worse: int
    chance: float
    ratio: Estimate
    """Of the deciding rates, better to worse, with its 90 % interval."""


def preferences(draws: Floats, *, sure: float = SURE) -> list[Preference]:
    """Every pair of arms that shoppers told apart, from draws of the deciding rate, shape (draws, arms)."""
    found = []
    for one, other in combinations(range(draws.shape[1]), 2):
        chance = float((draws[:, one] > draws[:, other]).mean())
        better, worse = (one, other) if chance >= 0.5 else (other, one)
        if max(chance, 1 - chance) < sure:
            continue
        ratios = draws[:, better] / np.maximum(draws[:, worse], 1e-12)
        low, high = np.quantile(ratios, [0.05, 0.95])
        ratio = Estimate(value=float(np.median(ratios)), low=float(low), high=float(high))
        found.append(Preference(better=better, worse=worse, chance=max(chance, 1 - chance), ratio=ratio))
    return found


def standings(draws: Floats) -> list[Standing]:
    """From draws of the deciding rate, shape (draws, arms) of one contest; 90 % intervals."""
    best = draws.max(axis=1, keepdims=True)
    wins = np.bincount(draws.argmax(axis=1), minlength=draws.shape[1]) / len(draws)
    loss = 1 - (draws / np.where(best > 0, best, 1)).mean(axis=0)
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    rows = zip(draws.mean(axis=0), low, high, wins, loss, strict=True)
    return [
        Standing(rate=float(r), low=float(a), high=float(b), chance_best=float(w), expected_loss=float(e))
        for r, a, b, w, e in rows
    ]
