"""Meshes from numpy: turned profiles, boxes with soft edges, draped cloth, scattered copies. All sizes in metres."""

from collections.abc import Iterable, Sequence

import bmesh
import bpy
import numpy as np
from mathutils import Matrix, Vector, noise

from tools.scenes.stage import RIGID

Point = tuple[float, float, float]


def link(mesh: bpy.types.Mesh, material: bpy.types.Material | None = None, kind: int = RIGID) -> bpy.types.Object:
    """Put a mesh into the scene with its material and motion class."""
    thing = bpy.data.objects.new(mesh.name, mesh)
    thing.pass_index = kind
    if material is not None and not mesh.materials:
        mesh.materials.append(material)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def mesh_from(vertices: np.ndarray, faces: Sequence[Sequence[int]], *, smooth: bool = True) -> bpy.types.Mesh:
    """Mesh from (N, 3) vertices and face index lists."""
    mesh = bpy.data.meshes.new("mesh")
    mesh.from_pydata(np.asarray(vertices).tolist(), [], [tuple(f) for f in faces])
    if smooth:
        mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    mesh.update()
    return mesh


def rounded(profile: Sequence[tuple[float, float]], steps: int = 5, amount: float = 0.3) -> np.ndarray:
    """Polyline (r, z) with its corners replaced by short quadratic curves."""
    points = np.asarray(profile, float)
    curve = [points[0]]
    for before, corner, after in zip(points[:-2], points[1:-1], points[2:], strict=True):
        start, end = corner + (before - corner) * amount, corner + (after - corner) * amount
        curve.extend((1 - s) ** 2 * start + 2 * s * (1 - s) * corner + s**2 * end for s in np.linspace(0, 1, steps))
    return np.array([*curve, points[-1]])


def lathe(
    profile: Sequence[tuple[float, float]], *, around: int = 96, steps: int = 5, amount: float = 0.3
) -> bpy.types.Mesh:
    """Surface of revolution about z of a rounded (r, z) profile, from the bottom outside to the top inside."""
    line = rounded(profile, steps, amount)
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], -1)
    vertices = np.concatenate([np.column_stack([r * ring, np.full(around, z)]) for r, z in line])
    faces = []
    for i in range(len(line) - 1):
        for j in range(around):
            k = (j + 1) % around
            faces.append((i * around + j, i * around + k, (i + 1) * around + k, (i + 1) * around + j))
    mesh = mesh_from(vertices, faces)
    tidy(mesh)
    return mesh


def tidy(mesh: bpy.types.Mesh, sharp_degrees: float = 55.0) -> None:
    """Merge doubles, make normals point out, keep hard edges hard."""
    work = bmesh.new()
    work.from_mesh(mesh)
    bmesh.ops.remove_doubles(work, verts=work.verts, dist=1e-5)
    bmesh.ops.recalc_face_normals(work, faces=work.faces)
    work.to_mesh(mesh)
    work.free()
    mesh.set_sharp_from_angle(angle=np.radians(sharp_degrees))


def box(size: Point, *, edge: float = 0.004, segments: int = 3) -> bpy.types.Mesh:
    """Box standing on z = 0 with rounded edges."""
    work = bmesh.new()
    bmesh.ops.create_cube(work, size=1.0, matrix=Matrix.Diagonal((*size, 1)))
    bmesh.ops.translate(work, verts=work.verts, vec=(0, 0, size[2] / 2))
    if edge > 0:
        bmesh.ops.bevel(work, geom=work.edges[:], offset=edge, segments=segments, profile=0.5, affect="EDGES")
    mesh = bpy.data.meshes.new("box")
    work.to_mesh(mesh)
    work.free()
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    mesh.set_sharp_from_angle(angle=np.radians(40))
    return mesh


def ball(
    radius: float, *, detail: int = 4, squash: Point = (1, 1, 1), rough: float = 0.0, seed: int = 0
) -> bpy.types.Mesh:
    """Sphere about its centre, optionally flattened and made uneven (`rough` in metres)."""
    work = bmesh.new()
    bmesh.ops.create_icosphere(work, subdivisions=detail, radius=1.0)
    shift = Vector((seed * 7.3, seed * 3.1, seed * 1.7))
    for vertex in work.verts:
        bulge = noise.fractal(vertex.co * 1.3 + shift, 0.9, 2.1, 4) * rough / max(radius, 1e-6) if rough else 0.0
        vertex.co = Vector(c * s for c, s in zip(vertex.co * (1 + bulge), squash, strict=True)) * radius
    mesh = bpy.data.meshes.new("ball")
    work.to_mesh(mesh)
    work.free()
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    return mesh


def torus(radius: float, tube: float, *, around: int = 160, section: int = 32, dents: float = 0.0) -> bpy.types.Mesh:
    """Ring in the plane z = 0; `dents` metres of seam-like unevenness for inflated things."""
    a = np.linspace(0, 2 * np.pi, around, endpoint=False)[:, None]
    b = np.linspace(0, 2 * np.pi, section, endpoint=False)[None]
    local = tube + dents * np.abs(np.sin(a * 18)) * np.maximum(-np.cos(b), 0.2)
    r = radius + local * np.cos(b)
    vertices = np.stack([r * np.cos(a), r * np.sin(a), local * np.sin(b) + 0 * a], -1).reshape(-1, 3)
    faces = []
    for i in range(around):
        for j in range(section):
            n, m = (i + 1) % around, (j + 1) % section
            faces.append((i * section + j, n * section + j, n * section + m, i * section + m))
    return mesh_from(vertices, faces)


def sheet(size: tuple[float, float], height: np.ndarray) -> bpy.types.Mesh:
    """Height field (rows along y, columns along x) centred on the origin: draped cloth, sand, mats."""
    rows, columns = height.shape
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, columns) * size[0], np.linspace(-0.5, 0.5, rows) * size[1])
    vertices = np.stack([x, y, height], -1).reshape(-1, 3)
    index = np.arange(rows * columns).reshape(rows, columns)
    faces = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], -1).reshape(-1, 4)
    return mesh_from(vertices, faces.tolist())


def waves(rows: int, columns: int, *, seed: int, amplitude: float, scale: float = 3.0) -> np.ndarray:
    """Smooth random height field for `sheet`."""
    x, y = np.meshgrid(np.linspace(0, scale, columns), np.linspace(0, scale * rows / columns, rows))
    flat = [
        noise.fractal(Vector((a + seed * 9.1, b - seed * 4.7, seed)), 1.0, 2.0, 3)
        for a, b in zip(x.ravel(), y.ravel(), strict=True)
    ]
    return np.array(flat).reshape(rows, columns) * amplitude


def disc(radius: float, *, around: int = 128) -> bpy.types.Mesh:
    """Flat disc at z = 0."""
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    return mesh_from(np.column_stack([radius * np.cos(angle), radius * np.sin(angle), 0 * angle]), [range(around)])


def merged(template: tuple[np.ndarray, np.ndarray], places: np.ndarray, tint: np.ndarray) -> bpy.types.Mesh:
    """Copies of a template (vertices (V, 3), quads (F, 4)) at places (N, 3, 4) affine, with a `tint` per copy."""
    vertices, quads = template
    count, size = len(places), len(vertices)
    world = np.einsum("nij,vj->nvi", places[:, :, :3], vertices) + places[:, None, :, 3]
    loops = (quads[None] + (np.arange(count) * size)[:, None, None]).reshape(-1)
    mesh = bpy.data.meshes.new("merged")
    mesh.vertices.add(count * size)
    mesh.vertices.foreach_set("co", world.astype(np.float32).ravel())
    mesh.loops.add(len(loops))
    mesh.loops.foreach_set("vertex_index", loops.astype(np.int32))
    polygons = count * len(quads)
    mesh.polygons.add(polygons)
    mesh.polygons.foreach_set("loop_start", np.arange(0, polygons * 4, 4, dtype=np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(polygons, bool))
    attribute = mesh.attributes.new("tint", "FLOAT", "POINT")
    attribute.data.foreach_set("value", np.repeat(tint, size).astype(np.float32))
    mesh.update(calc_edges=True)
    return mesh


def rotations(rng: np.random.Generator, normals: np.ndarray, spread: float) -> np.ndarray:
    """(N, 3, 3) frames whose z axis follows the normals with a random wobble and a random roll."""
    z = normals + rng.normal(0, spread, normals.shape)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    x = np.cross(rng.normal(size=z.shape), z)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return np.stack([x, np.cross(z, x), z], -1)


def put(
    thing: bpy.types.Object, at: Point, *, turn: float = 0.0, tilt: tuple[float, float] = (0, 0), scale: float = 1.0
) -> bpy.types.Object:
    """Move an object: position, turn about z, tilt about x and y (radians)."""
    thing.location, thing.rotation_euler, thing.scale = at, (*tilt, turn), (scale,) * 3
    return thing


def copies(thing: bpy.types.Object, places: Iterable[tuple[Point, float, float]]) -> None:
    """Instances sharing the mesh at (position, turn, scale)."""
    for at, turn, scale in places:
        twin = link(thing.data, None, thing.pass_index)
        put(twin, at, turn=turn, scale=scale)


def along(points: Sequence[Point], radius: float, material: bpy.types.Material, kind: int = RIGID) -> bpy.types.Object:
    """A tube through points: stems, wires, ropes, handles."""
    curve = bpy.data.curves.new("tube", "CURVE")
    curve.dimensions, curve.bevel_depth, curve.bevel_resolution = "3D", radius, 3
    spline = curve.splines.new("BEZIER")
    spline.bezier_points.add(len(points) - 1)
    for knot, point in zip(spline.bezier_points, points, strict=True):
        knot.co, knot.handle_left_type, knot.handle_right_type = point, "AUTO", "AUTO"
    curve.materials.append(material)
    thing = bpy.data.objects.new("tube", curve)
    thing.pass_index = kind
    bpy.context.scene.collection.objects.link(thing)
    return thing
