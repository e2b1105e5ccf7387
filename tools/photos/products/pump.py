"""Solar fountain pump: a black float, a round panel of mono cells under resin, a nozzle that stands in its middle."""

import math
from typing import Any

import materials
import numpy as np
import shapes
from PIL import Image, ImageDraw
from studio import View

PANEL, HEIGHT = 0.0655, 0.0735  # metres: panel edge, nozzle tip above the floor
WATERLINE = 0.007
DECK = 0.0215  # height of the panel's surface


def build(view: str) -> View:
    """Build the pump; "view" adds the four spray heads that come with it."""
    black = materials.plastic("float", "#2d3033", roughness=0.33, grain=0.05, coat=0.35)
    _float(black)
    _panel()
    _nozzle(black)
    _beads()
    if view == "view":
        _spare_heads(black)
        return View(
            effect=(0, 0, HEIGHT), base=(0, 0, WATERLINE), pitch_deg=42.0, yaw_deg=-14.0, fill=0.80, exposure=0.45
        )
    return View(effect=(0, 0, HEIGHT), base=(0, 0, WATERLINE), yaw_deg=-8.0, fill=0.78, exposure=0.45)


def _float(black: Any) -> None:
    body = [
        (0.0, 0.001),
        (0.060, 0.001, 0.002),
        (0.0745, 0.004, 0.004),
        (0.0795, 0.0105, 0.004),
        (0.0800, 0.0185, 0.003),
        (0.0782, 0.0255, 0.0035),
        (0.0725, 0.0262, 0.0025),
        (0.0690, 0.0232, 0.0012),
        (0.0672, 0.0210, 0.0008),
        (0.0, 0.0208),
    ]
    shapes.lathe("float", body, black, segments=192)
    groove = materials.plastic("groove", "#0d0e10", roughness=0.6)
    shapes.lathe("groove", [(0.0792, 0.0094), (0.07965, 0.0097), (0.07970, 0.0105), (0.0793, 0.0108)], groove)
    _mark()
    for i in range(4):
        turn = math.radians(45 + 90 * i)
        cleat = shapes.rounded_box("cleat", (0.013, 0.0075, 0.0032), black, corner=0.0014)
        shapes.move(
            cleat, (0.0752 * math.cos(turn), 0.0752 * math.sin(turn), 0.0262), turn_deg=(0, 0, math.degrees(turn) + 90)
        )


def _mark() -> None:
    """Two rills, the maker's mark, stand out of the rim's front in satin silver."""
    silver = materials.metal("silver", "#c9ccd0", roughness=0.32)
    for level in (0.0148, 0.0180):
        turn = np.linspace(-0.075, 0.075, 25)
        height = level + 0.0008 * np.sin(turn / 0.15 * 4 * math.pi)
        path = np.stack([0.0800 * np.sin(turn), -0.0800 * np.cos(turn), height], axis=1)
        shapes.tube("mark", path.tolist(), silver, radius=0.00048)


def _beads() -> None:
    """Drops of water on the panel: the pump has just been at work."""
    water = materials.drop("water")
    rng = np.random.default_rng(11)
    for _ in range(52):
        turn, size = rng.uniform(0, math.tau), float(rng.uniform(0.0008, 0.0021))
        reach = rng.uniform(0.024, 0.0635)
        bead = shapes.sphere("bead", water, radius=size, squash=0.55)
        shapes.move(bead, (reach * math.cos(turn), reach * math.sin(turn), DECK + 0.0005))


def _panel() -> None:
    cells = materials.principled("cells", "#0b1020", roughness=0.30, coat_weight=1.0, coat_roughness=0.045)
    materials.picture(cells, _cells(1800), width=2 * PANEL)
    top = [(0.0, DECK + 0.0006), (PANEL - 0.002, DECK + 0.0003, 0.001), (PANEL + 0.0012, DECK - 0.0006)]
    shapes.lathe("cells", top, cells, segments=192)


def _cells(size: int) -> np.ndarray:
    """Draw the panel from above (size, size, 3): strips of cells, fine fingers, two silver busbars a strip."""
    scale = size / (2 * PANEL)
    sheet = Image.new("RGB", (size, size), "#06070a")
    draw = ImageDraw.Draw(sheet)
    rng = np.random.default_rng(4)
    pitch, gap = 2 * PANEL / 5, 0.0011
    for column in range(5):
        for row in range(2):
            left, top = column * pitch + gap / 2, row * PANEL + gap / 2
            _cell(draw, scale, (left, top, left + pitch - gap, top + PANEL - gap), shade=float(rng.uniform(0.88, 1.12)))
    return np.asarray(sheet, dtype=np.float32) / 255


def _cell(draw: ImageDraw.ImageDraw, scale: float, box: tuple[float, float, float, float], *, shade: float) -> None:
    left, top, right, bottom = (value * scale for value in box)
    base = tuple(int(channel * shade) for channel in (26, 46, 100))
    draw.rectangle((left, top, right, bottom), fill=base)
    finger = tuple(int(channel * 1.1 + 20) for channel in base)
    for y in np.arange(top + 8, bottom - 4, 0.00125 * scale):
        draw.line((left + 4, y, right - 4, y), fill=finger, width=2)
    for share in (0.28, 0.72):
        x = left + (right - left) * share
        draw.line((x, top, x, bottom), fill=(186, 192, 200), width=max(2, int(0.0009 * scale)))


def _nozzle(black: Any) -> None:
    hub = [
        (0.0215, DECK),
        (0.0205, DECK + 0.0038, 0.001),
        (0.0135, DECK + 0.0062, 0.003),
        (0.0105, DECK + 0.0150, 0.002),
        (0.0098, DECK + 0.0290, 0.001),
        (0.0, DECK + 0.0290),
    ]
    shapes.lathe("hub", hub, black)
    for level in (0.0175, 0.0205):
        shapes.move(shapes.torus("ring", black, ring=0.0101, thickness=0.0009), (0, 0, DECK + level))
    head(black, base=DECK + 0.0285)


def head(black: Any, *, base: float, crown: str = "rose") -> list[Any]:
    """A spray head standing on `base`, the mounted one 23.5 mm high; returns its parts."""
    stem = [
        (0.0078, base),
        (0.0078, base + 0.006, 0.001),
        (0.0062, base + 0.0085, 0.002),
        (0.0062, base + 0.0125, 0.002),
    ]
    top = [(radius, base + height, corner) for radius, height, corner in CROWNS[crown]]
    parts = [shapes.lathe("head", stem + top, black, radius=_knurl(base))]
    dark = materials.plastic("hole", "#020202", roughness=0.9)
    for count, ring, size in HOLES[crown]:
        for i in range(count):
            turn = math.tau * i / count
            hole = shapes.sphere("hole", dark, radius=size, squash=0.3)
            parts.append(shapes.move(hole, (ring * math.cos(turn), ring * math.sin(turn), top[-1][1] - 0.00005)))
    return parts


CROWNS = {  # radius, height above the head's base, corner
    "rose": [(0.0128, 0.0182, 0.002), (0.0132, 0.0212, 0.0012), (0.0105, 0.0233, 0.002), (0.0, 0.0235, 0.0)],
    "jet": [(0.0080, 0.0160, 0.002), (0.0080, 0.0205, 0.001), (0.0036, 0.0290, 0.002), (0.0, 0.0290, 0.0)],
    "bell": [(0.0100, 0.0150, 0.003), (0.0170, 0.0200, 0.002), (0.0172, 0.0222, 0.0010), (0.0, 0.0228, 0.0)],
    "crown": [(0.0105, 0.0160, 0.003), (0.0108, 0.0240, 0.001), (0.0090, 0.0255, 0.001), (0.0, 0.0255, 0.0)],
    "flower": [(0.0120, 0.0170, 0.003), (0.0150, 0.0190, 0.001), (0.0150, 0.0205, 0.001), (0.0, 0.0212, 0.0)],
}
HOLES = {  # count, ring radius, hole radius
    "rose": [(1, 0.0, 0.00085), (6, 0.0045, 0.00085), (10, 0.0083, 0.00085)],
    "jet": [(1, 0.0, 0.0016)],
    "bell": [(1, 0.0, 0.0022)],
    "crown": [(8, 0.0064, 0.0010)],
    "flower": [(5, 0.0055, 0.0014), (10, 0.0100, 0.0007)],
}


def _knurl(base: float) -> shapes.Radius:
    """Small grip ribs on the head's edge."""
    return lambda turn, height: 1 + 0.02 * np.cos(36 * turn) * (np.abs(height - base - 0.0195) < 0.0022)


def _spare_heads(black: Any) -> None:
    spots = {"jet": (-0.062, -0.098), "bell": (-0.021, -0.114), "crown": (0.023, -0.114), "flower": (0.064, -0.097)}
    for crown, (x, y) in spots.items():
        shapes.group(head(black, base=0.0, crown=crown), (x, y, 0.0))
