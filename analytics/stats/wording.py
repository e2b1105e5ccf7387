"""What the words of a variant promise before anybody has seen it, learnt from how other contests went.

A ridge regression of relative rates within contests on the words that occur, how they are set, and what the whole text
means (a sentence embedding). It enters ranking as one attribute more, whose effect is fitted like every other: where
words say nothing, it says nothing.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analytics.stats.ranking import Cells

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST = 6
"""A word is learnt from as many texts at least."""
STYLE_SCALE, MEANING_SCALE = 2.0, 5.0
"""What one ridge suits words, style and meaning with; chosen on the training weeks of real headline tests alone."""
RIDGES = (500.0, 1000.0, 2000.0, 4000.0)
WITHIN = 0.0445
"""Usual variance of the true relative rate within a contest (0.211 squared)."""
LEAST_UNIT = 0.05
"""A promise is counted in its own spread, and in this where it promises less: next to nothing stays next to nothing."""
FOLDS = 5
_IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+(?:'[^\W_{_IDEOGRAPH}]+)*|[?!:$%]")


@dataclass(frozen=True, kw_only=True)
class Copies:
    """What each arm says: its text, and an embedding of it, (arms, size); size 0 where nothing computed one."""

    texts: Sequence[str]
    meaning: Floats

    def where(self, chosen: Ints) -> "Copies":
        """Some of them, by position."""
        return Copies(texts=[self.texts[one] for one in chosen], meaning=self.meaning[chosen])


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """How each arm did within its contest: relative rate less one, its weight, and the contest; all (arms,)."""

    relative: Floats
    weight: Floats
    contest: Ints

    @classmethod
    def of(cls, cells: Cells) -> "Outcomes":
        """Successes over those expected at the average rate of the same strata, weighted by what noise leaves."""
        shown, won = cells.per_stratum(cells.n), cells.per_stratum(cells.y)
        expected = cells.per_arm(np.where(shown > 0, cells.n * won / np.where(shown > 0, shown, 1), 0.0))
        known = expected > 0
        relative = np.where(known, cells.per_arm(cells.y) / np.where(known, expected, 1) - 1, 0.0)
        return cls(relative=relative, weight=expected / (1 + WITHIN * expected), contest=cells.contest)

    def where(self, chosen: Ints) -> "Outcomes":
        """Some of them, contests numbered anew."""
        contest = np.unique(self.contest[chosen], return_inverse=True)[1]
        return Outcomes(relative=self.relative[chosen], weight=self.weight[chosen], contest=contest)

    def error(self, promise: Floats) -> float:
        """Weighted square of what a promise misses."""
        return float((self.weight * (self.relative - promise) ** 2).sum())


class Wording:
    """Words known from some texts, and what each is worth."""

    def __init__(self, copies: Copies) -> None:
        counts = Counter(word for text in copies.texts for word in set(words(text)))
        self._place = {word: index for index, word in enumerate(sorted(w for w, n in counts.items() if n >= LEAST))}
        self._weights = np.zeros(len(self._place) + len(style("")) + copies.meaning.shape[1])

    def learn(self, copies: Copies, outcomes: Outcomes, ridge: float) -> "Wording":
        """From how these copies did."""
        self._weights = _solved(self.matrix(copies), outcomes, ridge)
        return self

    def promise(self, copies: Copies, contest: Ints) -> Floats:
        """Expected relative rate of each text against the average of its contest, (arms,)."""
        return centred(self.matrix(copies) @ self._weights, contest)

    def matrix(self, copies: Copies) -> sparse.csr_matrix:
        """One row a text: which words occur, then style and meaning, scaled so that one ridge suits all."""
        rows: list[int] = []
        columns: list[int] = []
        for row, text in enumerate(copies.texts):
            found = {self._place[word] for word in words(text) if word in self._place}
            rows += [row] * len(found)
            columns += found
        shape = (len(copies.texts), len(self._place))
        known = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
        looks = np.array([style(text) for text in copies.texts]).reshape(len(copies.texts), -1)
        rest = np.hstack([STYLE_SCALE * looks, MEANING_SCALE * copies.meaning])
        return sparse.hstack([known, sparse.csr_matrix(rest)]).tocsr()


def _solved(x: sparse.csr_matrix, outcomes: Outcomes, ridge: float) -> Floats:
    """Weight of each column of `x`: weighted least squares within contests, by conjugate gradients."""
    weight = outcomes.weight
    gather = sparse.csr_matrix((np.ones(len(weight)), (outcomes.contest, np.arange(len(weight)))))
    mass = np.maximum(gather @ weight, 1e-12)

    def weighed(values: Floats) -> Floats:
        return np.asarray(weight * (values - ((gather @ (weight * values)) / mass)[outcomes.contest]))

    normal = sparse.linalg.LinearOperator(
        (x.shape[1],) * 2, matvec=lambda v: x.T @ weighed(x @ v) + ridge * v, dtype=float
    )
    weights, _ = sparse.linalg.cg(normal, x.T @ weighed(outcomes.relative), rtol=1e-4, maxiter=300)
    return np.asarray(weights)


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """What the words of each arm promise by the arms of other groups alone, (arms,), and the ridge that did best."""

    promise: Floats
    ridge: float
    unit: float
    """Usual size of a promise where there is something to compare; ranking counts in it."""


def learn(copies: Copies, outcomes: Outcomes, group: Ints, choices: Floats | None = None) -> Learnt:
    """Cross-fitted over groups (products), with the ridge that errs least on groups it has not seen.

    A variant's own clicks never speak for its words, so the effect of the promise can be fitted on the same arms,
    beside the effects of `choices`, (arms, columns), of which the promise is made to say nothing.
    """
    fold = np.unique(group, return_inverse=True)[1] % FOLDS
    beside = np.zeros((len(fold), 0)) if choices is None else choices
    promises = _cross_fitted(copies, outcomes, fold, beside)
    ridge = min(RIDGES, key=lambda each: outcomes.error(promises[each]))
    is_compared = np.bincount(outcomes.contest)[outcomes.contest] > 1
    spread = float(promises[ridge][is_compared].std()) if is_compared.any() else 0.0
    return Learnt(promise=promises[ridge], ridge=ridge, unit=max(spread, LEAST_UNIT))


def _cross_fitted(copies: Copies, outcomes: Outcomes, fold: Ints, choices: Floats) -> dict[float, Floats]:
    """What the words of each arm promise by the other folds, for every ridge."""
    promises = {ridge: np.zeros(len(fold)) for ridge in RIDGES}
    for each in range(FOLDS):
        mine, others = np.flatnonzero(fold == each), np.flatnonzero(fold != each)
        if not len(mine) or not len(others):
            continue
        wording, theirs, contest = Wording(copies.where(others)), outcomes.where(others), outcomes.contest[mine]
        known, asked = wording.matrix(copies.where(others)), wording.matrix(copies.where(mine))
        for ridge, promise in promises.items():
            promise[mine] = apart_from(choices[mine], centred(asked @ _solved(known, theirs, ridge), contest), contest)
    return promises


def apart_from(choices: Floats, promise: Floats, contest: Ints) -> Floats:
    """What is left of a promise, (arms,), once the choices, (arms, columns), have said theirs, by least squares.

    Words follow choices (a hook is a way to put things). What the other folds had of a choice is less the more this
    fold had of it; left in, that would be read as the opposite of what words do.
    """
    told = np.column_stack([centred(column, contest) for column in choices.T]) if choices.shape[1] else choices
    return np.asarray(promise - told @ np.linalg.lstsq(told, promise, rcond=1e-8)[0])


def centred(values: Floats, contest: Ints) -> Floats:
    """Values of arms, (arms,), against the average of their contest."""
    return np.asarray(values - (np.bincount(contest, values) / np.maximum(np.bincount(contest), 1))[contest])


def words(text: str) -> list[str]:
    """Lower-case words, their stems, neighbours joined, the opening and the end marked; an ideograph is a word."""
    one = _WORD.findall(text.lower())
    stems = [f"{word[:5]}~" for word in one if len(word) > 5]
    return [*one, *stems, *(f"{a} {b}" for a, b in pairwise(one)), f"^{' '.join(one[:2])}", f"{' '.join(one[-1:])}$"]


def style(text: str) -> list[float]:
    """Length, numbers, capitals, punctuation; in English also whom it speaks to and of."""
    one = re.findall(r"[^\W_]+(?:'[^\W_]+)*", text)
    lower = [word.lower() for word in one]
    count = max(len(one), 1)

    def share(*wanted: str) -> float:
        return float(sum(word in wanted for word in lower) / count**0.5)

    length = float(np.log1p(len(text))) - 4.2
    return [
        length, length**2, len(text) / count / 5 - 1,
        float(bool(re.search(r"\d", text))), float("?" in text), float("!" in text), float('"' in text or "'" in text),
        text.count(".") / 2, float(":" in text), float("..." in text or "…" in text), float("(" in text),
        sum(word.isupper() and len(word) > 1 for word in one) / count**0.5, share("you", "your", "you're"),
        share("i", "my", "me"), share("we", "our", "us"), share("he", "his", "him"), share("she", "her"),
        share("they", "their", "them"), share("this", "that", "these", "here's", "what"), share("why", "how", "who"),
        share("not", "no", "never", "don't", "can't"), float(lower[:1] == ["watch"]),
        float(lower[:1] in (["why"], ["how"])),
    ]  # fmt: skip
