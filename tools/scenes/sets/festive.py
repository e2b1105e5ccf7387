"""Holiday tables: Christmas and Lunar New Year."""

import numpy as np

from tools.scenes import lighting, materials, plants, props
from tools.scenes.geometry import ball, lathe, link, put
from tools.scenes.sets import rooms
from tools.scenes.sets.built import Built
from tools.scenes.sets.rooms import WOODS, Rng, choose
from tools.scenes.stage import FLAME, FOLIAGE

RED, GOLD, CREAM = (0.55, 0.03, 0.03), (0.83, 0.58, 0.22), (0.86, 0.82, 0.74)


def christmas(rng: Rng, *, fixed: bool = False) -> Built:
    """A wooden table with fir, candles and baubles; tree lights and gifts behind."""
    lighting.environment(
        "apartment" if fixed else str(choose(rng, ["apartment", "lobby", "hall", "st_fagans_interior_1k"], False)),
        strength=0.55,
        turn_degrees=100 if fixed else float(rng.uniform(0, 360)),
        tint=(1.0, 0.9, 0.78),
    )
    side = -1.0 if fixed else float(rng.choice([-1, 1]))
    key = lighting.window(
        (side * 1.5, -0.2, 1.4),
        size=(1.2, 1.0),
        watts=85 if fixed else float(rng.uniform(30, 110)),
        rgb=(1.0, 0.86, 0.68),
    )
    if fixed or rng.random() < 0.6:
        rooms.top(materials.wood(*choose(rng, WOODS, fixed), plank=0.14), back=0.42)
    else:
        rooms.top(materials.wood(*WOODS[0]), back=0.42)
        rooms.cloth_top(
            rng, materials.cloth(choose(rng, [RED, CREAM, (0.05, 0.16, 0.08)], False)), size=(2.4, 0.97), y=-0.04
        )
    rooms.wall(3.4, materials.plain((0.42, 0.36, 0.29), 0.9))
    rooms.floor(-0.78, materials.wood(*WOODS[1], along="y", plank=0.13))
    _tree(rng, (-0.85, 2.5, -0.78), 2100 if fixed else 900)
    _garland(rng, fixed)
    _gifts(rng)
    if fixed:
        _arrangement(rng)
    else:
        for at in rooms.scatter(rng, 6):
            _ornament(rng, at)
    return Built(
        key,
        "wood",
        0.15,
        "fireplace",
        ("twinkling lights", "candle flames"),
        ("holiday", "christmas", "home", "family", "winter"),
        0.36,
    )


def _tree(rng: Rng, at: tuple[float, float, float], needles: int) -> None:
    for level in range(6):
        width = 1.5 * (1 - level / 7)
        ring = plants.bush(rng, size=(width, width, 0.55), leaves=needles, length=0.07, green="fir", width=0.13)
        ring.location = (at[0], at[1], at[2] + 0.15 + level * 0.3)
    for i in range(80):
        z = float(rng.uniform(0.2, 1.9))
        r, turn = 0.78 * (1 - z / 2.4), float(rng.uniform(0, 6.28))
        place = (at[0] + r * np.cos(turn), at[1] + r * np.sin(turn), at[2] + z)
        if i % 4 == 0:
            put(link(ball(0.04, detail=3), materials.plain(RED if i % 8 else GOLD, 0.15, metal=0.8)), place)
        else:
            put(
                link(ball(0.011, detail=2), materials.glow((1.0, 0.62, 0.26), 60), FLAME), place
            ).visible_diffuse = False


def _garland(rng: Rng, fixed: bool) -> None:
    for z, y in ((0.28, 3.2), (-0.02, 3.1), (-0.3, 2.9)):
        rooms.string(
            rng, y=y, z=z, x=2.4, count=22 if fixed else int(rng.integers(8, 30)), strength=45, radius=0.011, sag=0.12
        )


def _gifts(rng: Rng) -> None:
    props.gift((0.55, 1.9, -0.78), (0.42, 0.34, 0.36), (0.55, 0.05, 0.05), (0.85, 0.80, 0.70), 0.3)
    props.gift((1.05, 2.1, -0.78), (0.36, 0.32, 0.52), (0.10, 0.20, 0.13), (0.80, 0.60, 0.25), -0.2)
    props.gift((0.78, 2.0, -0.42), (0.26, 0.22, 0.20), (0.82, 0.77, 0.68), (0.55, 0.05, 0.05), 0.7)


def _arrangement(rng: Rng) -> None:
    sprigs = (
        (-0.62, 0.10, 0.9),
        (-0.50, 0.22, -0.5),
        (-0.36, 0.30, 1.9),
        (-0.68, 0.28, 0.1),
        (0.36, 0.27, -1.2),
        (0.52, 0.19, 0.5),
        (0.66, 0.26, -0.4),
        (0.44, 0.33, 2.3),
        (-0.06, 0.39, 1.5),
        (0.20, 0.38, -1.7),
    )
    for x, y, turn in sprigs:
        put(plants.fir_sprig(rng), (x, y, 0.014), turn=turn)
    props.candle((-0.50, 0.30, 0), 0.036, 0.15, CREAM, watts=0.5)
    props.candle((-0.40, 0.36, 0), 0.036, 0.10, CREAM, watts=0.4)
    props.candle((0.56, 0.34, 0), 0.036, 0.12, CREAM, watts=0.4)
    props.candle((-0.19, 0.37, 0), 0.03, 0.08, CREAM, watts=0.3)
    for x, y, r, colour in (
        (-0.33, 0.16, 0.032, RED),
        (-0.25, 0.21, 0.022, GOLD),
        (0.33, 0.16, 0.03, RED),
        (0.41, 0.11, 0.021, CREAM),
        (0.27, 0.23, 0.02, GOLD),
        (-0.44, 0.10, 0.02, CREAM),
        (0.50, 0.10, 0.026, GOLD),
    ):
        props.bauble((x, y, 0), r, colour, metal=0.2 if colour == CREAM else 0.75)
    _cones(rng, ((-0.55, 0.06), (0.60, 0.08)))


def _cones(rng: Rng, places: tuple[tuple[float, float], ...]) -> None:
    bark = materials.plain((0.17, 0.10, 0.06), 0.8, vary=0.2)
    scale = ball(0.012, detail=2, squash=(1.0, 0.7, 0.25))
    for x, y in places:
        for i in range(46):
            s = i / 46
            r, turn = 0.022 * np.sin(np.pi * (0.12 + 0.8 * s)) ** 0.7, 2.4 * i
            put(
                link(scale, bark, FOLIAGE),
                (x - 0.03 + 0.065 * s, y + r * np.cos(turn), 0.024 + r * np.sin(turn)),
                tilt=(turn, 0.5),
            )


def _ornament(rng: Rng, at: tuple[float, float, float]) -> None:
    kind = int(rng.integers(4))
    if kind == 0:
        props.candle(at, 0.032, float(rng.uniform(0.07, 0.15)), CREAM)
    elif kind == 1:
        put(plants.fir_sprig(rng, needles=350), (at[0], at[1], 0.012), turn=float(rng.uniform(0, 6)))
    elif kind == 2:
        props.gift(
            at, (0.11, 0.10, 0.07), choose(rng, [RED, CREAM, (0.1, 0.25, 0.15)], False), GOLD, float(rng.uniform(0, 3))
        )
    else:
        props.bauble(at, float(rng.uniform(0.02, 0.035)), choose(rng, [RED, GOLD, CREAM, (0.1, 0.3, 0.2)], False))


def lunar_new_year(rng: Rng, *, fixed: bool = False) -> Built:
    """A red cloth with mandarins, blossom and lanterns behind."""
    lighting.environment(
        "apartment" if fixed else str(choose(rng, ["apartment", "lobby", "hall", "esplanade"], False)),
        strength=0.75,
        turn_degrees=float(rng.uniform(0, 360)),
        tint=(1.0, 0.9, 0.8),
    )
    key = lighting.window(
        (float(rng.choice([-1, 1])) * 1.5, -0.2, 1.4),
        size=(1.2, 1.0),
        watts=float(rng.uniform(50, 110)),
        rgb=(1.0, 0.88, 0.72),
    )
    rooms.top(materials.wood(*WOODS[1]), back=0.42)
    if fixed or rng.random() < 0.6:
        rooms.cloth_top(rng, materials.cloth((0.50, 0.02, 0.02)), size=(2.4, 0.97), y=-0.04)
    rooms.wall(
        2.8, materials.plain(choose(rng, [(0.42, 0.10, 0.06), (0.66, 0.58, 0.46), (0.20, 0.13, 0.09)], fixed), 0.9)
    )
    rooms.floor(-0.78, materials.wood(*WOODS[1], along="y", plank=0.13))
    for i in range(5):
        _lantern(
            (
                -1.3 + 0.65 * i + float(rng.normal(0, 0.08)),
                2.0 + float(rng.uniform(0, 0.5)),
                float(rng.uniform(-0.1, 0.3)),
            )
        )
    rooms.string(rng, y=2.6, z=0.2, count=18, radius=0.012)
    _mandarins_and_blossom(rng)
    rooms.random_props(rng, rooms.scatter(rng, 2, keep=0.28))
    return Built(
        key,
        "cloth",
        0.05,
        "fireplace",
        ("lanterns swaying", "warm lights"),
        ("holiday", "lunar_new_year", "home", "family", "winter"),
        0.36,
    )


def _mandarins_and_blossom(rng: Rng) -> None:
    props.bowl((-0.38, 0.2, 0), 0.10, (0.75, 0.74, 0.70))
    props.fruits(rng, (-0.38, 0.2, 0.03), 0.06, 7, colour=(0.95, 0.36, 0.03), other=(0.85, 0.28, 0.02), heap=0.05)
    props.vase((0.42, 0.28, 0), 0.2, materials.plain((0.10, 0.20, 0.42), 0.15, coat=0.8))
    for _ in range(16):
        reach = float(rng.uniform(0.1, 0.4))
        plants.blossom(
            rng,
            (0.42 + float(rng.normal(0, 0.10)), 0.28 + float(rng.normal(0, 0.06)), 0.18 + reach * 0.7),
            0.022,
            (0.95, 0.5, 0.6),
        )


def _lantern(at: tuple[float, float, float]) -> None:
    profile = [(0.07, -0.13), (0.15, -0.08), (0.19, 0.0), (0.15, 0.08), (0.07, 0.13)]
    put(link(lathe(profile, around=48, amount=0.45), materials.lantern((0.95, 0.12, 0.05), 1.6), FLAME), at)
    for z in (-0.14, 0.12):
        props.turned(
            [(0, 0), (0.075, 0), (0.075, 0.025), (0, 0.025)],
            materials.plain(GOLD, 0.3, metal=1.0),
            (at[0], at[1], at[2] + z),
            amount=0.05,
        )
