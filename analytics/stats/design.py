"""Attributes of arms as a matrix: which columns exist, what each means, and which share one ridge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """An effect that arms share: of a value (scenario=family), everywhere or in one category only."""

    attribute: str
    value: str
    category: str = ""

    @property
    def family(self) -> tuple[str, bool]:
        """Columns of one family learn one ridge together."""
        return self.attribute, bool(self.category)


PROMISE = Column("wording", "promise")
"""What the words of an arm promise (`analytics.stats.wording`): no choice of planning, so no choice is judged by it."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """`matrix` is (arms, columns), sparse; `family` numbers each column's ridge."""

    matrix: Any
    columns: tuple[Column, ...]
    family: NDArray[np.int64]

    def everywhere(self) -> Floats:
        """The columns that hold in every category, dense, (arms, some columns)."""
        chosen = [place for place, column in enumerate(self.columns) if not column.category]
        return np.asarray(self.matrix[:, chosen].toarray())


def design(attributes: Sequence[Mapping[str, str]], categories: Sequence[str]) -> Design:
    """One column a value, and one a value within a category as soon as there are two categories."""
    several = len(set(categories)) > 1
    found: dict[Column, int] = {}
    rows, places = [], []
    for row, (values, category) in enumerate(zip(attributes, categories, strict=True)):
        columns = [Column(attribute, value) for attribute, value in values.items()]
        if several:
            columns += [Column(attribute, value, category) for attribute, value in values.items()]
        for column in columns:
            rows.append(row)
            places.append(found.setdefault(column, len(found)))
    shape = (len(attributes), len(found))
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, places)), shape=shape)
    families = list(dict.fromkeys(column.family for column in found))
    family = np.array([families.index(column.family) for column in found], dtype=np.int64)
    return Design(matrix=matrix, columns=tuple(found), family=family)


def with_promise(design: Design, promise: Floats) -> Design:
    """With what the words of each arm promise, (arms,), as one attribute more: a number instead of a choice."""
    return Design(
        matrix=sparse.hstack([design.matrix, sparse.csr_matrix(promise[:, None])]).tocsr(),
        columns=(*design.columns, PROMISE),
        family=np.append(design.family, design.family.max(initial=-1) + 1),
    )


def usual_rate(rates: Floats, design: Design, beta: Floats) -> float:
    """What an arm of average choices would have, from the rate of every arm, (arms,), and the fitted effects.

    Totals would not do: where one choice got most of the traffic they are its own.
    """
    kinds: dict[str, list[float]] = {}
    for column, effect in zip(design.columns, beta.tolist(), strict=True):
        if not column.category and column != PROMISE:
            kinds.setdefault(column.attribute, []).append(effect)
    average = sum(float(np.mean(effects)) for effects in kinds.values())
    return float(np.exp((np.log(rates) - design.matrix @ beta).mean() + average))


def contrasts(effects: Mapping[Column, Floats]) -> dict[Column, Floats]:
    """Draws of each effect against the average of its kind in its category; a kind of one value has none.

    What all values share moves no choice, and no data can tell it from the level of the products.
    """
    kinds: dict[tuple[str, str], list[Floats]] = {}
    for column, drawn in effects.items():
        kinds.setdefault((column.attribute, column.category), []).append(drawn)
    usual = {kind: np.mean(drawn, axis=0) for kind, drawn in kinds.items() if len(drawn) > 1}
    return {
        column: drawn - usual[column.attribute, column.category]
        for column, drawn in effects.items()
        if (column.attribute, column.category) in usual
    }
