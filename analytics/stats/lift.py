"""One arm against another: lift with interval and p value, looked at once or at any time, and as a posterior.

The conventions are GrowthBook's, whose numbers these reproduce to 1e-9 (`tests/analytics/vectors`): rates have
variance p(1-p), relative lifts divide by the unadjusted mean of the first arm, degrees of freedom are Welch's.
"""

from dataclasses import dataclass
from math import erfc, exp, inf, log, pi, sqrt

from scipy import stats

from analytics.stats.counts import Estimate, NotEnoughData
from analytics.stats.samples import Sample

LEAST_UNITS = 200
"""Units an arm before the any-time interval of a mean is read: it is exact only in the limit."""
LEAST_ORDERS = 50
"""The same of money, most of whose units spend nothing: units an arm that spent something."""
PLANNED = 5000
"""Units at which the any-time interval is narrowest, unless a plan says how many will come."""


@dataclass(frozen=True, kw_only=True)
class Lift:
    """Difference of B against A, relative unless asked otherwise (0.1 is 10 % more), and the p value of none."""

    estimate: Estimate
    p: float


@dataclass(frozen=True, kw_only=True)
class Chance:
    """Posterior of the lift. `risk` is what is lost on average by choosing (A, B) when the other is better."""

    estimate: Estimate
    better: float
    risk: tuple[float, float]


def lift(a: Sample, b: Sample, *, confidence: float = 0.95, relative: bool = True) -> Lift | NotEnoughData:
    """Welch's t test: valid when looked at once, at the planned end."""
    found = _difference(a, b, relative=relative)
    if isinstance(found, NotEnoughData):
        return found
    value, error = found
    freedom = _welch(a, b)
    half = error * float(stats.t.ppf((1 + confidence) / 2, freedom))
    estimate = Estimate(value=value, low=value - half, high=value + half, confidence=confidence)
    return Lift(estimate=estimate, p=2 * float(stats.t.sf(abs(value) / error, freedom)))


def lift_any_time(
    a: Sample, b: Sample, *, confidence: float = 0.95, planned: float = PLANNED, relative: bool = True
) -> Lift | NotEnoughData:
    """May be looked at daily: Gaussian mixture confidence sequence (Waudby-Smith et al. 2023, equations 9, 155, 161).

    For means of watch seconds or money. Rates have an exact test: `analytics.stats.sequential`.
    """
    found = _difference(a, b, relative=relative)
    if isinstance(found, NotEnoughData):
        return found
    value, error = found
    alpha, n = 1 - confidence, a.n + b.n
    rho2 = (-2 * log(alpha) + log(-2 * log(alpha) + 1)) / planned
    grown = n * rho2 + 1
    half = error * sqrt(2 * grown * log(sqrt(grown) / alpha) / (n * rho2))
    log_e = rho2 * value**2 * n / error**2 / (2 * grown) - log(grown) / 2
    estimate = Estimate(value=value, low=value - half, high=value + half, confidence=confidence)
    return Lift(estimate=estimate, p=exp(-max(log_e, 0.0)))


def chance(
    a: Sample, b: Sample, *, prior_spread: float = inf, confidence: float = 0.95, relative: bool = True
) -> Chance | NotEnoughData:
    """Normal posterior of the lift under a normal prior about none; an infinite spread is no prior at all."""
    found = _difference(a, b, relative=relative)
    if isinstance(found, NotEnoughData):
        return found
    precision = 1 / found[1] ** 2 + (1 / prior_spread**2 if prior_spread < inf else 0.0)
    mean, spread = found[0] / found[1] ** 2 / precision, sqrt(1 / precision)
    half = spread * float(stats.norm.ppf((1 + confidence) / 2))
    better = _normal_cdf(mean / spread)
    density = exp(-((mean / spread) ** 2) / 2) / sqrt(2 * pi) * spread
    return Chance(
        estimate=Estimate(value=mean, low=mean - half, high=mean + half, confidence=confidence),
        better=better,
        risk=(mean * better + density, density - mean * (1 - better)),
    )


def _difference(a: Sample, b: Sample, *, relative: bool) -> tuple[float, float] | NotEnoughData:
    """Value and standard error, or why there is none."""
    if min(a.n, b.n) < 2:
        return NotEnoughData(have=min(a.n, b.n), need=2, unit="units in the smaller arm")
    if a.variance <= 0 or b.variance <= 0:
        return NotEnoughData(have=0, need=1, unit="difference among the units of an arm")
    if not relative:
        return b.mean - a.mean, sqrt(b.variance / b.n + a.variance / a.n)
    if a.base == 0:
        return NotEnoughData(have=0, need=1, unit="successes in the first arm")
    spread = b.variance / (a.base**2 * b.n) + a.variance * b.base**2 / (a.base**4 * a.n)
    return (b.mean - a.mean) / a.base, sqrt(spread)


def _welch(a: Sample, b: Sample) -> float:
    """Degrees of freedom from two squared standard errors (Welch 1947)."""
    s_a, s_b = a.variance / a.n, b.variance / b.n
    return (s_a + s_b) ** 2 / (s_a**2 / (a.n - 1) + s_b**2 / (b.n - 1))


def _normal_cdf(z: float) -> float:
    return 0.5 * erfc(-z / sqrt(2))
