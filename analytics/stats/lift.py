"""One arm against another: relative lift of a rate, its interval and p value."""

from dataclasses import dataclass
from math import sqrt

from scipy import stats

from analytics.stats.counts import Counts, Estimate, NotEnoughData

LEAST_SUCCESSES = 5
"""Below this many successes an arm, the normal approximation is not to be trusted (Cochran's rule of five)."""


@dataclass(frozen=True, kw_only=True)
class Lift:
    """Relative difference of B against A (0.1 is 10 % more) and the two-sided p value of no difference."""

    estimate: Estimate
    p: float


def lift(a: Counts, b: Counts, *, confidence: float = 0.95) -> Lift | NotEnoughData:
    """Delta method with Welch-Satterthwaite degrees of freedom, proportion variance p(1-p).

    Valid when looked at once, at the planned end; the conventions are GrowthBook's, whose numbers it reproduces.
    """
    fewest = min(a.successes, b.successes)
    if fewest < LEAST_SUCCESSES:
        return NotEnoughData(have=fewest, need=LEAST_SUCCESSES, unit="successes in the smaller arm")
    p_a, p_b = a.successes / a.trials, b.successes / b.trials
    v_a, v_b = p_a * (1 - p_a), p_b * (1 - p_b)
    if v_a + v_b == 0:
        return NotEnoughData(have=0, need=1, unit="failures")
    value = (p_b - p_a) / p_a
    error = sqrt(v_b / (b.trials * p_a**2) + v_a * p_b**2 / (a.trials * p_a**4))
    freedom = _welch(v_a / a.trials, a.trials, v_b / b.trials, b.trials)
    half = error * float(stats.t.ppf((1 + confidence) / 2, freedom))
    estimate = Estimate(value=value, low=value - half, high=value + half, confidence=confidence)
    return Lift(estimate=estimate, p=2 * float(stats.t.sf(abs(value) / error, freedom)))


def _welch(s_a: float, n_a: int, s_b: float, n_b: int) -> float:
    """Degrees of freedom from two squared standard errors (Welch 1947)."""
    return (s_a + s_b) ** 2 / (s_a**2 / (n_a - 1) + s_b**2 / (n_b - 1))
