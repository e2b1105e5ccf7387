"""HEB: hierarchical empirical Bayes ranking of arms by the rate of one step (such as clicks per visitor).

    y[arm, stratum] ~ Poisson(n * baseline[stratum] * exp(x[arm] . beta) * g[arm]),   g ~ Gamma(1/t2, 1/t2)

Arms of one contest share strata (one a day), so the baseline cancels: popularity, day and changing shares drop
out (conditional likelihood). `beta` is what attributes do everywhere, with a ridge learnt per family (EM); `g` is
what this one arm does besides; `t2` is its variance (`analytics.stats.spread`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from analytics.stats import spread
from analytics.stats.design import Design

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


SHORT = 1.15
"""By how much a fitted t2 falls short: penalised quasi-likelihood does on sparse counts (Breslow and Lin 1995), and
what is not known exactly has to leave room. Measured on simulated catalogs: with it chances come true."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Counts of one step, one row a (stratum, arm): `n` trials and `y` successes, flat arrays of one length.

    `contest` has one entry an arm: only arms of the same contest are compared.
    """

    arm: Ints
    stratum: Ints
    n: Floats
    y: Floats
    contest: Ints

    def per_arm(self, values: Floats) -> Floats:
        """Sum of a cell quantity by arm."""
        return np.bincount(self.arm, values, minlength=len(self.contest)).astype(float)

    def per_stratum(self, values: Floats) -> Floats:
        """Sum of a cell quantity by stratum, spread back on the cells."""
        strata = int(self.stratum.max(initial=-1)) + 1
        return np.bincount(self.stratum, values, minlength=strata).astype(float)[self.stratum]

    def per_contest(self, values: Any) -> Floats:
        """Sum of an arm quantity by contest; axis 0 of `values`, dense or sparse, are arms."""
        arms = len(self.contest)
        gather = sparse.csr_matrix((np.ones(arms), (self.contest, np.arange(arms))))
        total = gather @ values
        return total.toarray() if sparse.issparse(total) else np.asarray(total)


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is believed before data: variance of an arm's own factor, and how many arms that belief weighs."""

    t2: float = 0.02
    weight: float = 10.0
    ridge: float = 0.005
    """Variance of an attribute's effect before the ridge is learnt."""
    ridge_weight: float = 8.0
    """How many effects that belief weighs."""
    inside: float = 1 / 3
    """The same variance within a category, as a share of `ridge`: what holds everywhere holds there mostly, too."""
    inside_weight: float = 60.0
    level: float = 0.25
    """Relative variance of the levels of contests, and how many contests that belief weighs."""
    level_weight: float = 3.0


@dataclass(frozen=True, kw_only=True)
class Fit:
    """`beta` (columns,) with its covariance, `ridge` (columns,) the learnt prior variances, and `t2`."""

    beta: Floats
    covariance: Floats
    ridge: Floats
    t2: float


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Rates per trial: `rate` (arms,) shrunken means and `draws` (draws, arms); `relative` is `draws` over baseline."""

    rate: Floats
    draws: Floats
    relative: Floats


def fit(cells: Cells, design: Design, prior: Prior = Prior(), *, rounds: int = 10) -> Fit:
    """Penalised conditional likelihood, iterated to its fixed point; `rounds` bounds the iterations."""
    columns = design.matrix.shape[1]
    nothing = np.zeros(columns)
    found = Fit(beta=nothing, covariance=np.diag(nothing), ridge=np.full(columns, prior.ridge), t2=prior.t2)
    for _ in range(rounds):
        before = found.beta
        found = _step(cells, design, found, prior)
        if np.abs(found.beta - before).max(initial=0) < 1e-4:
            break
    return found


def posterior(
    cells: Cells,
    design: Design,
    fitted: Fit,
    rng: np.random.Generator,
    *,
    draws: int = 512,
    prior: Prior = Prior(),
) -> Posterior:
    """Gamma posterior of every arm, with draws of `beta` shared by the whole catalog; so are levels of contests."""
    t2, eta = SHORT * fitted.t2, design.matrix @ fitted.beta
    shape, expected = _own_factor(cells, np.exp(eta), t2)
    trials, won = cells.per_arm(cells.n), cells.per_contest(cells.per_arm(cells.y))
    likely = trials * np.exp(eta) * shape / (1 / t2 + expected)
    weight = cells.per_contest(likely)
    usual = (won.sum() + 0.5) / (weight.sum() + 0.5 * (trials.sum() + 1) / (won.sum() + 0.5))
    unsure = cells.per_contest(likely**2 * t2 / (1 + t2 * expected)) / np.maximum(weight, 1e-12) ** 2
    belief = spread.Belief(t2=prior.level, weight=prior.level_weight)
    spreads = spread.level_variance(won, weight * usual, belief, besides=unsure)
    shift = _beta_shift(design, fitted, rng, draws)  # (arms, draws): log ratio of drawn to fitted attribute part
    exposure = _recentred(cells, expected, np.exp(shift))
    exposure *= _baselines(cells, expected, t2, 1 / spreads, rng=rng, draws=draws)
    own = rng.standard_gamma(shape[:, None], size=shift.shape) / (1 / t2 + exposure)
    relative = np.exp(eta[:, None] + shift) * own
    total = cells.per_contest(trials[:, None] * relative) + 1 / (spreads * usual)
    drawn = rng.standard_gamma(won[:, None] + 1 / spreads, size=total.shape)
    rates = (drawn / total)[cells.contest] * relative
    return Posterior(rate=rates.mean(axis=1), draws=rates.T, relative=relative.T)


def effect_draws(fitted: Fit, rng: np.random.Generator, *, draws: int = 512) -> Floats:
    """Draws of `beta`, (draws, columns)."""
    return fitted.beta + rng.standard_normal((draws, len(fitted.beta))) @ _root(fitted.covariance).T


def _step(cells: Cells, design: Design, now: Fit, prior: Prior) -> Fit:
    """One round: effects given the variances, then the variances given the effects (restricted likelihood)."""
    t2, x, eta = now.t2, design.matrix, design.matrix @ now.beta
    shape, expected = _own_factor(cells, np.exp(eta), t2)
    own = shape / (1 / t2 + expected)
    p = _shares(cells, np.exp(eta) * own)
    won, shown = cells.per_stratum(cells.y), cells.per_stratum(cells.n)
    # Hypergeometric: of `shown` visitors `won` were successes, and no visitor succeeds twice. Exact where it matters,
    # in small strata; anything coarser is taken for differences between arms there.
    finite = won * np.clip((shown - won) / np.maximum(shown - 1, 1), 0, 1)
    known = spread.Information.of((cells.arm, cells.stratum), p, finite, cells.contest)
    b = known.times(lambda d: d, eta + np.log(own)) + cells.per_arm(cells.y - won * p)
    weighted = known.matrix(lambda d: d / (1 + t2 * d)) @ x
    information = (x.T @ weighted).toarray() + np.diag(1 / now.ridge)
    factor = linalg.cho_factor(information)
    beta = linalg.cho_solve(factor, x.T @ known.times(lambda d: 1 / (1 + t2 * d), b))
    covariance = linalg.cho_solve(factor, np.eye(len(beta)))
    taken = t2 * float((covariance * (weighted.T @ weighted).toarray()).sum())
    left = b - known.times(lambda d: d, x @ beta)
    t2 = spread.own_variance(known, left, spread.Belief(t2=prior.t2, weight=prior.weight), taken=taken)
    ridge = _learn_ridge(design, beta**2 + np.diag(covariance), max(prior.ridge, t2 / 4), prior)
    return Fit(beta=beta, covariance=covariance, ridge=ridge, t2=t2)


def _shares(cells: Cells, attraction: Floats) -> Floats:
    """Expected share of each cell in the successes of its stratum, given that they happened."""
    offered = cells.n * attraction[cells.arm]
    total = cells.per_stratum(offered)
    return np.where(total > 0, offered / np.where(total > 0, total, 1), 0.0)


def _learn_ridge(design: Design, second: Floats, usual: float, prior: Prior) -> Floats:
    """EM step: a family's variance is the mean of `second`, beta^2 + posterior variance, drawn to the `usual` one.

    The usual one grows with t2: where every value was tried in one arm only, nothing tells a choice from its
    clip, and the difference between arms is shared out instead of being given to the clips alone. Effects within a
    category are believed smaller, and firmly: they are many, and little traffic would take noise for them.
    """
    size = np.bincount(design.family)
    is_inside = np.bincount(design.family, [bool(column.category) for column in design.columns]) > 0
    weight = np.where(is_inside, prior.inside_weight, prior.ridge_weight)
    believed = usual * np.where(is_inside, prior.inside, 1.0)
    learnt = (np.bincount(design.family, second) + weight * believed) / (size + weight)
    return np.maximum(learnt, 1e-6)[design.family]


def _own_factor(cells: Cells, attraction: Floats, t2: float) -> tuple[Floats, Floats]:
    """Gamma shape 1/t2 + y of every arm's own factor, and the successes expected if that factor were 1."""
    successes = cells.per_arm(cells.y)
    shown, won = cells.per_stratum(cells.n), cells.per_stratum(cells.y)
    pseudo = (cells.n.sum() + 1) / (cells.y.sum() + 0.5)
    own = np.ones(len(cells.contest))
    expected = np.zeros(len(cells.contest))
    for _ in range(3):
        offered = cells.n * attraction[cells.arm]
        baseline = (won + 1) / (cells.per_stratum(offered * own[cells.arm]) + pseudo)
        expected = cells.per_arm(np.where(shown > 0, offered * baseline, 0.0))
        # One arm with most of the traffic would otherwise pull the baseline up to itself and look average.
        even = 1 / (1 + t2 * expected)
        level = (cells.per_contest(successes * even) + 1) / (cells.per_contest(expected * even) + 1)
        expected = expected * level[cells.contest]
        own = (1 / t2 + successes) / (1 / t2 + expected)
    return 1 / t2 + successes, expected


def _baselines(
    cells: Cells, expected: Floats, t2: float, known: float, *, rng: np.random.Generator, draws: int
) -> Floats:
    """Draws of each contest's baseline over the fitted one, (arms, draws), known by `known` successes beforehand.

    What arms have in common cannot be told from their own factors more surely than those differ.
    """
    information = cells.per_contest(expected / (1 + t2 * expected)) + known
    drawn = rng.standard_gamma(information[:, None], size=(len(information), draws)) / information[:, None]
    return np.asarray(drawn[cells.contest])


def _beta_shift(design: Design, fitted: Fit, rng: np.random.Generator, draws: int) -> Floats:
    noise = _root(fitted.covariance) @ rng.standard_normal((len(fitted.beta), draws))
    return np.asarray(design.matrix @ noise)


def _recentred(cells: Cells, expected: Floats, ratio: Floats) -> Floats:
    """Expected successes under drawn attributes, each contest's total held: a common shift moves the baseline only."""
    drawn = expected[:, None] * ratio
    total, held = cells.per_contest(drawn), cells.per_contest(expected)[:, None]
    return drawn * np.where(total > 0, held / np.where(total > 0, total, 1), 1.0)[cells.contest]


def _root(covariance: Floats) -> Floats:
    return np.asarray(linalg.cholesky(covariance + 1e-12 * np.eye(len(covariance)), lower=True))
