"""Is one arm's rate above another's, however often one looks? The stratified odds-ratio e-process.

Given the successes (d0, d1) of a stratum (one day of one spot) and the share w of its units that arm 1 had, the
stratum's own rate cancels: d1 is binomial with odds w theta / (1 - w), theta the ratio of the rates. Its likelihood
ratio against theta = 1, averaged over a prior on theta and multiplied over strata, is an e-process: it exceeds
1/alpha with probability at most alpha, at any time, under changing shares and drifting rates, at any count
(Ville 1939; Grünwald, de Heide, Koolen 2024). Pooled totals, by contrast, confuse a good day with a good arm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from analytics.stats.counts import Estimate, NotEnoughData

Floats = NDArray[np.float64]
SPREAD = 0.2
"""Standard deviation of log theta before data. 0.1 when the planned lift is at most 10 %."""
POINTS = 161


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """Units and successes of (arm 0, arm 1) that may be compared directly."""

    units: tuple[int, int]
    won: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class RateRatio:
    """`ratio` of arm 1's rate to arm 0's with its any-time interval; `e` is evidence against equal rates."""

    ratio: Estimate
    e: float

    @property
    def p(self) -> float:
        """Any-time p value."""
        return min(1.0, 1 / self.e)


def compare(
    strata: Sequence[Stratum], *, confidence: float = 0.95, spread: float = SPREAD
) -> RateRatio | NotEnoughData:
    """The test after these strata; valid however often it is asked."""
    d0, d1, w = _informative(strata)
    if d0.sum() + d1.sum() == 0 or not (d0.any() and d1.any()):
        return NotEnoughData(have=int(min(d0.sum(), d1.sum())), need=1, unit="successes in the smaller arm")
    theta, log_prior = _prior(spread)

    def log_likelihood(at: float) -> float:
        return float(log_ratios(d0[:, None], d1[:, None], w[:, None], np.array([at])).sum())

    log_e = float(special.logsumexp(log_prior + log_ratios(d0[:, None], d1[:, None], w[:, None], theta).sum(0)))
    best = optimize.minimize_scalar(lambda x: -log_likelihood(np.exp(x)), bounds=(-7, 7), method="bounded").x
    edge = log_e + np.log(1 - confidence)  # theta is inside while its own likelihood is above this

    def excess(x: float) -> float:
        return log_likelihood(float(np.exp(x))) - float(edge)

    low = optimize.brentq(excess, -20, best) if excess(best) > 0 > excess(-20) else best
    high = optimize.brentq(excess, best, 20) if excess(best) > 0 > excess(20) else best
    ratio = Estimate(value=float(np.exp(best)), low=float(np.exp(low)), high=float(np.exp(high)), confidence=confidence)
    return RateRatio(ratio=ratio, e=float(np.exp(min(log_e, 700.0))))


def log_e_process(d0: Floats, d1: Floats, w: Floats, *, spread: float = SPREAD) -> Floats:
    """log E after each stratum along the last axis, for many runs at once: inputs (..., strata), output the same."""
    theta, log_prior = _prior(spread)
    total = np.full(d0.shape, -np.inf)
    for point, weight in zip(theta, log_prior, strict=True):
        total = np.logaddexp(total, weight + np.cumsum(log_ratios(d0, d1, w, point), axis=-1))
    return total


def log_ratios(d0: Floats, d1: Floats, w: Floats, theta: Floats | float) -> Floats:
    """Log likelihood ratio of theta against 1 in every stratum."""
    found: Floats = d1 * np.log(theta) - (d0 + d1) * np.log(w * theta + 1 - w)
    return found


def holm(p: Sequence[float]) -> list[float]:
    """Adjusted p values of several comparisons: rejecting those under alpha errs anywhere with at most alpha."""
    order = sorted(range(len(p)), key=lambda one: p[one])
    adjusted, worst = [0.0] * len(p), 0.0
    for rank, one in enumerate(order):
        worst = max(worst, min(1.0, p[one] * (len(p) - rank)))
        adjusted[one] = worst
    return adjusted


def discoveries(e: Sequence[float], *, share_false: float = 0.05) -> list[int]:
    """e-BH (Wang and Ramdas 2022): which hypotheses to reject so that at most this share is false, on average."""
    order = sorted(range(len(e)), key=lambda one: -e[one])
    kept = [rank for rank, one in enumerate(order, start=1) if e[one] >= len(e) / (share_false * rank)]
    return sorted(order[: max(kept, default=0)])


def _informative(strata: Sequence[Stratum]) -> tuple[Floats, Floats, Floats]:
    """Successes and shares of the strata where both arms were shown: the others compare nothing."""
    both = [one for one in strata if min(one.units) > 0]
    won = np.array([one.won for one in both], dtype=float).reshape(-1, 2)
    units = np.array([one.units for one in both], dtype=float).reshape(-1, 2)
    return won[:, 0], won[:, 1], units[:, 1] / units.sum(axis=1)


@cache
def _prior(spread: float) -> tuple[Floats, Floats]:
    """A dense grid of theta and its log weights; few nodes would lose half of the power."""
    z = np.linspace(-4, 4, POINTS)
    weight = np.exp(-(z**2) / 2)
    return np.exp(spread * z), np.log(weight / weight.sum())
