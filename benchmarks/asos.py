"""Real online experiments (ASOS, 2019 to 2020), read day by day: what fixed and any-time intervals say about each.

The file holds, for each experiment, metric and variant, the running mean and variance of control and treatment at
many moments. A fixed test at every moment is what a dashboard invites to; how many tests does it call significant at
some moment and not at the end, and how many does the any-time interval call?

Needs pandas and pyarrow, so it runs in the environment of `benchmarks/peer_vectors.py`:

    .cache/peers/bin/python benchmarks/asos.py ../shared/data/asos/asos_digital_experiments_dataset.parquet
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
import report

from analytics.stats.lift import LEAST_UNITS, Lift, lift, lift_any_time
from analytics.stats.samples import Sample


@dataclass
class Course:
    """What one comparison looked like over time."""

    looks: int
    fixed_ever: bool
    fixed_end: bool
    any_time: bool
    width: float
    """Any-time interval over the fixed one, at the end."""


def course(rows: pd.DataFrame) -> Course | None:
    """Read one experiment, metric and variant in order of time; None where no moment can be judged."""
    planned = 0.5 * float(rows.iloc[-1].count_c + rows.iloc[-1].count_t)
    fixed, any_time, width = [], [], 1.0
    for one in rows.itertuples():
        a, b = sample(one.count_c, one.mean_c, one.variance_c), sample(one.count_t, one.mean_t, one.variance_t)
        first, second = lift(a, b, relative=False), lift_any_time(a, b, relative=False, planned=planned)
        if min(a.n, b.n) < LEAST_UNITS or not (isinstance(first, Lift) and isinstance(second, Lift)):
            continue
        fixed.append(first.p < 0.05)
        any_time.append(second.p < 0.05)
        width = (second.estimate.high - second.estimate.low) / (first.estimate.high - first.estimate.low)
    return Course(len(fixed), any(fixed), fixed[-1], any(any_time), width) if fixed else None


def sample(count: Any, mean: Any, variance: Any) -> Sample:
    """One arm as the file tells it."""
    return Sample(n=int(count), mean=float(mean), variance=float(variance), base=float(mean))


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    data = pd.read_parquet(options.file).dropna()
    keys = ["experiment_id", "variant_id", "metric_id"]
    found = [course(rows.sort_values("time_since_start")) for _, rows in data.groupby(keys)]
    courses = [one for one in found if one]
    figures: dict[str, object] = {
        "experiments": int(data.experiment_id.nunique()),
        "comparisons": len(courses),
        "moments": sum(one.looks for one in courses),
        "fixed, significant at some moment": sum(one.fixed_ever for one in courses),
        "fixed, significant at the end": sum(one.fixed_end for one in courses),
        "fixed, significant once and not at the end": sum(one.fixed_ever and not one.fixed_end for one in courses),
        "any time, significant": sum(one.any_time for one in courses),
        "any time, significant where the fixed test is not at the end": sum(
            one.any_time and not one.fixed_end for one in courses
        ),
        "width of the any-time interval at the end, x the fixed": round(
            sorted(one.width for one in courses)[len(courses) // 2], 2
        ),
    }
    rows = [["", "number"], *([name, value] for name, value in figures.items())]
    report.show("asos", figures, rows=rows, as_json=options.json)


if __name__ == "__main__":
    main()
