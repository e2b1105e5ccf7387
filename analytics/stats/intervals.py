"""The interval of one rate."""

from math import sqrt

from scipy import stats

from analytics.stats.counts import Counts, Estimate, NotEnoughData


def wilson(counts: Counts, *, confidence: float = 0.90) -> Estimate | NotEnoughData:
    """Score interval of a proportion: Wilson 1927; Brown, Cai, DasGupta 2001, equation 4."""
    if counts.trials == 0:
        return NotEnoughData(have=0, need=1)
    z = float(stats.norm.ppf((1 + confidence) / 2))
    n, p = counts.trials, counts.successes / counts.trials
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Estimate(value=p, low=max(0.0, centre - half), high=min(1.0, centre + half), confidence=confidence)
