"""Equal arms by net value per visitor, looked at a thousand times: `benchmarks/peeking.py --ask money`.

Visitors: one in 25 bought before and buys five times as often; orders are lognormal and cut at their 99.5 % quantile,
6 % come back. Steady: one phase. Phases: five, and what a visitor spends swings by half while each phase divides
visitors as its predecessors' results seem to deserve. The test is the product's own, on its own sums: nothing before
50 orders an arm, values adjusted by what was bought before, arms compared within phases.
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from analytics.stats.lift import LEAST_ORDERS, LEAST_UNITS, Lift, lift_any_time
from analytics.stats.samples import Sums, stratified

ALPHA, PEEKS, UNITS, PHASES = 0.05, 1000, 200_000, 5
ORDERS, SPENT, SPREAD, RETURNED = 0.004, 40.0, 0.7, 0.06
LOYAL, TIMES = 0.04, 5.0
"""Share of visitors with earlier purchases, and how much more often they buy."""
CUT = SPENT * float(np.exp(SPREAD * stats.norm.ppf(0.995)))
Sides = tuple[np.ndarray, np.ndarray]


def sums_of(rng: np.random.Generator, visitors: np.ndarray, swing: np.ndarray, lift: float = 0.0) -> np.ndarray:
    """n, x, xx, y, yy, xy and the orders of one arm, (7, peeks): x is the net value, y what was spent before."""
    found = np.zeros((7, len(visitors)))
    loyal = rng.binomial(visitors, LOYAL)
    for group, times in ((visitors - loyal, 1.0), (loyal, TIMES)):
        bought = rng.binomial(group, np.minimum(ORDERS * times, 1.0))
        at = np.arange(len(visitors)).repeat(bought)
        paid = SPENT * np.exp(SPREAD * rng.standard_normal(len(at))) * swing[at] * (1 + lift)
        paid = np.where(rng.random(len(at)) < RETURNED, 0.0, np.minimum(paid, CUT))
        found[1] += np.bincount(at, paid, minlength=len(visitors))
        found[2] += np.bincount(at, paid**2, minlength=len(visitors))
        found[6] += bought
        if times > 1:
            everyone = np.arange(len(visitors)).repeat(group)
            before = SPENT * np.exp(SPREAD * rng.standard_normal(len(everyone)))
            start = (np.cumsum(group) - group)[at] + _rank(at)
            found[3] += np.bincount(everyone, before, minlength=len(visitors))
            found[4] += np.bincount(everyone, before**2, minlength=len(visitors))
            found[5] += np.bincount(at, paid * before[start], minlength=len(visitors))
    found[0] = visitors
    return found


def _rank(groups: np.ndarray) -> np.ndarray:
    """0, 1, 2 within runs of equal values."""
    first = np.searchsorted(groups, groups)
    return np.arange(len(groups)) - first


def one_test(rng: np.random.Generator, *, phases: int, lift: float = 0.0) -> tuple[bool, bool]:
    """Whether ours and the naive z test on pooled totals called a winner at any look."""
    length, batch = PEEKS // phases, UNITS // PEEKS
    finished: list[tuple[Sums, Sums]] = []
    totals = np.zeros((2, 7))
    ours = naive = False
    for phase in range(phases):
        swing = (
            1 + 0.5 * np.sin(2 * np.pi * (phase * length + np.arange(length)) / PEEKS)
            if phases > 1
            else np.ones(length)
        )
        share = float(np.clip(stats.norm.cdf(_pooled_z(totals)), 0.1, 0.9)) if phase else 0.5
        new = rng.binomial(batch, share, size=length)
        arms = (sums_of(rng, batch - new, swing), sums_of(rng, new, swing, lift))
        running = [each.cumsum(axis=1) for each in arms]
        for look in range(length):
            now = [totals[side] + running[side][:, look] for side in (0, 1)]
            naive = naive or abs(_pooled_z(now)) > 1.96
            enough = min(now[0][6], now[1][6]) >= LEAST_ORDERS and min(now[0][0], now[1][0]) >= LEAST_UNITS
            if enough and not ours and min(running[side][0, look] for side in (0, 1)) > 1:
                strata = [*finished, (_sums(running[0][:, look]), _sums(running[1][:, look]))]
                ours = _calls(strata)
        finished.append((_sums(running[0][:, -1]), _sums(running[1][:, -1])))
        totals = totals + np.stack([each[:, -1] for each in running])
    return ours, naive


def _calls(strata: Sequence[tuple[Sums, Sums]]) -> bool:
    found = lift_any_time(*stratified(strata), planned=UNITS)
    return isinstance(found, Lift) and found.p < ALPHA


def _sums(row: np.ndarray) -> Sums:
    n, x, xx, y, yy, xy = (float(one) for one in row[:6])
    return Sums(n=int(n), x=x, xx=xx, y=y, yy=yy, xy=xy)


def _pooled_z(rows: Sequence[np.ndarray] | np.ndarray) -> float:
    """What a spreadsheet says: difference of means over its standard error; 0 below five orders an arm."""
    if min(row[6] for row in rows) < 5:
        return 0.0
    mean = [row[1] / row[0] for row in rows]
    error = sum((row[2] / row[0] - one**2) / row[0] for row, one in zip(rows, mean, strict=True))
    return float((mean[1] - mean[0]) / np.sqrt(error))


def money(seed: int, runs: int) -> tuple[list[list[object]], dict[str, object]]:
    """Share of tests without any difference that called a winner, and of tests with one that found it."""
    bound = stats.binom.ppf(0.99, runs, ALPHA) / runs
    rows: list[list[object]] = [["net value, 1,000 peeks", "ours", "allowed up to", "naive z"]]
    figures: dict[str, object] = {}
    cases = (("equal, steady", 1, 0.0), ("equal, five phases", PHASES, 0.0), ("20 % more, steady", 1, 0.2))
    for number, (name, phases, lift) in enumerate(cases):
        rng = np.random.default_rng([seed, 200 + number])
        called = np.array([one_test(rng, phases=phases, lift=lift) for _ in range(runs)]).mean(axis=0)
        rows.append([name, f"{called[0]:.4f}", "" if lift else f"{bound:.4f}", f"{called[1]:.4f}"])
        figures[name] = {"ours": float(called[0]), "bound": float(bound), "naive": float(called[1])}
    return rows, figures
