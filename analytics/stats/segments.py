"""Rates of a few visitors of one kind: everybody's, moved as far as those few have shown."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
APART = 0.02
"""Variance of a kind of visitors' own factor: their taste differs from everybody's by about 14 %."""


def own_rates(draws: Floats, counts: Floats, rng: np.random.Generator, *, apart: float = APART) -> Floats:
    """Draws of the rates of one kind of visitors, shape (draws, arms), from those of everybody and their own counts.

    `counts` (arms, 2): how many of them saw each arm and how many of these did it. Each arm's rate is everybody's times
    a gamma factor with mean 1 and variance `apart`; their common level is estimated and taken out, as only arms are
    compared. Without visitors: `draws`.
    """
    n, y = counts.T
    expected = n * draws
    level = (y.sum() + 1) / (expected.sum(axis=1, keepdims=True) + 1)
    own: Floats = rng.standard_gamma(1 / apart + y, size=draws.shape) / (1 / apart + expected * level)
    return draws * own if n.any() else draws
