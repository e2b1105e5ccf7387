"""Real randomised headline tests (Upworthy Research Archive): does the ranking model earn more, and does wording help?

Columns read: test_id, headline, impressions, clicks, test_week. Training and test are split by time, by test: the first
60 % of the weeks train (their last quarter chooses the ridge and the trust in the wording), later weeks are scored.
With --train another file trains and all of FILE is scored.

    pairs     of two headlines of one test that differ significantly, how often does the wording alone name the better?
    picks     after k real impressions an arm, the chosen arm's rate on its remaining real impressions over the average
    regret    of allocation in 20 batches, over uniform's, on rates drawn from the posterior of each test's real counts

    python benchmarks/upworthy.py ../shared/data/upworthy/tests_early_weeks.csv.gz --seed 1
"""

import argparse
import csv
import gzip
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy import sparse, stats

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
import report

from analytics.allocation import thompson_shares
from analytics.stats.design import Column, Design
from analytics.stats.ranking import Cells, Fit, fit, posterior

BATCHES, DRAWS, TRUTHS = 20, 200, 3
POLICIES = ("uniform", "beta_ts", "beta_ts_eb", "ours", "ours, no wording")
FEW = 300
"""Visitors of a first batch that are divided by wording and evenly in equal parts."""
BUDGETS = (1000, 4000, 15_000)
RIDGES = (250.0, 500.0, 1000.0, 2000.0)
WITHIN = 0.0445
"""Variance of the true relative click rate within a test (0.211 squared), noise removed."""


@dataclass(frozen=True)
class Arms:
    """Headlines with their counts; `test` numbers the tests from 0, `week` grows with time."""

    headline: list[str]
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
            [self.headline[one] for one in good], self.n[good], self.y[good],
            np.unique(self.test[good], return_inverse=True)[1], self.week[good],
        )  # fmt: skip

    def cells(self) -> Cells:
        """For the ranking model: one stratum a test."""
        return cells_of(self.test, self.n, self.y)

    def log_ratio(self) -> tuple[np.ndarray, np.ndarray]:
        """Noisy log of each arm's rate over its test's, and its weight."""
        expected = self.n * (np.bincount(self.test, self.y) / np.bincount(self.test, self.n))[self.test]
        return self.y / expected - 1, expected / (1 + WITHIN * expected)


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
    arms = Arms(
        [row["headline"] for row in rows],
        np.array([int(row["impressions"]) for row in rows]),
        np.array([int(row["clicks"]) for row in rows]),
        np.array([tests[row["test_id"]] for row in rows]),
        weeks,
    )
    return arms.where(np.ones(len(rows), bool))


class Wording:
    """What a headline's words promise: a ridge regression of log rates within tests on words and style."""

    def __init__(self, headlines: Sequence[str], *, least: int = 6) -> None:
        counts = Counter(word for text in headlines for word in set(words(text)))
        self.place = {word: index for index, word in enumerate(sorted(w for w, n in counts.items() if n >= least))}
        self.weights = np.zeros(len(self.place) + len(style("")))

    def matrix(self, headlines: Sequence[str]) -> sparse.csr_matrix:
        """One row a headline: which words occur, then style, scaled so that one ridge suits both."""
        rows, columns = [], []
        for row, text in enumerate(headlines):
            found = {self.place[word] for word in words(text) if word in self.place}
            rows += [row] * len(found)
            columns += found
        known = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(headlines), len(self.place)))
        looks = np.array([style(text) for text in headlines])
        return sparse.hstack([known, sparse.csr_matrix(2.0 * looks)]).tocsr()

    def learn(self, arms: Arms, ridge: float) -> "Wording":
        """Weighted least squares within tests, by conjugate gradients."""
        x, (target, weight) = self.matrix(arms.headline), arms.log_ratio()
        tests = sparse.csr_matrix((np.ones(len(target)), (arms.test, np.arange(len(target)))))
        mass = tests @ weight

        def centred(values: np.ndarray) -> np.ndarray:
            return weight * (values - ((tests @ (weight * values)) / mass)[arms.test])

        normal = sparse.linalg.LinearOperator(
            (x.shape[1],) * 2, matvec=lambda v: x.T @ centred(x @ v) + ridge * v, dtype=float
        )
        self.weights, _ = sparse.linalg.cg(normal, x.T @ centred(target), rtol=1e-4, maxiter=300)
        return self

    def promise(self, arms: Arms) -> np.ndarray:
        """Log ratio to the average headline of the same test."""
        score = self.matrix(arms.headline) @ self.weights
        return score - (np.bincount(arms.test, score) / np.bincount(arms.test))[arms.test]


def words(text: str) -> list[str]:
    """Lower-case words, their stems, neighbours joined, the first two marked as an opening."""
    one = re.findall(r"[a-z0-9']+|[?!:$%]", text.lower())
    stems = [f"{word[:5]}~" for word in one if len(word) > 5]
    return [*one, *stems, *(f"{a} {b}" for a, b in pairwise(one)), f"^{' '.join(one[:2])}", f"{' '.join(one[-1:])}$"]


def style(text: str) -> list[float]:
    """Length, numbers, capitals, punctuation, whom it speaks to and of."""
    one = re.findall(r"[A-Za-z0-9']+", text)
    lower = [word.lower() for word in one]
    count = max(len(one), 1)

    def share(*wanted: str) -> float:
        return sum(word in wanted for word in lower) / count**0.5

    return [
        np.log1p(len(text)) - 4.2, (np.log1p(len(text)) - 4.2) ** 2, len(text) / max(len(one), 1) / 5 - 1,
        float(bool(re.search(r"\d", text))), float("?" in text), float("!" in text), float('"' in text or "'" in text),
        text.count(".") / 2, float(":" in text), float("..." in text or "…" in text), float("(" in text),
        sum(word.isupper() and len(word) > 1 for word in one) / count**0.5, share("you", "your", "you're"),
        share("i", "my", "me"), share("we", "our", "us"), share("he", "his", "him"), share("she", "her"),
        share("they", "their", "them"), share("this", "that", "these", "here's", "what"), share("why", "how", "who"),
        share("not", "no", "never", "don't", "can't"), float(lower[:1] == ["watch"]),
        float(lower[:1] in (["why"], ["how"])),
    ]  # fmt: skip


def known_prior(train: Arms) -> tuple[Wording, Fit]:
    """Words learnt on the earlier weeks; ridge, slope and what is left between arms on the last quarter of them."""
    edge = np.quantile(train.week, 0.75, method="nearest")
    early, late = train.where(train.week < edge), train.where(train.week >= edge)
    vocabulary = Wording(early.headline)
    target, weight = late.log_ratio()

    def error(ridge: float) -> float:
        found = target - vocabulary.learn(early, ridge).promise(late)
        return float((weight * found**2).sum())

    ridge = min(RIDGES, key=error)
    score = vocabulary.learn(early, ridge).promise(late)
    trust = fit(late.cells(), design_of(score))
    return Wording(train.headline).learn(train, ridge), trust


def design_of(score: np.ndarray) -> Design:
    """The promise of the wording as the one attribute of the ranking model."""
    return Design(
        matrix=sparse.csr_matrix(score[:, None]), columns=(Column("wording", "promise"),), family=np.zeros(1, int)
    )


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
        share = 1 / size
        if batch and name != "uniform":
            share = shares(name, arms, known, n, y, rng)
        elif name == "ours":  # before the first click: the more visitors come at once, the more of them teach
            trusted = 1 / (1 + budget / BATCHES / FEW)
            share = (1 - trusted) * share + trusted * shares(name, arms, known, n, y, rng)
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
    wording, prior = known_prior(train)
    score = wording.promise(test)
    design = design_of(score)
    figures: dict[str, object] = {"train_tests": int(train.test.max()) + 1, "test_tests": int(test.test.max()) + 1}
    figures |= {"slope": float(prior.beta[0]), "t2": prior.t2}
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
