"""The scene pack: every still has its size, and its camera, plane, depth and scale agree with each other."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

PACK = Path(__file__).parents[2] / "generation" / "scenes"
SCENES = sorted(path.parent.name for path in PACK.glob("*/scene.json"))
STILLS = [(scene, still) for scene in SCENES for still in ("wide", "tall")]
SIZES = {"wide": (2560, 1440), "tall": (1440, 2560)}
PUMP_SCENES = {"bird_bath_garden", "fish_pond_edge", "paddling_pool"}


def record_of(scene: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((PACK / scene / "scene.json").read_text())
    return record


def project(still: dict[str, Any], point: np.ndarray) -> np.ndarray:
    """World point to (u, v, depth) in pixels and metres."""
    camera = {name: np.array(still["camera"][name]) for name in ("K", "R", "t")}
    seen = camera["R"] @ point + camera["t"]
    pixel = camera["K"] @ seen
    return np.array([pixel[0] / pixel[2], pixel[1] / pixel[2], seen[2]])


def stored_depth(scene: str, still: str, pixel: np.ndarray) -> float:
    """Depth in metres at a pixel of the full-size still (the map is half size)."""
    with Image.open(PACK / scene / f"{still}_depth.png") as picture:
        depth = np.asarray(picture, np.float64) / 1000
    column, row = (pixel[:2] / 2).astype(int)
    return float(depth[row, column])


def test_the_pack_has_at_least_six_scenes_and_three_with_water() -> None:
    assert len(SCENES) >= 6
    assert set(SCENES) >= PUMP_SCENES


def test_the_pack_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in PACK.rglob("*") if path.is_file()) < 60e6


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_says_what_it_is_and_where_it_comes_from(scene: str) -> None:
    record = record_of(scene)
    assert record["id"] == scene
    assert record["rendered"] is True
    assert record["license"] == "Apache-2.0, rendered by the project"
    for name in ("title", "tags", "surface", "sound", "motion", "locales"):
        assert record[name], name


@pytest.mark.parametrize(("scene", "still"), STILLS)
def test_pictures_have_their_sizes(scene: str, still: str) -> None:
    width, height = SIZES[still]
    sizes = {
        f"{still}.jpg": (width, height),
        f"{still}_depth.png": (width // 2, height // 2),
        f"{still}_mask.png": (width // 8, height // 8),
    }
    for name, size in sizes.items():
        with Image.open(PACK / scene / name) as picture:
            assert picture.size == size, name


@pytest.mark.parametrize(("scene", "still"), STILLS)
def test_the_spot_lies_on_the_plane_and_inside_the_central_crop(scene: str, still: str) -> None:
    record = record_of(scene)["stills"][still]
    spot = np.array(record["spots"][0]["xyz"])
    assert spot @ record["plane"]["normal"] == pytest.approx(record["plane"]["offset"], abs=1e-6)
    pixel = project(record, spot)[:2]
    size = np.array(SIZES[still])
    margin = (size - size / record["overscan"]) / 2
    assert np.all(pixel > margin)
    assert np.all(pixel < size - margin)
    assert pixel == pytest.approx(record["spots"][0]["pixel"], abs=0.5)


@pytest.mark.parametrize(("scene", "still"), STILLS)
def test_metres_per_pixel_is_what_a_ten_centimetre_rod_measures(scene: str, still: str) -> None:
    record = record_of(scene)["stills"][still]
    spot = np.array(record["spots"][0]["xyz"])
    across = np.array(record["camera"]["R"])[0] * 0.05
    length = np.linalg.norm(project(record, spot + across)[:2] - project(record, spot - across)[:2])
    assert 0.1 / length == pytest.approx(record["spots"][0]["metres_per_pixel"], rel=0.01)


@pytest.mark.parametrize(("scene", "still"), STILLS)
def test_the_depth_map_agrees_with_the_camera_at_the_spot(scene: str, still: str) -> None:
    record = record_of(scene)["stills"][still]
    pixel = project(record, np.array(record["spots"][0]["xyz"]))
    assert stored_depth(scene, still, pixel) == pytest.approx(pixel[2], rel=0.02)


@pytest.mark.parametrize(("scene", "still"), STILLS)
def test_the_camera_looks_down_like_a_product_photographer(scene: str, still: str) -> None:
    camera = record_of(scene)["stills"][still]["camera"]
    rotation, translation = np.array(camera["R"]), np.array(camera["t"])
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-5)
    eye = -rotation.T @ translation
    pitch = np.degrees(np.arctan2(eye[2], np.hypot(eye[0], eye[1])))
    assert 16 <= pitch <= 20


@pytest.mark.parametrize("scene", sorted(PUMP_SCENES))
def test_a_jet_within_its_cap_fits_into_both_stills(scene: str) -> None:
    for still in ("wide", "tall"):
        assert record_of(scene)["stills"][still]["spots"][0]["max_height_m"] > 0.45 * 1.1


@pytest.mark.parametrize(("scene", "still"), STILLS)
def test_the_light_record_is_a_usable_lamp_and_environment(scene: str, still: str) -> None:
    light = record_of(scene)["stills"][still]["light"]
    assert np.linalg.norm(light["key_direction"]) == pytest.approx(1, abs=1e-3)
    assert light["key_direction"][2] > 0
    assert np.array(light["irradiance"]).shape == (9, 3)
    assert np.array(light["irradiance"])[0].min() > 0
    assert min(light["key_rgb"]) > 0
    assert light["key_to_fill"] > 0
