"""What every statistic takes and gives: Counts in; an Estimate or NotEnoughData out, never NaN."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Successes among trials, such as visitors who clicked among visitors who saw. Addable."""

    trials: int
    successes: int

    def __post_init__(self) -> None:
        if not 0 <= self.successes <= self.trials:
            raise ValueError(f"{self.successes} successes in {self.trials} trials cannot be: 0 <= successes <= trials.")

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(trials=self.trials + other.trials, successes=self.successes + other.successes)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A value and the interval that holds it with probability `confidence`."""

    value: float
    low: float
    high: float
    confidence: float = 0.90


@dataclass(frozen=True, kw_only=True)
class NotEnoughData:
    """A normal answer: how much there is, how much it takes, in the same unit."""

    have: int
    need: int
    unit: str = "visitors"

    def __str__(self) -> str:
        return f"not enough data: {self.have:,} of {self.need:,} {self.unit}"
