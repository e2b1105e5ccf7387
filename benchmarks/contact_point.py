"""Does the product stay where it stands, and as large as it is? Measured in the drawn frames alone.

For every scene of the pack, in both formats: a clip is generated, then drawn on a plain still of the same camera on
which four marks lie round the spot. The marks are found again in every frame by their colour and so is the product;
where the spot is follows from the marks by a homography, without the renderer's own tracking. The last column is how
suddenly the picture changes its pace: 99 % of its cells, over all frames, change it by less from one frame to the next.

    python benchmarks/contact_point.py [--engine unified|parallax] [--moves N] [--seeds N] [--json]
"""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from benchmarks import report
from catalog import assets
from generation import engines
from generation.formats import FRAME_SIZES
from generation.render import framing, rigid
from generation.render.clip import Motion
from generation.render.compose import Cut
from generation.render.scene import SCENES, Scene
from generation.render.view import Take
from generation.specs import EffectSpec
from tests.generation.render.stage import BOTTLE_HEIGHT_M, BOTTLE_WIDTH_M, make_cutout, make_spec

MARKS = np.array([[-0.11, -0.05, 0], [0.11, -0.05, 0], [0.11, 0.11, 0], [-0.11, 0.11, 0]])
CAMERAS = ("push in", "orbit right", "pan left", "pull out", "tilt up", "orbit left", "pan right", "static")
FRAMES = 6
"""Of each clip, its first and its last among them."""


def marked(scene: Scene) -> Scene:
    """The same camera over a plain grey picture with four green discs on the ground; dry, so that nothing mirrors."""
    still = np.full_like(scene.still, 128)
    for u, v in scene.camera.project(MARKS + scene.spots[0].xyz):
        centre = (round((u - 0.5) * 16), round((v - 0.5) * 16))
        cv2.circle(still, centre, round(0.006 / scene.spots[0].metres_per_pixel) * 16, (0, 255, 0), -1, cv2.LINE_AA, 4)
    dry = tuple(replace(spot, surface="matt", reflective=0.0) for spot in scene.spots)
    return replace(scene, still=still, spots=dry)


def centroids(frame: np.ndarray) -> np.ndarray:
    """Weighted centres (4, 2) of the green discs, in the order of MARKS."""
    value = frame.astype(np.float64)
    green = np.clip(value[..., 1] - np.maximum(value[..., 0], value[..., 2]), 0, None)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((green > 60).astype(np.uint8))
    largest = np.argsort(stats[1:, cv2.CC_STAT_AREA])[::-1][:4] + 1
    found = []
    for label in largest:
        rows, columns = np.nonzero(cv2.dilate((labels == label).astype(np.uint8), np.ones((7, 7), np.uint8)))
        weight = green[rows, columns]
        found.append([((columns + 0.5) * weight).sum() / weight.sum(), ((rows + 0.5) * weight).sum() / weight.sum()])
    points = np.array(found)
    far, near = points[np.argsort(points[:, 1])][:2], points[np.argsort(points[:, 1])][2:]
    far, near = far[np.argsort(far[:, 0])], near[np.argsort(near[:, 0])]
    return np.array([near[0], near[1], far[1], far[0]])


def bottle(frame: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Middle of the lower edge, width and height of the red product in pixels, edges to a fraction of a pixel."""
    value = frame.astype(np.float64)
    red = value[..., 0] - np.maximum(value[..., 1], value[..., 2])
    red = np.clip(red / (0.6 * red.max()), 0, 1)
    rows, columns = np.flatnonzero(red.max(1) > 0.5), np.flatnonzero(red.max(0) > 0.5)
    middle = (rows[0] + rows[-1]) // 2, (columns[0] + columns[-1]) // 2
    across, down = red[middle[0]], red[:, middle[1]]
    reach = np.median(across[columns[0] + 3 : columns[-1] - 2])
    width, height = across.sum() / reach, down.sum() / reach
    left = columns[0] + 1 - across[columns[0]] / reach
    top = rows[0] + 1 - down[rows[0]] / reach
    return np.array([left + width / 2, top + height]), width, height


def measure(scene: Scene, motion: Motion) -> list[float]:
    """Worst distance in pixels between product and spot, worst error of width and height in percent, change of pace."""
    cut = Cut(make_spec(labels=(), captions=(), title=""), [Take(marked(scene), motion)], cutout=make_cutout())
    floor = MARKS[:, :2].astype(np.float32)
    found = []
    for index in np.linspace(0, cut.frames - 1, FRAMES).astype(int):
        frame = cut.frame(int(index))
        to_frame = cv2.getPerspectiveTransform(floor, centroids(frame).astype(np.float32))
        here = cv2.perspectiveTransform(np.array([[[0.0, 0], [-0.04, 0], [0.04, 0]]]), to_frame)[0]
        scale = np.linalg.norm(here[2] - here[1]) / BOTTLE_WIDTH_M
        base, width, height = bottle(frame)
        errors = (width / scale / BOTTLE_WIDTH_M, height / scale / BOTTLE_HEIGHT_M)
        found.append([float(np.linalg.norm(base - here[0])), *(abs(error - 1) * 100 for error in errors)])
    return [*(max(column) for column in zip(*found, strict=True)), change_of_pace(cut)]


def change_of_pace(cut: Cut) -> float:
    """99 % quantile of a cell's change of velocity, in pixels a frame from one frame to the next."""
    (view,) = cut.views
    moved = rigid.displacement(view.motion, rigid.centres(view.motion)) * np.array(cut.size) / 2
    return float(np.quantile(np.abs(np.diff(moved, n=2, axis=0)).max(-1), 0.99))


def cases(engine: str, moves: int, seeds: int) -> Iterator[tuple[str, str, str, list[float]]]:
    """Every scene, format, camera word and seed, measured."""
    made = engines.load(engine, weights=ROOT / "model" / "weights", text_encoder=assets.resolve("minilm"))
    photo = make_cutout().photo
    for name in sorted(path.parent.name for path in SCENES.glob("*/scene.json")):
        for frame_format in FRAME_SIZES:
            whole = Scene.load(name, frame_format)
            scene = framing.framed(whole, whole.spots[0], framing.subject(photo, EffectSpec()))
            for camera in CAMERAS[:moves]:
                for seed in range(seeds):
                    spec = make_spec(seed=seed, labels=(), captions=(), title="")
                    words = f"slow {camera}"
                    shot = replace(spec.shots[0], scene=name, camera=words, prompt=f"{words}, steady light")
                    spec = replace(spec, shots=(shot,))
                    motion = made.generate(spec, scene, frame_format, lambda share: None)
                    yield name, frame_format, camera, measure(scene, motion)


def main() -> None:
    """Print the table: one line for each scene and format, the worst of its clips."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="unified", choices=["unified", "parallax"])
    parser.add_argument("--moves", type=int, default=len(CAMERAS))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    worst: dict[tuple[str, str], list[list[float]]] = {}
    for name, frame_format, camera, errors in cases(chosen.engine, chosen.moves, chosen.seeds):
        worst.setdefault((name, frame_format), []).append(errors)
        print(f"  {name} {frame_format} {camera}: {errors[0]:.2f} px", end="\r", file=sys.stderr, flush=True)
    headings = ("off the spot, px", "width error, %", "height error, %", "change of pace, px")
    rows: list[tuple[object, ...]] = [("scene", "format", "clips", *headings)]
    for (name, frame_format), all_errors in worst.items():
        rows.append(
            (name, frame_format, len(all_errors), *(round(max(col), 2) for col in zip(*all_errors, strict=True)))
        )
    figures = {heading: max(float(str(row[place + 3])) for row in rows[1:]) for place, heading in enumerate(headings)}
    report.show("contact_point", figures, rows=rows, as_json=chosen.json)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
