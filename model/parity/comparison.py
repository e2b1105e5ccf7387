"""One checked tensor, and the two errors that the tolerances of a golden folder speak of."""

from dataclasses import dataclass
from typing import Self

from torch import Tensor


@dataclass(frozen=True)
class Comparison:
    """A tensor of one golden file: its error against the allowed one."""

    file: str
    name: str
    error: float
    allowed: float

    @classmethod
    def of(cls, file: str, name: str, found: Tensor, expected: Tensor, *, allowed: float) -> Self:
        """By the largest error relative to the largest expected number."""
        return cls(file, name, relative_error(found, expected), allowed)

    @property
    def passed(self) -> bool:
        return self.error <= self.allowed


def relative_error(found: Tensor, expected: Tensor) -> float:
    """max|x - y| / max|y|; infinite when the shapes differ."""
    if found.shape != expected.shape:
        return float("inf")
    return float((found.double() - expected.double()).abs().max() / expected.double().abs().max().clamp(min=1e-12))


def relative_length(found: Tensor, expected: Tensor) -> float:
    """|x - y| / |y| in the Euclidean norm."""
    return float((found.double() - expected.double()).norm() / expected.double().norm().clamp(min=1e-12))
