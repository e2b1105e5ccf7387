"""The ranking model on a merchant's counts: one fit a funnel step, over all products at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from accounts.models import Merchant
from analytics import selectors
from analytics.selectors import Arm, CellCount
from analytics.stats import delay, funnel, ranking, wording
from analytics.stats.design import PROMISE, Design, design, with_promise
from analytics.stats.ranking import Cells, Fit

Floats = NDArray[np.float64]
DRAWS = 2000
HALF_LIFE = 60.0
"""Days after which what a visitor did counts half: tastes and seasons change."""


SURE_SD = 1.645
"""Standard deviations from zero of an effect whose 90 % interval leaves it out."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """Fits of every step and draws of every rate, (draws, arms), arms in the order of `arms`."""

    arms: tuple[Arm, ...]
    design: Design
    fits: dict[str, Fit]
    draws: dict[str, Floats]
    totals: dict[str, int]
    """Distinct visitors by kind over the whole catalog."""
    seen: tuple[int, ...]
    """Distinct visitors who saw each arm."""
    metric: funnel.Metric
    seed: int

    def worth(self, arms: Sequence[int]) -> Floats:
        """Draws of the deciding rate for some arms, by position."""
        return funnel.worth(self.metric, {step: rates[:, list(arms)] for step, rates in self.draws.items()})

    def said(self) -> Floats:
        """What the words of each arm do to its clicks: log ratio to its contest, low and high, (arms, 3).

        Zeros unless it is beyond doubt that what sold other products sells these.
        """
        column, clicks = self.design.columns.index(PROMISE), self.fits[funnel.CLICK.done]
        effect, spread = clicks.beta[column], SURE_SD * clicks.covariance[column, column] ** 0.5
        slopes = np.array([effect, effect - spread, effect + spread]) * (effect > spread)
        said = self.design.matrix[:, [column]].toarray() * slopes
        return np.column_stack([said[:, 0], said[:, 1:].min(axis=1), said[:, 1:].max(axis=1)])

    def positions(self, contest: selectors.Contest) -> list[int]:
        """Where the arms of one contest stand in `arms`."""
        return [place for place, arm in enumerate(self.arms) if arm.contest == contest]

    def contests(self) -> list[selectors.Contest]:
        """Every contest, in order of its first arm."""
        return list(dict.fromkeys(arm.contest for arm in self.arms))


def learned_from(merchant: Merchant, *, seed: int = 0) -> Learned | None:
    """Fit on everything counted so far; None before the first placement. The same counts give the same numbers."""
    arms = selectors.arms_of(merchant)
    if not arms:
        return None
    placed = {arm.placement_id for arm in arms}
    rows = [row for row in selectors.cells_of(merchant) if row.placement_id in placed]
    matrix = design([arm.attributes for arm in arms], [arm.category for arm in arms])
    matrix = with_promise(matrix, promise_of(merchant, arms, cells_for(funnel.CLICK, arms, rows), matrix))
    rng = np.random.default_rng(seed)
    fits, draws = {}, {}
    lateness = delay.fitted(*selectors.refund_delays(merchant))
    for step in funnel.STEPS:
        cells = cells_for(step, arms, rows, lateness if step.is_late else None)
        fits[step.done] = ranking.fit(cells, matrix, step.prior)
        draws[step.done] = ranking.posterior(cells, matrix, fits[step.done], rng, draws=DRAWS).draws
    totals, seen = Counter[str](), Counter[int]()
    for row in rows:
        totals[row.kind] += row.visitors
        seen[row.placement_id] += row.visitors if row.kind == "impression" else 0
    return Learned(
        arms=tuple(arms),
        design=matrix,
        fits=fits,
        draws=draws,
        totals=dict(totals),
        seen=tuple(seen[arm.placement_id] for arm in arms),
        metric=funnel.metric_for(totals["add_to_cart"]),
        seed=seed,
    )


def promise_of(merchant: Merchant, arms: Sequence[Arm], clicks: Cells, choices: Design) -> Floats:
    """What the words of each arm promise by the clicks of other products, in its usual size, (arms,)."""
    said = selectors.copies_of(merchant)
    texts, meanings = zip(*(said[arm.placement_id] for arm in arms), strict=True)
    size = max(len(meaning) for meaning in meanings)
    meaning = np.array([each if len(each) else np.zeros(size) for each in meanings]).reshape(len(arms), size)
    group = np.array([arm.contest.product_id for arm in arms])
    copies, outcomes = wording.Copies(texts=texts, meaning=meaning), wording.Outcomes.of(clicks)
    learnt = wording.learn(copies, outcomes, group, choices.everywhere())
    return learnt.promise / learnt.unit


def cells_for(
    step: funnel.Step, arms: Sequence[Arm], rows: Sequence[CellCount], lateness: delay.Delay | None = None
) -> Cells:
    """Trials and successes of a step by arm, in strata of one contest and day; older days count less.

    Where successes follow late, a trial counts as the share of them that can have come by now.
    """
    today = max((row.day for row in rows), default=date.min)
    place = {arm.placement_id: index for index, arm in enumerate(arms)}
    contests = {contest: number for number, contest in enumerate(dict.fromkeys(arm.contest for arm in arms))}
    table: dict[tuple[int, int], list[float]] = {}
    days: dict[object, int] = {}
    for row in rows:
        if row.kind in (step.of, step.done):
            day = days.setdefault(row.day, len(days)) if step.is_same_day else 0
            age = (today - row.day).days
            weight = 0.5 ** (age / HALF_LIFE)
            if lateness and row.kind == step.of:
                weight *= float(lateness.happened(np.array(age + 0.5)))
            table.setdefault((place[row.placement_id], day), [0.0, 0.0])[row.kind == step.done] += weight * row.visitors
    keys = list(table)
    contest = np.array([contests[arm.contest] for arm in arms], dtype=np.int64)
    arm = np.array([key[0] for key in keys], dtype=np.int64)
    n = np.array([table[key][0] for key in keys], dtype=float)
    y = np.array([table[key][1] for key in keys], dtype=float)
    stratum = contest[arm] * max(len(days), 1) + np.array([key[1] for key in keys], dtype=np.int64)
    return Cells(arm=arm, stratum=stratum, n=np.maximum(n, y), y=y, contest=contest)
