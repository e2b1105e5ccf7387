"""The photo studio: one soft key light from the upper left, grey behind the product, pure white where nothing stands.

Two passes make a picture. The product is rendered alone on film without background, which gives its exact outline;
the shadow that it throws on the white floor is rendered small and soft, and laid under it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy
import cv2
import numpy as np
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector
from PIL import Image

FOCAL_MM, SENSOR_MM = 85.0, 36.0
SHADOW_SCALE = 4  # the shadow has no detail worth more pixels
SHADOW_STRENGTH = 0.62
MARKED = "Rendered picture (3D), not a photograph. Fictional product."


@dataclass(frozen=True)
class View:
    """How a product is looked at, and the points on it that other parts of Vitrine need.

    `effect` and `base` are metres in the product's own space, z up: where water, mist or light leaves it, and the
    middle of its footprint at the floor or waterline. `yaw_deg` turns the camera round the product, `fill` is the
    share of the frame that its larger side takes, `exposure` is in stops.
    """

    effect: tuple[float, float, float]
    base: tuple[float, float, float] = (0.0, 0.0, 0.0)
    pitch_deg: float = 18.0
    yaw_deg: float = 0.0
    fill: float = 0.74
    exposure: float = 0.0
    shadow: float = SHADOW_STRENGTH
    only: tuple[str, ...] = field(default=())  # names of objects that frame the picture; all of them when empty


def clear() -> None:
    """Start from an empty scene with the render settings of every picture."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.denoising_prefilter = "FAST"
    scene.cycles.denoising_quality = "BALANCED"
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.adaptive_threshold = 0.02
    scene.cycles.max_bounces, scene.cycles.diffuse_bounces, scene.cycles.glossy_bounces = 10, 3, 4
    scene.cycles.transmission_bounces, scene.cycles.transparent_max_bounces = 10, 10
    scene.cycles.sample_clamp_indirect = 4.0
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.render.film_transparent = True
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.image_settings.color_depth = "16"
    scene.view_settings.view_transform = "Khronos PBR Neutral"


def shoot(view: View, photo: Path, *, size: int, traced: int, samples: int, cache: Path) -> dict[str, Any]:
    """Render the scene to a JPEG and return its anchors in pixels; the outline goes to `cache` as a mask.

    `traced` pixels a side are computed and enlarged to `size`: a soft product on a busy machine may take fewer.
    """
    corners = _vertices(view.only)
    camera = _camera(corners, view)
    everything = _vertices(())
    floor = _light(*_extent(everything))
    scene = bpy.context.scene
    _trace_only(camera, everything)
    scene.view_settings.exposure = view.exposure
    product = _enlarge(_render(cache / f"{photo.stem}.product.png", size=traced, samples=samples), size)
    shadow = _shadow(floor, cache / f"{photo.stem}.shadow.png", size=size // SHADOW_SCALE)
    picture = _compose(product, shadow, strength=view.shadow)
    cv2.imwrite(str(cache / f"{photo.name}.cutout.png"), (product[..., 3] * 255).round().astype(np.uint8))
    _save(picture, photo)
    return _measures(view, camera, corners, size=size)


def _vertices(only: Sequence[str]) -> np.ndarray:
    """Return the world positions (N, 3) of all evaluated vertices, of the named objects or of all."""
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    found = []
    for made in bpy.context.scene.objects:
        if made.type not in {"MESH", "CURVE"} or made.name.startswith("studio") or (only and made.name not in only):
            continue
        evaluated = made.evaluated_get(graph)
        data = evaluated.to_mesh()
        flat = np.empty(len(data.vertices) * 3)
        data.vertices.foreach_get("co", flat)
        matrix = np.array(evaluated.matrix_world)
        found.append(flat.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3])
        evaluated.to_mesh_clear()
    if not found:
        raise ValueError(f"The scene has nothing to frame; asked for {list(only) or 'everything'}.")
    return np.concatenate(found)


def _extent(points: np.ndarray) -> tuple[np.ndarray, float]:
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, float(np.linalg.norm(high - low) / 2)


def _camera(points: np.ndarray, view: View) -> Any:
    """Aim an 85 mm camera so that the outline is centred and its larger side takes `view.fill` of the frame."""
    scene = bpy.context.scene
    data = bpy.data.cameras.new("studio-camera")
    data.lens, data.sensor_width, data.clip_start = FOCAL_MM, SENSOR_MM, 0.01
    camera = bpy.data.objects.new("studio-camera", data)
    scene.collection.objects.link(camera)
    scene.camera = camera
    pitch, yaw = math.radians(view.pitch_deg), math.radians(view.yaw_deg)
    back = np.array([math.sin(yaw) * math.cos(pitch), -math.cos(yaw) * math.cos(pitch), math.sin(pitch)])
    right = np.array([math.cos(yaw), math.sin(yaw), 0.0])
    up = np.cross(back, right)
    camera.rotation_euler = (math.pi / 2 - pitch, 0.0, yaw)
    aim, reach = _extent(points)
    distance = 6 * reach
    for _ in range(12):
        seen = points - (aim + back * distance)
        depth = -(seen @ back)
        frame = np.stack([seen @ right, seen @ up], axis=1) / depth[:, None] * FOCAL_MM / SENSOR_MM
        low, high = frame.min(axis=0), frame.max(axis=0)
        off = (low + high) / 2 * distance * SENSOR_MM / FOCAL_MM
        aim = aim + right * off[0] + up * off[1]
        distance *= float((high - low).max()) / view.fill
    camera.location = aim + back * distance
    bpy.context.view_layer.update()
    return camera


def _trace_only(camera: Any, points: np.ndarray) -> None:
    """Spend no time on the empty part of the frame."""
    matrix = np.array(camera.matrix_world)
    seen = (points - matrix[:3, 3]) @ matrix[:3, :3]
    frame = seen[:, :2] / -seen[:, 2:] * FOCAL_MM / SENSOR_MM + 0.5
    low, high = (frame.min(axis=0) - 0.01).clip(0, 1), (frame.max(axis=0) + 0.01).clip(0, 1)
    settings = bpy.context.scene.render
    settings.use_border, settings.use_crop_to_border = True, False
    settings.border_min_x, settings.border_min_y = low.tolist()
    settings.border_max_x, settings.border_max_y = high.tolist()


def _light(centre: np.ndarray, reach: float) -> Any:
    """Set softboxes, floor and surroundings about the product; energies grow with its size. Returns the floor."""
    _surroundings()
    boxes = [  # name, direction from the product, width, height, energy, edge softness
        ("key", (-0.62, -0.58, 0.82), 2.2, 2.2, 62.0),
        ("fill", (0.95, -0.55, 0.35), 2.0, 2.6, 11.0),
        ("top", (0.05, 0.35, 1.0), 2.6, 1.6, 22.0),
        ("rim", (0.9, 0.75, 0.45), 0.7, 2.6, 18.0),
        ("back", (-0.25, 1.0, 0.72), 3.0, 1.1, 16.0),
    ]
    for name, direction, width, height, energy in boxes:
        _softbox(name, centre, Vector(direction).normalized() * 3.2 * reach, (width * reach, height * reach), energy)
    bpy.ops.mesh.primitive_plane_add(size=16 * reach, location=(centre[0], centre[1], 0.0))
    floor = bpy.context.object
    floor.name = "studio-floor"
    white = bpy.data.materials.new("studio-white")
    white.use_nodes = True
    white.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.82, 0.82, 0.82, 1.0)
    white.node_tree.nodes["Principled BSDF"].inputs["Roughness"].default_value = 0.8
    floor.data.materials.append(white)
    floor.visible_camera = False
    return floor


def _softbox(name: str, centre: np.ndarray, offset: Vector, size: tuple[float, float], energy: float) -> None:
    """An area light that fades to its edges, as cloth in front of a flash does; energy is per square reach."""
    data = bpy.data.lights.new(f"studio-{name}", "AREA")
    data.shape, data.size, data.size_y = "RECTANGLE", *size
    data.energy = energy * offset.length_squared / 10.24
    data.use_nodes = True
    nodes, links = data.node_tree.nodes, data.node_tree.links
    across = nodes.new("ShaderNodeVectorMath")
    across.operation = "DISTANCE"
    across.inputs[1].default_value = (0.5, 0.5, 0.0)
    links.new(nodes.new("ShaderNodeNewGeometry").outputs["Parametric"], across.inputs[0])
    fade = nodes.new("ShaderNodeMapRange")
    fade.interpolation_type = "SMOOTHSTEP"
    for key, value in {"From Min": 0.15, "From Max": 0.68, "To Min": 1.35, "To Max": 0.25}.items():
        fade.inputs[key].default_value = value
    links.new(across.outputs["Value"], fade.inputs["Value"])
    links.new(fade.outputs["Result"], nodes["Emission"].inputs["Strength"])
    lamp = bpy.data.objects.new(f"studio-{name}", data)
    lamp.location = Vector(centre) + offset
    lamp.rotation_euler = offset.to_track_quat("Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(lamp)


def _surroundings() -> None:
    """Grey studio walls: light on the camera's side, dark behind the product, so that edges separate from white."""
    world = bpy.data.worlds.new("studio-world")
    bpy.context.scene.world = world
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    axes = nodes.new("ShaderNodeSeparateXYZ")
    links.new(nodes.new("ShaderNodeTexCoord").outputs["Generated"], axes.inputs[0])
    ramp = nodes.new("ShaderNodeMapRange")
    ramp.interpolation_type = "SMOOTHSTEP"
    for key, value in {"From Min": -0.7, "From Max": 0.75, "To Min": 0.42, "To Max": 0.1}.items():
        ramp.inputs[key].default_value = value
    links.new(axes.outputs["Y"], ramp.inputs["Value"])
    links.new(ramp.outputs["Result"], nodes["Background"].inputs["Strength"])
    nodes["Background"].inputs["Color"].default_value = (1.0, 0.985, 0.965, 1.0)


def _render(path: Path, *, size: int, samples: int) -> np.ndarray:
    """Render and return RGBA (H, W, 4) in 0..1, display colours, straight alpha."""
    scene = bpy.context.scene
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.cycles.samples = samples
    scene.cycles.adaptive_min_samples = min(16, samples)
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise OSError(f"{path}: the render wrote no picture")
    return cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA).astype(np.float32) / 65535.0


def _enlarge(picture: np.ndarray, size: int) -> np.ndarray:
    """Resize RGBA (H, W, 4); colours are weighted by alpha on the way, so that no dark seam grows at the outline."""
    if picture.shape[0] == size:
        return picture
    alpha = picture[..., 3:]
    large = cv2.resize(
        np.concatenate([picture[..., :3] * alpha, alpha], axis=2), (size, size), interpolation=cv2.INTER_CUBIC
    )
    large = large.clip(0.0, 1.0)
    return np.concatenate([large[..., :3] / np.maximum(large[..., 3:], 1e-4), large[..., 3:]], axis=2).clip(0.0, 1.0)


def _shadow(floor: Any, path: Path, *, size: int) -> np.ndarray:
    """Return how dark (H, W) in 0..1 the product makes the white floor, itself unseen; direct light is enough."""
    floor.visible_camera, floor.is_shadow_catcher = True, True
    for made in bpy.context.scene.objects:
        if made.type in {"MESH", "CURVE"} and made is not floor:
            made.visible_camera = False
    bpy.context.scene.cycles.max_bounces = 0
    bpy.context.scene.render.use_border = False
    return _render(path, size=size, samples=12)[..., 3]


def _compose(product: np.ndarray, shadow: np.ndarray, *, strength: float) -> np.ndarray:
    """Lay shadow and product on white; the shadow fades to nothing before the frame ends. Returns (H, W, 3) uint8."""
    size = product.shape[0]
    soft = cv2.GaussianBlur(shadow, (0, 0), 1.2)
    soft = cv2.resize(soft, (size, size), interpolation=cv2.INTER_CUBIC)
    row, column = np.mgrid[0:size, 0:size] / (size - 1) * 2 - 1
    edge = np.clip((0.97 - np.hypot(row, column)) / 0.45, 0.0, 1.0)
    dark = np.clip(soft - 0.08, 0.0, 1.0) / 0.92 * strength * (edge * edge * (3 - 2 * edge))
    tone = np.array([0.30, 0.31, 0.34], dtype=np.float32)  # shadows on white are cool and never black
    ground = 1.0 - dark[..., None] * (1.0 - tone)
    alpha = product[..., 3:]
    return ((product[..., :3] * alpha + ground * (1 - alpha)).clip(0, 1) * 255).round().astype(np.uint8)


def _save(picture: np.ndarray, photo: Path) -> None:
    """Write the JPEG, marked as rendered in EXIF and in its comment."""
    image = Image.fromarray(picture)
    exif = image.getexif()
    exif[0x010E] = MARKED
    image.save(photo, quality=92, subsampling=0, optimize=True, exif=exif, comment=b"rendered")


def _measures(view: View, camera: Any, points: np.ndarray, *, size: int) -> dict[str, Any]:
    """Return effect and base points in pixels, the real width of the outline and the scale at the base."""
    across = np.array(camera.matrix_world)[:3, 0]
    beside = points @ across
    depth = float((camera.location - Vector(view.base)).dot(Vector(np.array(camera.matrix_world)[:3, 2])))
    return {
        "anchor_px": {"effect": _pixel(camera, view.effect, size)},
        "base_px": _pixel(camera, view.base, size),
        "width_m": round(float(beside.max() - beside.min()), 4),
        "metres_per_pixel": round(depth * SENSOR_MM / FOCAL_MM / size, 7),
        "camera_pitch_deg": view.pitch_deg,
    }


def _pixel(camera: Any, place: Sequence[float], size: int) -> list[float]:
    seen = world_to_camera_view(bpy.context.scene, camera, Vector(place))
    return [round(seen.x * size, 1), round((1 - seen.y) * size, 1)]
