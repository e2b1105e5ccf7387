"""The motion record: what is written is what is read, and a wrong record is refused at once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generation.render.clip import Motion
from generation.render.errors import CannotWrite, RenderError
from generation.specs import EffectSpec


def test_a_saved_motion_comes_back_equal(tmp_path: Path) -> None:
    motion = Motion.still(12, effect=EffectSpec(kind="jet", height_m=0.3), made_by="test")
    motion.save(tmp_path / "motion.npz")
    found = Motion.load(tmp_path / "motion.npz")
    assert (found.effect_kind, found.made_by, found.fps, found.seconds) == ("jet", "test", 24, 0.5)
    assert all(
        np.array_equal(getattr(found, name), getattr(motion, name)) for name in ("homography", "effect", "sound")
    )


def test_a_damaged_file_says_to_generate_again(tmp_path: Path) -> None:
    Motion.still(2).save(tmp_path / "motion.npz")
    whole = (tmp_path / "motion.npz").read_bytes()
    (tmp_path / "motion.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RenderError, match="is not a stored motion"):
        Motion.load(tmp_path / "motion.npz")


def test_shapes_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(RenderError, match=r"Motion\.flow is float32 \(3, 2, 2, 2\), not float32 \(4, 2, 2, 2\)"):
        replace(Motion.still(4), flow=np.zeros((3, 2, 2, 2), np.float32))


def test_a_value_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(RenderError, match=r"Motion\.gain holds a value that is not a number"):
        replace(Motion.still(4), gain=np.full((4, 2, 2), np.nan, np.float32))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match=r"nowhere/motion\.npz"):
        Motion.still(2).save(tmp_path / "nowhere" / "motion.npz")
