"""Equal arms, looked at a thousand times: how often does each test call a winner? And how soon does it find a real one?

Errors: 2,000 tests a case without any difference, 5 % allowed. Plain: steady rate, even split. Shifting: the rate
swings by half within the test while the split follows the results, as under any bandit. The naive z test on pooled
totals stands beside our e-process; the bound is what 5 % would reach once in a hundred repetitions.
Power: a real lift, at 1, 1.5 and 2 times the units a fixed test would need for 80 %.
Money: the same question of net value per visitor (`benchmarks/peeking_money.py`).

    python benchmarks/peeking.py --seed 1 [--runs 2000] [--ask errors,power,money] [--json]
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
import peeking_money
import report

from analytics.stats.power import units_needed
from analytics.stats.sequential import log_e_process

ALPHA, PEEKS, CHUNK = 0.05, 1000, 250
METRICS = {"clicks, 2 %": (0.02, 100_000), "add-to-carts, 0.3 %": (0.003, 200_000), "orders, 0.1 %": (0.001, 200_000)}
POWER = {"+10 % of 2 %": (0.10, 0.1), "+20 % of 2 %": (0.20, 0.2)}


@dataclass
class Trials:
    """Units and successes of two arms by batch, (runs, peeks)."""

    n0: np.ndarray
    n1: np.ndarray
    d0: np.ndarray
    d1: np.ndarray

    def log_e(self, spread: float) -> np.ndarray:
        """Our test after every batch."""
        return log_e_process(self.d0, self.d1, self.n1 / np.maximum(self.n0 + self.n1, 1), spread=spread)

    def z(self) -> np.ndarray:
        """The pooled z statistic after every batch, 0 until both arms have five successes."""
        n0, n1, d0, d1 = (each.cumsum(axis=1) for each in (self.n0, self.n1, self.d0, self.d1))
        return pooled_z(n0, n1, d0, d1)


def pooled_z(n0: np.ndarray, n1: np.ndarray, d0: np.ndarray, d1: np.ndarray) -> np.ndarray:
    """Difference of two rates over its standard error; 0 until both arms have five successes."""
    p = (d0 + d1) / np.maximum(n0 + n1, 1)
    error = np.sqrt(np.maximum(p * (1 - p), 1e-12) * (1 / np.maximum(n0, 1) + 1 / np.maximum(n1, 1)))
    return np.where(np.minimum(d0, d1) >= 5, (d1 / np.maximum(n1, 1) - d0 / np.maximum(n0, 1)) / error, 0.0)


def plain(rng: np.random.Generator, runs: int, units: int, rates: tuple[float, float], peeks: int = PEEKS) -> Trials:
    """Steady rates, even split."""
    n = rng.multinomial(units // 2, np.full(peeks, 1 / peeks), size=(2, runs)).astype(float)
    d = [rng.binomial(each.astype(int), rate).astype(float) for each, rate in zip(n, rates, strict=True)]
    return Trials(n[0], n[1], d[0], d[1])


def shifting(rng: np.random.Generator, runs: int, units: int, rate: float) -> Trials:
    """The rate swings by half; arm 1 gets the share that its pooled results seem to deserve, 10 to 90 %."""
    batch = units // PEEKS
    found = np.zeros((4, runs, PEEKS))
    total = np.zeros((4, runs))
    for peek in range(PEEKS):
        now = rate * (1 + 0.5 * np.sin(2 * np.pi * peek / PEEKS))
        share = np.clip(stats.norm.cdf(pooled_z(*total)), 0.1, 0.9)
        n1 = rng.binomial(batch, share)
        n0 = batch - n1
        found[:, :, peek] = n0, n1, rng.binomial(n0, now), rng.binomial(n1, now)
        total += found[:, :, peek]
    return Trials(*found)


def errors(seed: int, runs: int) -> tuple[list[list[object]], dict[str, object]]:
    """Share of tests that called a winner although there was none."""
    bound = stats.binom.ppf(0.99, runs, ALPHA) / runs
    rows: list[list[object]] = [["equal arms, 1,000 peeks", "ours", "allowed up to", "naive z", "fixed z, one look"]]
    figures: dict[str, object] = {}
    for case, make in (("plain", plain), ("shifting", shifting)):
        for metric, (rate, units) in METRICS.items():
            rng = np.random.default_rng([seed, len(rows)])
            ours, naive, fixed = 0, 0, 0
            for start in range(0, runs, CHUNK):
                size = min(CHUNK, runs - start)
                one = plain(rng, size, units, (rate, rate)) if make is plain else shifting(rng, size, units, rate)
                z = np.abs(one.z())
                ours += int((one.log_e(0.2).max(axis=1) >= -np.log(ALPHA)).sum())
                naive += int((z.max(axis=1) > 1.96).sum())
                fixed += int((z[:, -1] > 1.96).sum())
            shares = [ours / runs, bound, naive / runs, fixed / runs]
            rows.append([f"{case}: {metric}", *(f"{share:.4f}" for share in shares)])
            figures[f"{case} {metric}"] = dict(zip(("ours", "bound", "naive", "fixed"), shares, strict=True))
    return rows, figures


def power(seed: int, runs: int) -> tuple[list[list[object]], dict[str, object]]:
    """Share of tests that found a real lift by 1, 1.5 and 2 times the fixed plan."""
    rows: list[list[object]] = [["real lift", "by 1x the fixed plan", "1.5x", "2x", "units for 80 %, x the plan"]]
    figures: dict[str, object] = {}
    for name, (lift, spread) in POWER.items():
        rng, peeks = np.random.default_rng([seed, 99]), 300
        needed = 2 * units_needed(0.02, lift)
        found = []
        for start in range(0, runs, CHUNK):
            one = plain(rng, min(CHUNK, runs - start), 3 * needed, (0.02, 0.02 * (1 + lift)), peeks)
            found.append(np.maximum.accumulate(one.log_e(spread), axis=1) >= -np.log(ALPHA))
        share = np.concatenate(found).mean(axis=0)
        shares = [float(share[int(times * peeks / 3) - 1]) for times in (1, 1.5, 2)]
        enough = (int((share < 0.8).sum()) + 1) * 3 / peeks
        rows.append([name, *(f"{one:.3f}" for one in shares), f"{enough:.2f}"])
        figures[name] = {"power": shares, "times_for_80": enough}
    return rows, figures


ASK = {"errors": errors, "power": power, "money": peeking_money.money}


def main() -> None:
    """Print one table a question."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--ask", default=",".join(ASK), help="comma-separated questions")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for name in options.ask.split(","):
        rows, figures = ASK[name](options.seed, options.runs)
        report.show(f"peeking {name}", figures, rows=rows, as_json=options.json, seed=options.seed)


if __name__ == "__main__":
    main()
