"""Face serum: 30 ml in an amber glass bottle, black rubber bulb, brushed gold collar, a pale label without words."""

import math
from typing import Any

import materials
import numpy as np
import shapes
from studio import View

RADIUS, SHOULDER, NECK_TOP = 0.0165, 0.058, 0.0705  # metres
TIP = 0.103  # top of the rubber bulb


def build(view: str) -> View:
    """Build the closed bottle; "view" lays the dropper before the open bottle."""
    _bottle()
    _label()
    dropper = _dropper(pipette=view == "view")
    if view == "view":
        shapes.group(dropper, (-0.050, -0.026, 0.0102), turn_deg=(90, 0, 66))
        return View(effect=(0, 0, NECK_TOP), pitch_deg=26.0, yaw_deg=0.0, fill=0.80)
    return View(effect=(0, 0, TIP), yaw_deg=0.0, fill=0.80)


def _bottle() -> None:
    amber = materials.glass("amber", "#b4692a", roughness=0.015)
    wall = 0.0016
    line = [
        (0.0, 0.0),
        (RADIUS - 0.001, 0.0, 0.003),
        (RADIUS, 0.005, 0.003),
        (RADIUS, SHOULDER - 0.006, 0.007),
        (0.0098, SHOULDER + 0.0015, 0.004),
        (0.0078, NECK_TOP - 0.010, 0.002),
        (0.0078, NECK_TOP, 0.0006),
        (0.0060, NECK_TOP, 0.0006),
        (0.0060, SHOULDER + 0.002, 0.002),
        (RADIUS - wall, SHOULDER - 0.007, 0.006),
        (RADIUS - wall, 0.006, 0.004),
        (0.0, 0.0045),
    ]
    shapes.let_light_through(shapes.lathe("bottle", line, amber, segments=160))
    serum = materials.glass("serum", "#e8b56a", ior=1.36)
    edge = RADIUS - wall - 0.00005
    shapes.lathe(
        "serum", [(0.0, 0.0046), (edge - 0.001, 0.0060, 0.003), (edge, 0.010), (edge, 0.046), (0.0, 0.046)], serum
    )


def _label() -> None:
    paper = materials.principled("paper", "#efe7da", roughness=0.6)
    ink = materials.principled("ink", "#2f3b34", roughness=0.5)
    foil = materials.metal("foil", "#c59a52", roughness=0.3)
    shapes.wrap("label", (0.031, 0.032), paper, radius=RADIUS, at=(0, 0.0295))
    shapes.wrap("band", (0.031, 0.0050), ink, radius=RADIUS, at=(0, 0.0160), lift=0.00028)
    shapes.wrap("line", (0.016, 0.0004), foil, radius=RADIUS, at=(0, 0.0225), lift=0.0003)
    turn = np.linspace(0, math.tau, 40, endpoint=False)
    for side in (-1, 0, 1):  # a three-leaved sprig
        leaf = np.stack([0.0013 * np.sin(turn) * np.abs(np.sin(turn / 2)), 0.0042 * np.cos(turn) + 0.0044], axis=1)
        made = shapes.plate("leaf", leaf[::-1], ink, thickness=0.0002, corner=0.00005)
        shapes.move(made, (0, -RADIUS - 0.00025, 0.0335), turn_deg=(90, 38 * side, 0))


def _dropper(*, pipette: bool) -> list[Any]:
    gold = materials.metal("gold", "#d0a766", roughness=0.28, brushed=0.05)
    rubber = materials.plastic("bulb", "#222325", roughness=0.55, grain=0.06)
    base = NECK_TOP - 0.0110
    collar = [
        (0.0086, base),
        (0.0100, base + 0.0004, 0.0005),
        (0.0100, base + 0.0150, 0.0010),
        (0.0088, base + 0.0158, 0.0005),
        (0.0, base + 0.0158),
    ]
    bulb_base = base + 0.0155
    bulb = [
        (0.0062, bulb_base),
        (0.0064, bulb_base + 0.004, 0.002),
        (0.0055, bulb_base + 0.0065, 0.002),
        (0.0060, bulb_base + 0.0150, 0.006),
        (0.0052, TIP - 0.003, 0.004),
        (0.0030, TIP, 0.003),
        (0.0, TIP),
    ]
    parts = [shapes.lathe("collar", collar, gold, radius=_flutes(base)), shapes.lathe("bulb", bulb, rubber)]
    if pipette:
        clear = materials.glass("pipette", "#f4f4f0", ior=1.3)
        stem = [
            (0.0036, base + 0.004),
            (0.0036, 0.024, 0.004),
            (0.0013, 0.013, 0.002),
            (0.0010, 0.010),
            (0.0006, 0.010),
            (0.0026, 0.025),
            (0.0026, base),
        ]
        parts.append(shapes.let_light_through(shapes.lathe("pipette", stem, clear)))
    return parts


def _flutes(base: float) -> shapes.Radius:
    return lambda turn, height: 1 + 0.012 * np.cos(64 * turn) * ((height > base + 0.001) & (height < base + 0.0142))
