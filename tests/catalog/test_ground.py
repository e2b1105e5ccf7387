"""The light a product takes from the paper it was photographed on."""

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog import ground

Floats = NDArray[np.float32]
SIDE = 400


def _photo(*, unevenness: float = 0.0) -> tuple[Floats, Floats, Floats]:
    """A red box on a sheet that grows dark to one side, with a soft shadow to its right; colours, alpha, shadow."""
    alpha = np.zeros((SIDE, SIDE), np.float32)
    alpha[140:260, 140:260] = 1
    thrown = np.zeros((SIDE, SIDE), np.float32)
    thrown[230:270, 200:330] = 0.5
    shadow = cv2.GaussianBlur(thrown, (0, 0), 8)
    sheet = np.linspace(0.95, 0.80, SIDE, dtype=np.float32)[None, :, None].repeat(SIDE, 0).repeat(3, 2)
    sheet += np.random.default_rng(1).normal(0, unevenness, (SIDE, SIDE, 1)).astype(np.float32)
    paper = sheet * (1 - shadow[..., None])
    colours = np.where(alpha[..., None] > 0, np.float32([0.8, 0.1, 0.1]), paper)
    return np.clip(colours, 0, 1).astype(np.float32), alpha, shadow


def test_the_shadow_is_found_and_the_falling_light_of_the_sheet_is_not() -> None:
    colours, alpha, shadow = _photo()

    dark = ground.darkening(colours, alpha)

    assert dark is not None
    beside = (cv2.dilate(alpha, np.ones((9, 9))) > 0) & (alpha == 0) & (shadow > 0.3)
    assert abs(float(np.median(dark[beside] - shadow[beside]))) < 0.06
    assert float(dark[20:120, 150:250].max()) < 0.02
    assert float(dark[:, [0, -1]].max()) == 0


def test_a_background_of_stripes_tells_nothing() -> None:
    colours, alpha, _ = _photo(unevenness=0.08)

    assert ground.darkening(colours, alpha) is None
