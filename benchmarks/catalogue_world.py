"""The simulated catalogs and the policies that `benchmarks/catalogue_simulator.py` compares. Nothing here is real.

World: products with lognormal traffic in ten categories, eight variants each; a variant's rate is the product's level
times main effects of five attributes, effects within the category, and a factor of its own. Daily batches of binomial
clicks. Worlds the model was not built for: attributes that explain nothing; a position that nobody recorded and that
differs by day and variant; effects whose sign depends on the category.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from analytics.allocation import thompson_shares
from analytics.stats.design import Column, Design, design
from analytics.stats.ranking import Cells, Fit, fit, posterior

ARMS, CATEGORIES, DRAWS = 8, 10, 128
LEVELS = 0.2
"""Relative spread of the rates of different products."""
ATTRIBUTES = {"scenario": 7, "hook": 7, "language": 7, "character": 7, "opening": 7}
SLOTS = np.array([1.0, 0.6, 0.35])
"""What three places on a page do to the rate, in the world where nobody recorded the place."""
Kind = Literal["usual", "no_attributes", "hidden_position", "sign_by_category"]
PARTS: dict[str, tuple[float, float, float]] = {
    "usual": (0.45, 0.15, 0.40),
    "no_attributes": (0.0, 0.0, 1.0),
    "hidden_position": (0.45, 0.15, 0.40),
    "sign_by_category": (0.0, 0.60, 0.40),
}
"""Shares of the variance between variants: main effects, effects within a category, the variant's own."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a world is drawn from. `sd` is the relative spread of rates among the variants of one product."""

    kind: Kind = "usual"
    impressions: float = 4e6
    products: int = 2000
    base: float = 0.02
    sd: float = 0.21
    days: int = 30
    seed: int = 100


@dataclass
class World:
    """The truth of one simulated catalog; arms are numbered product * ARMS + position."""

    setting: Setting
    picked: dict[str, np.ndarray] | None = None
    """Attribute values (arms,) by name; drawn evenly when not given."""
    truth: "World | None" = None
    """An earlier generation of the same catalog: same products, effects and traffic, new variants."""
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        one = self.setting
        self.rng = rng = np.random.default_rng(one.seed)
        arms = one.products * ARMS
        self.category = self.truth.category if self.truth else rng.integers(CATEGORIES, size=one.products)
        self.picked = self.picked or {name: rng.integers(size, size=arms) for name, size in ATTRIBUTES.items()}
        self.design = design_of(self.picked, self.category)
        self.effects = self.truth.effects if self.truth else self._effects()
        self.beta = np.array([self.effects[column] for column in self.design.columns])
        self.t2 = PARTS[one.kind][2] * one.sd**2
        promised = np.exp(self.design.matrix @ self.beta).reshape(-1, ARMS)
        self.appeal = promised * rng.gamma(1 / self.t2, self.t2, arms).reshape(-1, ARMS)
        if self.truth:
            self.level, self.traffic = self.truth.level, self.truth.traffic
        else:
            self.level = one.base * np.exp(rng.normal(0, LEVELS, one.products))
            traffic = np.exp(rng.normal(0, 1.6, one.products))
            self.traffic = traffic / traffic.sum() * one.impressions / one.days
        self.expected = self.level[:, None] * promised
        self.rate = np.minimum(self.level[:, None] * self.appeal, 0.9)

    def _effects(self) -> dict[Column, float]:
        """Normal draws, scaled so that every world has exactly the spread it is meant to have."""
        beta = self.rng.standard_normal(len(self.design.columns))
        in_category = np.array([bool(column.category) for column in self.design.columns])
        for here, share in zip((~in_category, in_category), PARTS[self.setting.kind][:2], strict=True):
            drawn = (self.design.matrix @ np.where(here, beta, 0)).reshape(-1, ARMS)
            beta[here] *= np.sqrt(share * self.setting.sd**2 / drawn.var(axis=1, ddof=1).mean())
        return dict(zip(self.design.columns, beta.tolist(), strict=True))

    def clicks(self, shown: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Clicks of one day."""
        rate = self.rate
        if self.setting.kind == "hidden_position":
            rate = np.minimum(rate * (rng.dirichlet(np.full(3, 2.0), rate.shape) @ SLOTS) / SLOTS.mean(), 0.9)
        return rng.binomial(shown, rate)


def design_of(picked: dict[str, np.ndarray], category: np.ndarray) -> Design:
    """Attributes of every arm as the product's own design matrix."""
    rows = [dict(zip(picked, map(str, values), strict=True)) for values in zip(*picked.values(), strict=True)]
    return design(rows, [f"c{one}" for one in category.repeat(ARMS)])


@dataclass
class History:
    """Everything shown and clicked so far, (days, products, ARMS)."""

    n: np.ndarray
    y: np.ndarray

    @classmethod
    def empty(cls, products: int) -> "History":
        return cls(np.zeros((0, products, ARMS)), np.zeros((0, products, ARMS)))

    def with_day(self, shown: np.ndarray, clicks: np.ndarray) -> "History":
        return History(np.concatenate([self.n, shown[None]]), np.concatenate([self.y, clicks[None]]))

    def cells(self) -> Cells:
        """For the ranking model: one stratum a product and day."""
        days, products, _ = self.n.shape
        return Cells(
            arm=np.tile(np.arange(products * ARMS), days),
            stratum=np.arange(days * products).repeat(ARMS),
            n=self.n.reshape(-1).astype(float),
            y=self.y.reshape(-1).astype(float),
            contest=np.arange(products).repeat(ARMS),
        )


class Policy:
    """Shares (products, ARMS) for the next day, from everything so far."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name, self.rng = world, name, np.random.default_rng(world.setting.seed + 1)
        self.fitted: Fit | None = None

    def shares(self, past: History) -> np.ndarray:
        """The same for every arm on the first day."""
        if self.name == "uniform" or not past.n.any():
            return np.full((self.world.setting.products, ARMS), 1 / ARMS)
        if self.name.startswith("beta"):
            return self._beta(past.n.sum(0), past.y.sum(0))
        if self.name == "oracle_prior":
            return self._oracle(past.n.sum(0), past.y.sum(0))
        return self._ours(past)

    def _beta(self, n: np.ndarray, y: np.ndarray) -> np.ndarray:
        a, b = 1.0, 1.0
        if self.name == "beta_ts_eb":
            mean = (y.sum() + 1) / (n.sum() + 50)
            strength = 1 / ((self.world.setting.sd**2 + LEVELS**2) * mean)
            a, b = mean * strength, (1 - mean) * strength
        return untempered(self.rng.beta(a + y, b + n - y, size=(DRAWS, *n.shape)))

    def _oracle(self, n: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Knows everything but the variants' own factors: levels, effects and t2."""
        shape = 1 / self.world.t2 + y
        own = self.rng.standard_gamma(shape, size=(DRAWS, *n.shape)) / (1 / self.world.t2 + n * self.world.expected)
        return untempered(own * self.world.expected)

    def _ours(self, past: History) -> np.ndarray:
        cells = past.cells()
        self.fitted = fit(cells, self.world.design, rounds=4)
        drawn = posterior(cells, self.world.design, self.fitted, self.rng, draws=DRAWS).relative
        by_product = drawn.reshape(DRAWS, -1, ARMS)
        if self.name == "ours_as_served":
            return thompson_shares(by_product)
        return thompson_shares(by_product, floor=0.0005, explore=0)


def untempered(draws: np.ndarray) -> np.ndarray:
    """Plain Thompson sampling."""
    return thompson_shares(draws, temper=1, floor=0, explore=0)


def days_of(world: World, policy: Policy) -> Iterator[tuple[float, History]]:
    """Play the days of one policy: regret of each day and everything so far."""
    rng, past = np.random.default_rng(world.setting.seed + 2), History.empty(world.setting.products)
    gap = world.rate.max(1, keepdims=True) - world.rate
    for _ in range(world.setting.days):
        shares = policy.shares(past)
        shown = rng.multinomial(rng.poisson(world.traffic), shares / shares.sum(1, keepdims=True))
        past = past.with_day(shown, world.clicks(shown, rng))
        yield float((shown * gap).sum()), past


def next_generation(world: World, fitted: Fit, guided: int, *, seed: int, greedy: bool = False) -> World:
    """New variants of the same products: `guided` of each eight drawn from the fitted effects, the rest evenly."""
    rng = np.random.default_rng(seed)
    one = world.setting
    picked = {name: rng.integers(size, size=(one.products, ARMS)) for name, size in ATTRIBUTES.items()}
    if guided:
        draws = rng.multivariate_normal(fitted.beta, fitted.covariance * (0 if greedy else 1), one.products * guided)
        place = {column: index for index, column in enumerate(world.design.columns)}
        category = world.category.repeat(guided)
        for name, size in ATTRIBUTES.items():
            worth = np.zeros((len(draws), size))
            for value in range(size):
                for column, index in place.items():
                    if column.attribute == name and column.value == str(value):
                        here = (category == int(column.category[1:])) if column.category else slice(None)
                        worth[here, value] += draws[here, index]
            picked[name][:, :guided] = worth.argmax(1).reshape(-1, guided)
    flat = {name: values.reshape(-1) for name, values in picked.items()}
    return World(replace(one, seed=seed), picked=flat, truth=world)
