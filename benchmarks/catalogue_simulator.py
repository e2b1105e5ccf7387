"""How much of uniform allocation's regret does a policy keep, over a catalog of products with little traffic each?

World: products with lognormal traffic in categories, eight variants each, attributes with main and category effects
and an idiosyncratic factor; binomial clicks in daily batches. Policies: uniform, Beta Thompson (plain and with a
fitted prior), ours (HEB, tempered), and an oracle that knows the prior.

    python benchmarks/catalogue_simulator.py --impressions 4e6 --seed 100 [--policies uniform,heb_a3] [--json]
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from analytics.allocation import thompson_shares
from analytics.stats.design import Design, design
from analytics.stats.ranking import Cells, Fit, fit, posterior

ARMS, DAYS, CATEGORIES, DRAWS = 8, 30, 10, 128
ATTRIBUTES = {"scenario": 7, "hook": 7, "language": 7, "character": 7, "opening": 7}


@dataclass
class World:
    """The truth of one simulated catalog; arms are numbered product * ARMS + position."""

    products: int
    base: float
    sd: float
    seed: int
    impressions: float
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        rng, arms = self.rng, self.products * ARMS
        categories = rng.integers(CATEGORIES, size=self.products).repeat(ARMS)
        picked = {name: rng.integers(size, size=arms) for name, size in ATTRIBUTES.items()}
        self.design: Design = design(
            [{name: str(values[row]) for name, values in picked.items()} for row in range(arms)],
            [f"c{category}" for category in categories],
        )
        in_category = np.array([bool(column.category) for column in self.design.columns])
        per_attribute = self.sd**2 / len(ATTRIBUTES)
        scale = np.sqrt(np.where(in_category, 0.15, 0.45) * per_attribute)
        self.beta = rng.standard_normal(len(scale)) * scale
        self.t2 = 0.4 * self.sd**2
        own = rng.gamma(1 / self.t2, self.t2, size=arms)
        level = self.base * np.exp(rng.normal(0, 0.2, self.products))
        rate = level[:, None] * (np.exp(self.design.matrix @ self.beta) * own).reshape(-1, ARMS)
        self.level, self.rate = level, np.minimum(rate, 0.9)
        traffic = np.exp(rng.normal(0, 1.6, self.products))
        self.traffic = traffic / traffic.sum() * self.impressions / DAYS

    def prior(self) -> Fit:
        """What the oracle knows: the attributes' true effects and the variance of the rest."""
        nothing = np.full(len(self.beta), 1e-12)
        return Fit(beta=self.beta, covariance=np.diag(nothing), ridge=nothing, t2=self.t2)


class Policy:
    """Shares (products, ARMS) for the next day, from cumulative counts."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name, self.rng = world, name, np.random.default_rng(world.seed + 1)
        self.fitted: Fit | None = None

    def shares(self, n: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Thompson shares of `DRAWS` posterior draws; the same for every arm on the first day."""
        if self.name == "uniform" or not n.any():
            return np.full((self.world.products, ARMS), 1 / ARMS)
        if self.name.startswith("beta"):
            return self._beta(n.sum(0), y.sum(0))
        return self._heb(n, y)

    def _beta(self, n: np.ndarray, y: np.ndarray) -> np.ndarray:
        a, b = 1.0, 1.0
        if self.name == "beta_ts_eb":
            mean = y.sum() / n.sum()
            strength = 1 / (0.21**2 * mean) if mean else 1.0
            a, b = mean * strength, (1 - mean) * strength
        draws = self.rng.beta(a + y, b + n - y, size=(DRAWS, *n.shape))
        return np.stack([(draws.argmax(2) == arm).mean(0) for arm in range(ARMS)], axis=1)

    def _heb(self, n: np.ndarray, y: np.ndarray) -> np.ndarray:
        cells = _cells(n, y)
        self.fitted = self.world.prior() if self.name == "oracle_prior" else fit(cells, self.world.design, rounds=6)
        drawn = posterior(cells, self.world.design, self.fitted, self.rng, draws=DRAWS).relative
        temper = {"heb": 1.0, "heb_half": 0.5}.get(self.name, 0.3)
        by_product = drawn.reshape(DRAWS, -1, ARMS)
        least, even = (0.0, 0.0) if self.name == "oracle_prior" else (0.002, 0.0)
        return np.stack(
            [
                thompson_shares(by_product[:, product], temper=temper, floor=least, explore=even)
                for product in range(self.world.products)
            ]
        )


def _cells(n: np.ndarray, y: np.ndarray) -> Cells:
    days, products, _ = n.shape
    arm = np.tile(np.arange(products * ARMS), days)
    stratum = np.arange(days * products).repeat(ARMS)
    return Cells(
        arm=arm, stratum=stratum, n=n.reshape(-1).astype(float), y=y.reshape(-1).astype(float),
        contest=np.arange(products).repeat(ARMS),
    )  # fmt: skip


def run(world: World, name: str) -> dict[str, float]:
    """Thirty days of one policy: regret, share of products whose best arm is named, clicks, seconds."""
    policy, rng, started = Policy(world, name), np.random.default_rng(world.seed + 2), time.monotonic()
    n = np.zeros((0, world.products, ARMS))
    y = np.zeros_like(n)
    regret = 0.0
    gap = world.rate.max(1, keepdims=True) - world.rate
    for day in range(DAYS):
        shares = policy.shares(n, y)
        visitors = rng.poisson(world.traffic)
        shown = rng.multinomial(visitors, shares / shares.sum(1, keepdims=True))
        clicks = rng.binomial(shown, world.rate)
        regret += float((shown * gap).sum())
        n, y = np.concatenate([n, shown[None]]), np.concatenate([y, clicks[None]])
        if sys.stderr.isatty():
            print(f"\r{name}: day {day + 1} of {DAYS}", end="", file=sys.stderr)
    named = policy.shares(n, y).argmax(1) if name != "uniform" else ((y.sum(0) + 1) / (n.sum(0) + 50)).argmax(1)
    best = float((named == world.rate.argmax(1)).mean())
    result = {"regret": regret, "named": best, "clicks": float(y.sum()), "seconds": time.monotonic() - started}
    if policy.fitted:
        result["t2"] = policy.fitted.t2
    return result


def main() -> None:
    """Print one row a policy, regret as a ratio of uniform's on the same world and seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--impressions", type=float, default=4e6)
    parser.add_argument("--products", type=int, default=2000)
    parser.add_argument("--base", type=float, default=0.02)
    parser.add_argument("--sd", type=float, default=0.21)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--policies", default="uniform,beta_ts,beta_ts_eb,heb_a3,oracle_prior")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names = ["uniform", *(name for name in options.policies.split(",") if name != "uniform")]
    rows = {}
    for name in names:
        world = World(options.products, options.base, options.sd, options.seed, options.impressions)
        rows[name] = run(world, name)
        rows[name]["ratio"] = rows[name]["regret"] / rows["uniform"]["regret"]
        if not options.json:
            row = rows[name]
            print(
                f"{name:14} regret/uniform {row['ratio']:.3f}  best arm named {row['named']:.3f}  "
                f"clicks {row['clicks']:.0f}  {row['seconds']:.1f} s" + (f"  t2 {row['t2']:.4f}" if "t2" in row else "")
            )
    if options.json:
        print(json.dumps({"benchmark": "catalogue_simulator", **vars(options), "rows": rows}))


if __name__ == "__main__":
    main()
