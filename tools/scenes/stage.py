"""The stage every set is built on: Cycles settings, camera geometry, and the picture, depth and motion-class passes.

World: metres, z up, the product spot is the origin of the plane z = 0, and the camera looks roughly along +y.
Camera matrices follow OpenCV (x right, y down, z forward): `pixel = K (R world + t)`.
"""

import math
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

os.environ["OPENCV_IO_ENABLE_OPENEXR"] = "1"

import bpy
import cv2
import numpy as np
from mathutils import Matrix, Vector

OVERSCAN = 1.15
FAR_METRES = 60.0
RIGID, WATER, FOLIAGE, CLOTH, FLAME, STEAM = range(6)


@dataclass(frozen=True)
class Framing:
    """How a camera sees the spot. `view_width` is the width in metres of the central crop at the spot's distance."""

    width: int
    height: int
    view_width: float
    lens_mm: float = 75.0  # full-frame equivalent along the longer side
    pitch_degrees: float = 18.0  # angle of the ray to the spot below the horizontal
    azimuth_degrees: float = 0.0
    spot_u: float = 0.5  # place of the spot in the crop, fractions from the left and the top
    spot_v: float = 0.68
    f_stop: float = 2.2
    focus_offset: float = 0.0


@dataclass(frozen=True)
class View:
    """A placed camera: K (3, 3) in pixels, R (3, 3), t (3,) metres."""

    K: np.ndarray
    R: np.ndarray
    t: np.ndarray

    def project(self, point: np.ndarray) -> np.ndarray:
        """World point (3,) to (u, v, depth in metres)."""
        camera = self.R @ point + self.t
        u, v, w = self.K @ camera
        return np.array([u / w, v / w, camera[2]])


def reset() -> bpy.types.Scene:
    """Empty the file and return its scene with the renderer set up for the CPU."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 4, 1, 2
    cycles.transmission_bounces, cycles.transparent_max_bounces = 3, 5
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect, cycles.sample_clamp_direct = 4.0, 30.0
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.use_adaptive_sampling = False
    scene.render.use_persistent_data = True
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - High Contrast"
    layer = bpy.context.view_layer
    layer.use_pass_z = layer.use_pass_object_index = True
    layer.pass_alpha_threshold = 0.0
    scene.world = bpy.data.worlds.new("world")
    return scene


def place_camera(framing: Framing) -> View:
    """Create the scene's camera for a framing and return its matrices."""
    scene = bpy.context.scene
    width, height = framing.width, framing.height
    focal = framing.lens_mm / 36.0 * max(width, height) / OVERSCAN
    distance = framing.view_width * focal * OVERSCAN / width
    pitch, azimuth = math.radians(framing.pitch_degrees), math.radians(framing.azimuth_degrees)
    direction = Vector((math.sin(azimuth) * math.cos(pitch), math.cos(azimuth) * math.cos(pitch), -math.sin(pitch)))
    right_pixels = (framing.spot_u - 0.5) * width / OVERSCAN
    down_pixels = (framing.spot_v - 0.5) * height / OVERSCAN
    axis_pitch = pitch - math.atan(down_pixels / focal)
    axis_azimuth = azimuth - math.atan(right_pixels / math.hypot(focal, down_pixels))
    forward = Vector(
        (
            math.sin(axis_azimuth) * math.cos(axis_pitch),
            math.cos(axis_azimuth) * math.cos(axis_pitch),
            -math.sin(axis_pitch),
        )
    )
    right = forward.cross(Vector((0, 0, 1))).normalized()
    up = right.cross(forward)
    data = bpy.data.cameras.new("camera")
    camera = bpy.data.objects.new("camera", data)
    scene.collection.objects.link(camera)
    rotation = Matrix((right, up, -forward)).transposed()
    camera.matrix_world = Matrix.Translation(-direction * distance) @ rotation.to_4x4()
    data.sensor_fit, data.sensor_width = ("HORIZONTAL" if width >= height else "VERTICAL"), 36.0
    data.sensor_height = 36.0
    data.lens = framing.lens_mm / OVERSCAN
    data.clip_start, data.clip_end = 0.05, 500.0
    data.dof.use_dof, data.dof.aperture_fstop = True, framing.f_stop
    data.dof.focus_distance = float(-direction.dot(forward) * -distance + framing.focus_offset)
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = width, height
    return _view(camera, focal=focal, size=(width, height))


def _view(camera: bpy.types.Object, *, focal: float, size: tuple[int, int]) -> View:
    rotation = np.array(camera.matrix_world.to_3x3())
    world_to_camera = np.diag([1.0, -1.0, -1.0]) @ rotation.T
    centre = np.array(camera.matrix_world.translation)
    intrinsics = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1.0]])
    return View(intrinsics, world_to_camera, -world_to_camera @ centre)


def meter(target: float = 0.17, highlight: float = 2.2) -> float:
    """Set the exposure in stops from a tiny render: geometric mean to `target`, top 3 % at most `highlight`."""
    scene = bpy.context.scene
    kept = (scene.render.resolution_x, scene.render.resolution_y)
    scene.render.resolution_x, scene.render.resolution_y = (96, 54) if kept[0] >= kept[1] else (54, 96)
    scene.cycles.samples, scene.cycles.use_denoising, scene.use_nodes = 3, False, False
    with tempfile.TemporaryDirectory() as folder:
        scene.render.image_settings.file_format, scene.render.image_settings.color_depth = "OPEN_EXR", "32"
        scene.render.filepath = str(Path(folder) / "meter.exr")
        bpy.ops.render.render(write_still=True)
        light = cv2.imread(scene.render.filepath, cv2.IMREAD_UNCHANGED)[..., :3].mean(-1)
    scene.render.resolution_x, scene.render.resolution_y = kept
    wanted = target / np.exp(np.log(light + 1e-4).mean())
    guarded = np.clip(highlight / np.percentile(light, 97), wanted / 1.6, wanted)
    stops = float(np.clip(np.log2(guarded), -4.0, 4.0))
    scene.view_settings.exposure = stops
    return stops


def render_picture(path: Path, *, samples: int, high_quality: bool = False) -> None:
    """Render the denoised picture through AgX to a PNG file."""
    scene = bpy.context.scene
    scene.use_nodes = False
    scene.cycles.samples, scene.cycles.use_denoising = samples, True
    scene.cycles.denoising_quality = "HIGH" if high_quality else "BALANCED"
    scene.cycles.denoising_prefilter = "ACCURATE" if high_quality else "FAST"
    scene.cycles.filter_width = 1.5
    scene.camera.data.dof.use_dof = True
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode, scene.render.image_settings.color_depth = "RGB", "8"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def render_depth_and_classes(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Pinhole passes at the given size: depth (H, W) float32 metres along the axis, classes (H, W) uint8."""
    scene = bpy.context.scene
    cycles = scene.cycles
    kept = (scene.render.resolution_x, scene.render.resolution_y, cycles.max_bounces)
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.camera.data.dof.use_dof = False
    cycles.samples, cycles.use_denoising, cycles.filter_width, cycles.max_bounces = 1, False, 0.01, 0
    with tempfile.TemporaryDirectory() as folder:
        _connect_passes(folder)
        scene.render.filepath = str(Path(folder) / "unused.png")
        bpy.ops.render.render(write_still=False)
        depth = cv2.imread(str(Path(folder) / "depth0001.exr"), cv2.IMREAD_UNCHANGED)
        index = cv2.imread(str(Path(folder) / "index0001.exr"), cv2.IMREAD_UNCHANGED)
    scene.render.resolution_x, scene.render.resolution_y, cycles.max_bounces = kept
    scene.use_nodes = False
    return _plane(np.minimum(depth, FAR_METRES)), _plane(np.rint(index)).astype(np.uint8)


def _plane(image: np.ndarray) -> np.ndarray:
    return image if image.ndim == 2 else image[..., -1]


def _connect_passes(folder: str) -> None:
    scene = bpy.context.scene
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    layers = tree.nodes.new("CompositorNodeRLayers")
    output = tree.nodes.new("CompositorNodeOutputFile")
    output.base_path = folder
    output.format.file_format, output.format.color_depth = "OPEN_EXR", "32"
    output.format.color_mode = "RGB"
    output.file_slots.clear()
    for name, socket in (("depth", "Depth"), ("index", "IndexOB")):
        output.file_slots.new(name)
        tree.links.new(layers.outputs[socket], output.inputs[name])
