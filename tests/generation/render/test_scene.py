"""Scenes: cameras that project as they say, and broken files that are named."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from generation.render.errors import RenderError
from generation.render.scene import OVERSCAN, Scene
from tests.generation.render.stage import PITCH, make_scene


def _stored(folder: Path) -> Path:
    scene = make_scene(width=320)
    home = folder / "studio"
    home.mkdir()
    cv2.imwrite(str(home / "wide.png"), scene.still[..., ::-1])
    cv2.imwrite(str(home / "depth.png"), (scene.depth * 1000).astype(np.uint16))
    still = {
        "file": "wide.png",
        "depth": "depth.png",
        "camera": {name: getattr(scene.camera, name).tolist() for name in ("K", "R", "t")},
        "spots": [{"xyz": [0, 0, 0], "metres_per_pixel": scene.spots[0].metres_per_pixel, "max_height_m": 0.4}],
        "surface": "water",
        "sound": "garden_birds",
        "light": {
            "key_direction": scene.light.key_direction.tolist(), "key_rgb": [1, 1, 1], "key_to_fill": 2.0,
            "irradiance": scene.light.irradiance.tolist(),
        },
    }  # fmt: skip
    (home / "scene.json").write_text(json.dumps({"id": "studio", "tags": ["garden"], "stills": {"wide": still}}))
    return home


def test_a_stored_scene_is_read_as_it_was(tmp_path: Path) -> None:
    _stored(tmp_path)
    scene, true = Scene.load("studio", "wide", folder=tmp_path), make_scene(width=320)
    assert np.array_equal(scene.still, true.still)
    assert scene.spots[0].surface == "water"
    assert scene.sound == "garden_birds"
    assert np.allclose(scene.depth, true.depth, atol=0.001)


def test_a_broken_still_is_named(tmp_path: Path) -> None:
    home = _stored(tmp_path)
    (home / "wide.png").write_bytes(b"not a picture")
    with pytest.raises(RenderError, match=r"wide\.png is missing or not a picture"):
        Scene.load("studio", "wide", folder=tmp_path)


def test_a_scene_without_that_format_says_so(tmp_path: Path) -> None:
    _stored(tmp_path)
    with pytest.raises(RenderError, match="has no 'tall' for the tall still"):
        Scene.load("studio", "tall", folder=tmp_path)


def test_an_unknown_scene_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="Scene moon_base cannot be read"):
        Scene.load("moon_base", "wide", folder=tmp_path)


def test_an_unknown_spot_is_refused() -> None:
    with pytest.raises(RenderError, match="has 1 spots; spot 3 was asked"):
        make_scene(width=320).spot(3)


def test_the_camera_knows_how_far_it_looks_down() -> None:
    scene = make_scene(width=320)
    assert scene.camera.pitch(np.zeros(3)) == pytest.approx(PITCH)


def test_frame_coordinates_go_back_and_forth() -> None:
    scene = make_scene(width=640)
    assert np.allclose(scene.to_frame(np.array([320.0, 180.0])), 0)
    assert np.allclose(scene.to_frame(np.array([640.0, 360.0])), OVERSCAN)
    assert np.allclose(scene.to_still(scene.to_frame(np.array([12.0, 345.0]))), [12.0, 345.0])


def test_the_plane_is_told_from_what_stands_on_it() -> None:
    scene = make_scene(width=640)
    mask = scene.plane_mask(scene.spots[0])
    u, v = (scene.camera.project(np.zeros(3)) / 2).astype(int)
    assert mask[v, u] == pytest.approx(1.0)
    assert mask[5, 5] == 0.0
