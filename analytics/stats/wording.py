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
"""What one ridge suits words, style and meaning with: chosen on the last quarter of the training weeks of real headline
tests (`benchmarks/upworthy.py`)."""
RIDGES = (500.0, 1000.0, 2000.0, 4000.0)
WITHIN = 0.0445
"""Usual variance of the true relative rate within a contest (0.211 squared)."""
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
        """Weighted least squares within contests, by conjugate gradients."""
        x, weight = self._matrix(copies), outcomes.weight
        gather = sparse.csr_matrix((np.ones(len(weight)), (outcomes.contest, np.arange(len(weight)))))
        mass = np.maximum(gather @ weight, 1e-12)

        def centred(values: Floats) -> Floats:
            return np.asarray(weight * (values - ((gather @ (weight * values)) / mass)[outcomes.contest]))

        normal = sparse.linalg.LinearOperator(
            (x.shape[1],) * 2, matvec=lambda v: x.T @ centred(x @ v) + ridge * v, dtype=float
        )
        self._weights, _ = sparse.linalg.cg(normal, x.T @ centred(outcomes.relative), rtol=1e-4, maxiter=300)
        return self

    def promise(self, copies: Copies, contest: Ints) -> Floats:
        """Expected relative rate of each text against the average of its contest, (arms,)."""
        score = self._matrix(copies) @ self._weights
        return np.asarray(score - (np.bincount(contest, score) / np.maximum(np.bincount(contest), 1))[contest])

    def _matrix(self, copies: Copies) -> sparse.csr_matrix:
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


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """`wording` of all arms, and what each arm's words promise by the arms of other groups alone, (arms,)."""

    wording: Wording
    promise: Floats
    ridge: float


def learn(copies: Copies, outcomes: Outcomes, group: Ints) -> Learnt:
    """Cross-fitted over groups (products), with the ridge that errs least on groups it has not seen.

    A variant's own clicks never speak for its words, so the effect of the promise can be fitted on the same arms.
    """
    fold = np.unique(group, return_inverse=True)[1] % FOLDS
    promises = _cross_fitted(copies, outcomes, fold)
    ridge = min(RIDGES, key=lambda each: outcomes.error(promises[each]))
    return Learnt(wording=Wording(copies).learn(copies, outcomes, ridge), promise=promises[ridge], ridge=ridge)


def _cross_fitted(copies: Copies, outcomes: Outcomes, fold: Ints) -> dict[float, Floats]:
    """What the words of each arm promise by the other folds, for every ridge."""
    promises = {ridge: np.zeros(len(fold)) for ridge in RIDGES}
    for each in range(FOLDS):
        mine, others = np.flatnonzero(fold == each), np.flatnonzero(fold != each)
        if not len(mine) or not len(others):
            continue
        known, theirs, asked = copies.where(others), outcomes.where(others), copies.where(mine)
        wording = Wording(known)
        for ridge, promise in promises.items():
            promise[mine] = wording.learn(known, theirs, ridge).promise(asked, outcomes.contest[mine])
    return promises


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
