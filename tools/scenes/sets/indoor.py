"""Table-top sets indoors: kitchen, wooden table at a window, bathroom shelf, desk, cafe, nursery mat."""

import numpy as np

from tools.scenes import lighting, materials, plants, props
from tools.scenes.geometry import along, ball, box, link, put, torus
from tools.scenes.sets import rooms
from tools.scenes.sets.built import Built
from tools.scenes.sets.rooms import BRIGHTS, WALLS, WOODS, Rng, choose
from tools.scenes.stage import CLOTH


def kitchen(rng: Rng, *, fixed: bool = False) -> Built:
    """A kitchen island in morning light; a tiled worktop with jars and herbs behind."""
    key = rooms.indoor_light(rng, fixed=fixed, name="apartment", strength=0.9, watts=60, turn=100)
    surface = (
        materials.marble() if fixed or rng.random() < 0.5 else materials.wood(*choose(rng, WOODS, False), plank=0.12)
    )
    rooms.top(surface, front=0.5, back=0.42)
    colour = (0.50, 0.58, 0.52) if fixed else choose(rng, WALLS, False)
    rooms.sideboard(rng, y=1.9, z=-0.02, colour=colour, worktop=materials.wood(*WOODS[0], plank=0.09))
    rooms.wall(2.52, materials.tiles((0.86, 0.85, 0.81), (0.62, 0.60, 0.56)))
    rooms.floor(-0.9, materials.wood(*WOODS[2], along="y", plank=0.14))
    for x, r, h, filling in (
        (-0.95, 0.06, 0.19, (0.75, 0.55, 0.28)),
        (-0.78, 0.055, 0.15, (0.45, 0.18, 0.08)),
        (-0.63, 0.05, 0.12, (0.85, 0.80, 0.68)),
    ):
        props.jar((x, 2.2, -0.02), r, h, filling, materials.wood(*WOODS[0]))
    rooms.utensils((0.75, 2.25, -0.02))
    props.potted(rng, (0.25, 2.2, -0.02), radius=0.09, leaves=700, length=0.05, pot_colour=(0.82, 0.80, 0.76))
    props.vase((1.2, 2.2, -0.02), 0.24, materials.plain((0.30, 0.42, 0.48), 0.3, coat=0.5))
    put(
        link(box((0.3, 0.02, 0.38), edge=0.008), materials.wood(*WOODS[1], along="z")),
        (-0.2, 2.45, -0.02),
        tilt=(-0.12, 0),
    )
    if fixed:
        _kitchen_island(rng)
    else:
        rooms.random_props(rng, rooms.scatter(rng, 4))
    return Built(
        key,
        "stone",
        0.35,
        "kitchen_quiet",
        ("morning light drifting", "steam"),
        ("home", "kitchen", "family", "morning"),
        0.36,
    )


def _kitchen_island(rng: Rng) -> None:
    """Lemons, a towel and basil around the spot."""
    props.bowl((0.36, 0.2, 0), 0.105, (0.80, 0.79, 0.75))
    props.fruits(
        rng,
        (0.36, 0.2, 0.035),
        0.06,
        7,
        colour=(0.95, 0.66, 0.05),
        other=(0.88, 0.58, 0.03),
        radius=0.033,
        squash=(1.22, 0.95, 0.95),
        heap=0.045,
    )
    props.fruits(
        rng,
        (0.23, 0.075, 0),
        0.0,
        1,
        colour=(0.95, 0.66, 0.05),
        other=(0.88, 0.58, 0.03),
        radius=0.032,
        squash=(1.22, 0.95, 0.95),
    )
    props.draped(
        rng,
        (-0.42, 0.12, 0.001),
        (0.30, 0.22),
        materials.cloth((0.84, 0.82, 0.77), stripe=(0.42, 0.52, 0.58), check=0.022),
        folds=0.02,
        turn=0.35,
    )
    props.potted(rng, (-0.44, 0.3, 0), radius=0.058, leaves=650, length=0.036)


def window_table(rng: Rng, *, fixed: bool = False) -> Built:
    """A wooden table before glazed doors and a green garden."""
    lighting.environment(
        "park" if fixed else str(choose(rng, ["park", "forest", "sunrise", "venice", "sky"], False)),
        strength=3.4,
        turn_degrees=40 if fixed else float(rng.uniform(0, 360)),
    )
    side = -1.0 if fixed else float(rng.choice([-1, 1]))
    key = lighting.window((side * 1.7, 1.1, 1.3), size=(1.5, 1.4), watts=110, rgb=(1.0, 0.95, 0.86))
    rooms.top(materials.wood(*choose(rng, WOODS, fixed), plank=0.13), front=0.55, back=0.45)
    rooms.pane(1.7, z=(-0.8, 1.9), x=(-2.4, 2.4), bars=5)
    rooms.floor(-0.78, materials.wood(*WOODS[2], along="y", plank=0.12), far=1.7)
    rooms.garden_behind(rng, y=4.6, leaves=3500 if fixed else 900)
    for x in (-1.15, 1.25):
        rooms.curtain(rng, x, 1.55, width=0.55)
    if fixed:
        jug = (-0.40, 0.26, 0)
        props.vase(jug, 0.17, materials.plain((0.84, 0.82, 0.78), 0.3, coat=0.4))
        _bouquet(rng, (jug[0], jug[1], 0.16))
        for level, colour in enumerate(((0.78, 0.74, 0.66), (0.42, 0.52, 0.55))):
            props.book((0.40, 0.22, 0.024 * level), (0.16, 0.22, 0.023), colour, 1.35 + 0.2 * level)
        props.cup((0.40, 0.2, 0.048), (0.86, 0.84, 0.80), drink=(0.06, 0.025, 0.01), turn=-0.4)
    else:
        rooms.random_props(rng, rooms.scatter(rng, 4))
    return Built(
        key,
        "wood",
        0.15,
        "room_window",
        ("curtains in a light wind", "leaves outside"),
        ("home", "family", "table", "spring"),
        0.4,
    )


def _bouquet(rng: Rng, at: tuple[float, float, float]) -> None:
    for colour in ((0.9, 0.88, 0.84), (0.88, 0.45, 0.5), (0.95, 0.72, 0.4)):
        for _ in range(4):
            x, y = at[0] + float(rng.normal(0, 0.055)), at[1] + float(rng.normal(0, 0.04))
            z = at[2] + float(rng.uniform(0.09, 0.2))
            along([(at[0], at[1], at[2] - 0.03), (x, y, z)], 0.0018, materials.leaf(*plants.GREENS["fresh"]))
            plants.blossom(rng, (x, y, z), 0.032, colour)
    spray = plants.bush(rng, size=(0.2, 0.18, 0.22), leaves=130, length=0.05, green="olive", width=0.35, core=False)
    spray.location = (at[0], at[1], at[2] - 0.03)


def bathroom(rng: Rng, *, fixed: bool = False) -> Built:
    """A pale stone shelf with towels and plants before soft tiles."""
    key = rooms.indoor_light(
        rng, fixed=fixed, name="brown_photostudio_02_1k", strength=1.1, watts=62, turn=-60, warm=0.97
    )
    rooms.top(
        materials.marble((0.84, 0.82, 0.78), (0.62, 0.57, 0.52))
        if fixed or rng.random() < 0.6
        else materials.wood(*choose(rng, WOODS, False)),
        front=0.5,
        back=0.3,
    )
    tone = (0.70, 0.78, 0.76) if fixed else choose(rng, WALLS, False)
    rooms.wall(1.25, materials.tiles(tone, tuple(0.85 * c for c in tone), size=(0.075, 0.15)))
    rooms.floor(-0.9, materials.stone((0.6, 0.58, 0.55), (0.5, 0.48, 0.45), polished=True))
    put(link(torus(0.42, 0.045), materials.plain((0.9, 0.9, 0.88), 0.15, coat=0.8)), (0.55, 0.95, -0.12))
    if fixed:
        _bathroom_things(rng)
    else:
        rooms.random_props(rng, rooms.scatter(rng, 4))
    return Built(
        key,
        "stone",
        0.35,
        "bathroom_quiet",
        ("soft light drifting", "steam", "candle flame"),
        ("home", "bathroom", "beauty"),
        0.32,
    )


def _bathroom_things(rng: Rng) -> None:
    """Towels, bottles, a candle and a plant around the spot."""
    for x, y, z, colour in (
        (-0.40, 0.14, 0, (0.82, 0.80, 0.76)),
        (-0.29, 0.17, 0, (0.50, 0.62, 0.62)),
        (-0.345, 0.155, 0.085, (0.82, 0.80, 0.76)),
    ):
        props.rolled_towel((x, y, z), 0.048, 0.24, colour, turn=1.45)
    props.bottle(
        (0.33, 0.14, 0),
        0.036,
        0.17,
        materials.plain((0.55, 0.30, 0.12), 0.1, coat=0.8),
        materials.plain((0.03, 0.03, 0.03), 0.35),
    )
    props.bottle(
        (0.42, 0.19, 0),
        0.03,
        0.13,
        materials.plain((0.84, 0.82, 0.78), 0.3),
        materials.plain((0.75, 0.6, 0.35), 0.25, metal=1.0),
    )
    props.potted(
        rng, (0.60, 0.2, 0), radius=0.05, leaves=420, length=0.045, green="laurel", pot_colour=(0.84, 0.82, 0.79)
    )
    props.pebbles(rng, (-0.2, 0.05, 0), (0.03, 0.02), 3, (0.014, 0.022), [(0.5, 0.49, 0.47), (0.3, 0.3, 0.3)])
    props.candle((0.24, 0.22, 0), 0.034, 0.075, (0.9, 0.86, 0.78), watts=0.25)


def desk(rng: Rng, *, fixed: bool = False) -> Built:
    """A desk with books, lamp and plants."""
    key = rooms.indoor_light(rng, fixed=fixed, name="apartment", strength=0.8)
    rooms.top(materials.wood(*choose(rng, WOODS, fixed, 2)), back=0.42)
    rooms.wall(1.5, materials.plain(choose(rng, WALLS, fixed, 2), 0.9))
    rooms.floor(-0.75, materials.wood(*WOODS[0], along="y", plank=0.12))
    lamp = (0.5, 0.3, 0.0)
    props.turned(
        [(0, 0), (0.07, 0), (0.07, 0.01), (0.008, 0.016), (0.007, 0.34), (0, 0.34)],
        materials.plain((0.75, 0.6, 0.3), 0.3, metal=1.0),
        lamp,
        amount=0.1,
    )
    props.turned([(0.12, 0.28), (0.08, 0.4)], materials.lantern((1.0, 0.85, 0.62), 1.2), lamp)
    put(
        link(box((0.34, 0.012, 0.22), edge=0.004), materials.plain((0.32, 0.33, 0.34), 0.35, metal=0.8)),
        (-0.45, 0.32, 0.0),
        tilt=(-0.25, 0),
        turn=0.3,
    )
    rooms.random_props(rng, rooms.scatter(rng, 4))
    return Built(key, "wood", 0.15, "room_quiet", ("soft light drifting",), ("home", "office"), 0.36)


def cafe(rng: Rng, *, fixed: bool = False) -> Built:
    """A dark cafe table with warm lights behind."""
    key = rooms.indoor_light(rng, fixed=fixed, name="lobby", strength=0.6, watts=45, warm=0.8)
    rooms.top(materials.wood(*choose(rng, WOODS, fixed, 1), plank=0.1), back=0.32)
    rooms.wall(
        2.6,
        materials.tiles((0.24, 0.30, 0.28), (0.15, 0.18, 0.17))
        if rng.random() < 0.6
        else materials.plain((0.30, 0.20, 0.15), 0.9),
    )
    rooms.floor(-0.78, materials.wood(*WOODS[3], along="y", plank=0.12))
    rooms.sideboard(rng, y=2.0, z=0.05, colour=(0.16, 0.12, 0.10))
    for row in range(2):
        rooms.string(
            rng, y=2.1, z=0.25 + 0.25 * row, count=int(rng.integers(5, 14)), radius=0.03, strength=30, sag=0.03
        )
    props.cup((0.34, 0.14, 0.0), (0.85, 0.83, 0.80), drink=(0.20, 0.10, 0.05))
    rooms.random_props(rng, rooms.scatter(rng, 3))
    return Built(key, "wood", 0.2, "cafe", ("warm lights", "steam"), ("cafe", "city", "drink"), 0.36)


def nursery(rng: Rng, *, fixed: bool = False) -> Built:
    """A soft play mat with wooden toys in a pastel room."""
    key = rooms.indoor_light(rng, fixed=fixed, name="apartment", strength=1.0, watts=70, turn=120, warm=0.95)
    mat = (0.80, 0.76, 0.68) if fixed else BRIGHTS[int(rng.integers(len(BRIGHTS)))]
    rooms.cloth_top(rng, materials.cloth(mat, weave=500), size=(2.6, 1.7), folds=0.006, y=0.35)
    rooms.floor(-0.012, materials.wood(*WOODS[2], along="y", plank=0.13))
    rooms.wall(
        2.3, materials.plain((0.66, 0.76, 0.78) if fixed else choose(rng, WALLS, False), 0.9, vary=0.02), low=0.0
    )
    put(link(box((10, 0.02, 0.1), edge=0.004), materials.plain((0.88, 0.87, 0.85), 0.5)), (0, 2.28, 0))
    _crib(1.75)
    _toys(rng, fixed)
    if not fixed:
        rooms.random_props(rng, rooms.scatter(rng, 2, y=(0.25, 0.6)))
    return Built(
        key,
        "cloth",
        0.02,
        "nursery_quiet",
        ("curtains in a light wind", "soft light drifting"),
        ("home", "children", "baby", "family"),
        0.42,
    )


def _crib(y: float) -> None:
    paint = materials.wood((0.80, 0.68, 0.52), (0.66, 0.52, 0.37), along="z")
    for x in np.arange(-1.5, -0.2, 0.09):
        put(link(box((0.022, 0.022, 0.75), edge=0.006), paint), (x, y, 0.08))
    rail = materials.wood((0.80, 0.68, 0.52), (0.66, 0.52, 0.37))
    for z in (0.10, 0.80):
        put(link(box((1.35, 0.03, 0.06), edge=0.01), rail), (-0.87, y, z))
    put(
        link(box((0.55, 0.35, 0.30), edge=0.05, segments=6), materials.cloth((0.86, 0.70, 0.64)), CLOTH),
        (0.85, y - 0.1, 0),
    )
    for x, z, r, colour in ((0.75, 0.30, 0.10, (0.62, 0.45, 0.30)), (0.98, 0.30, 0.085, (0.85, 0.82, 0.76))):
        put(link(ball(r, detail=4), materials.cloth(colour, weave=300)), (x, y - 0.15, z + r * 0.8))


def _toys(rng: Rng, fixed: bool) -> None:
    palette = [(0.80, 0.42, 0.35), (0.88, 0.70, 0.35), (0.42, 0.60, 0.62), (0.56, 0.66, 0.48), (0.86, 0.78, 0.66)]
    at = (-0.40, 0.26, 0.0)
    props.turned(
        [(0, 0), (0.06, 0), (0.06, 0.012), (0.012, 0.016), (0.011, 0.17), (0, 0.175)],
        materials.wood(*WOODS[2], along="z"),
        at,
        amount=0.1,
    )
    for level, (colour, r) in enumerate(zip(palette, (0.052, 0.045, 0.039, 0.033, 0.027), strict=True)):
        put(
            link(torus(r, 0.0155, around=64, section=20), materials.plain(colour, 0.45, vary=0.03)),
            (at[0], at[1], 0.029 + level * 0.0275),
        )
    cubes = (
        (0.34, 0.22, 0, 0.3),
        (0.41, 0.27, 0, 0.9),
        (0.375, 0.245, 0.05, 0.6),
        (0.50, 0.16, 0, 1.2),
        (-0.55, 0.12, 0, 0.5),
    )
    for (x, y, z, turn), colour in zip(cubes, palette, strict=True):
        put(link(box((0.05, 0.05, 0.05), edge=0.004), materials.plain(colour, 0.5, vary=0.05)), (x, y, z), turn=turn)
    put(link(ball(0.055, detail=5), materials.cloth((0.86, 0.80, 0.70), weave=500), CLOTH), (-0.27, 0.42, 0.055))
    for x, y, colour in ((0.26, 0.44, palette[1]), (0.62, 0.34, palette[2])):
        put(link(ball(0.032, detail=4), materials.plain(colour, 0.4)), (x, y, 0.032))
