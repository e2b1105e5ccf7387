"""Is the data itself sound? Sample-ratio mismatch: did the arms get the visitors that allocation promised?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from scipy import special, stats

from analytics.stats.counts import NotEnoughData

LEAST_EXPECTED = 5
ALARM = 0.001


@dataclass(frozen=True, kw_only=True)
class SampleRatio:
    """`p` is small when the visitors cannot have been divided as promised."""

    p: float
    observed: tuple[int, ...]
    expected: tuple[float, ...]

    @property
    def is_sound(self) -> bool:
        """False is an alarm: no winner is named while it lasts."""
        return self.p >= ALARM


def sample_ratio(observed: Sequence[int], shares: Sequence[float]) -> SampleRatio | NotEnoughData:
    """Pearson's chi-square against the promised shares; valid for one look."""
    expected = _expected(observed, shares)
    if min(expected) < LEAST_EXPECTED:
        return NotEnoughData(have=sum(observed), need=_needed(shares))
    p = float(stats.chisquare(observed, expected).pvalue)
    return SampleRatio(p=p, observed=tuple(observed), expected=expected)


def sample_ratio_any_time(
    batches: Sequence[tuple[Sequence[int], Sequence[float]]], *, concentration: float = 2000.0
) -> SampleRatio | NotEnoughData:
    """Sequential multinomial test: Dirichlet mixture e-process, p = min(1, 1/E), valid at every look.

    Each batch is (visitors per arm, shares promised while they came); arms keep their position, a share of 0
    means absent. E multiplies over batches, so shares may change (Lindon and Malek 2022, theorem 1, per batch).
    """
    totals = np.sum([observed for observed, _ in batches], axis=0)
    expected = np.sum([sum(observed) * np.asarray(shares) for observed, shares in batches], axis=0)
    present = expected > 0
    if not present.any() or expected[present].min() < LEAST_EXPECTED:
        return NotEnoughData(have=int(totals.sum()), need=_needed(expected[present] / max(expected.sum(), 1)))
    log_e = sum(_log_e(np.asarray(o, float), np.asarray(s, float), concentration) for o, s in batches)
    return SampleRatio(
        p=exp(-max(log_e, 0.0)), observed=tuple(int(n) for n in totals), expected=tuple(float(n) for n in expected)
    )


def _log_e(observed: np.ndarray, shares: np.ndarray, concentration: float) -> float:
    if observed[shares <= 0].any():
        return 1e3  # somebody saw an arm that was not offered: no share can explain it
    n, pi = observed[shares > 0], shares[shares > 0]
    alpha = concentration * pi
    mixture = special.gammaln(alpha.sum()) - special.gammaln(alpha.sum() + n.sum())
    mixture += float(np.sum(special.gammaln(alpha + n) - special.gammaln(alpha)))
    return float(mixture - np.sum(n * np.log(pi)))


def _expected(observed: Sequence[int], shares: Sequence[float]) -> tuple[float, ...]:
    if len(observed) != len(shares) or not np.isclose(sum(shares), 1):
        raise ValueError(f"{len(observed)} arms need {len(observed)} shares that sum to 1, not {list(shares)}.")
    return tuple(share * sum(observed) for share in shares)


def _needed(shares: Sequence[float] | np.ndarray) -> int:
    smallest = min((float(share) for share in shares if share > 0), default=1.0)
    return int(np.ceil(LEAST_EXPECTED / smallest))
