"""How late something follows, when part of it has not happened yet: refunds of young orders.

Of an order d days ago only refunds within d days can have come, so delays are fitted by the likelihood of a lognormal
cut off at d (right truncation). An order then counts as the share F(d) of an order whose time to come back is over.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]
FEWEST = 20
"""Delays below which nothing is corrected: what is usual elsewhere may be far from this shop's."""
USUAL, USUAL_SPREAD = np.log(8.0), 0.7
"""Median of a week, and the standard deviation of what another shop's may be, both of the logarithm of days."""
WIDTH, WIDTH_SPREAD = np.log(0.8), 0.4
"""The same of the lognormal's own width."""
SOONEST = 0.02
"""Half an hour, in days: simulated shoppers return what they have just bought."""


@dataclass(frozen=True, kw_only=True)
class Delay:
    """Lognormal: `median` in days, `sigma` of its logarithm."""

    median: float
    sigma: float

    def happened(self, age: Floats) -> Floats:
        """Share that has followed by an age in days."""
        return np.asarray(special.ndtr(np.log(np.maximum(age, SOONEST) / self.median) / self.sigma))


def fitted(after: Floats, window: Floats) -> Delay | None:
    """From delays `after` in days of what followed, each seen only because it fell within its `window`.

    None with too few to tell.
    """
    if len(after) < FEWEST:
        return None
    late = np.maximum(after, SOONEST)
    seen, until = np.log(late), np.log(np.maximum(window, late))

    def surprise(at: Floats) -> float:
        mean, sigma = at[0], np.exp(at[1])
        data = ((seen - mean) / sigma) ** 2 / 2 + at[1] + special.log_ndtr((until - mean) / sigma)
        belief = ((mean - USUAL) / USUAL_SPREAD) ** 2 + ((at[1] - WIDTH) / WIDTH_SPREAD) ** 2
        return float(data.sum() + belief / 2)

    mean, log_sigma = optimize.minimize(surprise, np.array([np.median(seen), WIDTH]), method="Nelder-Mead").x
    return Delay(median=float(np.exp(mean)), sigma=float(np.exp(log_sigma)))
