"""How much of uniform allocation's regret does a policy keep, over a catalog of products with little traffic each?

Four questions, all on simulated catalogs (`benchmarks/catalogue_world.py`):

    regret       uniform, Beta Thompson (plain, with a fitted prior), ours, ours with the served floor, an oracle
    worlds       the same where the model is wrong, as a ratio to Thompson sampling with a fitted Beta prior
    calibration  does a 70 % chance to be best come true in 70 % of the cases, do 90 % intervals hold 90 %?
    feedback     how much better is the average variant of a next batch drawn from the fitted effects?

    python benchmarks/catalogue_simulator.py --impressions 4e6 --seed 100 [--worlds 2] [--ask regret,calibration]
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
import report
from catalogue_world import ARMS, History, Policy, Setting, World, days_of, next_generation

from analytics.stats.ranking import Fit, fit, posterior

POLICIES = ("uniform", "beta_ts", "beta_ts_eb", "ours", "ours_as_served", "oracle_prior")
WRONG = ("no_attributes", "hidden_position", "sign_by_category")
Rows = list[list[object]]


def run(setting: Setting, name: str) -> tuple[float, Policy, History]:
    """All days of one policy: total regret, the policy and what it saw."""
    world = World(setting)
    policy, total, past = Policy(world, name), 0.0, History.empty(setting.products)
    for day, (regret, now) in enumerate(days_of(world, policy), start=1):
        total, past = total + regret, now
        if sys.stderr.isatty():
            print(f"\r{setting.kind} {name} {setting.seed}: day {day} of {setting.days}  ", end="", file=sys.stderr)
    return total, policy, past


def regrets(settings: Sequence[Setting], names: Sequence[str]) -> dict[str, list[float]]:
    """Regret of each policy over uniform's on the same world, one number a world."""
    found: dict[str, list[float]] = {name: [] for name in names}
    for setting in settings:
        uniform, _, _ = run(setting, "uniform")
        for name in names:
            found[name].append(1.0 if name == "uniform" else run(setting, name)[0] / uniform)
    return found


def ask_regret(settings: Sequence[Setting], policies: Sequence[str]) -> tuple[Rows, dict[str, object]]:
    """Mean over the worlds and the range."""
    found = regrets(settings, policies)
    rows: Rows = [["policy", "regret / uniform", "range over worlds"]]
    rows += [[name, f"{np.mean(each):.3f}", f"{min(each):.3f} to {max(each):.3f}"] for name, each in found.items()]
    return rows, {name: float(np.mean(each)) for name, each in found.items()}


def ask_worlds(settings: Sequence[Setting], _: Sequence[str]) -> tuple[Rows, dict[str, object]]:
    """Ours against Thompson sampling with a fitted Beta prior where the model's assumptions do not hold."""
    rows: Rows = [["world", "ours / uniform", "Beta EB / uniform", "ours / Beta EB"]]
    figures: dict[str, object] = {}
    for kind in WRONG:
        found = regrets([replace(one, kind=kind) for one in settings], ("beta_ts_eb", "ours"))
        ours, plain = np.mean(found["ours"]), np.mean(found["beta_ts_eb"])
        rows.append([kind, f"{ours:.3f}", f"{plain:.3f}", f"{ours / plain:.3f}"])
        figures[kind] = float(ours / plain)
    return rows, figures


def ask_calibration(settings: Sequence[Setting], _: Sequence[str]) -> tuple[Rows, dict[str, object]]:
    """Chances and intervals as the report publishes them, at the end of our own allocation."""
    chances, best, inside, t2 = [], [], [], []
    for setting in settings:
        _, policy, past = run(setting, "ours")
        world, cells = policy.world, past.cells()
        fitted = fit(cells, world.design)
        drawn = posterior(cells, world.design, fitted, np.random.default_rng(setting.seed), draws=512).draws
        drawn = drawn.reshape(len(drawn), -1, ARMS)
        top = drawn.argmax(2)
        chances.append(np.stack([(top == arm).mean(0) for arm in range(ARMS)], 1).ravel())
        best.append((np.arange(ARMS) == world.rate.argmax(1)[:, None]).ravel())
        low, high = np.quantile(drawn, [0.05, 0.95], axis=0)
        inside.append(((low <= world.rate) & (world.rate <= high)).mean())
        t2.append(fitted.t2 / world.t2)
    rows, worst, judged = _bins(np.concatenate(chances), np.concatenate(best))
    coverage = float(np.mean(inside))
    rows += [["90 % intervals cover", f"{coverage:.3f}", "", ""], ["t2 / true t2", f"{np.mean(t2):.2f}", "", ""]]
    figures = {"worst_bin": worst, "judged_bins": judged, "coverage": coverage, "t2_ratio": float(np.mean(t2))}
    return rows, figures


def _bins(chance: np.ndarray, best: np.ndarray, luck: float = 0.03) -> tuple[Rows, float, int]:
    """Promised against observed in ten bins, the worst of those judged, and how many were.

    A bin that luck alone moves by more than `luck` (independent arms) is shown, not judged. Where none can be judged
    the worst is NaN.
    """
    rows: Rows = [["chance to be best", "came true", "arms", "judged"]]
    off = []
    for low in np.arange(0, 1, 0.1):
        here = (chance >= low) & ((chance < low + 0.1) | (low > 0.85))
        if here.any():
            promised, observed = float(chance[here].mean()), float(best[here].mean())
            is_judged = (promised * (1 - promised) / here.sum()) ** 0.5 <= luck
            rows.append([f"{promised:.3f}", f"{observed:.3f}", int(here.sum()), "yes" if is_judged else "too few"])
            off += [abs(promised - observed)] if is_judged else []
    return rows, max(off, default=float("nan")), len(off)


def ask_feedback(settings: Sequence[Setting], _: Sequence[str]) -> tuple[Rows, dict[str, object]]:
    """Two generations of ten days: rate of the average new variant over that of an evenly drawn batch."""
    rows: Rows = [["impressions a generation", "drawn (Thompson)", "greedy"]]
    figures: dict[str, object] = {}
    for impressions in (3e5, 1e6, 4e6):
        lifts: dict[bool, list[float]] = {False: [], True: []}
        for setting in settings:
            first, fitted = _learned(replace(setting, impressions=impressions, days=10))
            even = next_generation(first, fitted, 0, seed=setting.seed + 50)
            for greedy, each in lifts.items():
                new = next_generation(first, fitted, 6, seed=setting.seed + 50, greedy=greedy)
                each.append(new.appeal.mean() / even.appeal.mean() - 1)
        drawn, greedy = np.mean(lifts[False]), np.mean(lifts[True])
        rows.append([f"{impressions:,.0f}", f"{drawn:+.1%}", f"{greedy:+.1%}"])
        figures[f"{impressions:.0e}"] = float(drawn)
    return rows, figures


def _learned(setting: Setting) -> tuple[World, Fit]:
    _, policy, past = run(setting, "ours")
    return policy.world, fit(past.cells(), policy.world.design)


ASK: dict[str, Callable[[Sequence[Setting], Sequence[str]], tuple[Rows, dict[str, object]]]] = {
    "regret": ask_regret,
    "worlds": ask_worlds,
    "calibration": ask_calibration,
    "feedback": ask_feedback,
}


def main() -> None:
    """Print one table a question."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--impressions", type=float, default=4e6)
    parser.add_argument("--products", type=int, default=2000)
    parser.add_argument("--base", type=float, default=0.02)
    parser.add_argument("--sd", type=float, default=0.21)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--worlds", type=int, default=2, help="how many worlds, with seeds from --seed on")
    parser.add_argument("--policies", default=",".join(POLICIES))
    parser.add_argument("--ask", default=",".join(ASK), help="comma-separated questions")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    settings = [
        Setting(impressions=options.impressions, products=options.products, base=options.base, sd=options.sd, seed=seed)
        for seed in range(options.seed, options.seed + options.worlds)
    ]
    for name in options.ask.split(","):
        started = time.monotonic()
        rows, figures = ASK[name](settings, options.policies.split(","))
        figures["seconds"] = round(time.monotonic() - started, 1)
        report.show(f"catalogue_simulator {name}", figures, rows=rows, as_json=options.json, seed=options.seed)


if __name__ == "__main__":
    main()
