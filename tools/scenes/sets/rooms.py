"""Shared parts of table-top sets: the top itself, a room behind it, a garden behind glass, and light from a window."""

import math

import bpy
import numpy as np

from tools.scenes import lighting, materials, plants, props
from tools.scenes.geometry import Point, along, box, link, mesh_from, put, sheet, waves
from tools.scenes.nodes import Colour
from tools.scenes.stage import CLOTH

Rng = np.random.Generator
WOODS: list[tuple[Colour, Colour]] = [
    ((0.62, 0.42, 0.25), (0.36, 0.21, 0.11)),
    ((0.40, 0.23, 0.12), (0.18, 0.09, 0.045)),
    ((0.74, 0.58, 0.40), (0.52, 0.37, 0.23)),
    ((0.30, 0.25, 0.21), (0.14, 0.11, 0.09)),
    ((0.80, 0.74, 0.66), (0.62, 0.55, 0.47)),
]
WALLS: list[Colour] = [
    (0.80, 0.78, 0.74),
    (0.62, 0.68, 0.62),
    (0.55, 0.63, 0.70),
    (0.82, 0.72, 0.64),
    (0.34, 0.40, 0.38),
    (0.75, 0.66, 0.52),
]
BRIGHTS: list[Colour] = [
    (0.85, 0.25, 0.18),
    (0.95, 0.70, 0.15),
    (0.20, 0.45, 0.72),
    (0.25, 0.55, 0.40),
    (0.90, 0.88, 0.84),
    (0.60, 0.35, 0.55),
    (0.92, 0.55, 0.45),
]


def choose(rng: Rng, options: list, fixed: bool, first: int = 0) -> object:
    """The finished scene's option, or a random one."""
    return options[first] if fixed else options[int(rng.integers(len(options)))]


def top(
    material: bpy.types.Material, *, width: float = 2.2, front: float = 0.55, back: float = 0.5, thick: float = 0.04
) -> bpy.types.Object:
    """A table or counter whose upper face is z = 0."""
    slab = link(box((width, front + back, thick), edge=0.006), material)
    return put(slab, (0, (back - front) / 2, -thick))


def wall(
    y: float, material: bpy.types.Material, *, low: float = -0.8, high: float = 2.2, half: float = 5.0
) -> bpy.types.Object:
    """An upright plane facing the camera."""
    corners = np.array([(-half, y, low), (half, y, low), (half, y, high), (-half, y, high)])
    return link(mesh_from(corners, [(0, 1, 2, 3)], smooth=False), material)


def floor(z: float, material: bpy.types.Material, *, near: float = -3.0, far: float = 6.0) -> bpy.types.Object:
    """A level plane."""
    corners = np.array([(-6, near, z), (6, near, z), (6, far, z), (-6, far, z)])
    return link(mesh_from(corners, [(0, 1, 2, 3)], smooth=False), material)


def sideboard(
    rng: Rng,
    *,
    y: float,
    z: float,
    colour: Colour,
    knobs: Colour = (0.75, 0.6, 0.35),
    worktop: bpy.types.Material | None = None,
    step: float = 0.5,
) -> None:
    """A run of framed cupboard fronts with a top: kitchens, dressers, shelves."""
    paint = materials.plain(colour, 0.45, vary=0.03)
    brass = materials.plain(knobs, 0.3, metal=1.0)
    for x in np.arange(-2.5, 2.6, step):
        put(link(box((step - 0.006, 0.02, 0.7), edge=0.003), paint), (x, y, z - 0.74))
        put(
            link(
                box((step - 0.14, 0.012, 0.54), edge=0.004),
                materials.plain(tuple(0.93 * c for c in colour), 0.5, vary=0.03),
            ),
            (x, y - 0.008, z - 0.66),
        )
        put(link(box((0.09, 0.012, 0.012), edge=0.004), brass), (x, y - 0.035, z - 0.10))
    put(link(box((6, 0.64, 0.035), edge=0.006), worktop or materials.wood(*WOODS[2])), (0, y + 0.3, z - 0.035))


def pane(
    y: float, *, z: tuple[float, float], x: tuple[float, float], colour: Colour = (0.85, 0.84, 0.81), bars: int = 3
) -> None:
    """A white window or glazed door frame with bars; behind it the world shows."""
    paint = materials.plain(colour, 0.4, vary=0.02)
    for i in range(bars + 1):
        place = x[0] + (x[1] - x[0]) * i / bars
        put(link(box((0.06, 0.05, z[1] - z[0]), edge=0.006), paint), (place, y, z[0]))
    for height in (z[0], z[1]):
        put(link(box((x[1] - x[0] + 0.06, 0.06, 0.06), edge=0.006), paint), ((x[0] + x[1]) / 2, y, height))


def curtain(
    rng: Rng,
    x: float,
    y: float,
    *,
    width: float = 0.5,
    low: float = -0.7,
    high: float = 2.0,
    colour: Colour = (0.85, 0.82, 0.76),
) -> None:
    """Hanging folds of light cloth."""
    u = np.linspace(-0.5, 0.5, 90)
    fold = 0.035 * np.sin(u * 2 * np.pi * 7 + rng.uniform(0, 6)) + 0.01 * np.sin(u * 2 * np.pi * 17)
    rows = [
        np.column_stack([x + width * u, y + fold * s, np.full(90, z)])
        for z, s in ((low, 1.1), ((low + high) / 2, 1.0), (high, 0.8))
    ]
    faces = [(90 * i + j, 90 * i + j + 1, 90 * (i + 1) + j + 1, 90 * (i + 1) + j) for i in range(2) for j in range(89)]
    link(mesh_from(np.concatenate(rows), faces), materials.cloth(colour), CLOTH)


def indoor_light(
    rng: Rng,
    *,
    fixed: bool,
    name: str = "apartment",
    strength: float = 1.0,
    watts: float = 55.0,
    side: float = -1.0,
    turn: float = 90.0,
    warm: float = 0.93,
) -> lighting.Key:
    """Soft window light from one side over a room environment."""
    if not fixed:
        name = str(
            choose(
                rng,
                ["apartment", "lobby", "brown_photostudio_02_1k", "st_fagans_interior_1k", "studio", "venice", "hall"],
                False,
            )
        )
        turn, side = float(rng.uniform(0, 360)), float(rng.choice([-1, 1]))
        watts, warm = watts * float(rng.uniform(0.4, 1.4)), float(rng.uniform(0.7, 1.0))
        strength *= 0.45 if name == "studio" else 1.0
    lighting.environment(name, strength=strength, turn_degrees=turn)
    height = 1.3 if fixed else float(rng.uniform(0.7, 1.8))
    return lighting.window(
        (side * 1.9, 0.5 if fixed else float(rng.uniform(-0.8, 1.4)), height),
        size=(1.3, 1.1),
        watts=watts * 2.2,
        rgb=(1.0, 0.5 + 0.5 * warm, warm),
    )


def garden_behind(rng: Rng, *, y: float, z: float = -0.9, leaves: int = 1500) -> None:
    """Shrubs outside a window."""
    root = plants.bush(rng, size=(1.5, 1.2, 1.7), leaves=leaves, length=0.09, green="fresh")
    put(root, (-1.4, y, z))
    for x, dy, s in ((0.2, 0.6, 1.1), (1.7, 0.1, 0.9), (-3.0, 0.8, 1.3), (3.1, 0.7, 1.2)):
        plants.twin(root, (x, y + dy, z), turn=float(rng.uniform(0, 6)), scale=s)
    floor(z, materials.ground((0.06, 0.10, 0.02), (0.16, 0.24, 0.05)), near=y - 3, far=y + 14)


def scatter(
    rng: Rng, count: int, *, keep: float = 0.2, half: float = 0.62, y: tuple[float, float] = (0.12, 0.42)
) -> list[tuple[float, float, float]]:
    """Random places on the top that leave the spot free."""
    places = []
    while len(places) < count:
        x, d = float(rng.uniform(-half, half)), float(rng.uniform(*y))
        if abs(x) > keep and all(math.hypot(x - a, d - b) > 0.12 for a, b, _ in places):
            places.append((x, d, 0.0))
    return places


def random_props(rng: Rng, places: list[tuple[float, float, float]]) -> None:
    """A random thing at each place: for training views."""
    things = (_some_cup, _some_fruit_bowl, _some_plant, _some_books, _some_vase, _some_candle, _some_jar, _some_bottle)
    for at in places:
        things[int(rng.integers(len(things)))](rng, at)


def _bright(rng: Rng) -> Colour:
    return BRIGHTS[int(rng.integers(len(BRIGHTS)))]


def _some_cup(rng: Rng, at: Point) -> None:
    props.cup(at, _bright(rng), turn=float(rng.uniform(0, 6)), drink=(0.05, 0.02, 0.01))


def _some_fruit_bowl(rng: Rng, at: Point) -> None:
    props.bowl(at, 0.08, _bright(rng))
    props.fruits(rng, (at[0], at[1], 0.02), 0.05, 5, colour=_bright(rng), other=_bright(rng), heap=0.03)


def _some_plant(rng: Rng, at: Point) -> None:
    props.potted(rng, at, radius=0.05, leaves=250, green=str(rng.choice(["fresh", "laurel", "olive"])))


def _some_books(rng: Rng, at: Point) -> None:
    for level in range(int(rng.integers(1, 4))):
        place = (at[0], at[1], 0.022 * level)
        props.book(place, (0.14, 0.2, 0.021), _bright(rng), float(rng.uniform(1.2, 1.9)))


def _some_vase(rng: Rng, at: Point) -> None:
    props.vase(at, float(rng.uniform(0.14, 0.25)), materials.plain(_bright(rng), 0.3, coat=0.5))


def _some_candle(rng: Rng, at: Point) -> None:
    props.candle(at, 0.03, float(rng.uniform(0.06, 0.14)), (0.9, 0.85, 0.75))


def _some_jar(rng: Rng, at: Point) -> None:
    props.jar(at, 0.045, 0.13, _bright(rng), materials.wood(*WOODS[0]))


def _some_bottle(rng: Rng, at: Point) -> None:
    glaze, cap = materials.plain(_bright(rng), 0.15, coat=0.5), materials.plain((0.05, 0.05, 0.05), 0.4)
    props.bottle(at, 0.035, 0.18, glaze, cap)


def cloth_top(
    rng: Rng,
    material: bpy.types.Material,
    *,
    size: tuple[float, float] = (2.4, 1.25),
    folds: float = 0.0025,
    y: float = 0.05,
) -> None:
    """A tablecloth over the whole top, flat near the spot so that products stand on z = 0."""
    rows, columns = 70, 120
    height = waves(rows, columns, seed=int(rng.integers(999)), amplitude=folds, scale=5)
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, columns) * size[0], np.linspace(-0.5, 0.5, rows) * size[1] + y)
    flat = 1 - np.exp(-((u / 0.3) ** 2 + (v / 0.2) ** 2))
    put(link(sheet(size, np.abs(height) * flat), material, CLOTH), (0, y, 0))


def string(
    rng: Rng,
    *,
    y: float,
    z: float,
    x: float = 2.2,
    count: int = 26,
    sag: float = 0.15,
    colour: Colour = (1.0, 0.66, 0.3),
    strength: float = 40.0,
    radius: float = 0.012,
) -> None:
    """A garland of bulbs across the background."""
    props.bulbs(
        props.sagging(
            (-x, y, z), (x, y + float(rng.uniform(-0.4, 0.4)), z + float(rng.uniform(-0.1, 0.1))), count, sag
        ),
        colour=colour,
        strength=strength,
        radius=radius,
    )


def utensils(at: tuple[float, float, float]) -> None:
    """Wooden spoons in a crock."""
    props.turned(
        [(0, 0), (0.055, 0), (0.06, 0.02), (0.062, 0.14), (0.064, 0.15), (0.056, 0.15), (0.054, 0.02)],
        materials.plain((0.82, 0.80, 0.75), 0.35, coat=0.4),
        at,
    )
    for dx, dy, lean in ((-0.02, 0.0, -0.09), (0.02, 0.01, 0.06), (0.0, -0.02, 0.0), (0.01, 0.025, 0.11)):
        x, y = at[0] + dx, at[1] + dy
        along([(x, y, at[2] + 0.05), (x + lean, y, at[2] + 0.29)], 0.006, materials.wood(*WOODS[0], along="z"))
        put(
            link(box((0.045, 0.012, 0.075), edge=0.005), materials.wood(*WOODS[0], along="z")),
            (x + lean * 1.1, y, at[2] + 0.27),
            tilt=(0, lean * 3),
        )
