"""How well does the audit read an effect's size from the pixels of finished files?

Plans a demo product into scenes of the pack, asks the trained model for the motion, draws the effect at known heights
with the product's own compositor (captions, AI label, H.264), then measures each file from file, facts and photo alone.
A file is a stretch of the six seconds, another one for each seed. Promise: correlation at least 0.95; every video at
twice the cap is stopped, none below the cap is.

    nice python benchmarks/effect_height.py [--product VT-FNT] [--scenes a,b] [--formats tall] [--seeds 5]
        [--heights 0.3,0.45,0.9] [--own] [--keep FOLDER] [--json]

With --own the effect is shown as the model makes it, from metres alone: an empty prompt, no captions. The true height
is then the asked one.
"""

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_NUM_THREADS", "1")
from benchmarks import demo_clips, report
from benchmarks.demo_clips import Demo
from generation.formats import Format
from generation.planning import scene_pack
from generation.planning.scenarios import SCENARIOS
from generation.planning.scenes import suits
from review.checks.effect_height import effect_height
from review.observe.observer import Subject, Track, observe
from review.observe.records import AtLeast, Measured, Sound

PLANNED = 6.0
"""Seconds of a plan."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One file: what is drawn, where, and how the camera moves."""

    scene: str
    format: Format
    height: float
    seed: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the audit said about it."""

    case: Case
    measured: float | None
    uncertainty: float | None
    outcome: str
    reason: str
    """Why nothing was measured."""
    verdict: str
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--product", default="VT-FNT", help="how the sku of a demo product with an effect begins")
    parser.add_argument("--scenes", default="", help="scene ids; every scene it fits into by default")
    parser.add_argument("--formats", default="tall,wide")
    parser.add_argument("--heights", default="0.3,0.45,0.9", help="metres")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.25)
    parser.add_argument("--own", action="store_true", help="the model's own effect, asked for in metres alone")
    parser.add_argument("--keep", type=Path, help="folder that keeps the files, and whose files are used again")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    product = demo_clips.demo(options.product)
    results = []
    for case in _cases(options, product):
        results.append(_run(case, product, options))
        print(f"{_told(results[-1])}", file=sys.stderr, flush=True)
    _report(results, product, as_json=options.json)


def _cases(options: argparse.Namespace, product: Demo) -> Iterator[Case]:
    fitting = [card.id for card in scene_pack() if suits(card, product.facts)]
    for scene in options.scenes.split(",") if options.scenes else fitting:
        for seed in range(options.seeds):
            for height in map(float, options.heights.split(",")):
                for frame_format in options.formats.split(","):
                    yield Case(scene=scene, format=frame_format, height=height, seed=seed)


def _run(case: Case, product: Demo, options: argparse.Namespace) -> Result:
    heard = Track(sound=Sound(), words=())
    with tempfile.TemporaryDirectory() as scratch:
        file = _rendered(case, product, options, Path(scratch))
        started = time.process_time()
        subject = Subject(facts=product.facts, photo=product.photo, locale="en-US")
        seen = observe(file, subject, lambda stage, share: None, heard=heard)
        spent = time.process_time() - started
    (finding,) = effect_height(product.facts, None, seen)
    number = seen.effect if isinstance(seen.effect, Measured | AtLeast) else None
    return Result(
        case=case,
        measured=number.value if number else None,
        uncertainty=number.uncertainty if number else None,
        outcome=type(seen.effect).__name__,
        reason=getattr(seen.effect, "reason", ""),
        verdict={"block": "exceeds", "person": "undecided", "info": "within"}[finding.severity],
        seconds=round(spent, 1),
    )


def _rendered(case: Case, product: Demo, options: argparse.Namespace, scratch: Path) -> Path:
    """The case's file; seeds differ in scenario (camera, light, words) and in which stretch of the plan is shown."""
    folder = scratch
    if options.keep:
        folder = options.keep / f"{product.facts.sku}-{case.scene}-{case.height:g}-{case.seed}-{options.seconds:g}"
    file = folder / f"{case.format}.mp4"
    if file.exists():
        return file
    scenario = list(SCENARIOS)[case.seed % len(SCENARIOS)]
    spec = demo_clips.plan(product, case.scene, scenario=scenario, seed=case.seed)
    start = (PLANNED - options.seconds) * (case.seed % 5) / 5
    spec = demo_clips.with_height(spec, case.height)
    if options.own:
        spec, start = demo_clips.without_words(spec), (PLANNED - options.seconds) / 2
    return demo_clips.film(spec, product, case.format, folder, start=start, seconds=options.seconds)


def _told(result: Result) -> str:
    case = result.case
    value = "-" if result.measured is None else f"{result.measured:.3f} ± {result.uncertainty:.3f}"
    said = f"{value} {result.verdict} {result.reason}"
    return f"{case.scene:<20} {case.format} {case.height:.2f} m seed {case.seed}: {said}"


def _report(results: list[Result], product: Demo, *, as_json: bool) -> None:
    cap = product.facts.effect_cap()
    limit = cap.limits("m")[1] if cap else math.inf
    figures = {name: _figures([r for r in results if r.case.format == name], limit) for name in _formats(results)}
    videos = {_video(result.case) for result in results}
    stopped = {_video(result.case) for result in results if result.verdict == "exceeds"}
    above = {video for video in videos if video[1] > limit}
    figures["videos"] = {
        "above the cap": len(above), "of these stopped": len(above & stopped),
        "within the cap": len(videos - above), "of these stopped wrongly": len(stopped - above),
    }  # fmt: skip
    head = ("scene", "format", "true m", "seed", "measured m", "outcome", "verdict", "error %")
    rows = [head, *(_row(result) for result in results)]
    report.show("effect_height", figures, rows=rows, as_json=as_json, seed=0)
    if not as_json:
        print(json.dumps(figures))


def _formats(results: list[Result]) -> list[str]:
    return sorted({result.case.format for result in results})


def _video(case: Case) -> tuple[str, float, int]:
    return case.scene, case.height, case.seed


def _figures(results: list[Result], limit: float) -> dict[str, object]:
    """How close the numbers are, over the files that were measured, and what was decided, over all."""
    exact = [result for result in results if result.outcome == "Measured" and result.measured]
    truth = np.array([result.case.height for result in exact])
    values = np.array([result.measured for result in exact])
    errors = np.abs(values / truth - 1) if len(exact) else np.array([math.nan])
    held = [abs((r.measured or 0.0) - r.case.height) <= (r.uncertainty or 0.0) for r in exact]
    told = {"exceeds": 0, "undecided": 0, "within": 0}
    decided = {"above the cap": dict(told), "within the cap": dict(told)}
    for result in results:
        decided["above the cap" if result.case.height > limit else "within the cap"][result.verdict] += 1
    return {
        "files": len(results),
        "measured": len(exact),
        "correlation": round(float(np.corrcoef(truth, values)[0, 1]), 4) if len(set(truth)) > 1 else None,
        "median_error": round(float(np.median(errors)), 4),
        "within_10_percent": round(float((errors <= 0.10).mean()), 3),
        "interval_holds_truth": round(float(np.mean(held)), 3) if held else None,
        **decided,
        "cpu_seconds_per_file": round(float(np.mean([result.seconds for result in results])), 2),
    }


def _row(result: Result) -> tuple[object, ...]:
    case, value = result.case, result.measured
    shown = "-" if value is None else f"{'>= ' if result.outcome == 'AtLeast' else ''}{value:.3f}"
    error = f"{100 * (value / case.height - 1):+.1f}" if value and result.outcome == "Measured" else "-"
    return case.scene, case.format, f"{case.height:.2f}", case.seed, shown, result.outcome, result.verdict, error


if __name__ == "__main__":
    main()
