"""The same answers as GrowthBook's gbstats and as obp, on questions drawn by `benchmarks/peer_vectors.py`."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.stats import off_policy
from analytics.stats.counts import Counts, NotEnoughData
from analytics.stats.guards import SampleRatio, sample_ratio
from analytics.stats.lift import Chance, Lift, chance, lift, lift_any_time
from analytics.stats.samples import Sample, Sums, adjusted, average, rate, ratio

VECTORS = Path(__file__).parent / "vectors"
GBSTATS = json.loads((VECTORS / "gbstats.json").read_text())
OBP = json.loads((VECTORS / "obp.json").read_text())
NEAR = {"rel": 1e-9, "abs": 1e-9}


def samples(row: dict[str, Any]) -> tuple[Sample, Sample]:
    if row["kind"] == "rate":
        first, second = (rate(Counts(trials=row[arm]["n"], successes=row[arm]["x"])) for arm in "ab")
        return first, second
    a, b = (Sums(**row[arm]) for arm in "ab")
    if row["kind"] == "adjusted":
        return adjusted(a, b)
    kind = {"average": average, "ratio": ratio}[row["kind"]]
    return kind(a), kind(b)


@pytest.mark.parametrize("kind", ["rate", "average", "ratio", "adjusted"])
def test_lifts_equal_gbstats(kind: str) -> None:
    rows = [row for row in GBSTATS["comparisons"] if row["kind"] == kind]
    assert len(rows) == 50
    for row in rows:
        a, b = samples(row)
        how = {"confidence": row["confidence"], "relative": row["relative"]}
        fixed, looked = lift(a, b, **how), lift_any_time(a, b, planned=row["planned"], **how)
        assert isinstance(fixed, Lift)
        assert isinstance(looked, Lift)
        assert fixed.estimate.value == pytest.approx(row["value"], **NEAR)
        for found, expected in ((fixed, row["fixed"]), (looked, row["sequential"])):
            assert [found.estimate.low, found.estimate.high, found.p] == pytest.approx(expected, **NEAR)


@pytest.mark.parametrize(("name", "spread"), [("flat", float("inf")), ("prior", 0.3)])
def test_posteriors_equal_gbstats(name: str, spread: float) -> None:
    for row in GBSTATS["comparisons"]:
        found = chance(
            *samples(row), prior_spread=spread, confidence=row["confidence"], relative=row["relative"]
        )  # fmt: skip
        assert isinstance(found, Chance)
        one = found.estimate
        assert [one.value, one.low, one.high, found.better, *found.risk] == pytest.approx(row[name], **NEAR)


def test_splits_equal_gbstats() -> None:
    for row in GBSTATS["splits"]:
        found = sample_ratio(row["seen"], row["shares"])
        assert isinstance(found, SampleRatio)
        assert found.p == pytest.approx(row["p"], **NEAR)


def logged(row: dict[str, Any]) -> off_policy.Logged:
    names = ("reward", "logged", "target", "expected", "expected_target")
    return off_policy.Logged(n=np.ones(len(row["reward"])), **{name: np.array(row[name], float) for name in names})


def test_off_policy_estimates_equal_obp() -> None:
    for row in OBP:
        log = logged(row)
        found = {
            "ips": off_policy.ips(log), "snips": off_policy.snips(log), "direct": off_policy.direct(log),
            "doubly_robust": off_policy.doubly_robust(log), "switch": off_policy.doubly_robust(log, largest=1.2),
        }  # fmt: skip
        assert found == pytest.approx(row["answers"], abs=1e-9)


def test_visitors_may_be_counted_in_groups() -> None:
    """A hundred and twenty rows of one visitor, or one row for each arm and reward: the same estimate."""
    row = OBP[0]
    single = logged(row)
    keys = list(zip(row["logged"], row["target"], strict=True))
    model = {key: 0.1 + 0.01 * place for place, key in enumerate(dict.fromkeys(keys))}
    expected = np.array([model[key] for key in keys])
    one = off_policy.Logged(
        n=single.n, reward=single.reward, logged=single.logged, target=single.target, expected=expected,
        expected_target=np.full(len(keys), 0.12),
    )  # fmt: skip
    arms = list(model)
    groups = [[place for place, key in enumerate(keys) if key == arm] for arm in arms]
    grouped = off_policy.Logged(
        n=np.array([len(group) for group in groups], float),
        reward=np.array([single.reward[group].sum() for group in groups]),
        logged=np.array([arm[0] for arm in arms]), target=np.array([arm[1] for arm in arms]),
        expected=np.array([model[arm] for arm in arms]), expected_target=np.full(len(arms), 0.12),
    )  # fmt: skip
    assert off_policy.doubly_robust(grouped) == pytest.approx(off_policy.doubly_robust(one), abs=1e-12)
    assert grouped.effective == pytest.approx(one.effective)


def test_what_the_log_hardly_saw_is_not_estimated() -> None:
    log = off_policy.Logged(
        n=np.array([5000.0, 50.0]), reward=np.array([300.0, 4.0]), logged=np.array([0.99, 0.01]),
        target=np.array([0.01, 0.99]), expected=np.array([0.06, 0.06]), expected_target=np.array([0.06, 0.06]),
    )  # fmt: skip
    found = off_policy.would_have_earned(log)
    assert found == NotEnoughData(have=51, need=1000, unit="effective visitors")
