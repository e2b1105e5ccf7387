"""Engines: loaded by name, never replaced by another, and never above the cap."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generation import engines
from generation.engines import base
from generation.engines.base import EngineError
from generation.render.clip import HEIGHT, Motion
from generation.render.warp import fit_inside, follow
from tests.generation.render.stage import JET, make_scene, make_spec

NOWHERE = Path("/nonexistent")


def _generate(name: str, camera: str = "slow push in", **changes: object) -> Motion:
    spec = make_spec(effect=JET, **changes)
    spec = replace(spec, shots=(replace(spec.shots[0], camera=camera, light="dimming"),))
    engine = engines.load(name, weights=NOWHERE, text_encoder=NOWHERE)
    return engine.generate(spec, make_scene(width=640), "wide", lambda share: None)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(EngineError, match="no engine 'magic'; known are static, parallax, unified"):
        engines.load("magic", weights=NOWHERE, text_encoder=NOWHERE)


def test_missing_weights_are_an_error_and_no_other_engine_steps_in() -> None:
    with pytest.raises(EngineError, match=r"finds no model weights at /nonexistent"):
        engines.load("unified", weights=NOWHERE, text_encoder=NOWHERE)


def test_static_moves_nothing_but_the_effect() -> None:
    motion = _generate("static")
    assert len(motion) == 144
    assert not motion.flow.any()
    assert (motion.homography == np.eye(3)).all()
    assert motion.effect[:, HEIGHT] == pytest.approx(JET.height_m)


def test_a_push_in_enlarges_what_stands_on_the_spot() -> None:
    motion = _generate("parallax")
    track = follow(motion, np.array([320.0, 252.0]), size=(640, 360), reach=20.0)
    assert track.scale[-1] == pytest.approx(1 / (1 - 0.055), rel=0.02)
    assert np.abs(track.pixels - track.pixels[0]).max() < 1.0
    assert fit_inside(motion) is motion


def test_an_orbit_keeps_the_spot_and_moves_the_background() -> None:
    motion = _generate("parallax", "orbit left")
    track = follow(motion, np.array([320.0, 252.0]), size=(640, 360), reach=20.0)
    assert np.abs(track.pixels - track.pixels[0]).max() < 2.0
    assert np.abs(motion.flow[-1, 2]).max() > 0.01


def test_frame_0_is_untouched() -> None:
    motion = _generate("parallax", "pan right")
    assert (motion.homography[0] == np.eye(3)).all()
    assert not motion.flow[0].any()
    assert (motion.gain[0] == 1).all()
    assert motion.gain[-1].mean() == pytest.approx(0.75)


def test_a_model_that_exaggerates_is_cut_to_the_cap() -> None:
    wild = Motion.still(4, effect=replace(JET, height_m=0.9))
    assert base.limited(wild, JET).effect[:, HEIGHT].max() == pytest.approx(JET.cap_m)


def test_a_plan_that_asks_for_more_on_purpose_gets_what_it_asks() -> None:
    asked = replace(JET, height_m=0.6)
    wild = Motion.still(4, effect=replace(JET, height_m=0.9))
    assert base.limited(wild, asked).effect[:, HEIGHT].max() == pytest.approx(0.6)


def test_baselines_bring_no_torch_into_the_process() -> None:
    program = (
        "import sys; from pathlib import Path; from generation import engines;"
        "engines.load('parallax', weights=Path('/'), text_encoder=Path('/')); print('torch' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=root, check=True
    )
    assert found.stdout.strip() == "False"
