"""Light: an environment map with a soft key on top, and the light record a compositor needs to match it."""

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import bpy
import cv2
import numpy as np
from mathutils import Vector

from tools.scenes.hdri import CACHE
from tools.scenes.nodes import Colour

PROBE_HEIGHT = 0.08
Direction = tuple[float, float, float]


@dataclass(frozen=True)
class Key:
    """The dominant light. `direction` points towards it; `irradiance` is on a surface facing it."""

    direction: Direction
    rgb: Colour
    irradiance: float


def environment(
    name: str,
    *,
    strength: float = 1.0,
    turn_degrees: float = 0.0,
    tint: Colour = (1, 1, 1),
    floor: Colour | None = None,
) -> None:
    """Light the world with a map from the cache; `floor` replaces its lower half where a map shows the wrong ground."""
    world = bpy.context.scene.world
    world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    mapping = tree.nodes.new("ShaderNodeMapping")
    mapping.inputs["Rotation"].default_value[2] = math.radians(turn_degrees)
    image = tree.nodes.new("ShaderNodeTexEnvironment")
    image.image = bpy.data.images.load(str(CACHE / f"{name}.hdr"), check_existing=True)
    colour = tree.nodes.new("ShaderNodeMix")
    colour.data_type, colour.blend_type = "RGBA", "MULTIPLY"
    colour.inputs[0].default_value, colour.inputs[7].default_value = 1.0, (*tint, 1)
    background = tree.nodes.new("ShaderNodeBackground")
    background.inputs["Strength"].default_value = strength
    output = tree.nodes.new("ShaderNodeOutputWorld")
    link = tree.links.new
    link(coordinates.outputs["Generated"], mapping.inputs[0])
    link(mapping.outputs[0], image.inputs[0])
    link(image.outputs[0], colour.inputs[6])
    link(colour.outputs[2], background.inputs["Color"])
    link(background.outputs[0], output.inputs[0])
    if floor is not None:
        _replace_floor(tree, coordinates, colour, background, floor=floor)


def _replace_floor(
    tree: bpy.types.NodeTree,
    coordinates: bpy.types.Node,
    colour: bpy.types.Node,
    background: bpy.types.Node,
    *,
    floor: Colour,
) -> None:
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    above = tree.nodes.new("ShaderNodeMapRange")
    above.inputs["From Min"].default_value, above.inputs["From Max"].default_value = -0.04, 0.02
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    mix.inputs[6].default_value = (*floor, 1)
    tree.links.new(coordinates.outputs["Generated"], split.inputs[0])
    tree.links.new(split.outputs[2], above.inputs["Value"])
    tree.links.new(above.outputs[0], mix.inputs[0])
    tree.links.new(colour.outputs[2], mix.inputs[7])
    tree.links.new(mix.outputs[2], background.inputs["Color"])


def sun(
    direction: Direction, *, strength: float = 3.0, rgb: Colour = (1.0, 0.93, 0.82), soft_degrees: float = 3.0
) -> Key:
    """A distant key from `direction`."""
    towards = Vector(direction).normalized()
    data = bpy.data.lights.new("key", "SUN")
    data.energy, data.color, data.angle = strength, rgb, math.radians(soft_degrees)
    lamp = bpy.data.objects.new("key", data)
    lamp.rotation_euler = towards.to_track_quat("Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(lamp)
    return Key(tuple(towards), rgb, strength)


def window(
    at: Direction,
    *,
    size: tuple[float, float] = (1.2, 1.2),
    watts: float = 60.0,
    rgb: Colour = (1.0, 0.97, 0.92),
    key: bool = True,
    towards: Direction = (0, 0, 0.1),
) -> Key:
    """A large soft rectangle shining at the spot; invisible itself."""
    data = bpy.data.lights.new("key" if key else "fill", "AREA")
    data.shape, data.size, data.size_y = "RECTANGLE", size[0], size[1]
    data.energy, data.color = watts, rgb
    lamp = bpy.data.objects.new(data.name, data)
    place, aim = Vector(at), Vector(towards)
    lamp.location, lamp.rotation_euler = place, (place - aim).to_track_quat("Z", "Y").to_euler()
    lamp.visible_camera = False
    bpy.context.scene.collection.objects.link(lamp)
    return Key(tuple(place.normalized()), rgb, watts / (math.pi * place.length_squared))


def point(at: Direction, watts: float, rgb: Colour, radius: float = 0.02) -> None:
    """A small warm lamp: bulbs and flames."""
    data = bpy.data.lights.new("bulb", "POINT")
    data.energy, data.color, data.shadow_soft_size = watts, rgb, radius
    lamp = bpy.data.objects.new("bulb", data)
    lamp.location, lamp.visible_camera = at, False
    bpy.context.scene.collection.objects.link(lamp)


def light_record(key: Key, stops: float) -> dict[str, object]:
    """Key, ratio, and irradiance of everything else as 9 SH x rgb (basis order of `harmonics`), probed above the spot.

    Values are in the picture's exposure: white under irradiance pi reflects linear light 1 before the view transform.
    """
    gain = 2.0**stops
    coefficients = irradiance_coefficients(_probe()) * gain
    facing = gain * key.irradiance * np.array(key.rgb) * max(key.direction[2], 0.0)
    fill = float(harmonics(np.array([0.0, 0.0, 1.0])) @ coefficients.mean(1))
    return {
        "key_direction": [round(float(v), 4) for v in key.direction],
        "key_rgb": [round(float(v), 4) for v in np.array(key.rgb) * key.irradiance * gain],
        "key_to_fill": round(float(facing.mean()) / max(fill, 1e-6), 3),
        "exposure_stops": round(stops, 3),
        "irradiance": [[round(float(v), 4) for v in row] for row in coefficients],
    }


def harmonics(direction: np.ndarray) -> np.ndarray:
    """Real spherical harmonics to degree 2 at unit directions (..., 3): 1, y, z, x, xy, yz, 3z^2-1, xz, x^2-y^2."""
    x, y, z = np.moveaxis(direction, -1, 0)
    return np.stack(
        [
            0.282095 + 0 * x,
            0.488603 * y,
            0.488603 * z,
            0.488603 * x,
            1.092548 * x * y,
            1.092548 * y * z,
            0.315392 * (3 * z * z - 1),
            1.092548 * x * z,
            0.546274 * (x * x - y * y),
        ],
        -1,
    )


def irradiance_coefficients(panorama: np.ndarray) -> np.ndarray:
    """Radiance panorama (H, W, 3), rows from the zenith, columns from azimuth +pi to -pi about +y, to (9, 3).

    Ramamoorthi and Hanrahan 2001: convolution with the clamped cosine multiplies the bands by pi, 2 pi / 3, pi / 4.
    """
    height, width = panorama.shape[:2]
    theta = (np.arange(height) + 0.5) / height * np.pi
    phi = np.pi * (1 - 2 * (np.arange(width) + 0.5) / width)
    theta, phi = np.meshgrid(theta, phi, indexing="ij")
    direction = np.stack([-np.sin(theta) * np.sin(phi), np.sin(theta) * np.cos(phi), np.cos(theta)], -1)
    weight = np.sin(theta) * (np.pi / height) * (2 * np.pi / width)
    raw = np.einsum("hwk,hwc,hw->kc", harmonics(direction), panorama, weight)
    return raw * np.array([np.pi] + [2 * np.pi / 3] * 3 + [np.pi / 4] * 5)[:, None]


def _probe() -> np.ndarray:
    """Linear radiance around the spot as a (32, 64, 3) panorama, without the key lamp."""
    scene = bpy.context.scene
    render, cycles = scene.render, scene.cycles
    kept = (scene.camera, render.resolution_x, render.resolution_y, cycles.samples)
    data = bpy.data.cameras.new("probe")
    data.type = "PANO"
    data.panorama_type = "EQUIRECTANGULAR"
    probe = bpy.data.objects.new("probe", data)
    probe.location, probe.rotation_euler = (0, 0, PROBE_HEIGHT), (math.pi / 2, 0, 0)
    scene.collection.objects.link(probe)
    keys = [thing for thing in scene.objects if thing.name.startswith("key")]
    for lamp in keys:
        lamp.hide_render = True
    scene.camera, scene.use_nodes = probe, False
    render.resolution_x, render.resolution_y, cycles.samples, cycles.use_denoising = 64, 32, 24, False
    with tempfile.TemporaryDirectory() as folder:
        render.image_settings.file_format, render.image_settings.color_depth = "OPEN_EXR", "32"
        render.filepath = str(Path(folder) / "probe.exr")
        bpy.ops.render.render(write_still=True)
        panorama = cv2.imread(render.filepath, cv2.IMREAD_UNCHANGED)[..., 2::-1]
    for lamp in keys:
        lamp.hide_render = False
    scene.camera, render.resolution_x, render.resolution_y, cycles.samples = kept
    bpy.data.objects.remove(probe)
    return panorama
