"""Meshes in real metres: turned profiles with rounded corners, rounded boxes, tubes, extrusions.

Every product is put together from these few shapes, so that edges catch light the way moulded and turned parts do.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import bmesh
import bpy
import numpy as np

Point = tuple[float, ...]  # (radius, height) or (radius, height, corner rounding), metres
Radius = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (angle, height) -> factor on the radius
CORNER_STEPS = 7
SHARP_ANGLE_DEG = 38.0


def rounded(points: Sequence[Point]) -> np.ndarray:
    """Return the polyline (N, 2) with each corner replaced by an arc of its third number, where it has one."""
    plain = [np.array(point[:2], dtype=float) for point in points]
    out = [plain[0]]
    for i in range(1, len(plain) - 1):
        size = points[i][2] if len(points[i]) > 2 else 0.0
        out.extend(_corner(plain[i - 1], plain[i], plain[i + 1], size=size))
    out.append(plain[-1])
    return np.array(out)


def _corner(before: np.ndarray, at: np.ndarray, after: np.ndarray, *, size: float) -> list[np.ndarray]:
    reach = min(size, 0.49 * float(np.linalg.norm(before - at)), 0.49 * float(np.linalg.norm(after - at)))
    if reach <= 0:
        return [at]
    start = at + (before - at) / np.linalg.norm(before - at) * reach
    end = at + (after - at) / np.linalg.norm(after - at) * reach
    steps = np.linspace(0.0, 1.0, CORNER_STEPS)
    return [(1 - t) ** 2 * start + 2 * t * (1 - t) * at + t**2 * end for t in steps]


def lathe(
    name: str, points: Sequence[Point], material: Any, *, segments: int = 144, radius: Radius | None = None
) -> Any:
    """Turn a profile about the z axis; `radius` modulates it, for flutes and knurls. Returns the object."""
    line = rounded(points)
    angle = np.linspace(0.0, 2 * math.pi, segments, endpoint=False)
    turn, height = np.meshgrid(angle, line[:, 1])
    reach = np.repeat(line[:, :1], segments, axis=1)
    if radius is not None:
        reach = reach * radius(turn, height)
    rings = np.stack([reach * np.cos(turn), reach * np.sin(turn), height], axis=-1)
    faces = []
    for ring in range(len(line) - 1):
        for i in range(segments):
            j = (i + 1) % segments
            faces.append(
                (ring * segments + i, ring * segments + j, (ring + 1) * segments + j, (ring + 1) * segments + i)
            )
    return mesh(name, rings.reshape(-1, 3), faces, material)


def mesh(name: str, vertices: np.ndarray, faces: Sequence[Sequence[int]], material: Any) -> Any:
    """Link a smooth-shaded object made of these vertices and faces; doubles are welded, normals made to agree."""
    data = bpy.data.meshes.new(name)
    data.from_pydata(np.asarray(vertices).tolist(), [], [list(face) for face in faces])
    work = bmesh.new()
    work.from_mesh(data)
    bmesh.ops.remove_doubles(work, verts=work.verts, dist=1e-6)
    bmesh.ops.recalc_face_normals(work, faces=work.faces)
    work.to_mesh(data)
    work.free()
    return _link(name, data, material)


def rounded_box(name: str, size: Sequence[float], material: Any, *, corner: float, steps: int = 4) -> Any:
    """A box of this size (metres) about the origin with all edges rounded."""
    work = bmesh.new()
    bmesh.ops.create_cube(work, size=1.0)
    bmesh.ops.scale(work, vec=size, verts=work.verts)
    bmesh.ops.bevel(
        work, geom=list(work.edges), offset=corner, segments=steps, profile=0.5, affect="EDGES", clamp_overlap=True
    )
    data = bpy.data.meshes.new(name)
    work.to_mesh(data)
    work.free()
    return _link(name, data, material)


def plate(name: str, outline: Sequence[Sequence[float]], material: Any, *, thickness: float, corner: float) -> Any:
    """Extrude a closed outline (N, 2) in x, y from z = 0 to `thickness` and round its edges."""
    work = bmesh.new()
    face = work.faces.new([work.verts.new((x, y, 0.0)) for x, y in outline])
    lifted = bmesh.ops.extrude_face_region(work, geom=[face])
    tops = [item for item in lifted["geom"] if isinstance(item, bmesh.types.BMVert)]
    bmesh.ops.translate(work, vec=(0, 0, thickness), verts=tops)
    bmesh.ops.recalc_face_normals(work, faces=work.faces)
    data = bpy.data.meshes.new(name)
    work.to_mesh(data)
    work.free()
    made = _link(name, data, material)
    bevel = made.modifiers.new("round", "BEVEL")
    bevel.width, bevel.segments, bevel.limit_method = corner, 4, "ANGLE"
    return made


def tube(
    name: str,
    path: Sequence[Sequence[float]],
    material: Any,
    *,
    radius: float,
    closed: bool = False,
    smooth: bool = True,
) -> Any:
    """A round bar of this radius (metres) along the points, bent between them if `smooth`, else straight."""
    curve = bpy.data.curves.new(name, "CURVE")
    curve.dimensions, curve.bevel_depth, curve.bevel_resolution, curve.use_fill_caps = "3D", radius, 6, True
    curve.resolution_u = 24
    spline = curve.splines.new("NURBS" if smooth else "POLY")
    spline.points.add(len(path) - 1)
    for point, place in zip(spline.points, path, strict=True):
        point.co = (*place, 1.0)
    spline.use_cyclic_u = closed
    if smooth:
        spline.order_u, spline.use_endpoint_u = 4, not closed
    made = bpy.data.objects.new(name, curve)
    curve.materials.append(material)
    bpy.context.scene.collection.objects.link(made)
    return made


def wrap(
    name: str, size: Sequence[float], material: Any, *, radius: float, at: Sequence[float], lift: float = 0.0002
) -> Any:
    """Bend a patch (width, height) round the front of an upright cylinder, its middle `at` (along curve, height)."""
    across = max(2, int(size[0] / 0.0006)) + 1
    angle = np.linspace(at[0] - size[0] / 2, at[0] + size[0] / 2, across) / radius
    edge = np.stack([(radius + lift) * np.sin(angle), -(radius + lift) * np.cos(angle), np.full(across, at[1])], axis=1)
    half = np.array([0.0, 0.0, size[1] / 2])
    faces = [(i, i + 1, across + i + 1, across + i) for i in range(across - 1)]
    return mesh(name, np.concatenate([edge - half, edge + half]), faces, material)


def torus(name: str, material: Any, *, ring: float, thickness: float, height: float = 1.0) -> Any:
    """A ring about z: `ring` to the middle of the section, `thickness` its radius, `height` stretches it along z."""
    turn = np.linspace(0.0, 2 * math.pi, 49)
    section = [(ring + thickness * math.cos(t), height * thickness * math.sin(t)) for t in turn]
    return lathe(name, section, material)


def sphere(name: str, material: Any, *, radius: float, squash: float = 1.0) -> Any:
    """A ball about the origin, its height multiplied by `squash`."""
    turn = np.linspace(-math.pi / 2, math.pi / 2, 49)
    return lathe(name, [(radius * math.cos(t), squash * radius * math.sin(t)) for t in turn], material)


def let_light_through(made: Any) -> Any:
    """Glass and water throw no shadow: without caustics it would be a black one."""
    made.visible_shadow = False
    return made


def move(made: Any, to: Sequence[float] = (0.0, 0.0, 0.0), *, turn_deg: Sequence[float] = (0.0, 0.0, 0.0)) -> Any:
    """Place an object; angles are x, y, z in degrees. Returns the object."""
    made.location = to
    made.rotation_euler = [math.radians(angle) for angle in turn_deg]
    return made


def group(parts: Sequence[Any], to: Sequence[float], *, turn_deg: Sequence[float] = (0.0, 0.0, 0.0)) -> Any:
    """Move several parts as one, by a parent at the origin."""
    parent = bpy.data.objects.new("group", None)
    bpy.context.scene.collection.objects.link(parent)
    for part in parts:
        if part.parent is None:
            part.parent = parent
    return move(parent, to, turn_deg=turn_deg)


def glow(place: Sequence[float], *, watts: float, colour: Sequence[float], size: float) -> None:
    """A small round light inside a product; it lights but is not seen, not even through glass."""
    data = bpy.data.lights.new("glow", "POINT")
    data.energy, data.color, data.shadow_soft_size = watts, colour, size
    made = bpy.data.objects.new("glow", data)
    made.location = place
    made.visible_camera = made.visible_glossy = made.visible_transmission = False
    bpy.context.scene.collection.objects.link(made)


def _link(name: str, data: Any, material: Any) -> Any:
    data.materials.append(material)
    for polygon in data.polygons:
        polygon.use_smooth = True
    data.set_sharp_from_angle(angle=math.radians(SHARP_ANGLE_DEG))
    made = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(made)
    return made
