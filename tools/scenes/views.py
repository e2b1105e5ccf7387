"""Training views: many random small pictures with exact depth, motion classes and cameras, in `.cache/training/views`.

Run: `python -m tools.scenes.views --count 420`. A run resumes: finished files are kept. Each `.npz` holds
rgb (H, W, 3) uint8, depth (H, W) float32 metres along the axis (60 = at or beyond 60 m), mask (H, W) uint8
(0 rigid, 1 water, 2 foliage, 3 cloth, 4 flame or bulb, 5 steam), K, R, t (OpenCV), spot (3,), family, sound, tags.
"""

import argparse
import tempfile
import time
from pathlib import Path

import bpy
import cv2
import numpy as np

from tools.scenes import stage
from tools.scenes.families import FAMILIES, Family

OUT = Path(__file__).parents[2] / ".cache" / "training" / "views"
WIDE, TALL = (320, 180), (180, 320)
CAMERAS = 3  # per set: rendering again is cheaper than building again


def random_framing(rng: np.random.Generator, family: Family) -> stage.Framing:
    """A camera within the range that product photos allow; every third view is upright."""
    tall = rng.random() < 1 / 3
    return family.framing(
        TALL if tall else WIDE,
        view_width=family.widths[tall] * float(rng.uniform(0.7, 1.25)),
        spot_v=float(rng.uniform(0.62, 0.8)),
        spot_u=float(rng.uniform(0.36, 0.64)),
        lens_mm=float(rng.uniform(48, 85)),
        pitch_degrees=float(rng.uniform(15, 21)),
        azimuth_degrees=float(rng.uniform(-14, 14)),
        f_stop=float(rng.choice([1.8, 2.4, 3.5, 5.6])),
    )


def make_set(name: str, index: int) -> None:
    """Build one set and render it from several cameras under turned, re-exposed light."""
    family = FAMILIES[name]
    rng = np.random.default_rng([index, sum(name.encode())])
    stage.reset()
    built = family.build(rng, fixed=False)
    bpy.context.scene.cycles.max_bounces = 4
    for camera in range(CAMERAS):
        framing = random_framing(rng, family)
        view = stage.place_camera(framing)
        turn = float(rng.uniform(0, 6.28))
        if camera:
            bpy.context.scene.world.node_tree.nodes["Mapping"].inputs["Rotation"].default_value[2] = turn
        stage.meter(family.target * float(rng.uniform(0.75, 1.3)))
        facts = {"family": name, "sound": built.sound, "tags": np.array([*built.tags, *built.motion])}
        save_view(OUT / f"{name}_{index * CAMERAS + camera:03d}.npz", framing, view, facts)


def save_view(path: Path, framing: stage.Framing, view: stage.View, facts: dict[str, object]) -> None:
    """Render the placed camera's passes into one file, whole or not at all."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "view.png"
        stage.render_picture(picture, samples=4)
        rgb = cv2.cvtColor(cv2.imread(str(picture)), cv2.COLOR_BGR2RGB)
    depth, classes = stage.render_depth_and_classes(framing.width, framing.height)
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(
        partial,
        rgb=rgb,
        depth=depth.astype(np.float32),
        mask=classes,
        K=view.K,
        R=view.R,
        t=view.t,
        spot=np.zeros(3),
        **facts,
    )
    partial.rename(path)


def main() -> None:
    """Go round the families until the count is reached."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=420)
    parser.add_argument("--seconds", type=float, default=7200)
    options = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    start, names = time.time(), list(FAMILIES)
    for number in range(-(-options.count // CAMERAS)):
        name, index = names[number % len(names)], number // len(names)
        if (OUT / f"{name}_{index * CAMERAS + CAMERAS - 1:03d}.npz").exists():
            continue
        if time.time() - start > options.seconds:
            break
        make_set(name, index)
        print(f"view {(number + 1) * CAMERAS}/{options.count} {name} {time.time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
