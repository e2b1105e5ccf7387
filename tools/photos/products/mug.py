"""Insulated travel mug: powder-coated steel, a bare brushed rim, a black lid with a flap and a silicone carry loop."""

from typing import Any

import materials
import numpy as np
import shapes
from studio import View

BODY = 0.142  # metres: top of the steel


def build(view: str) -> View:
    """Build the mug with its flap open; "view" takes the lid off and stands it beside."""
    _body(inside=view == "view")
    lid = _lid()
    if view == "view":
        shapes.group(lid, (0.074, -0.022, -BODY + 0.0085), turn_deg=(0, 0, 40))
        return View(effect=(0, 0, BODY), pitch_deg=35.0, yaw_deg=10.0, fill=0.80, exposure=0.25)
    return View(effect=(0.0, -0.0175, BODY + 0.027), yaw_deg=-12.0, fill=0.80, exposure=0.25)


def _body(*, inside: bool) -> None:
    coat = materials.plastic("coat", "#27665f", roughness=0.40, grain=0.22)
    steel = materials.metal("steel", "#b9bbbd", roughness=0.34, brushed=0.08)
    foot = materials.plastic("foot", "#1a1b1c", roughness=0.7)
    shapes.lathe("foot", [(0.0, 0.0), (0.0285, 0.0, 0.002), (0.0298, 0.0035)], foot)
    shapes.lathe("base", [(0.0296, 0.0030), (0.0305, 0.0036, 0.0006), (0.0309, 0.0120), (0.0304, 0.0126)], steel)
    wall = [
        (0.0302, 0.0124),
        (0.0312, 0.0128, 0.0007),
        (0.0316, 0.030),
        (0.0345, 0.105, 0.02),
        (0.0357, 0.1285),
        (0.0355, 0.1298, 0.0006),
        (0.0345, 0.1302),
    ]
    shapes.lathe("coat", wall, coat, segments=192)
    rim = [
        (0.0345, 0.1296),
        (0.0351, 0.1302, 0.0006),
        (0.0353, BODY - 0.001),
        (0.0345, BODY + 0.0003, 0.0008),
        (0.0334, BODY - 0.0008, 0.0008),
        (0.0328, 0.110, 0.002),
    ]
    shapes.lathe("steel", rim, steel, segments=192)
    if inside:
        coffee = materials.principled("coffee", "#2a1408", roughness=0.08, coat_weight=0.5)
        materials.drift(coffee, "#241006", "#5a3216", scale=70.0)
        shapes.lathe("coffee", [(0.0, 0.1195), (0.0300, 0.1195), (0.0331, 0.1200)], coffee)
    _mark(steel)


def _mark(steel: Any) -> None:
    """A small embossed drop: the maker's mark."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    width = np.sin(turn) * np.sin(turn / 2) ** 1.5
    outline = np.stack([0.0052 * width, 0.0062 * np.cos(turn)], axis=1)
    mark = shapes.plate("mark", outline[::-1], steel, thickness=0.0009, corner=0.0003)
    shapes.move(mark, (-0.0071, -0.03342, 0.088), turn_deg=(92.3, 0, -12.0))


def _lid() -> list[Any]:
    black = materials.plastic("lid", "#232527", roughness=0.38, grain=0.08, coat=0.15)
    seal = materials.plastic("seal", "#3a3d40", roughness=0.75)
    loop = materials.plastic("loop", "#27665f", roughness=0.62, grain=0.10)
    top = BODY + 0.022
    cap = [
        (0.0, BODY + 0.001),
        (0.0352, BODY + 0.001, 0.0008),
        (0.0362, BODY + 0.0030, 0.001),
        (0.0360, BODY + 0.0160, 0.004),
        (0.0335, top - 0.001, 0.003),
        (0.0290, top, 0.002),
        (0.0275, top - 0.0022, 0.0012),
        (0.0, top - 0.0022),
    ]
    parts = [shapes.lathe("lid", cap, black, segments=192, radius=_ribs())]
    plug = [(0.0, BODY - 0.0085), (0.0300, BODY - 0.0085, 0.002), (0.0318, BODY - 0.002), (0.0318, BODY + 0.002)]
    parts.append(shapes.lathe("plug", plug, black))
    parts.append(shapes.move(shapes.torus("seal", seal, ring=0.0312, thickness=0.0016), (0, 0, BODY - 0.0042)))
    parts.extend(_spout(black, top - 0.0022))
    flap = shapes.rounded_box("flap", (0.0180, 0.0190, 0.0048), black, corner=0.0020)
    parts.append(shapes.move(flap, (0.0, 0.0080, top + 0.0085), turn_deg=(-104, 0, 0)))  # open
    hinge = shapes.rounded_box("hinge", (0.0250, 0.0065, 0.0080), black, corner=0.0024)
    parts.append(shapes.move(hinge, (0.0, 0.0065, top - 0.0004)))
    bow = [
        (-0.0150, 0.0200, top - 0.002),
        (-0.0150, 0.0240, top + 0.007),
        (-0.0090, 0.0255, top + 0.0150),
        (0.0090, 0.0255, top + 0.0150),
        (0.0150, 0.0240, top + 0.007),
        (0.0150, 0.0200, top - 0.002),
    ]
    parts.append(shapes.tube("loop", bow, loop, radius=0.0028))
    return parts


def _spout(black: Any, deck: float) -> list[Any]:
    """A low oval spout with its hole."""
    wall = [
        (0.0088, deck - 0.001),
        (0.0080, deck + 0.0010, 0.001),
        (0.0066, deck + 0.0068, 0.0012),
        (0.0, deck + 0.0070),
    ]
    dark = materials.plastic("dark", "#050505", roughness=0.9)
    hole = [(0.0, deck + 0.0072), (0.0040, deck + 0.0071)]
    made = [shapes.lathe("spout", wall, black), shapes.lathe("hole", hole, dark)]
    for part in made:
        part.scale = (1.45, 0.80, 1.0)
        shapes.move(part, (0.0, -0.0175, 0.0))
    return made


def _ribs() -> shapes.Radius:
    """Fine grip ribs round the lid's side."""
    return lambda turn, height: 1 + 0.006 * np.cos(90 * turn) * ((height > BODY + 0.004) & (height < BODY + 0.0145))
