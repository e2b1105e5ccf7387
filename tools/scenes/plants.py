"""Growing things: bent leaves of several outlines, bushes, grass patches, flowers, lily pads, reeds and fir."""

import bpy
import numpy as np

from tools.scenes import materials
from tools.scenes.geometry import along, ball, link, merged, mesh_from, put, rotations
from tools.scenes.nodes import Colour
from tools.scenes.stage import FOLIAGE

Template = tuple[np.ndarray, np.ndarray]
GREENS: dict[str, tuple[Colour, Colour]] = {
    "box": ((0.018, 0.05, 0.012), (0.10, 0.19, 0.035)),
    "laurel": ((0.02, 0.065, 0.02), (0.12, 0.24, 0.05)),
    "olive": ((0.07, 0.10, 0.05), (0.24, 0.29, 0.16)),
    "fresh": ((0.05, 0.13, 0.015), (0.24, 0.38, 0.05)),
    "autumn": ((0.25, 0.05, 0.01), (0.55, 0.28, 0.04)),
    "fir": ((0.008, 0.028, 0.012), (0.045, 0.10, 0.04)),
}


def leaf_shape(length: float, width: float, *, tip: float = 1.4, bend: float = 0.35, fold: float = 0.35) -> Template:
    """One leaf along +y from the origin: pointed outline, folded along the midrib, curling down, with a wavy edge."""
    s = np.linspace(0, 1, 7)
    half = width / 2 * np.sin(np.pi * s ** (1 / tip)) ** 0.85
    half[-1] = half[0] = 0.02 * width
    rows = []
    for place, extent in zip(s, half, strict=True):
        for side in (-1.0, 0.0, 1.0):
            lift = fold * extent * abs(side) + 0.06 * width * side * np.sin(9 * place)
            drop = bend * length * place**2 * 0.5
            rows.append((side * extent, place * length * (1 - 0.1 * bend * place), lift - drop))
    quads = [(3 * i + j, 3 * i + j + 1, 3 * i + j + 4, 3 * i + j + 3) for i in range(6) for j in range(2)]
    return np.array(rows), np.array(quads)


def _places(frames: np.ndarray, points: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return np.concatenate([frames * scale[:, None, None], points[:, :, None]], -1)


def bush(
    rng: np.random.Generator,
    *,
    size: tuple[float, float, float],
    leaves: int,
    length: float = 0.05,
    green: str = "laurel",
    width: float = 0.5,
    core: bool = True,
) -> bpy.types.Object:
    """A shrub standing on z = 0 with its mass in clusters, leaf tips hanging outwards; its dark core closes gaps."""
    direction = rng.normal(size=(leaves, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    lobes = rng.normal(size=(26, 3))
    lobes /= np.linalg.norm(lobes, axis=1, keepdims=True)
    swell = np.exp(6 * (direction @ lobes.T - 1)).max(1)
    radius = (0.62 + 0.38 * swell) * rng.uniform(0.72, 1.0, leaves) ** 0.6
    half = np.array(size) / 2
    points = direction * radius[:, None] * half + [0, 0, half[2] * 0.85]
    points[:, 2] = np.where(points[:, 2] < 0.02, rng.uniform(0.02, 0.25, leaves) * half[2], points[:, 2])
    outward = direction * 0.8 + rng.normal(0, 0.35, direction.shape) + [0, 0, 0.5]
    frames = rotations(rng, outward, 0.3)
    shade = np.clip(0.15 + 0.75 * (radius - 0.6) / 0.4 * rng.uniform(0.4, 1, leaves) + rng.normal(0, 0.1, leaves), 0, 1)
    foliage = materials.leaf(*GREENS[green])
    parts = np.array_split(rng.permutation(leaves), 3)
    root = link(bpy.data.meshes.new("bush"), foliage, FOLIAGE)
    for part, bend in zip(parts, (0.1, 0.45, 0.8), strict=True):
        shape = leaf_shape(length, length * width * rng.uniform(0.85, 1.15), bend=bend, tip=rng.uniform(1.0, 1.7))
        scale = rng.uniform(0.55, 1.2, len(part))
        child = link(merged(shape, _places(frames[part], points[part], scale), shade[part]), foliage, FOLIAGE)
        child.parent = root
    if core:
        shape = ball(0.5, squash=tuple(side * 0.55 for side in size), detail=3)
        inside = link(shape, materials.plain((0.012, 0.02, 0.008), 1.0), FOLIAGE)
        inside.location, inside.parent = (0, 0, size[2] * 0.40), root
    return root


def twin(root: bpy.types.Object, at: tuple[float, float, float], *, turn: float, scale: float) -> None:
    """Another copy of a parented plant, sharing its meshes."""
    copy = link(root.data, None, root.pass_index)
    put(copy, at, turn=turn, scale=scale)
    for child in root.children:
        leafage = link(child.data, None, child.pass_index)
        leafage.location, leafage.scale, leafage.parent = child.location, child.scale, copy


def grass_patch(
    rng: np.random.Generator,
    *,
    side: float = 1.0,
    blades: int = 4000,
    height: float = 0.05,
    wide: float = 0.0035,
    colours: tuple[Colour, Colour] = ((0.03, 0.075, 0.012), (0.20, 0.30, 0.05)),
) -> bpy.types.Object:
    """A square of grass made of curved, tapering blades that grow in tufts."""
    s = np.linspace(0, 1, 4)
    taper = wide * np.array([1.0, 0.85, 0.55, 0.08])
    shape = np.concatenate(
        [
            [
                (-w / 2, 0.55 * height * v**2, height * v * (1 - 0.18 * v)),
                (w / 2, 0.55 * height * v**2, height * v * (1 - 0.18 * v)),
            ]
            for v, w in zip(s, taper, strict=True)
        ]
    )
    quads = np.array([(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(3)])
    tufts = rng.uniform(-side / 2, side / 2, (blades // 7, 2))
    root = tufts[rng.integers(0, len(tufts), blades)] + rng.normal(0, 0.014, (blades, 2))
    lean = rng.normal(0, 0.32, (blades, 2))
    frames = rotations(rng, np.column_stack([lean, np.ones(blades)]), 0.08)
    points = np.column_stack([root, np.zeros(blades)])
    scale = rng.uniform(0.45, 1.3, blades)
    tone = np.clip(rng.normal(0.5, 0.24, blades), 0, 1)
    material = materials.leaf(*colours, gloss=0.45, through=0.35)
    return link(merged((shape, quads), _places(frames, points, scale), tone), material, FOLIAGE)


def lawn(
    rng: np.random.Generator,
    *,
    z: float,
    x: tuple[float, float],
    y: tuple[float, float],
    blades: int = 4000,
    height: float = 0.05,
    skip: float = 0.0,
) -> None:
    """Ground with instanced grass patches over a rectangle; `skip` leaves a bare disc around the origin."""
    low, high = (0.035, 0.055, 0.014), (0.12, 0.16, 0.035)
    soil = link(
        mesh_from(np.array([(-60, -60, z), (60, -60, z), (60, 60, z), (-60, 60, z)]), [(0, 1, 2, 3)]),
        materials.ground(low, high),
    )
    soil.pass_index = FOLIAGE
    patch = grass_patch(rng, blades=blades, height=height)
    patch.location = (0, 0, -50)
    for cx in np.arange(x[0], x[1], 0.9):
        for cy in np.arange(y[0], y[1], 0.9):
            if np.hypot(cx, cy) < skip:
                continue
            copy = link(patch.data, None, FOLIAGE)
            put(copy, (cx, cy, z), turn=float(rng.integers(0, 4)) * np.pi / 2, scale=float(rng.uniform(0.95, 1.1)))


def flowers(
    rng: np.random.Generator,
    *,
    count: int,
    area: tuple[float, float, float, float],
    z: float,
    colour: Colour,
    height: float = 0.25,
    petals: int = 8,
    radius: float = 0.022,
    heart: Colour = (0.75, 0.5, 0.05),
) -> None:
    """Daisy-like flowers on stems over the rectangle (x0, x1, y0, y1)."""
    shape = leaf_shape(radius, radius * 0.55, tip=0.8, bend=-0.1, fold=0.1)
    stem, middle = materials.leaf(*GREENS["fresh"]), materials.plain(heart, 0.8)
    petal = materials.leaf(tuple(0.75 * c for c in colour), colour, gloss=0.6, through=0.45)
    centre = link(ball(radius * 0.28, detail=2, squash=(1, 1, 0.5)), middle, FOLIAGE)
    centre.location = (0, 0, -50)
    frames, points = [], []
    for _ in range(count):
        x, y = rng.uniform(area[0], area[1]), rng.uniform(area[2], area[3])
        top = np.array([x + rng.normal(0, 0.03), y + rng.normal(0, 0.03), z + height * rng.uniform(0.6, 1.1)])
        along(
            [(x, y, z), ((x + top[0]) / 2, (y + top[1]) / 2, (z + top[2]) / 2 + 0.01), tuple(top)],
            0.0016,
            stem,
            FOLIAGE,
        )
        facing = rotations(rng, np.array([[0.0, -0.5, 0.8]]), 0.25)[0]
        put(link(centre.data, None, FOLIAGE), tuple(top))
        for angle in np.arange(petals) * 2 * np.pi / petals:
            spin = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
            frames.append(facing @ spin)
            points.append(top)
    scale = rng.uniform(0.85, 1.1, len(points))
    link(
        merged(shape, _places(np.array(frames), np.array(points), scale), rng.uniform(0, 1, len(points))),
        petal,
        FOLIAGE,
    )


def blades(
    rng: np.random.Generator,
    *,
    count: int,
    at: tuple[float, float, float],
    height: float = 0.6,
    wide: float = 0.018,
    spread: float = 0.15,
    green: str = "fresh",
) -> bpy.types.Object:
    """A clump of long arching leaves: iris, reeds, fern-like grasses."""
    shape = leaf_shape(height, wide, tip=0.75, bend=0.5, fold=0.5)
    up = np.column_stack([rng.normal(0, 0.35, (count, 2)), -np.ones(count)])
    frames = np.stack([np.cross(rng.normal(size=(count, 3)), up), np.zeros((count, 3)), np.zeros((count, 3))], -1)
    for i in range(count):
        y = -up[i] / np.linalg.norm(up[i])
        y[:2] *= -1
        x = np.cross(y, rng.normal(size=3))
        x /= np.linalg.norm(x)
        frames[i] = np.stack([x, y, np.cross(x, y)], -1)
    points = np.array(at) + np.column_stack([rng.normal(0, spread, (count, 2)), np.zeros(count)])
    mesh = merged(shape, _places(frames, points, rng.uniform(0.6, 1.1, count)), rng.uniform(0, 1, count))
    return link(mesh, materials.leaf(*GREENS[green], gloss=0.3), FOLIAGE)


def lily_pad(rng: np.random.Generator, radius: float) -> bpy.types.Object:
    """A floating leaf with its notch, slightly raised rim and waves."""
    angle = np.linspace(0.12, 2 * np.pi - 0.12, 40)
    rings = [np.zeros((40, 3))]
    for part in (0.35, 0.7, 0.93, 1.0):
        r = radius * part * (1 + 0.03 * np.sin(5 * angle + rng.uniform(0, 6)))
        lift = 0.002 + 0.012 * radius / 0.1 * part**6 * (1 + 0.5 * np.sin(3 * angle + rng.uniform(0, 6)))
        rings.append(np.column_stack([r * np.cos(angle), r * np.sin(angle), lift]))
    vertices = np.concatenate(rings)
    faces = [(40 * i + j, 40 * (i + 1) + j, 40 * (i + 1) + j + 1, 40 * i + j + 1) for i in range(4) for j in range(39)]
    mesh = mesh_from(vertices, faces)
    mesh.attributes.new("tint", "FLOAT", "POINT").data.foreach_set(
        "value", np.full(len(vertices), rng.uniform(0.2, 0.9), np.float32)
    )
    pad = link(mesh, materials.leaf((0.03, 0.09, 0.015), (0.13, 0.26, 0.05), gloss=0.25, through=0.15), FOLIAGE)
    pad.rotation_euler.z = rng.uniform(0, 6.28)
    return pad


def blossom(rng: np.random.Generator, at: tuple[float, float, float], radius: float, colour: Colour) -> None:
    """A many-petalled bloom opening upwards: water lily, rose, peony."""
    frames, points = [], []
    for layer, (count, lift) in enumerate(((9, 0.5), (8, 0.9), (6, 1.5))):
        for angle in np.arange(count) * 2 * np.pi / count + layer * 0.4:
            out = np.array([np.cos(angle), np.sin(angle), lift + rng.normal(0, 0.08)])
            out /= np.linalg.norm(out)
            side = np.array([-np.sin(angle), np.cos(angle), 0])
            frames.append(np.stack([side, out, np.cross(side, out)], -1))
            points.append(at)
    shape = leaf_shape(radius, radius * 0.45, tip=0.85, bend=-0.5, fold=0.5)
    material = materials.leaf(tuple(0.8 * c for c in colour), colour, gloss=0.5, through=0.45)
    mesh = merged(
        shape,
        _places(np.array(frames), np.array(points, float), rng.uniform(0.85, 1.05, len(points))),
        rng.uniform(0, 1, len(points)),
    )
    link(mesh, material, FOLIAGE)
    put(
        link(ball(radius * 0.18, detail=2), materials.plain((0.8, 0.55, 0.05), 0.8), FOLIAGE),
        (at[0], at[1], at[2] + radius * 0.12),
    )


def fir_sprig(rng: np.random.Generator, *, length: float = 0.28, needles: int = 700) -> bpy.types.Object:
    """A fir twig along +y lying near z = 0 with side shoots and bent needles."""
    shape = leaf_shape(0.02, 0.0022, tip=0.9, bend=0.3, fold=0.4)
    shoots = [(np.zeros(3), np.array([0, 1.0, 0.03]), length)]
    for i in range(8):
        side = 1 if i % 2 else -1
        start = np.array([0, length * (0.12 + 0.1 * i), 0.004])
        shoots.append((start, np.array([side * 0.75, 0.65, rng.uniform(-0.02, 0.15)]), length * (0.5 - 0.045 * i)))
    weight = np.array([s[2] for s in shoots]) / sum(s[2] for s in shoots)
    pick = rng.choice(len(shoots), needles, p=weight)
    part = rng.uniform(0, 1, needles)
    points = np.array(
        [
            shoots[i][0] + shoots[i][1] / np.linalg.norm(shoots[i][1]) * shoots[i][2] * p
            for i, p in zip(pick, part, strict=True)
        ]
    )
    frames = np.empty((needles, 3, 3))
    for n, i in enumerate(pick):
        axis = shoots[i][1] / np.linalg.norm(shoots[i][1])
        out = np.cross(axis, rng.normal(size=3))
        y = out / np.linalg.norm(out) + 0.7 * axis + [0, 0, 0.25]
        y /= np.linalg.norm(y)
        x = np.cross(y, axis)
        x /= np.linalg.norm(x)
        frames[n] = np.stack([x, y, np.cross(x, y)], -1)
    mesh = merged(shape, _places(frames, points, rng.uniform(0.7, 1.2, needles)), rng.uniform(0, 1, needles))
    sprig = link(mesh, materials.leaf(*GREENS["fir"], gloss=0.4, through=0.2), FOLIAGE)
    bark = materials.plain((0.10, 0.06, 0.03), 0.9)
    for start, direction, extent in shoots:
        end = start + direction / np.linalg.norm(direction) * extent
        twig = along([tuple(start), tuple(end)], 0.0022, bark, FOLIAGE)
        twig.parent = sprig
    return sprig
