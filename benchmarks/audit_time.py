"""How long does the audit of one file take, and where does the time go? Warm, on the cores this process may use.

The file is the demo's fountain, six seconds at 720p with its spoken sentences, as the product renders it. Stages are
told by the audit's own progress. Promise: pixels at most 1.0 times the file's duration, speech at most 1.5 times.

    python benchmarks/audit_time.py [--file FILE --sku VT-FNT] [--runs 3] [--json]
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

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


def _timed(file: Path, subject: Subject) -> dict[str, float]:
    """Wall seconds of each stage of one audit, in order."""
    stages: dict[str, float] = {}
    started = time.perf_counter()
    track: Track = observer.listen(file, subject.locale)
    stages["Listening"] = time.perf_counter() - started
    last = ["Watching", time.perf_counter()]

    def progress(stage: str, share: float) -> None:
        now = time.perf_counter()
        name = str(last[0])
        stages[name] = stages.get(name, 0.0) + now - float(last[1])
        last[:] = [stage, now]

    seen = observe(file, subject, progress, heard=track)
    progress("Checking", 1.0)
    registry.run(subject.facts, None, seen)
    progress("", 1.0)
    return stages


def _report(duration: float, runs: list[dict[str, float]], *, as_json: bool) -> None:
    stages = {name: statistics.median(run.get(name, 0.0) for run in runs) for name in runs[0]}
    speech = stages["Listening"]
    pixels = sum(stages.values()) - speech
    rows: list[tuple[object, ...]] = [("stage", "wall s", "x duration")]
    rows += [(name, f"{seconds:.2f}", f"{seconds / duration:.2f}") for name, seconds in stages.items()]
    rows += [
        (name, f"{seconds:.2f}", f"{seconds / duration:.2f}")
        for name, seconds in (("pixels", pixels), ("speech", speech))
    ]
    figures = {
        "duration": duration, "pixels": round(pixels / duration, 3), "speech": round(speech / duration, 3),
        "stages": {name: round(seconds, 3) for name, seconds in stages.items()},
    }  # fmt: skip
    report.show("audit_time", figures, rows=rows, as_json=as_json)


if __name__ == "__main__":
    main()
