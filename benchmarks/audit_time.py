"""How long does the audit of one file take, and where does the time go? Warm, on the cores this process may use.

The file is the demo's fountain, six seconds at 720p with its spoken sentences, as the product renders it. Stages are
told by the audit's own progress. Promise: pixels at most 1.0 times the file's duration, speech at most 1.5 times, by
the clock on two cores. Processor seconds (of all threads, and of ffmpeg) say the same of a machine that is busy: two
cores have twice the duration of them.

    python benchmarks/audit_time.py [--file FILE --sku VT-FNT] [--runs 3] [--json]
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks import demo_clips, report
from review.checks import registry
from review.observe import media, observer
from review.observe.observer import Subject, Track, observe

SCENE = "fish_pond_edge"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, help="a finished file; by default one is rendered")
    parser.add_argument("--sku", default="VT-FNT", help="the demo product it shows")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        product = demo_clips.demo(options.sku)
        spec = demo_clips.plan(product, SCENE)
        file = options.file or demo_clips.film(spec, product, "wide", Path(scratch))
        subject = Subject(facts=product.facts, photo=product.photo, locale="en-US")
        _timed(file, subject)  # loads every network
        runs = [_timed(file, subject) for _ in range(options.runs)]
        _report(media.probe(file).seconds, runs, as_json=options.json)


Times = NDArray[np.float64]
"""Seconds by the clock, and of processors."""


def _now() -> Times:
    used = os.times()
    return np.array([time.perf_counter(), used.user + used.system + used.children_user + used.children_system])


def _timed(file: Path, subject: Subject) -> dict[str, Times]:
    """Seconds of each stage of one audit, in order."""
    stages: dict[str, Times] = {}
    started = _now()
    track: Track = observer.listen(file, subject.locale)
    stages["Listening"] = _now() - started
    stage, began = "Watching", _now()

    def progress(name: str, share: float) -> None:
        nonlocal stage, began
        now = _now()
        stages[stage] = stages.get(stage, np.zeros(2)) + now - began
        stage, began = name, now

    seen = observe(file, subject, progress, heard=track)
    progress("Checking", 1.0)
    registry.run(subject.facts, None, seen)
    progress("", 1.0)
    return stages


def _report(duration: float, runs: list[dict[str, Times]], *, as_json: bool) -> None:
    stages = {name: np.median([run.get(name, np.zeros(2)) for run in runs], axis=0) for name in runs[0]}
    speech = stages["Listening"]
    told = {**stages, "pixels": sum(stages.values()) - speech, "speech": speech}
    rows: list[tuple[object, ...]] = [("stage", "wall s", "x duration", "processor s", "x duration")]
    rows += [(name, *(f"{each:.2f}" for s in times for each in (s, s / duration))) for name, times in told.items()]
    kinds = {"wall": 0, "processor": 1}
    figures = {
        kind: {name: round(float(times[place]), 3) for name, times in told.items()} for kind, place in kinds.items()
    }
    report.show("audit_time", {"duration": duration, **figures}, rows=rows, as_json=as_json)


if __name__ == "__main__":
    main()
