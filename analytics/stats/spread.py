"""How arms of a contest differ, as a Gaussian around the fit: what their attributes explain, and what is left (t2).

Given each stratum's successes the baselines are gone; what remains is, around the fitted log factors of the arms
(Laplace), Gaussian with information J and mean J^- b. With attributes x and own factors of variance t2 the precision
of an arm's whole log factor is K = J (I + t2 J)^-1, in the eigenbasis of a contest's J = U diag(d) U'

    K = U diag(d / (1 + t2 d)) U',      2 log m(t2) = sum_i  t2 c_i^2 / (1 + t2 d_i) - log(1 + t2 d_i),  c = U' b

(Breslow and Clayton 1993, section 2.4). Moments of y - E would be biased as soon as shares follow results, because
the arms that did well decide where the exposure went; a likelihood does not care how the exposure came about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse, special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST, MOST = 1e-4, 2.0
"""Bounds of t2: from no difference at all to factors that differ four times and more."""


@dataclass(frozen=True, kw_only=True)
class Belief:
    """Before data, t2 is about `t2`, as sure as `weight` arms that were measured without noise would make it."""

    t2: float
    weight: float


@dataclass(frozen=True, kw_only=True)
class Block:
    """Contests of one size: their `arms` (contests, size) and the eigenbasis of each J."""

    arms: Ints
    d: Floats
    basis: Floats


@dataclass(frozen=True, kw_only=True)
class Information:
    """J of all contests; arms without a rival have none."""

    blocks: tuple[Block, ...]
    arms: int

    @classmethod
    def of(cls, cells: tuple[Ints, Ints], p: Floats, won: Floats, contest: Ints) -> "Information":
        """J = sum_s won_s (diag(p_s) - p_s p_s'). `cells` are (arm, stratum) of every cell, `p` its expected share
        of the stratum's successes, `won` those successes, corrected for finite traffic, on each of its cells.
        """
        arm, stratum = cells
        strata, arms = int(stratum.max(initial=-1)) + 1, len(contest)
        root = sparse.csr_matrix((p * np.sqrt(won), (stratum, arm)), shape=(strata, arms))
        own = np.bincount(arm, won * p, minlength=arms).astype(float)
        joint = (sparse.diags(own) - root.T @ root).tocsr()
        blocks = []
        for members in _by_size(contest):
            size = members.shape[1]
            flat = joint[members.repeat(size, axis=1).ravel(), np.tile(members, size).ravel()]
            d, basis = np.linalg.eigh(np.asarray(flat).reshape(-1, size, size))
            blocks.append(Block(arms=members, d=np.maximum(d, 0), basis=basis))
        return cls(blocks=tuple(blocks), arms=arms)

    def times(self, change: Callable[[Floats], Floats], vector: Floats) -> Floats:
        """U diag(change(d)) U' times a vector of arms."""
        found = np.zeros(self.arms)
        for one in self.blocks:
            inside = np.einsum("mji,mj->mi", one.basis, vector[one.arms])
            found[one.arms] = np.einsum("mij,mj->mi", one.basis, change(one.d) * inside)
        return found

    def matrix(self, change: Callable[[Floats], Floats]) -> sparse.csr_matrix:
        """The same as a sparse matrix (arms, arms)."""
        rows, columns, values = [np.zeros(0, int)], [np.zeros(0, int)], [np.zeros(0)]
        for one in self.blocks:
            size = one.arms.shape[1]
            rows.append(one.arms.repeat(size, axis=1).ravel())
            columns.append(np.tile(one.arms, size).ravel())
            values.append(((one.basis * change(one.d)[:, None, :]) @ one.basis.transpose(0, 2, 1)).ravel())
        places = np.concatenate(rows), np.concatenate(columns)
        return sparse.csr_matrix((np.concatenate(values), places), shape=(self.arms, self.arms))


def own_variance(information: Information, b: Floats, belief: Belief, *, taken: float) -> float:
    """The t2 that makes what the attributes leave unexplained, `b`, most likely.

    `taken` is how many arms' worth of difference the fitted attributes used up themselves (degrees of freedom).
    """
    d = np.concatenate([one.d.ravel() for one in information.blocks] or [np.zeros(0)])
    inside = [np.einsum("mji,mj->mi", one.basis, b[one.arms]).ravel() for one in information.blocks]
    c2 = np.concatenate(inside or [np.zeros(0)]) ** 2

    def surprise(log_t2: float) -> float:
        t2 = np.exp(log_t2)
        data = float((np.log1p(t2 * d) - t2 * c2 / (1 + t2 * d)).sum())
        return float(data - taken * log_t2 + belief.weight * (log_t2 + belief.t2 / t2))

    best = optimize.minimize_scalar(surprise, bounds=(np.log(LEAST), np.log(MOST)), method="bounded")
    return float(np.exp(best.x))


def level_variance(won: Floats, expected: Floats, belief: Belief, *, besides: Floats) -> float:
    """Relative variance of the levels of contests: `won` is negative binomial around `expected` (both by contest).

    `besides` is how much of a contest's variance its arms' own factors, not known exactly, make by themselves.
    """

    def surprise(log_variance: float) -> float:
        shape = 1 / (np.exp(log_variance) + besides)
        known = special.gammaln(won + shape) - special.gammaln(shape) + shape * np.log(shape)
        data = -2 * float((known - (won + shape) * np.log(expected + shape)).sum())
        return data + belief.weight * (log_variance + belief.t2 / float(np.exp(log_variance)))

    best = optimize.minimize_scalar(surprise, bounds=(np.log(LEAST), np.log(MOST)), method="bounded")
    return float(np.exp(best.x))


def _by_size(contest: Ints) -> Sequence[Ints]:
    """Arms of all contests of one size, as rows (contests, size); a lone arm has no rival and is left out."""
    order = np.argsort(contest, kind="stable")
    _, starts, sizes = np.unique(contest[order], return_index=True, return_counts=True)
    return [order[starts[sizes == size][:, None] + np.arange(size)] for size in np.unique(sizes[sizes > 1])]
