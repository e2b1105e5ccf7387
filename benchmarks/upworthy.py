"""Real randomised headline tests (Upworthy Research Archive): does the ranking model earn more, and does wording help?

Columns read: test_id, headline, impressions, clicks, test_week. Training and test are split by time, by test: the first
60 % of the weeks train (cross-fitted over tests: words, ridge and the trust in them), later weeks are scored.
With --train another file trains and all of FILE is scored.

    pairs     of two headlines of one test that differ significantly, how often does the wording alone name the better?
    picks     after k real impressions an arm, the chosen arm's rate on its remaining real impressions over the average
    regret    of allocation in 20 batches, over uniform's, on rates drawn from the posterior of each test's real counts

    python benchmarks/upworthy.py ../shared/data/upworthy/tests_early_weeks.csv.gz --seed 1
"""

import argparse
import csv
import gzip
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse, stats

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
import report

from analytics.allocation import thompson_shares
from analytics.stats.design import Design, with_promise
from analytics.stats.ranking import Cells, Fit, fit, posterior
from analytics.stats.wording import WITHIN, Copies, Outcomes, Wording, learn
from catalog import assets
from model.tokens.text import TextEncoder

STORE = ROOT / ".cache" / "upworthy"

BATCHES, DRAWS, TRUTHS = 20, 200, 3
POLICIES = ("uniform", "beta_ts", "beta_ts_eb", "ours", "ours, no wording")
BUDGETS = (1000, 4000, 15_000)


@dataclass(frozen=True)
class Arms:
    """Headlines with their counts; `test` numbers the tests from 0, `week` grows with time."""

    headline: list[str]
    meaning: np.ndarray
    n: np.ndarray
    y: np.ndarray
    test: np.ndarray
    week: np.ndarray

    def where(self, chosen: np.ndarray) -> "Arms":
        """Some of them, tests numbered anew; tests that keep fewer than two headlines or no click are dropped."""
        _, test, size = np.unique(self.test[chosen], return_inverse=True, return_counts=True)
        won = np.bincount(test, self.y[chosen])
        good = np.flatnonzero(chosen)[(size[test] > 1) & (won[test] > 0)]
        return Arms(
            [self.headline[one] for one in good], self.meaning[good], self.n[good], self.y[good],
            np.unique(self.test[good], return_inverse=True)[1], self.week[good],
        )  # fmt: skip

    def cells(self) -> Cells:
        """For the ranking model: one stratum a test."""
        return cells_of(self.test, self.n, self.y)

    def copies(self) -> Copies:
        """What they say."""
        return Copies(texts=self.headline, meaning=self.meaning)

    def outcomes(self) -> Outcomes:
        """How they did within their tests."""
        return Outcomes.of(self.cells())


def cells_of(test: np.ndarray, n: np.ndarray, y: np.ndarray) -> Cells:
    """Arms as cells of one stratum a test."""
    return Cells(arm=np.arange(len(n)), stratum=test, n=n.astype(float), y=y.astype(float), contest=test)


def read(path: Path) -> Arms:
    """The file; arms of one test that share a headline (another picture) stay apart."""
    csv.field_size_limit(10**7)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["impressions"]) > 0]
    tests = {name: number for number, name in enumerate(dict.fromkeys(row["test_id"] for row in rows))}
    weeks = np.array([int(float(row["test_week"])) for row in rows])
    headlines = [row["headline"] for row in rows]
    arms = Arms(
        headlines,
        meaning_of(headlines),
        np.array([int(row["impressions"]) for row in rows]),
        np.array([int(row["clicks"]) for row in rows]),
        np.array([tests[row["test_id"]] for row in rows]),
        weeks,
    )
    return arms.where(np.ones(len(rows), bool))


def meaning_of(headlines: list[str]) -> np.ndarray:
    """Sentence embeddings by the product's own text encoder, (headlines, 384); kept, for they take minutes."""
    different = sorted(set(headlines), key=len)
    kept = STORE / f"{hashlib.sha256(json.dumps(different).encode()).hexdigest()[:16]}.npy"
    if not kept.is_file():
        STORE.mkdir(parents=True, exist_ok=True)
        encoder = TextEncoder(assets.resolve("minilm"))
        parts = [encoder.sentences(different[at : at + 64]).numpy() for at in range(0, len(different), 64)]
        np.save(kept, np.concatenate(parts))
    place = {text: index for index, text in enumerate(different)}
    return np.asarray(np.load(kept)[[place[text] for text in headlines]], dtype=float)


def known_prior(train: Arms) -> tuple[Wording, Fit, float]:
    """What the product learns from earlier tests: the words, their effect and what is left between arms, and the
    promise's unit.
    """
    copies, outcomes = train.copies(), train.outcomes()
    learnt = learn(copies, outcomes, train.test)
    wording = Wording(copies).learn(copies, outcomes, learnt.ridge)
    return wording, fit(train.cells(), design_of(learnt.promise / learnt.unit)), learnt.unit


def design_of(promise: np.ndarray) -> Design:
    """The promise of the wording as the one attribute of the ranking model."""
    nothing = Design(matrix=sparse.csr_matrix((len(promise), 0)), columns=(), family=np.zeros(0, int))
    return with_promise(nothing, promise)


def pairs(arms: Arms, score: np.ndarray) -> tuple[int, int, int, int]:
    """Right and all of every pair, right and all of the significant pairs."""
    right, total, sure, sure_total = 0.0, 0, 0.0, 0
    for members in np.split(np.argsort(arms.test, kind="stable"), np.cumsum(np.bincount(arms.test))[:-1]):
        first, second = np.triu_indices(len(members), 1)
        a, b = members[first], members[second]
        gap, p = score[a] - score[b], (arms.y[a] + arms.y[b]) / (arms.n[a] + arms.n[b])
        difference = arms.y[a] / arms.n[a] - arms.y[b] / arms.n[b]
        z = difference / np.sqrt(np.maximum(p * (1 - p) * (1 / arms.n[a] + 1 / arms.n[b]), 1e-12))
        told = (gap != 0) & (difference != 0)
        agree = np.sign(gap) == np.sign(difference)
        significant = told & (np.abs(z) > 1.96)
        right, total = right + (agree & told).sum(), total + told.sum()
        sure, sure_total = sure + (agree & significant).sum(), sure_total + significant.sum()
    return int(right), int(total), int(sure), int(sure_total)


def picks(arms: Arms, design: Design, prior: Fit, k: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Gain of each way to pick after k impressions an arm, one number a test, on the impressions not used."""
    n = np.minimum(k, arms.n // 2)
    y = rng.hypergeometric(arms.y, arms.n - arms.y, n) if k else np.zeros_like(arms.n)
    rest = (arms.y - y) / (arms.n - n)
    average = np.bincount(arms.test, rest) / np.bincount(arms.test)
    flat = Fit(beta=np.zeros(1), covariance=np.zeros((1, 1)), ridge=prior.ridge, t2=WITHIN)
    cells, jitter = cells_of(arms.test, n, y), 1e-9 * rng.random(len(n))
    ways = {
        "data alone": y / np.maximum(n, 1) if k else np.zeros(len(n)),
        "wording alone": np.asarray(design.matrix @ prior.beta),
        "both": posterior(cells, design, prior, rng, draws=DRAWS).relative.mean(0),
        "data, shrunken": posterior(cells, design, flat, rng, draws=DRAWS).relative.mean(0),
    }
    found = {}
    for name, score in ways.items():
        order = np.lexsort((score + jitter, arms.test))
        best = order[np.cumsum(np.bincount(arms.test)) - 1]
        found[name] = rest[best] / average - 1
    return found


def regrets(arms: Arms, design: Design, prior: Fit, budget: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Regret of each policy by test, on rates drawn several times from the posterior of the real counts."""
    level = (np.bincount(arms.test, arms.y) / np.bincount(arms.test, arms.n))[arms.test]
    starts = np.r_[0, np.cumsum(np.bincount(arms.test))[:-1]]
    lost = {name: np.zeros(len(starts)) for name in POLICIES}
    for _ in range(TRUTHS):
        rate = level * rng.gamma(1 / WITHIN + arms.y, 1 / (1 / WITHIN + arms.n * level))
        gap = np.maximum.reduceat(rate[np.argsort(arms.test, kind="stable")], starts)[arms.test] - rate
        for name in lost:
            shown = played(name, arms, (design, prior), rate, budget, rng)
            lost[name] += np.bincount(arms.test, shown * gap)
    return lost


def played(
    name: str, arms: Arms, known: tuple[Design, Fit], rate: np.ndarray, budget: int, rng: np.random.Generator
) -> np.ndarray:
    """Impressions by arm after the whole budget."""
    size = np.bincount(arms.test)[arms.test]
    n, y = np.zeros(len(rate)), np.zeros(len(rate))
    for batch in range(BATCHES):
        share = 1 / size if name == "uniform" or not batch else shares(name, arms, known, n, y, rng)
        shown = rng.poisson(budget / BATCHES * share)
        n, y = n + shown, y + rng.binomial(shown, np.minimum(rate, 1))
    return n


def shares(
    name: str, arms: Arms, known: tuple[Design, Fit], n: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """What each arm gets of its test's next batch."""
    if name.startswith("beta"):
        mean = (y.sum() + 1) / (n.sum() + 50)
        strength = 1 / (2 * WITHIN * mean)
        a, b = (1.0, 1.0) if name == "beta_ts" else (mean * strength, (1 - mean) * strength)
        return by_test(rng.beta(a + y, b + n - y, (DRAWS, len(n))), arms.test, temper=1.0, floor=0.0)
    design, prior = known
    if name == "ours, no wording":
        prior = Fit(beta=np.zeros(1), covariance=np.zeros((1, 1)), ridge=prior.ridge, t2=WITHIN)
    drawn = posterior(cells_of(arms.test, n, y), design, prior, rng, draws=DRAWS).relative
    return by_test(drawn, arms.test, floor=0.0005)


def by_test(draws: np.ndarray, test: np.ndarray, **how: float) -> np.ndarray:
    """Thompson shares within each test; tests of one size together."""
    share, size = np.zeros(len(test)), np.bincount(test)
    order, starts = np.argsort(test, kind="stable"), np.r_[0, np.cumsum(np.bincount(test))[:-1]]
    for count in np.unique(size):
        members = order[starts[size == count][:, None] + np.arange(count)]
        share[members] = thompson_shares(draws[:, members], explore=0.0, **how)
    return share


def interval(
    values: np.ndarray, rng: np.random.Generator, over: np.ndarray | None = None
) -> tuple[float, float, float]:
    """Mean (or ratio of sums) with its 95 % interval, tests resampled."""
    drawn = rng.integers(len(values), size=(1000, len(values)))
    if over is None:
        found, value = values[drawn].mean(1), values.mean()
    else:
        found, value = values[drawn].sum(1) / over[drawn].sum(1), values.sum() / over.sum()
    return (float(value), *(float(one) for one in np.quantile(found, [0.025, 0.975])))


def shown(value: tuple[float, float, float], percent: bool = False) -> str:
    """A value with its interval."""
    return "{:+.2%} ({:+.2%} to {:+.2%})".format(*value) if percent else "{:.3f} ({:.3f} to {:.3f})".format(*value)


def main() -> None:
    """Print what was trained on and the three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--train", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rng, arms = np.random.default_rng(options.seed), read(options.file)
    edge = np.quantile(arms.week, 0.6, method="nearest")
    train = read(options.train) if options.train else arms.where(arms.week < edge)
    test = arms if options.train else arms.where(arms.week >= edge)
    wording, prior, unit = known_prior(train)
    score = wording.promise(test.copies(), test.test)
    design = design_of(score / unit)
    figures: dict[str, object] = {"train_tests": int(train.test.max()) + 1, "test_tests": int(test.test.max()) + 1}
    figures |= {"slope": float(prior.beta[0]) / unit, "t2": prior.t2}
    right, total, sure, sure_total = pairs(test, score)
    spread = stats.binom.interval(0.95, sure_total, sure / sure_total)
    told = (sure / sure_total, spread[0] / sure_total, spread[1] / sure_total)
    figures |= {"pairs": right / total, "significant_pairs": told[0]}
    rows: list[list[object]] = [["question", "answer (95 % interval)"]]
    rows += [["trained on / scored on tests", f"{figures['train_tests']:,} / {figures['test_tests']:,}"]]
    rows += [[f"right on all {total:,} pairs", f"{right / total:.3f}"]]
    rows += [[f"right on {sure_total:,} significant pairs", shown(told)]]
    for k in (0, 100, 400):
        for name, gains in picks(test, design, prior, k, rng).items():
            if k or name == "wording alone":
                value = interval(gains, rng)
                figures[f"pick {k} {name}"] = value[0]
                rows.append([f"pick after {k} impressions an arm, {name}", shown(value, percent=True)])
    for budget in BUDGETS:
        lost = regrets(test, design, prior, budget, rng)
        for name in list(lost)[1:]:
            value = interval(lost[name], rng, lost["uniform"])
            figures[f"regret {budget} {name}"] = value[0]
            rows.append([f"regret at {budget:,} impressions a test, {name}", shown(value)])
    report.show("upworthy", figures, rows=rows, as_json=options.json, seed=options.seed)


if __name__ == "__main__":
    main()
