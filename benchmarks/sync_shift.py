"""Is sound that was moved by a few frames told, and by how many? Films of the demo, with voice and captions.

Each film is rendered from its own plan (a camera that stands still, no model), its sound moved in the container, and
its sentences as they are heard held against its captions as they are read. Promise: three frames are read as 3 +- 1.

    nice python benchmarks/sync_shift.py [--n 6] [--json]        # about 30 processor seconds a film
"""

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg  # type: ignore[import-untyped]  # it ships no types
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_NUM_THREADS", "1")
from benchmarks import demo_clips, report
from generation.render import compose
from generation.render.clip import Motion
from generation.render.scene import Scene
from generation.render.view import Cutout, Take
from generation.specs import VideoSpec
from review.checks.technical import VOICE_SLACK
from review.checks.timing import lateness
from review.observe import media, voice
from review.observe.observer import Subject, Track, observe
from review.observe.records import Observation, Sound

FILMS = (
    ("VT-MUG", "kitchen_counter", "en-US"), ("VT-DIF", "christmas_table", "fr-FR"),
    ("VT-FNT", "bird_bath_garden", "en-US"), ("VT-TOY", "nursery_mat", "fr-FR"),
    ("VT-SER", "kitchen_counter", "en-US"), ("VT-LAN", "campsite_table", "fr-FR"),
    ("VT-CND", "christmas_table", "en-US"), ("VT-LMP", "wood_table_window", "fr-FR"),
)  # fmt: skip
FRAMES = (-6, -3, 0, 3, 6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=6, help="films, of eight")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows: list[tuple[object, ...]] = [("product", "locale", *(f"moved {frames:+d}" for frames in FRAMES))]
    wrong = []
    for sku, scene, locale in FILMS[: options.n]:
        with tempfile.TemporaryDirectory() as folder:
            read = _read(sku, scene, locale, Path(folder))
        rows.append((sku, locale, *(f"{value:+.1f}" for value in read)))
        wrong += [value - frames for value, frames in zip(read, FRAMES, strict=True)]
        print(f"\r{len(rows) - 1}/{options.n}", end="", file=sys.stderr, flush=True)
    figures = {
        "films": len(rows) - 1, "largest error, frames": round(float(np.abs(wrong).max()), 2),
        "asks a person from, frames": round(VOICE_SLACK * 24, 1),
    }  # fmt: skip
    rows += [(*told, *("" for _ in FRAMES)) for told in figures.items()]
    report.show("sync_shift", figures, rows=rows, as_json=options.json)


def _read(sku: str, scene: str, locale: str, folder: Path) -> list[float]:
    """Frames by which the sound of one film is late, after each way of moving it."""
    product = demo_clips.demo(sku)
    spec = demo_clips.plan(product, scene, locale=locale)
    motion = Motion.still(round(spec.seconds * spec.fps), effect=spec.shots[0].effect)
    cutout = Cutout(rgba=product.rgba, photo=product.image)
    take = Take(Scene.load(scene, "wide"), motion)
    film = compose.render(spec, {"wide": [take]}, cutout=cutout, out=folder)[0].path
    subject = Subject(facts=product.facts, photo=None, locale=locale)
    track = Track(sound=Sound(), words=())
    seen = observe(film, subject, lambda stage, share: None, heard=track, parts=frozenset(["text"]))
    return [_late(spec, seen, _moved(film, frames, folder)) * spec.fps for frames in FRAMES]


def _moved(film: Path, frames: int, folder: Path) -> Path:
    moved = folder / f"moved{frames}.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(film), "-itsoffset", str(frames / 24)]
    subprocess.run(
        [*command, "-i", str(film), "-map", "0:v", "-map", "1:a", "-c", "copy", str(moved)], check=True, timeout=60
    )
    return moved


def _late(spec: VideoSpec, seen: Observation, film: Path) -> float:
    sound = Sound(begins=voice.beginnings(media.sound(film)))
    late = lateness(spec, replace(seen, sound=sound))
    return float("nan") if late is None else late


if __name__ == "__main__":
    main()
