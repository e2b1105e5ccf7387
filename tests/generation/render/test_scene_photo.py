"""A merchant's own photo as first frame: its camera fits the scale, and the product stands where it was marked."""

import numpy as np
import pytest

from generation.formats import Format
from generation.render import framing
from generation.render.clip import Motion
from generation.render.compose import Cut
from generation.render.errors import RenderError
from generation.render.product import frame_metres_per_pixel
from generation.render.scene import SCENES, Scene
from generation.render.view import Take
from generation.specs import EffectSpec
from tests.generation.render.stage import BOTTLE_HEIGHT_M, BOTTLE_WIDTH_M, make_cutout, make_spec

GROUND, METRES_PER_PIXEL = (1330.0, 1010.0), 0.9 * 1.15 / 2560


def photo(frame_format: Format) -> Scene:
    """A picture without any record beside it: the kitchen counter of the scene pack, taken as a merchant's photo."""
    still = Scene.load("kitchen_counter", "wide", folder=SCENES).still
    return Scene.from_photo(still, frame_format, ground=GROUND, metres_per_pixel=METRES_PER_PIXEL)


def test_the_camera_fits_the_merchants_scale() -> None:
    scene = photo("wide")
    assert np.allclose(scene.camera.project(np.zeros(3)), GROUND)
    assert np.allclose(scene.camera.project(np.array([0.05, 0, 0])), [GROUND[0] + 0.05 / METRES_PER_PIXEL, GROUND[1]])
    assert np.degrees(scene.camera.pitch(np.zeros(3))) == pytest.approx(18.0, abs=0.3)


@pytest.mark.parametrize("ground", [(100.0, 900.0), (1400.0, 100.0)])
def test_a_ground_outside_the_photo_is_refused(ground: tuple[float, float]) -> None:
    with pytest.raises(RenderError, match=rf"is 1280x720; the ground was marked at {ground[0]:g}, {ground[1]:g} with"):
        Scene.from_photo(np.zeros((720, 1280, 3), np.uint8), "wide", ground=ground, metres_per_pixel=0.001)


@pytest.mark.parametrize("frame_format", ["wide", "tall"])
def test_a_product_stands_on_the_photo_in_its_real_size(frame_format: Format) -> None:
    cutout, spec = make_cutout(), make_spec(labels=(), captions=(), title="")
    whole = photo(frame_format)
    scene = framing.framed(whole, whole.spots[0], framing.subject(cutout.photo, EffectSpec()))
    cut = Cut(spec, [Take(scene, Motion.still(24))], cutout=cutout)
    frame = cut.frame(0).astype(int)
    red = (frame[..., 0] - frame[..., 1:].max(-1)) > 100
    rows, columns = np.flatnonzero(red.any(1)), np.flatnonzero(red.any(0))
    metres = frame_metres_per_pixel(scene, scene.spots[0], cut.size[0])
    assert len(columns) * metres == pytest.approx(BOTTLE_WIDTH_M, rel=0.05)
    assert len(rows) * metres == pytest.approx(BOTTLE_HEIGHT_M, rel=0.05)
    ground = (scene.to_frame(scene.camera.project(np.zeros(3))) + 1) / 2 * cut.size
    assert rows[-1] + 1 == pytest.approx(ground[1], abs=2)
    assert columns.mean() + 0.5 == pytest.approx(ground[0], abs=2)


def test_it_darkens_the_ground_that_it_touches_and_nothing_far_from_it() -> None:
    scene = photo("wide")
    cut = Cut(make_spec(labels=(), captions=(), title=""), [Take(scene, Motion.still(24))], cutout=make_cutout())
    without = cut.views[0].backdrop(0).astype(float).mean(-1)
    drawn = cut.frame(0).astype(float).mean(-1)
    x, y = ((scene.to_frame(scene.camera.project(np.zeros(3))) + 1) / 2 * cut.size).astype(int)
    assert drawn[y + 2, x - 20 : x + 20].mean() < 0.75 * without[y + 2, x - 20 : x + 20].mean()
    assert np.array_equal(drawn[:, -100:], without[:, -100:])
