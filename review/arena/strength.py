"""How strong each video is, from who was preferred to whom: Bradley-Terry with its uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

PRIOR = 0.5
"""Games of everybody against an average stranger, half won: keeps a video that never lost from being infinite."""
ROUNDS = 500
Z95 = 1.959964


@dataclass(frozen=True)
class Comparison:
    """One answer: the index of each video, and the first one's share of it (1 won, 0 lost, 0.5 a tie)."""

    first: int
    second: int
    share: float


@dataclass(frozen=True)
class Strengths:
    """Log strengths (n,), 0 on average, and their covariance (n, n)."""

    values: NDArray[np.float64]
    covariance: NDArray[np.float64]

    def difference(self, a: int, b: int) -> tuple[float, float, float]:
        """How much stronger a is than b: estimate and 95 % interval, in log odds of being preferred."""
        c = self.covariance
        spread = Z95 * float(np.sqrt(max(c[a, a] + c[b, b] - 2 * c[a, b], 0.0)))
        gap = float(self.values[a] - self.values[b])
        return gap, gap - spread, gap + spread

    def against_average(self, a: int) -> tuple[float, float, float]:
        """The share of answers a would win against an average video: estimate and 95 % interval."""
        spread = Z95 * float(np.sqrt(self.covariance[a, a]))
        value = float(self.values[a])
        low, middle, high = expit([value - spread, value, value + spread])
        return float(middle), float(low), float(high)


def fit(comparisons: Sequence[Comparison], count: int, *, prior: float = PRIOR) -> Strengths:
    """The most probable strengths of `count` videos, by minorization-maximization (Hunter, 2004), ties as half wins.

    The covariance is the inverse of the curvature at that point, where a change that all share is worth nothing.
    """
    games, wins = np.zeros((count, count)), np.zeros(count)
    for one in comparisons:
        games[one.first, one.second] += 1
        games[one.second, one.first] += 1
        wins[one.first] += one.share
        wins[one.second] += 1 - one.share
    return _centred(_climb(games, wins + prior / 2, prior), games, prior)


def _climb(games: NDArray[np.float64], wins: NDArray[np.float64], prior: float) -> NDArray[np.float64]:
    """Log strengths against the stranger, whose strength is 1."""
    strength = np.ones(len(wins))
    for _ in range(ROUNDS):
        met = (games / (strength[:, None] + strength[None, :])).sum(axis=1) + prior / (strength + 1)
        better = wins / met
        done = np.abs(np.log(better / strength)).max(initial=0.0) < 1e-9
        strength = better
        if done:
            break
    values: NDArray[np.float64] = np.log(strength)
    return values


def _centred(values: NDArray[np.float64], games: NDArray[np.float64], prior: float) -> Strengths:
    count = len(values)
    chance = expit(values[:, None] - values[None, :])
    weight = games * chance * (1 - chance)
    stranger = prior * expit(values) * (1 - expit(values))
    curvature = np.diag(weight.sum(axis=1) + stranger) - weight
    centre = np.eye(count) - 1 / count if count else np.eye(0)
    return Strengths(values=centre @ values, covariance=centre @ np.linalg.inv(curvature) @ centre.T)
