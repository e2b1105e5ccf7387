"""What would other shares have earned, on the visitors that came? Estimates from logged choices and propensities."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analytics.stats.counts import Estimate, NotEnoughData

Floats = NDArray[np.float64]
LEAST_EFFECTIVE = 1000
LEAST_REWARDED = 100


@dataclass(frozen=True, kw_only=True)
class Logged:
    """One row a group of visitors who got the same arm with the same probability; a single visitor is a group too.

    `n` visitors, `reward` their sum; `logged` is the probability with which they got their arm and `target` the one
    the policy in question would have used; `expected` is a model's reward per visitor of that arm, and
    `expected_target` its average over the policy in question. All of shape (rows,).
    """

    n: Floats
    reward: Floats
    logged: Floats
    target: Floats
    expected: Floats
    expected_target: Floats

    @property
    def weight(self) -> Floats:
        """Importance weights."""
        return self.target / self.logged

    @property
    def effective(self) -> float:
        """Visitors that the weighted ones are worth (Kish 1965)."""
        total = float((self.n * self.weight).sum())
        return total**2 / float((self.n * self.weight**2).sum()) if total else 0.0


def ips(log: Logged) -> float:
    """Inverse propensity scoring (Horvitz and Thompson 1952)."""
    return float((log.weight * log.reward).sum() / log.n.sum())


def snips(log: Logged) -> float:
    """Self-normalised (Swaminathan and Joachims 2015)."""
    return float((log.weight * log.reward).sum() / (log.n * log.weight).sum())


def direct(log: Logged) -> float:
    """The model alone."""
    return float((log.n * log.expected_target).sum() / log.n.sum())


def doubly_robust(log: Logged, *, largest: float = np.inf) -> float:
    """The model corrected by what was seen (Dudík et al. 2014); with a `largest` weight, SWITCH (Wang et al. 2017)."""
    kept = np.where(log.weight <= largest, log.weight, 0.0)
    return float((log.n * log.expected_target + kept * (log.reward - log.n * log.expected)).sum() / log.n.sum())


def would_have_earned(log: Logged, *, confidence: float = 0.90) -> Estimate | NotEnoughData:
    """The doubly robust estimate for rewards of 0 or 1, refused where the log says too little about that policy."""
    if log.effective < LEAST_EFFECTIVE:
        return NotEnoughData(have=int(log.effective), need=LEAST_EFFECTIVE, unit="effective visitors")
    rewarded = float((log.weight * log.reward).sum())
    if rewarded < LEAST_REWARDED:
        return NotEnoughData(have=int(rewarded), need=LEAST_REWARDED, unit="weighted successes")
    value, total = doubly_robust(log), log.n.sum()
    inside = log.weight**2 * (log.reward * (1 - 2 * log.expected) + log.n * log.expected**2)
    cross = 2 * log.weight * (log.reward - log.n * log.expected) * (log.expected_target - value)
    spread = float((inside + cross + log.n * (log.expected_target - value) ** 2).sum()) / total
    half = float(stats.norm.ppf((1 + confidence) / 2)) * sqrt(spread / total)
    return Estimate(value=value, low=max(value - half, 0.0), high=value + half, confidence=confidence)
