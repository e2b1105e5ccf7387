"""The full-size model as an engine: what its film does is read back as motion; without its parts it refuses."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from generation import engines
from generation.engines import reading, unified
from generation.engines.base import EngineError
from generation.render.clip import HEIGHT
from model.inference.film import FilmMaker, FilmParts, Running
from model.published import bench
from tests.generation.render.stage import JET, make_scene, make_spec
from tests.model.test_film import parts  # noqa: F401  # the fixture: tiny parts of the same classes

SIZE = (448, 256)


def _textured() -> np.ndarray:
    random = np.random.default_rng(5)
    picture = np.full((SIZE[1], SIZE[0], 3), 110, np.float32)
    for cells in (8, 30, 90):
        noise = random.normal(0, 24, (cells, cells * 2, 3)).astype(np.float32)
        picture += cv2.resize(noise, SIZE, interpolation=cv2.INTER_CUBIC)
    return picture.clip(0, 255).astype(np.uint8)


def test_a_pan_a_zoom_and_a_darker_light_are_read_back() -> None:
    still, steps = _textured(), np.linspace(0, 1, 9)
    frames = []
    for share in steps:
        zoom, shift = 1 - 0.08 * share, 20.0 * share  # what is shown lies 20 pixels further right, 8 % nearer
        middle = np.array(SIZE) / 2 - 0.5
        move = np.array([[zoom, 0, middle[0] * (1 - zoom) + shift], [0, zoom, middle[1] * (1 - zoom)]])
        frame = cv2.warpAffine(still, move, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        frames.append((frame * (1 - 0.15 * share)).astype(np.uint8))

    found = reading.read_motion(np.stack(frames))

    end = found.homography[-1]
    assert end[0, 0] == pytest.approx(0.92, abs=0.003)
    assert end[0, 2] == pytest.approx(20 / (SIZE[0] / 2), abs=0.003)
    assert end[1, 2] == pytest.approx(0, abs=0.003)
    assert np.abs(found.flow).max() < 0.02
    assert found.gain[-1].mean() == pytest.approx(0.85**2.2, abs=0.05)
    assert (found.homography[0] == np.eye(3)).all()


def test_what_moves_by_itself_is_local_motion_and_no_camera() -> None:
    still = _textured()
    moved = still.copy()
    moved[96:160, 160:288] = still[96:160, 154:282]  # a patch slides 6 pixels to the right

    found = reading.read_motion(np.stack([still, moved]))

    assert np.abs(found.homography[1] - np.eye(3)).max() < 0.003
    rows, columns = found.flow.shape[1:3]
    assert found.flow[1, rows // 2, columns // 2, 0] == pytest.approx(-6 / (SIZE[0] / 2), abs=0.01)
    assert np.abs(found.flow[1, :3]).max() < 0.005


def test_a_film_of_a_tiny_model_becomes_a_motion_of_the_plan(
    parts: FilmParts,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unified, "FIRST_SIZE", (64, 32))
    engine = unified.FullSize(FilmMaker(replace(parts, upscaler=None), Running()), "abcd" * 16)
    spec = replace(make_spec(effect=JET), seconds=0.5)
    scene = make_scene("tall", width=360, is_drawn=False)

    motion = engine.generate(spec, scene, "tall", lambda share: None)

    assert unified.film_request(spec, scene).width < unified.film_request(spec, scene).height
    assert len(motion) == round(0.5 * spec.fps)
    assert motion.made_by == f"unified {'abcd' * 4} seed {spec.seed}"
    assert motion.effect[:, HEIGHT] == pytest.approx(JET.height_m)
    assert motion.sound.shape == (22_050, 1)
    again = engine.generate(spec, scene, "tall", lambda share: None)
    assert np.array_equal(again.flow, motion.flow)
    assert np.array_equal(again.sound, motion.sound)


def test_published_weights_are_refused_until_a_gpu_the_licences_and_the_parts_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "daVinci-MagiHuman").mkdir()

    def refused(message: str) -> None:
        with pytest.raises(EngineError, match=message):
            engines.load("unified", weights=tmp_path, text_encoder=tmp_path)

    monkeypatch.setattr(unified, "has_gpu", lambda: False)
    refused("full size and need a GPU: none is seen")
    monkeypatch.setattr(unified, "has_gpu", lambda: True)
    monkeypatch.setattr(bench, "free_bytes", lambda _device: 4 * 2**30)
    refused("cannot be loaded: .*GiB")
    monkeypatch.setattr(bench, "free_bytes", lambda _device: 100 * 2**30)
    refused("Gemma Terms of Use.*--accept gemma .*accepted-licences")
    (tmp_path / "accepted-licences").write_text("gemma stability\n")
    refused("no text encoder in")
