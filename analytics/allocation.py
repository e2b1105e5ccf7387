"""Who sees what: sticky choice by hashing, and the shares that tempered Thompson sampling gives. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from math import log

import numpy as np
from numpy.typing import NDArray

TEMPER = 0.36
"""Exponent on draw / mean. Untempered sampling over-explores on short horizons; of 0.28, 0.36 and
0.45, which differ little, 0.36 did best in simulated catalogs (docs/benchmarks.md)."""
FLOOR = 0.005
"""No live variant gets less, so that it can still prove itself."""
EXPLORE = 0.02
"""Slice of the traffic divided evenly: keeps every propensity away from 0, so that other shares can be judged later.

Floor and slice together cost about 6 % of what even shares would lose (`benchmarks/catalogue_simulator.py`)."""


@dataclass(frozen=True)
class Choice:
    """The arm a visitor sees and the probability with which it was chosen."""

    arm: int
    propensity: float


def choose(visitor: int, salt: str, shares: Mapping[int, float]) -> Choice:
    """The visitor's arm: always the same for the same shares, and moved as rarely as possible when they change.

    Weighted rendezvous hashing: the smallest -ln(u) / share wins, which happens with probability `share`
    (Efraimidis and Spirakis 2006). Raises ValueError when no share is positive.
    """
    offered = {arm: share for arm, share in shares.items() if share > 0}
    if not offered:
        raise ValueError("No arm has a positive share: there is nothing to show.")
    total = sum(offered.values())
    arm = min(offered, key=lambda one: -log(_uniform(visitor, salt, one)) / offered[one])
    return Choice(arm=arm, propensity=offered[arm] / total)


def is_held_out(visitor: int, salt: str, share: float) -> bool:
    """Whether this visitor always gets even shares, so that ranking can be judged: the same answer every time.

    A larger `share` adds visitors and releases none.
    """
    return _uniform(visitor, f"{salt}.holdout", 0) <= share


def even_shares(arms: list[int]) -> dict[int, float]:
    """The same share for every arm: where each contest starts."""
    return {arm: 1 / len(arms) for arm in arms}


def thompson_shares(
    draws: NDArray[np.float64], *, temper: float = TEMPER, floor: float = FLOOR, explore: float = EXPLORE
) -> NDArray[np.float64]:
    """Share of each arm from posterior draws of its rate, shape (draws, ..., arms); sums to 1 over the last axis.

    Tempered Thompson: the win share of mean * (draw / mean) ** temper, then an additive floor and an even slice.
    """
    arms = draws.shape[-1]
    mean = draws.mean(axis=0)
    best = (mean * (draws / mean) ** temper).argmax(axis=-1)
    wins = np.stack([(best == arm).mean(axis=0) for arm in range(arms)], axis=-1)
    least = min(floor, 1 / arms)
    shares: NDArray[np.float64] = explore / arms + (1 - explore) * (least + (1 - arms * least) * wins)
    return shares


def _uniform(visitor: int, salt: str, arm: int) -> float:
    """A number in (0, 1) that looks random and is not."""
    digest = blake2b(f"{visitor}:{salt}:{arm}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") + 1) / (2**64 + 1)
