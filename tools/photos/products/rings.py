"""Wooden stacking toy: a beech base and pole, five painted rings that grow smaller, a ball on top."""

import math
from typing import Any

import materials
import shapes
from studio import View

BASE_TOP, RING_HEIGHT = 0.016, 0.0205  # metres
RINGS = [(0.0500, "#c8452f"), (0.0455, "#e2902c"), (0.0405, "#e6c04a"), (0.0355, "#4f9a72"), (0.0310, "#3d78ab")]
BALL = 0.0165
TOP = BASE_TOP + RING_HEIGHT * len(RINGS) + 2 * BALL - 0.003


def build(view: str) -> View:
    """Build the finished tower; "view" leaves two rings on the pole and lays the rest before it."""
    beech = materials.wood("beech", "#e3bd8a", "#c99a63", axis=(9.0, 9.0, 1.0))
    _stand(beech)
    loose = {2: (-0.093, -0.035), 3: (0.022, -0.100), 4: (0.104, -0.028)} if view == "view" else {}
    for i, (radius, colour) in enumerate(RINGS):
        ring = _ring(i, radius, colour)
        x, y = loose.get(i, (0.0, 0.0))
        shapes.move(ring, (x, y, 0.0 if i in loose else BASE_TOP + RING_HEIGHT * i + 0.0002), turn_deg=(0, 0, 37 * i))
    ball = shapes.sphere("ball", _paint("ball", "#f1e4c9"), radius=BALL)
    shapes.move(ball, (-0.048, -0.098, BALL) if loose else (0, 0, TOP - BALL))
    if loose:
        return View(effect=(0, 0, TOP), pitch_deg=30.0, yaw_deg=6.0, fill=0.84)
    return View(effect=(0, 0, TOP), yaw_deg=0.0, fill=0.78)


def _stand(beech: Any) -> None:
    base = [(0.0, 0.0), (0.0560, 0.0, 0.003), (0.0575, 0.0080, 0.006), (0.0545, BASE_TOP, 0.006), (0.0, BASE_TOP)]
    shapes.lathe("base", base, beech)
    reach = BASE_TOP + RING_HEIGHT * len(RINGS) + 0.004
    shapes.lathe(
        "pole", [(0.0090, BASE_TOP - 0.002), (0.0086, reach - 0.004), (0.0070, reach, 0.003), (0.0, reach)], beech
    )


def _ring(index: int, radius: float, colour: str) -> Any:
    inner, half = 0.0105, RING_HEIGHT / 2
    middle, thick = (radius + inner) / 2, (radius - inner) / 2
    section = []
    for step in range(73):  # a fat, slightly squared ring: turned, not inflated
        turn = 2 * math.pi * step / 72
        section.append((middle + thick * _square(math.cos(turn), 0.62), half + half * _square(math.sin(turn), 0.72)))
    return shapes.lathe(f"ring-{index}", section, _paint(f"paint-{index}", colour))


def _square(value: float, power: float) -> float:
    return math.copysign(abs(value) ** power, value)


def _paint(name: str, colour: str) -> Any:
    """Water-based paint through which the grain can be felt, under a satin varnish."""
    paint = materials.principled(name, colour, roughness=0.36, coat_weight=0.30, coat_roughness=0.16)
    materials.bump(paint, scale=1.0, strength=0.16, distance=0.0006, stretch=(60.0, 520.0, 520.0))
    return paint
