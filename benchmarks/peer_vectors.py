"""What two public libraries answer to random questions, stored so that the tests need neither of them.

GrowthBook's gbstats (fixed, sequential and Bayesian lifts of rates, means, ratios and CUPED-adjusted means; sample
ratio) and obp (off-policy estimators). They live in an environment of their own:

    python -m uv venv .cache/peers --python 3.11
    python -m uv pip install --python .cache/peers --no-deps gbstats==0.8.0 obp==0.5.7
    python -m uv pip install --python .cache/peers "numpy<2" "scipy<1.14" "pandas<3" "pyarrow<22"
    python -m uv pip install --python .cache/peers pydantic packaging scikit-learn
    .cache/peers/bin/python benchmarks/peer_vectors.py --seed 7 --out tests/analytics/vectors
"""

import argparse
import json
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
from gbstats.bayesian.tests import EffectBayesianABTest, EffectBayesianConfig, GaussianPrior
from gbstats.frequentist.tests import FrequentistConfig, SequentialConfig, SequentialTwoSidedTTest, TwoSidedTTest
from gbstats.models.statistics import (
    ProportionStatistic,
    RatioStatistic,
    RegressionAdjustedStatistic,
    SampleMeanStatistic,
    compute_theta,
)
from gbstats.utils import check_srm

KINDS = ("rate", "average", "ratio", "adjusted")


def sums(rng: np.random.Generator, scale: float) -> dict[str, Any]:
    """Sums of two correlated quantities of a few hundred to thousand units, computed from real draws."""
    n = int(rng.integers(300, 3000))
    y = rng.gamma(2.0, 1.0, n)
    x = scale * (0.6 * y + rng.gamma(1.5, 1.0, n))
    return {"n": n, "x": x.sum(), "xx": (x**2).sum(), "y": y.sum(), "yy": (y**2).sum(), "xy": (x * y).sum()}


def arm(rng: np.random.Generator, kind: str, scale: float) -> dict[str, Any]:
    """The inputs of one arm."""
    if kind != "rate":
        return {name: float(value) if name != "n" else value for name, value in sums(rng, scale).items()}
    n = int(rng.integers(2000, 200_000))
    return {"n": n, "x": int(rng.binomial(n, 0.02 * scale))}


def statistic(kind: str, one: dict[str, Any], theta: float = 0.0) -> Any:
    """The same arm in gbstats' words."""
    if kind == "rate":
        return ProportionStatistic(n=one["n"], sum=one["x"])
    x = SampleMeanStatistic(n=one["n"], sum=one["x"], sum_squares=one["xx"])
    y = SampleMeanStatistic(n=one["n"], sum=one["y"], sum_squares=one["yy"])
    if kind == "average":
        return x
    if kind == "ratio":
        return RatioStatistic(n=one["n"], m_statistic=x, d_statistic=y, m_d_sum_of_products=one["xy"])
    return RegressionAdjustedStatistic(
        n=one["n"], post_statistic=x, pre_statistic=y, post_pre_sum_of_products=one["xy"], theta=theta
    )


def comparison(rng: np.random.Generator, kind: str) -> dict[str, Any]:
    """One random pair of arms and everything gbstats says about it."""
    a, b = arm(rng, kind, 1.0), arm(rng, kind, float(rng.uniform(0.9, 1.15)))
    theta = 0.0
    if kind == "adjusted":
        theta = compute_theta(statistic(kind, a), statistic(kind, b))
    first, second = statistic(kind, a, theta), statistic(kind, b, theta)
    alpha, planned, spread = float(rng.choice([0.01, 0.05, 0.1])), int(rng.choice([1000, 5000, 50_000])), 0.3
    way = "relative" if rng.random() < 0.7 else "absolute"
    fixed = TwoSidedTTest(first, second, FrequentistConfig(alpha=alpha, difference_type=way)).compute_result()
    looked = SequentialTwoSidedTTest(
        first, second, SequentialConfig(alpha=alpha, difference_type=way, sequential_tuning_parameter=planned)
    ).compute_result()
    answer: dict[str, Any] = {
        "kind": kind, "a": a, "b": b, "confidence": 1 - alpha, "planned": planned, "relative": way == "relative",
        "value": fixed.expected, "fixed": [*fixed.ci, fixed.p_value], "sequential": [*looked.ci, looked.p_value],
    }  # fmt: skip
    for name, proper in (("flat", False), ("prior", True)):
        prior = GaussianPrior(mean=0, variance=spread**2, proper=proper)
        config = EffectBayesianConfig(alpha=alpha, difference_type=way, prior_effect=prior, prior_type=way)
        found = EffectBayesianABTest(first, second, config).compute_result()
        answer[name] = [found.expected, *found.ci, found.chance_to_win, *found.risk]
    return answer


def split(rng: np.random.Generator) -> dict[str, Any]:
    """Visitors of two to five arms, and the chance of such a split."""
    shares = rng.dirichlet(np.full(int(rng.integers(2, 6)), 8.0))
    seen = rng.multinomial(int(rng.integers(500, 50_000)), rng.dirichlet(shares * 20_000))
    return {"seen": seen.tolist(), "shares": shares.tolist(), "p": check_srm(seen.tolist(), shares.tolist())}


def off_policy(rng: np.random.Generator) -> dict[str, Any]:
    """Logged rounds with their propensities, and obp's estimates for another policy."""
    sys.modules.setdefault("torch", types.SimpleNamespace(Tensor=list, tensor=list))  # type: ignore[arg-type]
    for name in ("obp", "obp.ope"):
        if name not in sys.modules:
            package = types.ModuleType(name)
            folder = next(Path(one) for one in sys.path if (Path(one) / "obp").is_dir())
            package.__path__ = [str(folder / name.replace(".", "/"))]
            sys.modules[name] = package
    from obp.ope import estimators as obp

    rounds, arms = 120, int(rng.integers(2, 7))
    logged, target = rng.dirichlet(np.full(arms, 3.0)), rng.dirichlet(np.full(arms, 3.0))
    action = rng.choice(arms, size=rounds, p=logged)
    reward = rng.binomial(1, 0.1 + 0.1 * action / arms)
    expected = rng.uniform(0.05, 0.25, (rounds, arms, 1))
    policy = np.broadcast_to(target[None, :, None], (rounds, arms, 1))
    common = {"reward": reward, "action": action, "pscore": logged[action], "action_dist": policy,
              "position": np.zeros(rounds, int)}  # fmt: skip
    model = {**common, "estimated_rewards_by_reg_model": expected}
    direct = {name: model[name] for name in ("action_dist", "estimated_rewards_by_reg_model", "position")}
    found = {
        "ips": obp.InverseProbabilityWeighting().estimate_policy_value(**common),
        "snips": obp.SelfNormalizedInverseProbabilityWeighting().estimate_policy_value(**common),
        "direct": obp.DirectMethod().estimate_policy_value(**direct),
        "doubly_robust": obp.DoublyRobust().estimate_policy_value(**model),
        "switch": obp.SwitchDoublyRobust(lambda_=1.2).estimate_policy_value(**model),
    }
    rows = np.arange(rounds)
    return {
        "reward": reward.tolist(), "logged": np.round(logged[action], 12).tolist(),
        "target": np.round(target[action], 12).tolist(), "expected": np.round(expected[rows, action, 0], 12).tolist(),
        "expected_target": np.round((expected[:, :, 0] * target).sum(1), 12).tolist(),
        "answers": {name: float(value) for name, value in found.items()},
    }  # fmt: skip


def main() -> None:
    """Write gbstats.json and obp.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    pairs = [comparison(rng, KINDS[number % len(KINDS)]) for number in range(200)]
    made = {
        "gbstats.json": {"comparisons": pairs, "splits": [split(rng) for _ in range(40)]},
        "obp.json": [off_policy(rng) for _ in range(6)],
    }
    for name, content in made.items():
        (options.out / name).write_text(json.dumps(content, separators=(",", ":")) + "\n")
        print(f"{name}: {(options.out / name).stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
