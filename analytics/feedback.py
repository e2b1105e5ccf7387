"""What the model learned, as scores planning can use: effects of scenario, locale, hook and cast with intervals."""

import numpy as np

from analytics.learning import DRAWS, Learned
from analytics.stats import funnel, ranking
from analytics.stats.design import Column, usual_rate
from analytics.stats.ranking import Floats
from generation.services import LearnedScore

KNOWN = 0.99
"""An effect whose posterior variance is above this share of its prior was not learnt, only assumed."""


def scores_from(learned: Learned) -> list[LearnedScore]:
    """One score a choice that data spoke about, for the whole catalog ("") and for each category."""
    rng = np.random.default_rng(learned.seed + 1)
    draws = {step.done: ranking.effect_draws(learned.fits[step.done], rng, draws=DRAWS) for step in funnel.STEPS}
    refund = funnel.REFUND.done
    refund_rate = usual_rate(learned.draws[refund].mean(axis=0), learned.design, learned.fits[refund].beta)
    seen = _visitors_by_column(learned)
    place = {column: index for index, column in enumerate(learned.design.columns)}
    effects: dict[str, dict[Column, Floats]] = {step: {} for step in draws}
    for column in _choices(learned):
        main = place[Column(column.attribute, column.value)]
        parts = [main, place[column]] if column in place and column.category else [main]
        if not _is_known(learned, main):
            continue
        for step, drawn in draws.items():
            effects[step][column] = drawn[:, parts].sum(axis=1)
    found = funnel.worth_of_choices(learned.metric, effects, refund_rate)
    return [_score(column, effect, seen[column], learned.metric) for column, effect in found.items()]


def _choices(learned: Learned) -> list[Column]:
    """Every value everywhere, and every value in each category it was tried in."""
    found: dict[Column, None] = {}
    for arm in learned.arms:
        for attribute, value in arm.attributes.items():
            found[Column(attribute, value)] = None
            if arm.category:
                found[Column(attribute, value, arm.category)] = None
    return list(found)


def _visitors_by_column(learned: Learned) -> dict[Column, int]:
    totals: dict[Column, int] = dict.fromkeys(_choices(learned), 0)
    for arm, seen in zip(learned.arms, learned.seen, strict=True):
        for column in totals:
            if arm.attributes[column.attribute] == column.value and column.category in ("", arm.category):
                totals[column] += seen
    return totals


def _is_known(learned: Learned, column: int) -> bool:
    step = "click" if learned.metric == "click" else "add_to_cart"
    fitted = learned.fits[step]
    return bool(fitted.covariance[column, column] < KNOWN * fitted.ridge[column])


def _score(column: Column, effect: Floats, seen: int, metric: funnel.Metric) -> LearnedScore:
    low, high = np.quantile(effect, [0.05, 0.95])
    return LearnedScore(
        category=column.category,
        attribute=column.attribute,
        value=column.value,
        effect=float(effect.mean()),
        low=float(low),
        high=float(high),
        impressions=seen,
        is_net=metric == "kept_order",
    )
