"""What stands on the picture stays on it, and the picture never shows its own edge."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from generation.render.clip import Motion
from generation.render.compose import Cut
from generation.render.scene import OVERSCAN
from generation.render.view import Take
from generation.render.warp import Backdrop, fit_inside, follow
from tests.generation.render.stage import BOTTLE_HEIGHT_M, BOTTLE_WIDTH_M, make_cutout, make_scene, make_spec

SIZE = (640, 360)


def _moving(
    frames: int = 24, *, zoom: float = 0.06, pan: float = 0.04, wobble: float = 0.0, tilt: float = 0.03
) -> Motion:
    """Push in and pan by a homography, with a little coarse flow on top."""
    share = np.linspace(0, 1, frames, dtype=np.float32)
    motion = Motion.still(frames)
    homography = motion.homography.copy()
    homography[:, 0, 0] = homography[:, 1, 1] = 1 - zoom * share
    homography[:, 0, 2], homography[:, 2, 0] = pan * share, tilt * share
    rng = np.random.default_rng(0)
    grid = cv2.GaussianBlur(rng.normal(size=(9, 16, 2)).astype(np.float32), (0, 0), 2)
    flow = wobble * share[:, None, None, None] * grid
    return replace(
        motion, homography=homography, flow=flow.astype(np.float32), gain=np.ones((frames, 9, 16), np.float32)
    )


def _marked(scene_width: int) -> tuple[np.ndarray, object]:
    """A scene whose spot is a small white disc on black: easy to find again without the renderer's help."""
    scene = make_scene(width=scene_width)
    still = np.zeros_like(scene.still)
    centre = scene.camera.project(np.zeros(3))
    cv2.circle(still, tuple(round((c - 0.5) * 16) for c in centre), 8 * 16, (255, 255, 255), -1, cv2.LINE_AA, 4)
    return scene, replace(scene, still=still)


def _centroid(frame: np.ndarray) -> np.ndarray:
    weight = frame[..., 0].astype(np.float64)
    rows, columns = np.mgrid[0 : frame.shape[0], 0 : frame.shape[1]] + 0.5
    return np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()


@pytest.mark.parametrize("wobble", [0.0, 0.02])
def test_the_product_stays_on_a_mark_in_the_picture(wobble: float) -> None:
    scene, marked = _marked(1280)
    motion = fit_inside(_moving(wobble=wobble))
    pixel = (scene.to_frame(scene.camera.project(np.zeros(3))) + 1) / 2 * SIZE
    track = follow(motion, pixel, size=SIZE, reach=20.0)
    backdrop = Backdrop(marked, motion, SIZE)
    seen = np.array([_centroid(backdrop.frame(index)) for index in range(0, 24, 3)])
    assert np.abs(track.pixels[::3] - seen).max() < 0.6
    assert np.linalg.norm(track.pixels[-1] - track.pixels[0]) > 5


def test_its_size_follows_the_picture() -> None:
    motion = _moving(zoom=0.1, pan=0.0, tilt=0.0)
    track = follow(motion, np.array([320.0, 250.0]), size=SIZE, reach=20.0)
    assert track.scale[0] == pytest.approx(1.0)
    assert track.scale[-1] == pytest.approx(1 / 0.9, rel=0.01)


def test_without_motion_every_frame_is_the_same() -> None:
    scene = make_scene(width=640)
    backdrop = Backdrop(scene, Motion.still(24), SIZE)
    assert np.array_equal(backdrop.frame(0), backdrop.frame(23))
    plain = replace(Motion.still(24), gain=np.full((24, 2, 2), 1.0, np.float32))
    assert np.array_equal(Backdrop(scene, plain, SIZE).frame(5), backdrop.frame(0))


def test_frame_0_is_the_middle_of_the_still() -> None:
    scene = make_scene(width=1472)
    frame = Backdrop(scene, Motion.still(2), (1280, 720)).frame(0)
    left, top = (1472 - 1280) // 2, (828 - 720) // 2
    middle = scene.still[top : top + 720, left : left + 1280]
    assert np.abs(frame.astype(int) - middle).mean() < 1.0


def test_motion_that_would_leave_the_still_is_made_smaller() -> None:
    wild = _moving(zoom=-0.4, pan=0.3)
    calm = fit_inside(wild)
    corners = np.array([[x, y, 1.0] for x in (-1, 1) for y in (-1, 1)])
    read = corners @ calm.homography[-1].T.astype(float)
    assert np.abs(read[:, :2] / read[:, 2:]).max() <= OVERSCAN + 1e-4
    assert fit_inside(calm) is calm


def test_relight_multiplies_linear_light() -> None:
    scene = replace(make_scene(width=640), still=np.full((360, 640, 3), 100, np.uint8))
    motion = replace(
        Motion.still(2), gain=np.array([1.0, 2.0], np.float32)[:, None, None] * np.ones((2, 2, 2), np.float32)
    )
    frame = Backdrop(scene, motion, SIZE).frame(1)
    assert frame[180, 320, 0] == pytest.approx(100 * 2 ** (1 / 2.2), abs=1)


def test_the_product_has_its_real_size_on_its_spot() -> None:
    scene = make_scene(width=1472, view_width_m=0.9)
    bare = make_spec(labels=(), captions=(), title="")
    frame = Cut(bare, [Take(scene, Motion.still(2))], cutout=make_cutout()).frame(0).astype(int)
    red = (frame[..., 0] - frame[..., 1] > 60) & (frame[..., 0] - frame[..., 2] > 60)
    rows, columns = np.flatnonzero(red.any(1)), np.flatnonzero(red.any(0))
    metres_per_pixel = 0.9 / 1280
    assert len(columns) * metres_per_pixel == pytest.approx(BOTTLE_WIDTH_M, rel=0.03)
    assert len(rows) * metres_per_pixel == pytest.approx(BOTTLE_HEIGHT_M, rel=0.03)
    assert (columns[0] + columns[-1] + 1) / 2 == pytest.approx(640, abs=1.0)
    assert rows[-1] + 1 == pytest.approx(0.7 * 720, abs=1.5)
