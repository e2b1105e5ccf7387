"""Does the audit read the height of water that nobody of ours drew? Jets traced in Blender, laid into finished clips.

Every jet of `tools/scenes/water.py` (0.30, 0.45 and 0.90 m, five seeds: sky, drops, tilt of the camera) stands on the
demo's fountain in three stills of the scene pack, under a drifting camera, tinted light and H.264. Neither model nor
compositor is involved. Promise: correlation of true and measured height at least 0.95; every clip of twice the cap
is stopped, none below the cap is.

    PYTHONPATH=. .cache/blender-env/bin/python -m tools.scenes.water .cache/jets       # some four CPU minutes
    nice python benchmarks/traced_heights.py [--jets .cache/jets] [--keep FOLDER] [--json]
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_NUM_THREADS", "1")
from benchmarks import demo_clips, report
from generation.render.scene import SCENES
from review.checks.effect_height import effect_height
from review.observe.observer import Subject, Track, observe
from review.observe.photo import Photo
from review.observe.records import AtLeast, Measured, Sound
from tests.review import drawn

STILLS = ("bird_bath_garden", "fish_pond_edge", "paddling_pool")
FPS = 24
SILENT = Track(sound=Sound(), words=())
Told = dict[str, object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jets", type=Path, default=report.ROOT / ".cache" / "jets")
    parser.add_argument("--keep", type=Path, help="folder that keeps the clips")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    jets = sorted(path.parent for path in options.jets.glob("*/camera.json"))
    if not jets:
        raise SystemExit(f"no jets in {options.jets}: run the first command of this file's docstring")
    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for number, (jet, still) in enumerate((jet, still) for jet in jets for still in STILLS):
            lines.append(measured(jet, still, folder / f"{jet.name}-{still}.mp4"))
            print(f"{number + 1}/{len(jets) * len(STILLS)} {lines[-1]}", file=sys.stderr, flush=True)
    figures = figures_of(lines)
    report.show("traced_heights", figures, rows=[("figure", "value"), *figures.items()], as_json=options.json, seed=0)


def measured(jet: Path, still: str, file: Path) -> Told:
    """One clip and what the audit says of it."""
    product = demo_clips.demo("VT-FNT")
    write(jet, still, product.photo, file)
    subject = Subject(facts=product.facts, photo=product.photo, locale="en-US")
    parts = frozenset(["product", "effect"])
    seen = observe(file, subject, lambda stage, share: None, heard=SILENT, parts=parts)
    (finding,) = effect_height(product.facts, None, seen)
    number = seen.effect if isinstance(seen.effect, Measured | AtLeast) else None
    return {
        "jet": jet.name, "still": still, "true": float(jet.name.partition("-")[0]),
        "outcome": type(seen.effect).__name__, "value": number and round(number.value, 4),
        "severity": finding.severity, "reason": getattr(seen.effect, "reason", ""),
    }  # fmt: skip


def write(jet: Path, still: str, photo: Photo, file: Path) -> None:
    """Still, product and water as one H.264 clip."""
    camera, layers = json.loads((jet / "camera.json").read_text()), sorted(jet.glob("*.png"))
    random = np.random.default_rng(int(jet.name.rpartition("-")[2]))
    clip = drawn.Clip(
        height=0.0, seconds=len(layers) / FPS, fps=FPS, pixels_per_metre=camera["pixels_per_metre"], zoom=0.0,
        drift=float(random.uniform(-0.03, 0.03)), seed=int(random.integers(1000)),
        light=tuple(random.uniform(0.85, 1.1) * random.uniform(0.97, 1.03, 3)),
    )  # fmt: skip
    with Image.open(SCENES / still / "wide.jpg") as image:
        backdrop = np.asarray(image.convert("RGB").resize((1536, 864), Image.Resampling.LANCZOS))
    writer = imageio_ffmpeg.write_frames(
        str(file), clip.size, fps=FPS, codec="libx264", output_params=["-preset", "veryfast", "-crf", "21"]
    )
    writer.send(None)
    for frame in with_water(drawn.frames_of(clip, photo, backdrop), layers, nozzles(clip, photo, len(layers)), camera):
        writer.send(np.ascontiguousarray(frame))
    writer.close()


def nozzles(clip: drawn.Clip, photo: Photo, count: int) -> NDArray[np.float64]:
    """Where the water leaves the product in each frame, (count, 2) pixels, as `drawn` places it."""
    scale = clip.pixels_per_metre * (photo.metres_per_pixel or 1)
    share = np.arange(count) / max(1, clip.seconds * clip.fps - 1) - 0.5
    left = clip.size[0] * (0.5 + clip.drift * share) - photo.outline.width * scale / 2
    top = clip.size[1] * 0.9 - photo.outline.height * scale
    return np.stack([left + photo.effect_origin[0] * scale, np.full(count, top + photo.effect_origin[1] * scale)], -1)


def with_water(
    frames: Iterator[drawn.Pixels], layers: list[Path], places: NDArray[np.float64], camera: dict[str, list[float]]
) -> Iterator[drawn.Pixels]:
    """Each frame with its layer over it, nozzle on nozzle."""
    for frame, path, place in zip(frames, layers, places, strict=True):
        image = Image.fromarray(frame)
        with Image.open(path) as layer:
            corner = np.round(place - camera["nozzle"]).astype(int)
            image.paste(layer.convert("RGB"), tuple(corner.tolist()), layer.getchannel("A"))
        yield np.asarray(image)


def figures_of(lines: list[Told]) -> dict[str, object]:
    exact = [line for line in lines if line["outcome"] == "Measured" and line["value"]]
    truth, value = (np.array([line[name] for line in exact], float) for name in ("true", "value"))
    figures: dict[str, object] = {
        "clips": len(lines),
        "measured": len(exact),
        "at least": sum(line["outcome"] == "AtLeast" for line in lines),
        "correlation": round(float(np.corrcoef(truth, value)[0, 1]), 4),
        "median error": round(float(np.median(np.abs(value / truth - 1))), 4),
        "largest error": round(float(np.abs(value / truth - 1).max()), 4),
    }
    for height in sorted({float(str(line["true"])) for line in lines}):
        told = [line["severity"] for line in lines if line["true"] == height]
        names = {"blocked": "block", "to a person": "person", "passed": "info"}
        figures[f"{height:g} m"] = ", ".join(f"{told.count(kind)} {name}" for name, kind in names.items())
    return figures


if __name__ == "__main__":
    main()
