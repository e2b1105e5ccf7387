"""Things that stand around the spot: crockery, fruit, candles, books, blocks, baubles, towels, toys, bulbs."""

import math

import bpy
import numpy as np

from tools.scenes import materials, plants
from tools.scenes.geometry import Point, along, ball, box, lathe, link, put, sheet, torus, waves
from tools.scenes.nodes import Colour
from tools.scenes.stage import CLOTH, FLAME, FOLIAGE

Thing = bpy.types.Object


def turned(
    profile: list[tuple[float, float]],
    material: bpy.types.Material,
    at: Point,
    *,
    around: int = 96,
    amount: float = 0.3,
) -> Thing:
    """A turned object standing at a place."""
    return put(link(lathe(profile, around=around, amount=amount), material), at)


def bowl(at: Point, radius: float, colour: Colour) -> Thing:
    """Glazed bowl."""
    r = radius
    profile = [
        (0, 0),
        (0.45 * r, 0),
        (0.5 * r, 0.05 * r),
        (0.85 * r, 0.35 * r),
        (r, 0.75 * r),
        (0.95 * r, 0.76 * r),
        (0.8 * r, 0.38 * r),
        (0.4 * r, 0.1 * r),
        (0, 0.09 * r),
    ]
    return turned(profile, materials.plain(colour, 0.25, coat=0.5), at)


def cup(at: Point, colour: Colour, *, scale: float = 1.0, drink: Colour | None = None, turn: float = 0.6) -> Thing:
    """Mug with handle, 9 cm high."""
    s = scale
    profile = [
        (0, 0),
        (0.032 * s, 0),
        (0.037 * s, 0.006 * s),
        (0.04 * s, 0.085 * s),
        (0.0385 * s, 0.089 * s),
        (0.0365 * s, 0.085 * s),
        (0.033 * s, 0.01 * s),
        (0, 0.008 * s),
    ]
    material = materials.plain(colour, 0.2, coat=0.6)
    thing = turned(profile, material, at)
    hook = [(0.038 * s, 0, 0.07 * s), (0.062 * s, 0, 0.068 * s), (0.066 * s, 0, 0.04 * s), (0.037 * s, 0, 0.02 * s)]
    handle = along(hook, 0.0055 * s, material)
    put(handle, at, turn=turn)
    if drink is not None:
        turned([(0, 0.075 * s), (0.036 * s, 0.075 * s)], materials.plain(drink, 0.08), at)
    return thing


def pot(at: Point, radius: float, height: float, material: bpy.types.Material) -> Thing:
    """Flower pot with a rim and soil."""
    r, h = radius, height
    turned([(0, h * 0.9), (r * 0.9, h * 0.9)], materials.ground((0.02, 0.012, 0.008), (0.06, 0.04, 0.025)), at)
    return turned(
        [
            (0, 0),
            (0.72 * r, 0),
            (0.74 * r, 0.02 * h),
            (0.94 * r, 0.8 * h),
            (r, 0.81 * h),
            (1.02 * r, 0.99 * h),
            (0.93 * r, h),
            (0.9 * r, 0.85 * h),
        ],
        material,
        at,
    )


def potted(
    rng: np.random.Generator,
    at: Point,
    *,
    radius: float = 0.07,
    green: str = "fresh",
    leaves: int = 500,
    length: float = 0.04,
    pot_colour: Colour = (0.55, 0.26, 0.15),
) -> None:
    """A herb or small shrub in a pot."""
    pot(at, radius, radius * 1.7, materials.plain(pot_colour, 0.7, vary=0.12))
    plant = plants.bush(
        rng, size=(3.6 * radius, 3.6 * radius, 3.4 * radius), leaves=leaves, length=length, green=green, width=0.6
    )
    plant.location = (at[0], at[1], at[2] + radius * 1.5)


def vase(at: Point, height: float, material: bpy.types.Material) -> Thing:
    """Bellied vase."""
    h = height
    return turned(
        [
            (0, 0),
            (0.2 * h, 0),
            (0.34 * h, 0.25 * h),
            (0.32 * h, 0.5 * h),
            (0.14 * h, 0.8 * h),
            (0.13 * h, 0.9 * h),
            (0.17 * h, h),
            (0.15 * h, h),
            (0.11 * h, 0.88 * h),
        ],
        material,
        at,
    )


def jar(at: Point, radius: float, height: float, filling: Colour, lid: bpy.types.Material) -> None:
    """Storage glass with a filling and a lid."""
    r, h = radius, height
    grains = materials.ground(tuple(0.7 * c for c in filling), filling, grain=260, depth=0.006)
    turned([(0, 0.004), (0.93 * r, 0.004), (0.95 * r, 0.7 * h), (0, 0.72 * h)], grains, at)
    turned([(0, 0), (r, 0), (r, 0.9 * h), (0.9 * r, h)], materials.glass(), at, amount=0.12)
    turned([(0, 0.96 * h), (0.97 * r, 0.96 * h), (0.99 * r, 1.1 * h), (0, 1.12 * h)], lid, at, amount=0.12)


def bottle(at: Point, radius: float, height: float, material: bpy.types.Material, cap: bpy.types.Material) -> None:
    """Unlabelled bottle with a pump or stopper."""
    r, h = radius, height
    turned(
        [(0, 0), (0.94 * r, 0), (r, 0.03 * h), (r, 0.66 * h), (0.4 * r, 0.8 * h), (0.36 * r, 0.88 * h), (0, 0.88 * h)],
        material,
        at,
    )
    turned(
        [(0.38 * r, 0.84 * h), (0.42 * r, 0.93 * h), (0.18 * r, 0.95 * h), (0.16 * r, 1.06 * h), (0.0, 1.06 * h)],
        cap,
        at,
        amount=0.1,
    )
    along([(at[0], at[1], at[2] + 1.05 * h), (at[0] + 1.1 * r, at[1] - 0.2 * r, at[2] + 1.03 * h)], 0.16 * r, cap)


def fruits(
    rng: np.random.Generator,
    at: Point,
    spread: float,
    count: int,
    *,
    colour: Colour,
    other: Colour,
    radius: float = 0.036,
    squash: Point = (1, 1, 0.95),
    heap: float = 0.0,
) -> None:
    """Loose or heaped round fruit with short stems."""
    peel, stalk = materials.fruit(colour, other), materials.plain((0.09, 0.07, 0.02), 0.9)
    shape = ball(radius, squash=squash, rough=0.0015, seed=int(rng.integers(99)))
    for i in range(count):
        turn, reach = i * 2.4, spread * math.sqrt((i + 0.3) / max(count, 1))
        x, y = at[0] + reach * math.cos(turn), at[1] + reach * math.sin(turn)
        z = at[2] + radius * squash[2] + heap * (1 - (reach / max(spread, 1e-6)) ** 2)
        put(link(shape, peel), (x, y, z), turn=turn, tilt=(rng.normal(0, 0.5), rng.normal(0, 0.5)))
        along([(x, y, z + radius * 0.85), (x + 0.003, y, z + radius * 1.12)], 0.0016, stalk)


def book(at: Point, size: tuple[float, float, float], colour: Colour, turn: float) -> None:
    """Closed book: boards, spine and a paper block."""
    w, d, h = size
    cover = materials.plain(colour, 0.6, vary=0.03)
    put(
        link(box((w - 0.006, d - 0.008, h - 0.005), edge=0.0008), materials.plain((0.85, 0.81, 0.72), 0.9)),
        (at[0], at[1], at[2] + 0.0025),
        turn=turn,
    )
    for z in (0.0, h - 0.003):
        put(link(box((w, d, 0.003), edge=0.001), cover), (at[0], at[1], at[2] + z), turn=turn)
    dx, dy = -(w / 2 - 0.002) * math.cos(turn), -(w / 2 - 0.002) * math.sin(turn)
    put(link(box((0.004, d, h), edge=0.0015), cover), (at[0] + dx, at[1] + dy, at[2]), turn=turn)


def candle(at: Point, radius: float, height: float, colour: Colour, *, watts: float = 0.35, lit: bool = True) -> None:
    """Pillar candle with a melted hollow and, if lit, a flame that lights its surroundings."""
    from tools.scenes.lighting import point

    r, h = radius, height
    turned(
        [
            (0, 0),
            (r * 0.98, 0),
            (r, 0.01),
            (r, h * 0.97),
            (r * 0.93, h),
            (r * 0.8, h * 0.985),
            (r * 0.5, h * 0.95),
            (0, h * 0.94),
        ],
        materials.wax(colour),
        at,
    )
    x, y, z = at[0], at[1], at[2] + h * 0.94
    along([(x, y, z), (x + 0.001, y, z + 0.011)], 0.0009, materials.plain((0.02, 0.015, 0.01), 0.9))
    if not lit:
        return
    shape = lathe([(0, 0), (0.0034, 0.004), (0.0042, 0.009), (0.0022, 0.02), (0, 0.028)], around=24)
    put(link(shape, materials.glow((1.0, 0.62, 0.22), 28.0), FLAME), (x, y, z + 0.007)).visible_diffuse = False
    point((x, y, z + 0.03), watts, (1.0, 0.58, 0.24), 0.012)


def bauble(at: Point, radius: float, colour: Colour, *, rough: float = 0.12, metal: float = 0.9) -> None:
    """Glass ball ornament with a cap and a loop."""
    put(
        link(ball(radius, detail=5), materials.plain(colour, rough, metal=metal, coat=0.6, vary=0.02)),
        (at[0], at[1], at[2] + radius),
        tilt=(0.5, 0.3),
    )
    gold = materials.plain((0.85, 0.62, 0.25), 0.25, metal=1.0)
    cap = link(
        lathe([(0, 0), (radius * 0.24, 0), (radius * 0.24, radius * 0.2), (0, radius * 0.22)], around=32, amount=0.1),
        gold,
    )
    top = (at[0] + radius * 0.3, at[1] - radius * 0.45, at[2] + radius + radius * 0.8)
    put(cap, top, tilt=(0.5, 0.3))


def gift(at: Point, size: Point, paper: Colour, ribbon: Colour, turn: float) -> None:
    """Wrapped box with crossing ribbons and a bow."""
    w, d, h = size
    put(link(box(size, edge=0.003), materials.plain(paper, 0.45, vary=0.04)), at, turn=turn)
    satin = materials.plain(ribbon, 0.3, coat=0.3)
    put(link(box((w * 0.13, d + 0.002, h + 0.002), edge=0.001), satin, CLOTH), at, turn=turn)
    put(link(box((w + 0.002, d * 0.13, h + 0.002), edge=0.001), satin, CLOTH), at, turn=turn)
    for angle in (0.3, 1.6, 3.3, 4.7):
        loop = put(
            link(torus(w * 0.12, w * 0.022, around=40, section=12), satin, CLOTH),
            (at[0] + 0.1 * w * math.cos(angle), at[1] + 0.1 * w * math.sin(angle), at[2] + h + 0.09 * w),
            turn=angle,
            tilt=(1.2, 0.3),
        )
        loop.scale = (1.0, 0.75, 2.2)


def rolled_towel(at: Point, radius: float, length: float, colour: Colour, turn: float = 0.0) -> None:
    """Rolled terry towel lying along x."""
    layers = 5
    s = np.linspace(0.15, 1, 220)
    angle, r = s * layers * 2 * np.pi, radius * s
    x = np.linspace(-length / 2, length / 2, 16)
    from tools.scenes.geometry import mesh_from

    wobble = 0.0012 * np.sin(x * 60)[:, None]
    vertices = np.stack(
        [x[:, None] + 0 * angle, (r + wobble) * np.cos(angle), (r + wobble) * np.sin(angle) + radius], -1
    ).reshape(-1, 3)
    n = len(s)
    faces = [(i * n + j, i * n + j + 1, (i + 1) * n + j + 1, (i + 1) * n + j) for i in range(15) for j in range(n - 1)]
    thing = link(mesh_from(vertices, faces), materials.cloth(colour, weave=700), CLOTH)
    thick = thing.modifiers.new("thick", "SOLIDIFY")
    thick.thickness = radius / layers * 0.72
    put(thing, at, turn=turn)


def draped(
    rng: np.random.Generator,
    at: Point,
    size: tuple[float, float],
    material: bpy.types.Material,
    *,
    folds: float = 0.012,
    turn: float = 0.0,
) -> Thing:
    """A cloth lying loosely."""
    height = np.abs(waves(60, 90, seed=int(rng.integers(999)), amplitude=folds, scale=4)) + 0.0015
    return put(link(sheet(size, height), material, CLOTH), at, turn=turn)


def pebbles(
    rng: np.random.Generator,
    at: Point,
    spread: tuple[float, float],
    count: int,
    radius: tuple[float, float],
    colours: list[Colour],
    *,
    moss: float = 0.0,
) -> None:
    """River stones lying about."""
    kinds = [materials.stone(c, tuple(0.6 * v for v in c), moss=moss, grain=2) for c in colours]
    shapes = [ball(1.0, detail=3, squash=(1, 0.8, 0.55), rough=0.12, seed=i) for i in range(6)]
    for i in range(count):
        r = float(rng.uniform(*radius))
        x, y = at[0] + rng.uniform(-1, 1) * spread[0], at[1] + rng.uniform(-1, 1) * spread[1]
        thing = link(shapes[i % 6])
        thing.data = shapes[i % 6].copy()
        thing.data.materials.append(kinds[i % len(kinds)])
        put(
            thing,
            (x, y, at[2] + 0.3 * r),
            turn=rng.uniform(0, 6),
            tilt=(rng.normal(0, 0.15), rng.normal(0, 0.15)),
            scale=r,
        )


def bulbs(
    points: list[Point],
    *,
    colour: Colour = (1.0, 0.66, 0.3),
    radius: float = 0.016,
    strength: float = 25.0,
    wire: bool = True,
) -> None:
    """A string of warm bulbs; out of focus they become discs of light."""
    shape, lit = ball(radius, detail=2), materials.glow(colour, strength)
    for place in points:
        bulb = put(link(shape, lit, FLAME), place)
        bulb.visible_diffuse = False  # too small to sample as a light without noise
    if wire and len(points) > 2:
        along([(x, y, z + radius * 1.6) for x, y, z in points], 0.002, materials.plain((0.03, 0.025, 0.02), 0.7))


def sagging(start: Point, end: Point, count: int, sag: float) -> list[Point]:
    """Places along a hanging string."""
    s = np.linspace(0, 1, count)
    a, b = np.array(start), np.array(end)
    line = a + (b - a) * s[:, None]
    line[:, 2] -= sag * 4 * s * (1 - s)
    return [tuple(map(float, p)) for p in line]


def floating_leaves(
    rng: np.random.Generator, places: list[Point], length: float = 0.035, green: str = "autumn"
) -> None:
    """Fallen leaves lying flat."""
    from tools.scenes.geometry import merged, rotations

    if not places:
        return
    shape = plants.leaf_shape(length, length * 0.55, bend=-0.15, fold=0.25)
    frames = rotations(rng, np.tile([[0.0, 0.0, 1.0]], (len(places), 1)), 0.08)
    spots = np.concatenate([frames, np.array(places, float)[:, :, None]], -1)
    link(merged(shape, spots, rng.uniform(0, 1, len(places))), materials.leaf(*plants.GREENS[green]), FOLIAGE)
