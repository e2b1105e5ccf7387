"""Outdoor water: a stone bird bath, the edge of a fish pond, a children's pool. The spot lies on the water, z = 0."""

import numpy as np

from tools.scenes import lighting, materials, plants, props
from tools.scenes.geometry import along, ball, disc, lathe, link, put, sheet, torus, waves
from tools.scenes.sets.built import Built
from tools.scenes.stage import FOLIAGE, WATER

Rng = np.random.Generator
STONES = [
    ((0.52, 0.49, 0.43), (0.27, 0.25, 0.21)),
    ((0.46, 0.46, 0.45), (0.22, 0.22, 0.22)),
    ((0.56, 0.46, 0.35), (0.30, 0.23, 0.16)),
]
BLOOMS = [(0.85, 0.35, 0.5), (0.9, 0.88, 0.85), (0.55, 0.35, 0.8), (0.95, 0.75, 0.2), (0.85, 0.2, 0.15)]


def pick(rng: Rng, options: list) -> object:
    """One of a list."""
    return options[int(rng.integers(len(options)))]


def daylight(rng: Rng, *, fixed: bool) -> lighting.Key:
    """Garden light: a soft sun over an environment of trees and sky."""
    name = "forest" if fixed else str(pick(rng, ["forest", "park", "rooitou_park_1k", "sunrise", "sky"]))
    environment_turn = 200.0 if fixed else float(rng.uniform(0, 360))
    lighting.environment(name, strength=2.2 if name == "forest" else 1.3, turn_degrees=environment_turn)
    side = -1.0 if fixed or rng.random() < 0.5 else 1.0
    height = 0.62 if fixed else float(rng.uniform(0.4, 1.0))
    back = -0.12 if fixed else float(rng.uniform(-0.4, 0.5))
    warm = 0.80 if fixed else float(rng.uniform(0.65, 0.95))
    return lighting.sun(
        (side * 0.7, back, height),
        strength=3.2 if fixed else float(rng.uniform(0.5, 5)),
        rgb=(1.0, 0.55 + 0.45 * warm, warm),
        soft_degrees=4.0,
    )


def hedge(rng: Rng, *, z: float, leaves: int, near: float = 1.5, fixed: bool = True) -> None:
    """Shrubs in staggered rows, some in bloom, that fill the background without a wall-like top."""
    kinds = ["laurel", "box", "fresh"]
    roots = [
        plants.bush(rng, size=(1.1, 1.0, s), leaves=leaves, length=length, green=k)
        for k, s, length in zip(kinds, (1.25, 0.8, 1.5), (0.07, 0.035, 0.09), strict=True)
    ]
    for index, (x, y, kind, scale) in enumerate(_rows(rng, near)):
        if index < 3:
            put(roots[index], (x, y, z), turn=float(rng.uniform(0, 6)), scale=scale)
        else:
            plants.twin(roots[kind], (x, y, z), turn=float(rng.uniform(0, 6)), scale=scale)
    for i in range(7):  # a far row as tall as trees hides the horizon
        x = (i - 3) * 2.3 + float(rng.uniform(-0.5, 0.5))
        plants.twin(
            roots[int(rng.integers(3))],
            (x, near + 6.5 + float(rng.uniform(-0.8, 0.8)), z),
            turn=float(rng.uniform(0, 6)),
            scale=float(rng.uniform(2.6, 3.6)),
        )
    colours = BLOOMS[:3] if fixed else [pick(rng, BLOOMS)]
    for i, colour in enumerate(colours):
        x = -1.5 + 1.35 * i + float(rng.uniform(-0.2, 0.2))
        plants.flowers(
            rng, count=22, area=(x, x + 0.8, near - 0.35, near + 0.1), z=z, colour=colour, height=0.5, radius=0.035
        )


def _rows(rng: Rng, near: float) -> list[tuple[float, float, int, float]]:
    rows = []
    for row, (y, count) in enumerate(((near, 5), (near + 1.1, 6), (near + 2.6, 7))):
        for i in range(count):
            x = (i - (count - 1) / 2) * (0.95 + 0.25 * row) + float(rng.uniform(-0.3, 0.3))
            if row == 0 and abs(x) < 0.35:
                continue
            rows.append(
                (
                    x,
                    y + float(rng.uniform(-0.2, 0.3)),
                    int(rng.integers(3)),
                    float(rng.uniform(0.75, 1.15)) * (1 + 0.3 * row),
                )
            )
    return rows


def bird_bath(rng: Rng, *, fixed: bool = False) -> Built:
    """A cast-stone basin on a lawn before shrubs."""
    key = daylight(rng, fixed=fixed)
    light, dark = STONES[0] if fixed else pick(rng, STONES)
    profile = [
        (0.17, -0.78),
        (0.16, -0.70),
        (0.09, -0.64),
        (0.075, -0.35),
        (0.10, -0.18),
        (0.2, -0.125),
        (0.335, -0.03),
        (0.362, 0.012),
        (0.360, 0.040),
        (0.338, 0.048),
        (0.316, 0.036),
        (0.292, 0.0),
        (0.24, -0.036),
        (0.13, -0.055),
        (0, -0.058),
    ]
    basin = lathe(profile, around=192, steps=6, amount=0.4)
    _weather(basin, 0.0022)
    link(
        basin,
        materials.stone(
            light, dark, moss=0.6 if fixed else float(rng.uniform(0, 0.9)), wet=fixed or rng.random() < 0.6
        ),
    )
    link(disc(0.305), materials.water((0.80, 0.90, 0.88), ripple=0.4, murk=0.015), WATER)
    ground = -0.78
    plants.lawn(rng, z=ground, x=(-2.4, 2.5), y=(-0.4, 4.4), blades=7000 if fixed else 1800, height=0.06)
    hedge(
        rng, z=ground, leaves=5200 if fixed else 1500, near=1.55 if fixed else float(rng.uniform(1.2, 2.2)), fixed=fixed
    )
    angles = rng.uniform(0.35, 2.6, 5)
    spots = [(0.26 * np.cos(a), 0.26 * np.sin(a), 0.003) for a in angles]
    props.floating_leaves(
        rng, spots[:3] if fixed else spots[: int(rng.integers(0, 5))], 0.03, "fresh" if fixed else "autumn"
    )
    _paving(rng, ground)
    return Built(
        key,
        "water",
        0.45,
        "garden_birds",
        ("gentle water", "leaves in a light wind"),
        ("garden", "outdoor", "family", "summer", "spring"),
        0.5,
    )


def _weather(mesh: object, amount: float) -> None:
    """Uneven the silhouette of cast stone."""
    from mathutils import noise

    normals = [vertex.normal.copy() for vertex in mesh.vertices]  # moving a vertex would recompute all of them
    for vertex, normal in zip(mesh.vertices, normals, strict=True):
        vertex.co += normal * amount * noise.fractal(vertex.co * 16, 0.8, 2.1, 4)


def _paving(rng: Rng, z: float) -> None:
    stone = materials.stone((0.55, 0.52, 0.47), (0.36, 0.33, 0.29), moss=0.3)
    for x, y in ((-1.15, 0.75), (-0.85, 1.2), (-1.35, 0.25), (0.95, 0.9)):
        slab = lathe([(0, 0.03), (0.21, 0.03), (0.23, 0.02), (0.23, 0)], around=48)
        _weather(slab, 0.02)
        put(link(slab, stone), (x, y, z), turn=float(rng.uniform(0, 6)), scale=float(rng.uniform(0.8, 1.2)))


def fish_pond(rng: Rng, *, fixed: bool = False) -> Built:
    """Dark garden water between boulders, with lily pads and irises."""
    key = daylight(rng, fixed=fixed)
    plants.lawn(rng, z=0.10, x=(-2.7, 2.8), y=(1.9, 4.6), blades=5000 if fixed else 1500, height=0.06)
    for thing in _grounds():
        thing.location.y += 61.55
    bed = waves(40, 60, seed=int(rng.integers(99)), amplitude=0.08) - 0.42
    put(link(sheet((6, 4), bed), materials.ground((0.012, 0.016, 0.010), (0.05, 0.055, 0.035), grain=30)), (0, 0.4, 0))
    link(sheet((7, 5), np.zeros((2, 2))), materials.water((0.62, 0.74, 0.66), ripple=0.4, scale=0.8, murk=0.03), WATER)
    _shore(rng, fixed)
    for x, y, r in (
        (-0.47, 0.30, 0.10),
        (-0.62, 0.14, 0.085),
        (-0.36, 0.52, 0.075),
        (0.55, 0.42, 0.11),
        (0.72, 0.22, 0.08),
        (0.42, 0.66, 0.07),
        (-0.75, 0.45, 0.09),
    ):
        pad = plants.lily_pad(rng, r)
        pad.location = (x + float(rng.normal(0, 0.01 if fixed else 0.05)), y, 0.003)
    plants.blossom(rng, (-0.50, 0.31, 0.03), 0.055, (0.95, 0.62, 0.75))
    plants.blossom(rng, (0.57, 0.50, 0.03), 0.05, (0.95, 0.92, 0.86))
    hedge(rng, z=0.08, leaves=4500 if fixed else 1300, near=2.35, fixed=fixed)
    return Built(
        key,
        "water",
        0.6,
        "garden_stream",
        ("gentle water", "reeds in a light wind"),
        ("garden", "outdoor", "pond", "summer"),
        0.6,
    )


def _grounds() -> list:
    import bpy

    return [thing for thing in bpy.context.scene.objects if thing.type == "MESH" and len(thing.data.vertices) == 4]


def _shore(rng: Rng, fixed: bool) -> None:
    rocks = [ball(1.0, detail=5, squash=(1, 0.8, 0.62), rough=0.24, seed=i + int(rng.integers(50))) for i in range(4)]
    for shape, tones in zip(rocks, [*STONES, STONES[1]], strict=True):
        shape.materials.append(materials.stone(*tones, moss=0.6 if fixed else float(rng.uniform(0, 1)), grain=0.8))
    places = [
        (-1.35, 0.75, 0.24),
        (-1.0, 1.15, 0.22),
        (-0.6, 1.38, 0.16),
        (-0.25, 1.52, 0.2),
        (0.2, 1.5, 0.17),
        (0.62, 1.35, 0.22),
        (1.0, 1.1, 0.19),
        (1.32, 0.75, 0.26),
        (-1.5, 0.3, 0.2),
        (1.5, 0.35, 0.2),
        (-0.8, 1.6, 0.2),
        (0.9, 1.6, 0.25),
        (-0.70, -0.40, 0.15),
        (-0.86, -0.22, 0.13),
        (0.42, 1.75, 0.2),
        (-0.4, 1.85, 0.22),
    ]
    for i, (x, y, r) in enumerate(places):
        thing = link(rocks[i % 4])
        put(
            thing,
            (x + float(rng.normal(0, 0.04)), y, 0.15 * r),
            turn=float(rng.uniform(0, 6)),
            tilt=(float(rng.normal(0, 0.2)), float(rng.normal(0, 0.2))),
            scale=r,
        )
    props.pebbles(rng, (0, 1.55, 0.04), (1.4, 0.18), 60 if fixed else 25, (0.02, 0.055), [s[0] for s in STONES])
    for x, y, green in ((-0.85, 1.05, "fresh"), (0.82, 1.18, "olive"), (1.25, 0.95, "fresh"), (-1.3, 1.2, "laurel")):
        plants.blades(rng, count=46, at=(x, y, 0.0), height=0.62, wide=0.016, spread=0.07, green=green)
    plants.flowers(
        rng, count=9, area=(-1.0, -0.7, 1.0, 1.15), z=0.1, colour=(0.42, 0.3, 0.85), height=0.55, petals=6, radius=0.04
    )


def paddling_pool(rng: Rng, *, fixed: bool = False) -> Built:
    """A bright inflatable pool on summer grass with toys around it."""
    key = daylight(rng, fixed=fixed)
    wall = (
        [(0.05, 0.42, 0.78), (0.96, 0.78, 0.12), (0.95, 0.95, 0.93)]
        if fixed
        else [tuple(rng.uniform(0.05, 0.95, 3)) for _ in range(3)]
    )
    radius = 0.86
    for z, colour, tube in ((-0.20, wall[2], 0.078), (-0.075, wall[1], 0.078), (0.055, wall[0], 0.082)):
        ring = link(torus(radius, tube, dents=0.006), materials.plain(colour, 0.22, coat=0.4, vary=0.01))
        ring.location.z = z
    link(_printed_floor(radius), _print(wall))
    link(disc(radius - 0.06, around=160), materials.water((0.74, 0.93, 0.97), ripple=0.75, scale=0.9, murk=0.05), WATER)
    plants.lawn(rng, z=-0.28, x=(-2.9, 3.0), y=(-1.6, 4.6), blades=7000 if fixed else 1800, height=0.06, skip=0.0)
    _sink_patches(radius + 0.05)
    hedge(rng, z=-0.28, leaves=4500 if fixed else 1300, near=2.6, fixed=fixed)
    _duck((-0.42, 0.42, 0.0), 0.055, 0.7)
    _duck((0.50, 0.50, 0.0), 0.042, 2.4)
    _beach_ball((1.12, 1.55, -0.10), 0.19)
    bucket = (-1.05, 1.35, -0.27)
    props.turned(
        [(0, 0), (0.075, 0), (0.1, 0.18), (0.106, 0.18), (0.1, 0.16), (0.07, 0.01)],
        materials.plain((0.9, 0.16, 0.12), 0.3),
        bucket,
    )
    along(
        [(-1.15, 1.35, -0.1), (-1.05, 1.33, 0.04), (-0.95, 1.35, -0.1)], 0.005, materials.plain((0.95, 0.9, 0.2), 0.4)
    )
    return Built(
        key,
        "water",
        0.4,
        "children_garden",
        ("gentle water", "splashing", "leaves in a light wind"),
        ("garden", "outdoor", "children", "family", "summer"),
        0.7,
    )


def _printed_floor(radius: float) -> object:
    floor = disc(radius)
    for vertex in floor.vertices:
        vertex.co.z = -0.2
    return floor


def _print(wall: list) -> object:
    from tools.scenes.nodes import Graph

    g = Graph("print")
    cell = g.add(
        "TexVoronoi", {"Vector": g.position(local=False), "Scale": 6.5, "Randomness": 0.55}, voronoi_dimensions="2D"
    )
    dot = g.level(cell.outputs["Distance"], 0.20, 0.23, (1, 0))
    hue = g.ramp(
        g.add("SeparateColor", {0: cell.outputs["Color"]}).outputs[0],
        (0.0, wall[1]),
        (0.5, (0.9, 0.35, 0.35)),
        (1.0, wall[2]),
    )
    return g.finish(g.principled(Base_Color=g.mix(dot, (0.16, 0.62, 0.82), hue), Roughness=0.4))


def _sink_patches(radius: float) -> None:
    """Grass under the pool would poke through its floor."""
    import bpy

    for thing in bpy.context.scene.objects:
        if (
            thing.pass_index == FOLIAGE
            and thing.location.z > -1
            and np.hypot(thing.location.x, thing.location.y) < radius - 0.75
        ):
            thing.location.z = -20


def _duck(at: tuple[float, float, float], size: float, turn: float) -> None:
    yellow = materials.plain((0.98, 0.72, 0.05), 0.28, coat=0.4, vary=0.02)
    c, s = np.cos(turn), np.sin(turn)
    put(link(ball(size, squash=(1.15, 0.9, 0.72)), yellow), (at[0], at[1], at[2] + 0.42 * size), turn=turn)
    head = (at[0] + 0.62 * size * c, at[1] + 0.62 * size * s, at[2] + 1.35 * size)
    put(link(ball(0.58 * size), yellow), head)
    put(
        link(ball(0.26 * size, squash=(1.2, 1, 0.5)), materials.plain((0.95, 0.32, 0.04), 0.3)),
        (head[0] + 0.6 * size * c, head[1] + 0.6 * size * s, head[2] - 0.08 * size),
        turn=turn,
    )
    tail = (at[0] - 1.05 * size * c, at[1] - 1.05 * size * s, at[2] + 0.85 * size)
    put(link(ball(0.3 * size, squash=(1.4, 0.8, 0.7)), yellow), tail, turn=turn, tilt=(0, 0.7))
    for side in (-1, 1):
        put(
            link(ball(0.075 * size, detail=2), materials.plain((0.01, 0.01, 0.01), 0.1)),
            (
                head[0] + size * (0.45 * c - side * 0.3 * s),
                head[1] + size * (0.45 * s + side * 0.3 * c),
                head[2] + 0.2 * size,
            ),
        )


def _beach_ball(at: tuple[float, float, float], radius: float) -> None:
    shape = ball(radius, detail=5)
    colours = [
        (0.92, 0.15, 0.12),
        (0.95, 0.95, 0.93),
        (0.98, 0.75, 0.08),
        (0.95, 0.95, 0.93),
        (0.1, 0.4, 0.85),
        (0.95, 0.95, 0.93),
    ]
    for colour in colours:
        shape.materials.append(materials.plain(colour, 0.25, coat=0.4, vary=0.01))
    for face in shape.polygons:
        face.material_index = int((np.arctan2(face.center.y, face.center.x) + np.pi) / (2 * np.pi) * 5.999)
    put(link(shape), at, tilt=(0.5, 0.4))
