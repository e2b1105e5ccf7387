"""How well does the audit read an effect's height from the pixels of finished files?

Renders the demo fountain at known heights into the scene pack with the product's own compositor (H.264, AI label),
then measures each file from file, facts and photo alone. Promise: correlation at least 0.95; every video at twice the
cap is seen to exceed it, none below the cap is.

    python benchmarks/effect_height.py [--scenes a,b] [--seeds 5] [--heights 0.3,0.45,0.9] [--json]
"""

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks import report
from catalog.cutout import cut_out
from catalog.facts import Parameter, ProductEffect, ProductFacts, ProductImage
from catalog.ingest import images
from generation.placements.labels import ai_label
from generation.render import compose
from generation.render.clip import Motion
from generation.render.scene import SCENES, Scene
from generation.specs import EffectSpec, Format, Shot, VideoSpec
from review.checks.effect_height import effect_height
from review.observe.observer import Track, observe
from review.observe.photo import Photo
from review.observe.records import AtLeast, Measured, Sound

DEMO = report.ROOT / "catalog" / "demo"
CAP = Parameter(id="par-spray_height", name="spray_height", value=0.45, unit="m", bound="max", tolerance=0.10)


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
    parser.add_argument("--scenes", default="")
    parser.add_argument("--formats", default="wide,tall")
    parser.add_argument("--heights", default="0.3,0.45,0.9")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pump, rgba = _pump()
    results = []
    for case in _cases(options):
        results.append(_run(case, pump, rgba, seconds=options.seconds))
        print(f"{_told(results[-1])}", file=sys.stderr, flush=True)
    _report(results, as_json=options.json)


def _cases(options: argparse.Namespace) -> Iterator[Case]:
    scenes = options.scenes.split(",") if options.scenes else _water_scenes()
    for scene in scenes:
        for height in map(float, options.heights.split(",")):
            for seed in range(options.seeds):
                for frame_format in options.formats.split(","):
                    yield Case(scene=scene, format=frame_format, height=height, seed=seed)


def _water_scenes() -> list[str]:
    """Scenes of the pack on whose surface a pump can float."""
    records = sorted(SCENES.glob("*/scene.json"))
    return [record.parent.name for record in records if json.loads(record.read_text()).get("surface") == "water"]


def _pump() -> tuple[ProductImage, np.ndarray]:
    """The demo's fountain pump: its packshot, cut out as the catalog does it."""
    rows = [json.loads(line) for line in (DEMO / "products.jsonl").read_text().splitlines()]
    row = next(row for row in rows if row["sku"].startswith("VT-FNT"))
    image = row["images"][0]
    photo = images.read(DEMO / image["file"])
    cut = cut_out(photo)
    left, _, right, _ = cut.box
    known = ProductImage(
        sha256=photo.sha256, name=image["file"], width=photo.width, height=photo.height, role="packshot",
        cutout="memory", metres_per_pixel=image["width_m"] / (right - left),
        base_px=cut.base_px, effect_px=cut.effect_px,
    )  # fmt: skip
    return known, cut.pixels


def _run(case: Case, pump: ProductImage, rgba: np.ndarray, *, seconds: float) -> Result:
    facts = ProductFacts(
        sku="pump", title={"en-US": "Pump"}, parameters=(CAP,), effect=ProductEffect(kind="jet", cap_parameter=CAP.name)
    )
    heard = Track(sound=Sound(), words=())
    with tempfile.TemporaryDirectory() as folder:
        file = _rendered(case, pump, rgba, seconds=seconds, folder=Path(folder))
        started = time.process_time()
        seen = observe(file, facts, Photo.of(pump, rgba), "en-US", lambda stage, share: None, heard=heard)
        spent = time.process_time() - started
    (finding,) = effect_height(facts, None, seen)
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


def _rendered(case: Case, pump: ProductImage, rgba: np.ndarray, *, seconds: float, folder: Path) -> Path:
    effect = EffectSpec(
        kind="jet", height_m=case.height, spread_m=0.3 * case.height / 0.45, density=0.7, cap_parameter=CAP.name
    )
    shot = Shot(start=0, end=seconds, scene=case.scene, prompt="", camera="", light="", effect=effect)
    spec = VideoSpec(
        sku="pump", facts_version="", scenario="garden", locale="en-US", seed=case.seed, seconds=seconds,
        shots=(shot,), labels=(ai_label("en-US", seconds),),
    )  # fmt: skip
    motion = _moving(Motion.still(round(seconds * 24), effect=effect), case.seed)
    scene = Scene.load(case.scene, case.format)
    (cut,) = compose.render(
        spec, {case.format: scene}, {case.format: motion}, cutout=compose.Cutout(rgba=rgba, photo=pump), out=folder
    )
    return Path(cut.path)


def _moving(motion: Motion, seed: int) -> Motion:
    """A camera that pushes in and drifts, differently for each seed."""
    random = np.random.default_rng(seed)
    zoom, across, down = random.uniform(0.94, 1.0), random.uniform(-0.03, 0.03), random.uniform(-0.01, 0.01)
    share = np.linspace(0, 1, len(motion))
    homography = motion.homography.copy()
    homography[:, 0, 0] = homography[:, 1, 1] = 1 + (zoom - 1) * share
    homography[:, 0, 2], homography[:, 1, 2] = across * share, down * share
    return replace(motion, homography=homography)


def _told(result: Result) -> str:
    case = result.case
    value = "-" if result.measured is None else f"{result.measured:.3f} ± {result.uncertainty:.3f}"
    said = f"{value} {result.verdict} {result.reason}"
    return f"{case.scene:<20} {case.format} {case.height:.2f} m seed {case.seed}: {said}"


def _report(results: list[Result], *, as_json: bool) -> None:
    exact = [result for result in results if result.outcome == "Measured" and result.measured]
    truth = np.array([result.case.height for result in exact])
    values = np.array([result.measured for result in exact])
    limit = CAP.limits("m")[1]
    above = [result for result in results if result.case.height > limit]
    below = [result for result in results if result.case.height <= limit]
    errors = np.abs(values / truth - 1) if len(exact) else np.array([math.nan])
    figures = {
        "files": len(results),
        "measured": len(exact),
        "correlation": round(float(np.corrcoef(truth, values)[0, 1]), 4) if len(set(truth)) > 1 else None,
        "median_error": round(float(np.median(errors)), 4),
        "within_10_percent": round(float((errors <= 0.10).mean()), 3),
        "interval_holds_truth": round(
            float(np.mean([abs(r.measured - r.case.height) <= (r.uncertainty or 0) for r in exact])), 3
        )
        if exact
        else None,
        "exaggerated": {
            "exceeds": _count(above, "exceeds"),
            "undecided": _count(above, "undecided"),
            "passed": _count(above, "within"),
        },
        "honest": {
            "within": _count(below, "within"),
            "undecided": _count(below, "undecided"),
            "stopped": _count(below, "exceeds"),
        },
        "cpu_seconds_per_file": round(float(np.mean([result.seconds for result in results])), 2),
    }
    head = ("scene", "format", "true m", "seed", "measured m", "outcome", "verdict", "error %")
    rows = [head, *(_row(result) for result in results)]
    report.show("effect_height", figures, rows=rows, as_json=as_json, seed=0)
    if not as_json:
        print(json.dumps(figures))


def _count(results: list[Result], verdict: str) -> int:
    return sum(result.verdict == verdict for result in results)


def _row(result: Result) -> tuple[object, ...]:
    case, value = result.case, result.measured
    shown = "-" if value is None else f"{'>= ' if result.outcome == 'AtLeast' else ''}{value:.3f}"
    error = f"{100 * (value / case.height - 1):+.1f}" if value and result.outcome == "Measured" else "-"
    return case.scene, case.format, f"{case.height:.2f}", case.seed, shown, result.outcome, result.verdict, error


if __name__ == "__main__":
    main()
