"""How much arms differ besides their attributes: t2, by approximate restricted marginal likelihood.

Moments of y - E are biased as soon as shares follow results, because the arms that did well decide where the
exposure went. A likelihood does not care how the exposure came about. Given each stratum's successes the baselines are
gone; what remains is Gaussian around the fitted log factors u (Laplace), so that in the eigenbasis of a contest's
information J, with b = J u + (y - E),

    2 log m(t2) = sum_i  t2 c_i^2 / (1 + t2 d_i) - log(1 + t2 d_i),      J = U diag(d) U',  c = U' b

(Breslow and Clayton 1993, section 2.4, with the ridge of `beta` held at its estimate.)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST, MOST = 1e-4, 2.0
"""Bounds of t2: from no difference at all to factors that differ four times and more."""


@dataclass(frozen=True, kw_only=True)
class Belief:
    """Before data, t2 is about `t2`, as sure as `weight` arms that were measured without noise would make it."""

    t2: float
    weight: float


def information(cells: tuple[Ints, Ints], p: Floats, won: Floats, contest: Ints) -> list[tuple[Ints, Floats]]:
    """Information about the arms' log factors, by size of contest: (arms (m, k), matrices (m, k, k)).

    `cells` are (arm, stratum) of every cell, `p` its expected share of the stratum's successes, `won` those
    successes (finite traffic corrected), repeated on the stratum's cells. J = sum_s won_s (diag(p_s) - p_s p_s').
    """
    arm, stratum = cells
    arms = len(contest)
    root = sparse.csr_matrix((p * np.sqrt(won), (stratum, arm)), shape=(int(stratum.max(initial=-1)) + 1, arms))
    joint = sparse.diags(np.bincount(arm, won * p, minlength=arms).astype(float)) - root.T @ root
    joint = joint.tocsr()
    found = []
    for members in _by_size(contest):
        flat = joint[members.repeat(members.shape[1], axis=1).ravel(), np.tile(members, members.shape[1]).ravel()]
        found.append((members, np.asarray(flat).reshape(*members.shape, members.shape[1])))
    return found


def own_variance(blocks: list[tuple[Ints, Floats]], u: Floats, gap: Floats, belief: Belief, taken: float) -> float:
    """The t2 that makes the arms' successes most likely; `u` are fitted log factors, `gap` is y - E there.

    `taken` is how many arms' worth of difference the fitted attributes explain by themselves (degrees of freedom).
    """
    curvature, pull = [], []
    for members, joint in blocks:
        values, vectors = np.linalg.eigh(joint)
        b = np.einsum("mij,mj->mi", joint, u[members]) + gap[members]
        curvature.append(np.maximum(values, 0).ravel())
        pull.append(np.einsum("mji,mj->mi", vectors, b).ravel() ** 2)
    d, c2 = np.concatenate([*curvature, np.zeros(0)]), np.concatenate([*pull, np.zeros(0)])

    def surprise(log_t2: float) -> float:
        t2 = np.exp(log_t2)
        data = float((np.log1p(t2 * d) - t2 * c2 / (1 + t2 * d)).sum())
        return float(data - taken * log_t2 + belief.weight * (log_t2 + belief.t2 / t2))

    best = optimize.minimize_scalar(surprise, bounds=(np.log(LEAST), np.log(MOST)), method="bounded")
    return float(np.exp(best.x))


def _by_size(contest: Ints) -> list[Ints]:
    """Arms of all contests of one size, as rows (contests, size); a lone arm has no rival and is left out."""
    order = np.argsort(contest, kind="stable")
    _, starts, sizes = np.unique(contest[order], return_index=True, return_counts=True)
    groups = []
    for size in np.unique(sizes[sizes > 1]):
        first = starts[sizes == size]
        groups.append(order[first[:, None] + np.arange(size)])
    return groups
