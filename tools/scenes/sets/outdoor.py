"""Outdoor tops: campsite at dusk, balcony at night, picnic, beach."""

import numpy as np

from tools.scenes import lighting, materials, plants, props
from tools.scenes.geometry import along, ball, box, link, mesh_from, put, sheet, waves
from tools.scenes.sets import rooms
from tools.scenes.sets.built import Built
from tools.scenes.sets.rooms import BRIGHTS, WOODS, Rng, choose
from tools.scenes.stage import CLOTH, WATER


def campsite(rng: Rng, *, fixed: bool = False) -> Built:
    """A plank table at dusk with a lit tent, firs and warm bulbs behind."""
    name = "sunrise" if fixed else str(choose(rng, ["sunset", "sunrise", "dawn", "forest", "venice"], False))
    lighting.environment(
        name,
        strength=2.4 if fixed else 0.9,
        turn_degrees=200 if fixed else float(rng.uniform(0, 360)),
        tint=(0.92, 0.94, 1.0),
    )
    side = -1.0 if fixed else float(rng.choice([-1, 1]))
    key = lighting.sun(
        (side * 0.8, 0.25, 0.5),
        strength=4.0 if fixed else float(rng.uniform(0.5, 3)),
        rgb=(1.0, 0.74, 0.48),
        soft_degrees=6,
    )
    rooms.top(materials.wood(*choose(rng, WOODS, fixed, 1), plank=0.14, gloss=0.5), back=0.42, thick=0.045)
    low, high = (0.08, 0.085, 0.03), (0.20, 0.19, 0.07)
    rooms.floor(-0.75, materials.ground(low, high, grain=20), near=-4, far=30)
    plants.lawn(rng, z=-0.75, x=(-2.6, 2.7), y=(0.9, 5.5), blades=3000 if fixed else 900, height=0.09)
    _tent((0.95, 3.6, -0.75))
    fir = plants.bush(
        rng,
        size=(1.5, 1.5, 3.0),
        leaves=3800 if fixed else 1100,
        length=0.12,
        green="laurel" if fixed else "fir",
        width=0.3,
    )
    put(fir, (-1.9, 5.2, -0.75))
    for x, y, s in ((-0.7, 6.6, 1.2), (0.6, 7.2, 1.1), (2.6, 6.0, 1.3), (-3.4, 5.6, 1.0), (3.9, 7.0, 1.2)):
        plants.twin(fir, (x, y, -0.75), turn=float(rng.uniform(0, 6)), scale=s)
    for z, y in ((0.10, 3.2), (-0.08, 4.6)):
        rooms.string(rng, y=y, z=z, count=15, radius=0.022, strength=38, sag=0.12)
    if fixed:
        _camp_things(rng)
    else:
        rooms.random_props(rng, rooms.scatter(rng, 4))
    return Built(
        key,
        "wood",
        0.08,
        "campfire_evening",
        ("warm lights", "tent cloth in a light wind", "leaves in a light wind"),
        ("outdoor", "camping", "autumn", "summer", "evening"),
        0.38,
    )


def _camp_things(rng: Rng) -> None:
    """A lantern, a mug, a plaid and cones around the spot."""
    _lantern_lamp((0.42, 0.26, 0))
    props.cup((-0.37, 0.17, 0), (0.20, 0.30, 0.34), drink=(0.05, 0.02, 0.01), turn=2.6)
    props.draped(
        rng,
        (-0.56, 0.28, 0.001),
        (0.34, 0.2),
        materials.cloth((0.55, 0.12, 0.09), stripe=(0.10, 0.08, 0.08), check=0.05),
        folds=0.03,
        turn=-0.2,
    )
    _cones(rng, [(0.28, 0.10), (0.33, 0.13), (0.55, 0.12)])


def _cones(rng: Rng, places: list[tuple[float, float]]) -> None:
    from tools.scenes.sets.festive import _cones as cones

    cones(rng, tuple(places))


def _tent(at: tuple[float, float, float]) -> None:
    x, y, z = at
    corners = np.array(
        [
            (x - 1.1, y, z),
            (x + 1.1, y, z),
            (x, y, z + 1.5),
            (x - 1.1, y + 2, z),
            (x + 1.1, y + 2, z),
            (x, y + 2, z + 1.5),
            (x - 0.25, y, z),
            (x + 0.35, y, z),
        ]
    )
    faces = [(0, 6, 2), (7, 1, 2), (0, 2, 5, 3), (1, 4, 5, 2), (3, 5, 4)]
    link(mesh_from(corners, faces, smooth=False), materials.lantern((0.80, 0.52, 0.27), 0.22), CLOTH)
    inner = np.array([(x - 0.25, y + 0.3, z), (x + 0.35, y + 0.3, z), (x, y + 0.3, z + 1.4)])
    link(mesh_from(inner, [(0, 1, 2)], smooth=False), materials.glow((1.0, 0.62, 0.28), 1.4), CLOTH)
    lighting.point((x, y - 0.4, z + 0.6), 6, (1.0, 0.62, 0.3), 0.2)


def _lantern_lamp(at: tuple[float, float, float]) -> None:
    metal = materials.plain((0.05, 0.07, 0.07), 0.35, metal=0.6)
    props.turned([(0, 0), (0.055, 0), (0.06, 0.012), (0.055, 0.04), (0, 0.042)], metal, at, amount=0.15)
    props.turned([(0.046, 0.04), (0.05, 0.09), (0.046, 0.14)], materials.glass((1.0, 0.93, 0.8)), at)
    props.turned([(0, 0.185), (0.02, 0.18), (0.05, 0.145), (0.052, 0.138), (0, 0.138)], metal, at, amount=0.15)
    along([(at[0] - 0.05, at[1], 0.15), (at[0], at[1], 0.25), (at[0] + 0.05, at[1], 0.15)], 0.0025, metal)
    props.candle((at[0], at[1], 0.04), 0.02, 0.045, (0.9, 0.82, 0.66), watts=0.9)


def balcony(rng: Rng, *, fixed: bool = False) -> Built:
    """A balcony table at night: string lights and a dim city."""
    lighting.environment(
        str(choose(rng, ["night", "dawn", "sunset"], fixed)),
        strength=1.6 if fixed else float(rng.uniform(0.4, 1.0)),
        turn_degrees=float(rng.uniform(0, 360)),
        tint=(0.6, 0.72, 1.0),
    )
    key = lighting.window(
        (float(rng.choice([-1, 1])) * 1.3, -0.3, 1.2),
        size=(0.7, 0.5),
        watts=float(rng.uniform(20, 45)),
        rgb=(1.0, 0.72, 0.42),
    )
    rooms.top(materials.wood(*choose(rng, WOODS, fixed, 1), plank=0.09), back=0.35)
    rooms.floor(-0.75, materials.wood(*WOODS[3], plank=0.14), far=1.6)
    steel = materials.plain((0.03, 0.03, 0.03), 0.4, metal=0.5)
    for x in np.arange(-2, 2.1, 0.13):
        put(link(box((0.014, 0.014, 1.0), edge=0.002), steel), (float(x), 1.5, -0.75))
    put(link(box((4.4, 0.05, 0.035), edge=0.006), steel), (0, 1.5, 0.25))
    for row in range(3):
        rooms.string(
            rng,
            y=1.4 + 0.3 * row,
            z=0.1 + 0.14 * row,
            count=int(rng.integers(9, 22)),
            radius=0.018,
            strength=40,
            sag=0.16,
        )
    shades = [(1.0, 0.7, 0.35), (1.0, 0.85, 0.6), (0.6, 0.8, 1.0), (1.0, 0.4, 0.25)]
    for _ in range(90):
        place = (float(rng.uniform(-16, 16)), float(rng.uniform(18, 34)), float(rng.uniform(-9, 3)))
        put(link(ball(0.14, detail=1), materials.glow(shades[int(rng.integers(4))], 26)), place)
    props.potted(rng, (0.55, 0.28, 0), radius=0.06, leaves=300)
    rooms.random_props(rng, rooms.scatter(rng, 3))
    return Built(
        key,
        "wood",
        0.2,
        "night_city",
        ("string lights swaying", "city lights"),
        ("outdoor", "city", "evening", "party"),
        0.36,
    )


def picnic(rng: Rng, *, fixed: bool = False) -> Built:
    """A checked cloth on grass with fruit and bread."""
    from tools.scenes.sets.water_garden import daylight, hedge

    key = daylight(rng, fixed=fixed)
    colour = choose(rng, [(0.70, 0.06, 0.06), (0.10, 0.30, 0.55), (0.85, 0.60, 0.12), (0.15, 0.40, 0.22)], fixed)
    rooms.cloth_top(
        rng,
        materials.cloth((0.85, 0.84, 0.80), stripe=colour, check=float(rng.uniform(0.03, 0.08))),
        size=(1.7, 1.2),
        folds=0.008,
        y=0.2,
    )
    plants.lawn(rng, z=-0.03, x=(-2.4, 2.5), y=(-0.8, 4.4), blades=1800, height=0.05)
    for thing in list(rooms.bpy.context.scene.objects):
        if (
            thing.pass_index == 2
            and thing.location.z > -1
            and abs(thing.location.x) < 0.9
            and abs(thing.location.y - 0.2) < 0.7
            and thing.location.z < 0
        ):
            thing.location.z = -9
    hedge(rng, z=-0.03, leaves=1300, near=2.2, fixed=False)
    props.bowl((0.42, 0.3, 0.004), 0.11, (0.80, 0.72, 0.56))
    props.fruits(rng, (0.42, 0.3, 0.035), 0.065, 7, colour=(0.75, 0.08, 0.05), other=(0.80, 0.35, 0.08), heap=0.05)
    rooms.random_props(rng, rooms.scatter(rng, 3, y=(0.15, 0.6)))
    return Built(
        key,
        "cloth",
        0.03,
        "garden_birds",
        ("grass in a light wind", "leaves in a light wind"),
        ("outdoor", "family", "picnic", "summer"),
        0.4,
    )


def beach(rng: Rng, *, fixed: bool = False) -> Built:
    """A towel on rippled sand before a bright sea."""
    lighting.environment(
        str(choose(rng, ["sky", "venice", "dawn", "park"], fixed)),
        strength=1.4,
        turn_degrees=float(rng.uniform(0, 360)),
    )
    key = lighting.sun(
        (float(rng.choice([-1, 1])) * 0.7, float(rng.uniform(-0.5, 0.4)), float(rng.uniform(0.4, 1.0))),
        strength=float(rng.uniform(2, 5)),
        rgb=(1.0, 0.92, 0.78),
        soft_degrees=2,
    )
    dunes = waves(90, 130, seed=int(rng.integers(999)), amplitude=0.05, scale=7)
    u = np.linspace(-4, 4, 90)[:, None]
    dunes = dunes * np.clip(np.abs(u + 0.7) - 0.3, 0, 1) - 0.03 - 0.09 * np.clip(u, 0, 4)
    put(
        link(sheet((9, 8), dunes), materials.ground((0.52, 0.40, 0.26), (0.80, 0.67, 0.48), grain=400, depth=0.004)),
        (0, 0.7, 0),
    )
    link(
        sheet((60, 60), np.zeros((2, 2))), materials.water((0.30, 0.72, 0.78), ripple=4.0, scale=0.15, murk=0.5), WATER
    ).location = (0, 33.2, -0.17)
    colour = BRIGHTS[int(rng.integers(len(BRIGHTS)))]
    rooms.cloth_top(
        rng,
        materials.cloth((0.86, 0.84, 0.80), stripe=colour, check=float(rng.uniform(0.05, 0.12))),
        size=(1.5, 0.9),
        folds=0.008,
        y=0.1,
    )
    props.pebbles(
        rng, (0, 0.9, -0.04), (0.9, 0.25), 14, (0.01, 0.03), [(0.85, 0.80, 0.72), (0.70, 0.55, 0.45), (0.55, 0.52, 0.5)]
    )
    rooms.random_props(rng, rooms.scatter(rng, 3, y=(0.15, 0.5)))
    return Built(
        key,
        "cloth",
        0.02,
        "sea_waves",
        ("sea waves", "light wind"),
        ("outdoor", "beach", "summer", "travel", "family"),
        0.4,
    )
