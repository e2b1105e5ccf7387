"""What one look at an experiment says, as frozen records: kept with it, read by its page and the API."""

from dataclasses import dataclass
from uuid import UUID

from analytics.stats.counts import Estimate, NotEnoughData
from analytics.stats.guards import SampleRatio


@dataclass(frozen=True, kw_only=True)
class Secondary:
    """A metric that does not decide: its any-time ratio to the control, and whether it stands beside all others."""

    name: str
    ratio: Estimate
    is_found: bool
    """Among all metrics of all arms at most 5 % of these are false (e-BH)."""


@dataclass(frozen=True, kw_only=True)
class LookArm:
    """One arm against the control (for the control itself the comparisons are None)."""

    placement: int
    video: UUID
    name: str
    visitors: int
    rate: Estimate | NotEnoughData
    """Of the deciding metric: a share of visitors, or money per visitor in the smallest unit."""
    lift: Estimate | None
    """Relative lift over the control with its any-time 95 % interval."""
    p: float
    """Any-time p value, adjusted for all arms (Holm)."""
    chance: float | None
    """That it beats the control, from a sceptical prior: for reading, not for deciding."""
    secondary: tuple[Secondary, ...]

    @property
    def against(self) -> tuple[str, str]:
        """The lift and its interval in words; empty while there is none."""
        if self.lift is None:
            return "", ""
        value, low, high = (
            f"{100 * one:+.1f} %".replace("-", "−") for one in (self.lift.value, self.lift.low, self.lift.high)
        )
        return value, f"{low} to {high}"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A guardrail that an arm has broken beyond doubt."""

    guardrail: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everything a look found, and what follows from it."""

    arms: tuple[LookArm, ...]
    sample_ratio: SampleRatio | NotEnoughData
    alarms: tuple[Alarm, ...]
    fewest: int
    """Visitors of the smallest arm."""
    days_left: int | None
    """Until the planned end at the traffic of the last week; None without traffic."""
    outcome: str
    """A state of `Experiment`."""
    reason: str
    winner: int | None
