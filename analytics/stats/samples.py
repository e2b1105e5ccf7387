"""What one arm did, as a mean per unit with its variance: rates, means, ratios, and each of them adjusted by CUPED.

A unit is what was divided at random (a visitor). A ratio (clicks per impression) keeps the visitor as its unit and
gets its variance by the delta method, so that many impressions of one visitor do not count as many visitors.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.stats.counts import Counts


@dataclass(frozen=True, kw_only=True)
class Sample:
    """`mean` of `n` units and the `variance` of one unit. `base` is what relative lifts divide by."""

    n: int
    mean: float
    variance: float
    base: float


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Sums over `n` units of x, of x squared, and where two quantities belong together of y, y squared and x y."""

    n: int
    x: float
    xx: float
    y: float = 0.0
    yy: float = 0.0
    xy: float = 0.0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            n=self.n + other.n, x=self.x + other.x, xx=self.xx + other.xx,
            y=self.y + other.y, yy=self.yy + other.yy, xy=self.xy + other.xy,
        )  # fmt: skip

    def variance_x(self) -> float:
        """Unbiased."""
        return (self.xx - self.x**2 / self.n) / (self.n - 1)

    def variance_y(self) -> float:
        """Unbiased."""
        return (self.yy - self.y**2 / self.n) / (self.n - 1)

    def covariance(self) -> float:
        """Unbiased."""
        return (self.xy - self.x * self.y / self.n) / (self.n - 1)


def rate(counts: Counts) -> Sample:
    """A share of units, such as visitors who clicked."""
    p = counts.successes / counts.trials
    return Sample(n=counts.trials, mean=p, variance=p * (1 - p), base=p)


def average(sums: Sums) -> Sample:
    """The mean of x. Money is cut at a high quantile before (`analytics.experiment_values`)."""
    mean = sums.x / sums.n
    return Sample(n=sums.n, mean=mean, variance=sums.variance_x(), base=mean)


def ratio(sums: Sums) -> Sample:
    """Sum of x over sum of y, clustered by unit: delta method (Deng, Knoblich, Lu 2018, equation 4)."""
    mean_x, mean_y = sums.x / sums.n, sums.y / sums.n
    variance = (
        sums.variance_x() / mean_y**2
        - 2 * sums.covariance() * mean_x / mean_y**3
        + mean_x**2 * sums.variance_y() / mean_y**4
    )
    return Sample(n=sums.n, mean=sums.x / sums.y, variance=variance, base=sums.x / sums.y)


def adjusted(a: Sums, b: Sums) -> tuple[Sample, Sample]:
    """CUPED (Deng et al. 2013): x with what y, known before, predicts of it taken out; one slope for both arms.

    For a new variant y is the visitor's earlier rate, or the earlier rate of the product in that placement.
    """
    together = a + b
    slope = together.covariance() / together.variance_y() if together.variance_y() > 0 else 0.0
    first, second = (_adjusted(one, slope) for one in (a, b))
    return first, second


def stratified(strata: Sequence[tuple[Sums, Sums]]) -> tuple[Sample, Sample]:
    """Both arms over strata of constant shares, each adjusted by CUPED and weighted by all of its units.

    Changing shares under a drifting mean cancel, as in `analytics.stats.sequential`. Of several strata each has one
    variance for both arms: where an arm got few orders, its own would be small just when its mean is. Raises
    ValueError without strata.
    """
    if not strata:
        raise ValueError("There is no stratum in which both arms were shown.")
    units = sum(a.n + b.n for a, b in strata)
    weights = [(a.n + b.n) / units for a, b in strata]
    pairs = [adjusted(a, b) for a, b in strata]
    sides = zip(*(pairs if len(pairs) == 1 else [_alike(a, b) for a, b in pairs]), strict=True)
    first, second = (_weighted(samples, weights) for samples in sides)
    return first, second


def _alike(a: Sample, b: Sample) -> tuple[Sample, Sample]:
    """Both with the variance of the two together, each around its own mean."""
    variance = (a.variance * (a.n - 1) + b.variance * (b.n - 1)) / (a.n + b.n - 2)
    return replace(a, variance=variance), replace(b, variance=variance)


def _weighted(samples: Sequence[Sample], weights: Sequence[float]) -> Sample:
    """One sample whose variance over its units is that of the weighted mean."""
    pairs = list(zip(samples, weights, strict=True))
    n = sum(one.n for one in samples)
    error = sum(weight**2 * one.variance / one.n for one, weight in pairs)
    return Sample(
        n=n, mean=sum(weight * one.mean for one, weight in pairs), variance=n * error,
        base=sum(weight * one.base for one, weight in pairs),
    )  # fmt: skip


def _adjusted(sums: Sums, slope: float) -> Sample:
    variance = sums.variance_x() + slope**2 * sums.variance_y() - 2 * slope * sums.covariance()
    mean = (sums.x - slope * sums.y) / sums.n
    return Sample(n=sums.n, mean=mean, variance=variance, base=sums.x / sums.n)
