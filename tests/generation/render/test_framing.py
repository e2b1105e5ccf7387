"""Framing: every product is seen as closely as it deserves, and closer never means larger than it is."""

from dataclasses import replace

import numpy as np
import pytest

from generation.formats import FORMATS, FRAME_SIZES, Format
from generation.render import framing
from generation.render.framing import Subject
from generation.render.product import frame_metres_per_pixel
from generation.render.scene import Scene
from generation.specs import EffectSpec, Shot
from tests.generation.render.stage import JET, make_cutout, make_scene

SMALL = Subject(width_m=0.03, height_m=0.10, reach_m=0.10)
LARGER = Subject(width_m=0.08, height_m=0.15, reach_m=0.15)


def seen(scene: Scene, subject: Subject | None) -> Scene:
    return framing.framed(scene, scene.spots[0], subject)


@pytest.mark.parametrize("frame_format", FORMATS)
def test_a_product_takes_its_share_of_the_frame(frame_format: Format) -> None:
    still = FORMATS[frame_format].still
    size, view = (2560, 0.9) if still == "wide" else (1440, 0.45)
    shown = seen(replace(make_scene(still, width=size, view_width_m=view, is_drawn=False), format=frame_format), LARGER)
    width, height = FRAME_SIZES[frame_format]
    share = LARGER.height_m / (frame_metres_per_pixel(shown, shown.spots[0], width) * height)
    composition = FORMATS[frame_format].composition
    assert share == pytest.approx(composition.height, rel=0.03)
    place = (shown.to_frame(shown.camera.project(np.zeros(3))) + 1) / 2
    assert place == pytest.approx(composition.at, abs=0.01)
    assert shown.size[0] * height == shown.size[1] * width


def test_a_small_product_is_not_bought_with_a_soft_picture() -> None:
    shown = seen(make_scene("wide", width=2560, is_drawn=False), SMALL)
    assert shown.size[0] == pytest.approx(FORMATS["wide"].least_pixels * 16 / 9 * 1.15, abs=32)


def test_scale_camera_and_depth_stay_true_in_a_crop() -> None:
    scene = make_scene("wide", width=2560, is_drawn=False)
    shown = seen(scene, SMALL)
    moved = scene.camera.project(np.array([[0, 0, 0], [0.05, 0, 0.1]])) - shown.camera.project(
        np.array([[0, 0, 0], [0.05, 0, 0.1]])
    )
    assert np.allclose(moved[0], moved[1])
    left, top = moved[0].round().astype(int)
    assert np.array_equal(shown.still, scene.still[top : top + shown.size[1], left : left + shown.size[0]])
    u, v = (shown.camera.project(np.zeros(3)) / 2).astype(int)
    assert shown.depth[v, u] == scene.depth[v + top // 2, u + left // 2]


def test_an_effect_keeps_its_room() -> None:
    photo = make_cutout().photo
    plain, jet = framing.subject(photo, EffectSpec()), framing.subject(photo, JET)
    assert plain == Subject(width_m=pytest.approx(0.12), height_m=pytest.approx(0.22), reach_m=pytest.approx(0.22))
    assert jet.reach_m == pytest.approx(0.20 + JET.height_m)
    scene = make_scene("wide", width=2560, is_drawn=False)
    assert seen(scene, jet).size[0] > seen(scene, plain).size[0]


@pytest.mark.parametrize("frame_format", FORMATS)
def test_a_close_shot_comes_nearer_and_lets_an_effect_leave_the_picture(frame_format: Format) -> None:
    still = FORMATS[frame_format].still
    size, view = (2560, 1.6) if still == "wide" else (1440, 0.8)
    scene = replace(make_scene(still, width=size, view_width_m=view, is_drawn=False), format=frame_format)
    fountain = replace(LARGER, reach_m=0.6)
    whole, close = (framing.framed(scene, scene.spots[0], fountain, how) for how in ("whole", "close"))
    assert whole.size[0] > 1.5 * close.size[0]
    assert framing.framed(scene, scene.spots[0], SMALL, "close").size[0] < seen(scene, SMALL).size[0]


def test_a_shot_that_comes_hardly_closer_goes_on_in_the_one_before() -> None:
    scene, photo = make_scene("wide", width=2560, view_width_m=1.6, is_drawn=False), make_cutout().photo
    shots = [Shot(start=0, end=6, scene=place, prompt="", camera="", light="") for place in ("pond", "pond", "shelf")]
    kept = framing.seen([*shots, replace(shots[2], framing="close")], photo, lambda name: scene)
    assert [(each.shot.scene, each.shot.framing) for each in kept] == [
        ("pond", "whole"), ("shelf", "whole"), ("shelf", "close"),
    ]  # fmt: skip


def test_a_product_without_scale_gets_the_whole_still() -> None:
    photo = replace(make_cutout().photo, metres_per_pixel=None)
    scene = make_scene("wide", width=1280, is_drawn=False)
    assert framing.subject(photo, JET) is None
    assert seen(scene, None) is scene
