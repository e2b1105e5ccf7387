"""Aroma diffuser: a fluted stoneware cover over a pale wooden foot; mist leaves a small brass outlet at the top."""

from typing import Any

import materials
import numpy as np
import shapes
from studio import View

RADIUS, FOOT, HEIGHT = 0.052, 0.034, 0.152  # metres: widest, top of the wooden foot, tip of the outlet


def build(view: str) -> View:
    """Build the closed diffuser; "view" lifts the cover off and stands it beside the water basin."""
    _foot()
    cover = _cover()
    if view == "view":
        _basin()
        shapes.group(cover, (0.106, 0.032, -FOOT), turn_deg=(0, 0, 0))
        return View(effect=(0, 0, FOOT + 0.020), pitch_deg=36.0, yaw_deg=4.0, fill=0.82)
    return View(effect=(0, 0, HEIGHT), yaw_deg=0.0, fill=0.76)


def _foot() -> None:
    ash = materials.wood("ash", "#dcb98a", "#b88f5e", axis=(9.0, 9.0, 1.2))
    line = [
        (0.0, 0.0),
        (0.0440, 0.0, 0.002),
        (0.0462, 0.0040, 0.003),
        (0.0512, 0.0270, 0.008),
        (0.0512, FOOT - 0.002, 0.0015),
        (0.0490, FOOT, 0.001),
        (0.0, FOOT),
    ]
    shapes.lathe("foot", line, ash, segments=192)
    brass = materials.metal("brass", "#c7a15c", roughness=0.28)
    key = shapes.lathe("key", [(0.0, 0.0026), (0.0052, 0.0022, 0.0008), (0.0058, 0.0, 0.0002)], brass)
    shapes.move(key, (0, -0.0486, 0.0160), turn_deg=(102, 0, 0))


def _cover() -> list[Any]:
    stone = materials.plastic("stoneware", "#a9b3a6", roughness=0.62, grain=0.22)
    materials.drift(stone, "#9fab9d", "#b7bfb2", scale=30.0)
    brass = materials.metal("brass-top", "#c7a15c", roughness=0.25)
    top = HEIGHT - 0.007
    line = [
        (0.0470, FOOT + 0.001),
        (0.0512, FOOT + 0.001, 0.001),
        (RADIUS, FOOT + 0.004, 0.001),
        (RADIUS, FOOT + 0.045, 0.030),
        (0.0400, 0.116, 0.030),
        (0.0180, 0.1395, 0.012),
        (0.0115, top, 0.002),
        (0.0095, top, 0.001),
        (0.0090, 0.137),
    ]
    parts = [shapes.lathe("cover", line, stone, segments=720, radius=_flutes())]
    outlet = [
        (0.0100, top - 0.004),
        (0.0102, top + 0.0005, 0.0006),
        (0.0080, HEIGHT - 0.001, 0.002),
        (0.0066, HEIGHT, 0.0006),
        (0.0056, HEIGHT - 0.0006, 0.0005),
        (0.0050, top - 0.003),
    ]
    parts.append(shapes.lathe("outlet", outlet, brass))
    dark = materials.plastic("throat", "#1a1815", roughness=0.9)
    parts.append(shapes.lathe("throat", [(0.0, top - 0.002), (0.0056, top - 0.002)], dark))
    return parts


def _flutes() -> shapes.Radius:
    """Sixty rounded flutes that run out towards foot and neck."""

    def factor(turn: np.ndarray, height: np.ndarray) -> np.ndarray:
        deep = np.clip((height - FOOT - 0.006) / 0.012, 0, 1) * np.clip((0.1375 - height) / 0.016, 0, 1)
        return 1 - 0.030 * deep * (1 - np.abs(np.cos(30 * turn)))

    return factor


def _basin() -> None:
    white = materials.plastic("basin", "#d9dad6", roughness=0.34, grain=0.04)
    line = [
        (0.0470, FOOT - 0.001),
        (0.0478, FOOT + 0.0060, 0.001),
        (0.0466, FOOT + 0.0085, 0.001),
        (0.0450, FOOT + 0.0070, 0.001),
        (0.0420, FOOT - 0.004),
        (0.0, FOOT - 0.005),
    ]
    shapes.lathe("basin", line, white, segments=192)
    floor = [(0.0435, FOOT + 0.0004), (0.0, FOOT + 0.0004)]
    shapes.lathe("bottom", floor, white)
    water = materials.glass("water", "#dff0f2", ior=1.33)
    surface = [(0.0, FOOT + 0.0012), (0.0438, FOOT + 0.0012), (0.0444, FOOT + 0.0046, 0.0004), (0.0, FOOT + 0.0044)]
    shapes.let_light_through(shapes.lathe("water", surface, water))
    tower = [
        (0.0105, FOOT),
        (0.0100, FOOT + 0.0110, 0.001),
        (0.0062, FOOT + 0.0120, 0.001),
        (0.0060, FOOT + 0.0100),
        (0.0, FOOT + 0.0100),
    ]
    shapes.lathe("tower", tower, white)
    shapes.lathe(
        "disc", [(0.0, FOOT + 0.0106), (0.0046, FOOT + 0.0105)], materials.metal("disc", "#c9b48a", roughness=0.3)
    )
