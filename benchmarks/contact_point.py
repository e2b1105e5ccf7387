"""Does the product stay where it stands, and as large as it is? Measured in the drawn frames alone.

Four marks are planted on the floor of the still and found again in every frame by their colour; the product is found by
its colour too. Where the spot is follows from the marks by a homography, without the renderer's own tracking.

    python benchmarks/contact_point.py [--json]
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks import report
from generation import engines
from generation.render.compose import Cut
from generation.render.scene import Scene
from tests.generation.render.stage import BOTTLE_HEIGHT_M, BOTTLE_WIDTH_M, make_cutout, make_scene, make_spec

MARKS = np.array([[-0.16, -0.10, 0], [0.16, -0.10, 0], [0.16, 0.16, 0], [-0.16, 0.16, 0]])
CAMERAS = ("static", "push in", "pull out", "pan left", "pan right", "tilt up", "orbit left", "orbit right")
VIEW_M = {"wide": 0.9, "tall": 0.52}


def marked(frame_format: str) -> Scene:
    """A plain floor with four green discs on it."""
    scene = make_scene(frame_format, width=2560 if frame_format == "wide" else 1440, view_width_m=VIEW_M[frame_format])
    still = np.full_like(scene.still, 128)
    for u, v in scene.camera.project(MARKS):
        centre = (round((u - 0.5) * 16), round((v - 0.5) * 16))
        cv2.circle(still, centre, 12 * 16, (0, 255, 0), -1, cv2.LINE_AA, 4)
    return replace(scene, still=still)


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
    red = np.clip((value[..., 0] - np.maximum(value[..., 1], value[..., 2])) / 100, 0, 1)
    rows, columns = np.flatnonzero(red.max(1) > 0.5), np.flatnonzero(red.max(0) > 0.5)
    middle = (rows[0] + rows[-1]) // 2, (columns[0] + columns[-1]) // 2
    across, down = red[middle[0]], red[:, middle[1]]
    reach = np.median(across[columns[0] + 3 : columns[-1] - 2])
    width, height = across.sum() / reach, down.sum() / reach
    left = columns[0] + 1 - across[columns[0]] / reach
    top = rows[0] + 1 - down[rows[0]] / reach
    return np.array([left + width / 2, top + height]), width, height


def measure(frame_format: str, camera: str) -> tuple[float, float, float]:
    """Worst distance in pixels between product and spot, and worst error of width and height in percent."""
    scene = marked(frame_format)
    spec = make_spec(labels=(), captions=(), title="")
    spec = replace(spec, shots=(replace(spec.shots[0], camera=camera),))
    engine = engines.load("parallax", weights=Path(), text_encoder=Path())
    motion = engine.generate(spec, scene, frame_format, lambda share: None)
    cut = Cut(spec, scene, motion, cutout=make_cutout())
    floor = MARKS[:, :2].astype(np.float32)
    worst = [0.0, 0.0, 0.0]
    for index in range(0, cut.frames, 22):
        frame = cut.frame(index)
        to_frame = cv2.getPerspectiveTransform(floor, centroids(frame).astype(np.float32))
        here = cv2.perspectiveTransform(np.array([[[0.0, 0], [-0.04, 0], [0.04, 0]]]), to_frame)[0]
        scale = np.linalg.norm(here[2] - here[1]) / BOTTLE_WIDTH_M
        base, width, height = bottle(frame)
        worst[0] = max(worst[0], float(np.linalg.norm(base - here[0])))
        worst[1] = max(worst[1], abs(width / scale / BOTTLE_WIDTH_M - 1) * 100)
        worst[2] = max(worst[2], abs(height / scale / BOTTLE_HEIGHT_M - 1) * 100)
    return worst[0], worst[1], worst[2]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rows: list[tuple[object, ...]] = [("format", "camera", "off the spot, px", "width error, %", "height error, %")]
    for frame_format in VIEW_M:
        found = ((frame_format, camera, measure(frame_format, camera)) for camera in CAMERAS)
        rows.extend((name, camera, *(round(value, 2) for value in values)) for name, camera, values in found)
    worst = {heading: max(row[place] for row in rows[1:]) for place, heading in enumerate(rows[0]) if place > 1}
    report.show("contact_point", worst, rows=rows, as_json=chosen.json)


if __name__ == "__main__":
    main()
