"""From clips to figures: means with intervals over views, paired differences, agreement, Frechet distance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

RESAMPLES = 2000
Values = np.ndarray


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


def over_views(views: Sequence[str], figure: Callable[[Values], float], *, seed: int) -> Interval:
    """A figure of clip numbers with its interval from resampled views: clips of one view are alike and go together."""
    names = sorted(set(views))
    clips_of = [np.flatnonzero(np.array(views) == name) for name in names]
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(names), size=(RESAMPLES, len(names)))
    figures = [figure(np.concatenate([clips_of[index] for index in draw])) for draw in draws]
    low, high = np.nanpercentile(figures, [2.5, 97.5])
    return Interval(figure(np.arange(len(views))), float(low), float(high))


def mean_interval(values: Values, views: Sequence[str], seed: int) -> dict[str, float]:
    return asdict(over_views(views, lambda index: float(values[index].mean()), seed=seed))


def compared(errors: Mapping[str, Values], views: Sequence[str], *, seed: int, to: str = "generated") -> dict[str, Any]:
    """For each way its mean error, and by how much `to` is better, both with intervals over views."""
    table: dict[str, Any] = {}
    for name, values in errors.items():
        table[name] = {"error": mean_interval(values, views, seed)}
        if name != to:
            table[name][f"{to} is better by"] = mean_interval(values - errors[to], views, seed)
    return table


def agreement(pairs: Values, views: Sequence[str], *, seed: int) -> dict[str, Any]:
    """Correlation, and the through-zero slope of made on exact with its interval; pairs (N, 2: exact, made)."""
    if len(pairs) < 3:
        return {"clips": len(pairs)}
    exact, made = pairs.T

    def slope(index: Values) -> float:
        return float((exact[index] * made[index]).sum() / max((exact[index] ** 2).sum(), 1e-12))

    spread = float(exact.std() * made.std())
    correlation = float(np.corrcoef(exact, made)[0, 1]) if spread > 1e-12 else 0.0
    return {"clips": len(pairs), "correlation": correlation, "reached": asdict(over_views(views, slope, seed=seed))}


def nearest_class(spectra: Values, classes: Sequence[str], centres: Mapping[str, Values]) -> float:
    """Share of spectra (N, 64) that are nearest to the centre of their own class."""
    names = sorted(centres)
    table = np.stack([centres[name] for name in names])
    found = [names[int(((spectrum - table) ** 2).sum(1).argmin())] for spectrum in spectra]
    return float(np.mean([one == other for one, other in zip(found, classes, strict=True)]))


@dataclass(frozen=True)
class FeatureSpace:
    """Features whitened and projected by the principal components of training clips."""

    mean: Values
    rows: Values

    @classmethod
    def fit(cls, features: Values, components: int) -> "FeatureSpace":
        mean, spread = features.mean(0), features.std(0).clip(1e-6)
        _, _, rows = np.linalg.svd((features - mean) / spread, full_matrices=False)
        return cls(mean, (rows[:components] / spread).T)

    def place(self, features: Values) -> Values:
        return (features - self.mean) @ self.rows


def frechet(first: Values, second: Values) -> float:
    """Frechet distance of two Gaussians fitted to (N, D) samples (Dowson and Landau 1982)."""
    one, other = np.cov(first.T), np.cov(second.T)
    values = np.linalg.eigvals(one @ other).real.clip(0)
    return float(((first.mean(0) - second.mean(0)) ** 2).sum() + np.trace(one + other) - 2 * np.sqrt(values).sum())
