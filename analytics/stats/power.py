"""How long will a test take? Units an arm for a wished certainty, and days at today's traffic."""

from math import ceil

from scipy import stats

PATIENCE = 1.7
"""Units an any-time test needs for 80 % power, as a multiple of the fixed plan (`benchmarks/peeking.py`)."""


def units_needed(rate: float, lift: float, *, power: float = 0.8, alpha: float = 0.05) -> int:
    """Units an arm of a two-sided test looked at once; `lift` is relative (Fleiss, Levin, Paik 2003, 4.14)."""
    other = rate * (1 + lift)
    if not (0 < rate < 1 and 0 < other < 1) or lift == 0:
        raise ValueError(f"A rate of {rate} and a lift of {lift:+.0%} leave nothing to find between 0 and 1.")
    z = stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)
    return ceil(float(z) ** 2 * (rate * (1 - rate) + other * (1 - other)) / (other - rate) ** 2)


def days_to_decide(rate: float, lift: float, *, units_a_day: float, arms: int = 2) -> int | None:
    """Days until an any-time test would find this lift with 80 % power; None without traffic."""
    if units_a_day <= 0:
        return None
    return ceil(PATIENCE * units_needed(rate, lift) * arms / units_a_day)
