"""Rigid scenes: what a network lets swim is put right, what lives stays alive."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from generation import engines
from generation.render import rigid, warp
from generation.render.clip import Motion
from generation.render.scene import OVERSCAN, Scene
from tests.generation.render.stage import make_scene, make_spec

FRAMES, RADIUS = 12, 0.04
HALF = np.array([640, 360])


def swimming(pixels: float) -> Motion:
    """A camera that pushes in while every patch of the picture also goes its own way."""
    share = np.linspace(0, 1, FRAMES)[:, None, None, None]
    patches = np.random.default_rng(3).normal(size=(1, 9, 16, 2)).repeat(4, axis=1).repeat(4, axis=2)
    flow = share * patches * pixels / HALF
    homography = np.tile(np.eye(3, dtype=np.float32), (FRAMES, 1, 1))
    homography[:, 0, 0] = homography[:, 1, 1] = 1 - 0.1 * share[:, 0, 0, 0]
    return replace(Motion.still(FRAMES), homography=homography, flow=flow.astype(np.float32))


def strays(motion: Motion, scene: Scene, ground: np.ndarray) -> float:
    """How far, in pixels of the last frame, points of the ground (N, 3) are from moving by one homography."""

    start = (scene.to_frame(scene.camera.project(ground)) + 1) * HALF
    ends = np.array([warp.follow(motion, point, size=(1280, 720), reach=4.0).pixels[-1] for point in start])
    plane, _ = cv2.findHomography(start, ends)
    return float(np.abs(cv2.perspectiveTransform(start[:, None], plane)[:, 0] - ends).max())


def around() -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    return np.column_stack([0.15 * np.cos(angles), 0.1 * np.sin(angles), np.zeros(8)])


def test_a_table_top_no_longer_swims() -> None:
    scene, motion = make_scene(width=1472), swimming(pixels=5.0)
    settled = rigid.settled(motion, scene, scene.spots[0], radius_m=RADIUS)
    assert strays(motion, scene, around()) > 3.0
    assert strays(settled, scene, around()) < 1.0


def test_without_depth_the_ground_under_the_product_is_a_plane() -> None:
    scene, motion = replace(make_scene(width=1472), depth=None), swimming(pixels=5.0)
    settled = rigid.settled(motion, scene, scene.spots[0], radius_m=RADIUS)
    assert strays(settled, scene, around()) < 1.0
    far = (
        rigid.displacement(settled, rigid.centres(motion))[-1, 0]
        - rigid.displacement(motion, rigid.centres(motion))[-1, 0]
    )
    assert 1.0 < np.abs(far * HALF).max() < 15.0


def test_a_camera_that_is_rigid_already_stays_as_it_is() -> None:
    scene, spec = make_scene(width=1472), make_spec()
    spec = replace(spec, shots=(replace(spec.shots[0], camera="orbit right"),))
    motion = engines.load("parallax", weights=Path(), text_encoder=Path()).generate(spec, scene, "wide", print)
    settled = rigid.settled(motion, scene, scene.spots[0], radius_m=RADIUS)
    cells = rigid.centres(motion)
    apart = np.abs((rigid.displacement(settled, cells) - rigid.displacement(motion, cells)) * HALF).max(-1)
    assert np.quantile(apart, 0.95) < 3.0  # the rest lies along edges, where the two smooth depth differently


def test_what_stands_in_front_of_a_far_wall_keeps_its_shape_in_a_push_in() -> None:
    scene = make_scene(width=1472)
    height, width = scene.still.shape[:2]
    depth = np.full((height, width), 4.0, np.float32)
    edges = np.array([[0.2, 0.25], [0.35, 0.5]])  # shares of the still: left and top, right and bottom
    (left, top), (right, bottom) = (edges * [width, height]).astype(int)
    depth[top:bottom, left:right] = 1.0
    share = np.linspace(0, 1, FRAMES)[:, None, None, None]
    cells = rigid.centres(swimming(pixels=1.0))
    nearness = np.where((np.abs(cells - [-0.52, -0.29]) < [0.18, 0.3]).all(-1), 1.0, 0.25)[..., None]
    motion = replace(Motion.still(FRAMES), flow=(-0.3 * share * nearness * cells).astype(np.float32))

    settled = rigid.settled(motion, replace(scene, depth=depth), scene.spots[0], radius_m=0.001)

    inside = np.stack(
        np.meshgrid(np.linspace(left + 8, right - 8, 9), np.linspace(top + 8, bottom - 8, 9)), -1
    ).reshape(-1, 2)
    start = (inside / [width, height] * 2 - 1) * OVERSCAN
    ends = np.array([warp.follow(settled, (p + 1) * HALF, size=(1280, 720), reach=2.0).pixels[-1] for p in start])
    design = np.column_stack([start, np.ones(len(start))])
    affine = np.linalg.lstsq(design, ends, rcond=None)[0]
    assert np.linalg.norm(ends - (start + 1) * HALF, axis=1).mean() > 40.0
    assert np.abs(design @ affine - ends).max() < 4.0


def test_water_lives_except_under_the_product() -> None:
    scene, motion = make_scene(width=1472, surface="water"), swimming(pixels=5.0)
    scene = replace(scene, alive=np.ones((103, 184), np.float32))
    settled = rigid.settled(motion, scene, scene.spots[0], radius_m=0.01)
    cells = rigid.centres(motion)
    moved = np.abs((rigid.displacement(settled, cells) - rigid.displacement(motion, cells))[-1] * HALF).max(-1)
    assert moved[:4].max() < 0.1
    column, row = ((scene.to_frame(scene.camera.project(np.zeros(3))) + 1) / 2 * [64, 36]).astype(int)
    assert moved[row - 1 : row + 2, column - 1 : column + 2].max() > 2.0
    dry = replace(scene, spots=(replace(scene.spots[0], surface="matt"),))
    assert strays(rigid.settled(motion, dry, dry.spots[0], radius_m=0.01), dry, around()) < 1.0


def test_a_still_is_left_alone() -> None:
    motion, scene = Motion.still(4), make_scene(width=640)
    assert rigid.settled(motion, scene, scene.spots[0], radius_m=RADIUS) is motion


def test_the_camera_glides_where_the_model_changes_pace_between_two_slots() -> None:
    scene, still = make_scene(width=1472, surface="water"), Motion.still(144)
    scene = replace(scene, alive=np.tile(np.linspace(0, 1, 184, dtype=np.float32), (103, 1)))
    path = np.interp(np.arange(144), [0, 35, 47, 83, 143], [0, 10, 34, 40, 80])[:, None, None, None]
    flow = np.broadcast_to(path * [1, 0] / HALF, (144, 36, 64, 2)).astype(np.float32)
    motion = replace(still, flow=flow)

    settled = rigid.settled(motion, scene, scene.spots[0], radius_m=RADIUS)

    cells = rigid.centres(motion)
    before, after = (rigid.displacement(each, cells)[:, 18, ::9] * HALF for each in (motion, settled))
    assert np.abs(np.diff(before, n=2, axis=0)).max() > 1.5
    assert np.abs(np.diff(after, n=2, axis=0)).max() < 0.25
    assert np.abs(after[-1] - before[-1]).max() < 3.0
    assert np.abs(after[0]).max() < 1e-6
