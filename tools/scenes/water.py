"""Jets of water traced in Blender, a known height tall: ground truth for the audit that no part of the product drew.

Drops fly as thrown: up with sqrt(2 g h), a little slower and aslant for some, down under gravity. A frame is one mesh
of small stretched spheres under an environment map, on a transparent film.

    PYTHONPATH=. .cache/blender-env/bin/python -m tools.scenes.water FOLDER [--heights 0.3,0.45,0.9] [--seeds 5]

writes FOLDER/<height>-<seed>/<frame>.png (RGBA) and camera.json: pixels a metre at the nozzle, and where it lies.
"""

import argparse
import json
import math
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

from tools.scenes import lighting, stage

GRAVITY, FPS, SHUTTER = 9.81, 24, 1 / 60
DROPS, DROP_METRES = 420, (0.0012, 0.0035)
PIXELS_PER_METRE, LENS_PIXELS = 520.0, 1900.0
CROP = (288, 540)
"""Width and height of a picture; the nozzle lies in the middle of its width."""
FOOT = 30
"""Pixels below the nozzle."""
SKIES = ("park", "dawn", "sunset", "forest", "city")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--heights", default="0.3,0.45,0.9", help="metres above the nozzle")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--samples", type=int, default=6)
    options = parser.parse_args()
    for seed in range(options.seeds):
        for height in map(float, options.heights.split(",")):
            folder = options.folder / f"{height:g}-{seed}"
            if not (folder / "camera.json").exists():
                trace(folder, height, seed, frames=options.frames, samples=options.samples)
                print(folder, flush=True)


def trace(folder: Path, height: float, seed: int, *, frames: int, samples: int) -> None:
    """All frames of one jet."""
    rng = np.random.default_rng([seed, round(1000 * height)])
    scene = stage.reset()
    scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"
    scene.render.film_transparent = True
    lighting.environment(SKIES[seed % len(SKIES)], strength=1.6)
    pitch = math.radians(4.0 * (seed % 3))
    _camera(pitch)
    jet = Jet(height, rng)
    scene.cycles.samples, scene.cycles.use_denoising = samples, False
    scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "PNG", "RGBA"
    folder.mkdir(parents=True, exist_ok=True)
    for frame in range(frames):
        jet.show(frame / FPS)
        scene.render.filepath = str(folder / f"{frame:03}.png")
        bpy.ops.render.render(write_still=True)
    told = {"pixels_per_metre": PIXELS_PER_METRE, "nozzle": [CROP[0] / 2, CROP[1] - FOOT]}
    (folder / "camera.json").write_text(json.dumps(told))


class Jet:
    """Drops of one jet, and the mesh they are shown as."""

    def __init__(self, height: float, rng: np.random.Generator) -> None:
        self.speed = math.sqrt(2 * GRAVITY * height) * (1 - np.abs(rng.normal(0, 0.02, DROPS)))
        self.flight = 2 * self.speed / GRAVITY
        self.start = rng.uniform(0, 2, DROPS)
        self.lean = rng.normal(0, 0.04, (DROPS, 2))
        self.radius = rng.uniform(*DROP_METRES, DROPS)
        bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=1, radius=1.0)
        ball = bpy.context.object
        self.ball = np.array([vertex.co for vertex in ball.data.vertices])
        faces = np.array([polygon.vertices[:] for polygon in ball.data.polygons])
        bpy.data.objects.remove(ball)
        self.mesh = bpy.data.meshes.new("drops")
        every = (faces[None] + len(self.ball) * np.arange(DROPS)[:, None, None]).reshape(-1, 3)
        self.mesh.from_pydata(np.zeros((DROPS * len(self.ball), 3)).tolist(), [], every.tolist())
        self.mesh.materials.append(_water())
        bpy.context.scene.collection.objects.link(bpy.data.objects.new("drops", self.mesh))

    def show(self, second: float) -> None:
        """Move the drops to where they are, each as long as it flies while the shutter is open."""
        age = (second + self.start) % self.flight
        rise = self.speed * age - GRAVITY * age**2 / 2
        side = self.lean * (self.speed * age)[:, None]
        centre = np.column_stack([side, np.maximum(rise, 0)])
        length = np.maximum(np.abs(self.speed - GRAVITY * age) * SHUTTER / 2, self.radius)
        length = np.minimum(length, np.maximum(self.top() - centre[:, 2], self.radius))
        sizes = np.column_stack([self.radius, self.radius, length])
        points = centre[:, None] + self.ball[None] * sizes[:, None]
        self.mesh.vertices.foreach_set("co", points.ravel().astype(np.float32))
        self.mesh.update()

    def top(self) -> float:
        """Height of the highest drop's way, in metres."""
        return float((self.speed**2).max() / (2 * GRAVITY))


def _water() -> bpy.types.Material:
    material = bpy.data.materials.new("water")
    material.use_nodes = True
    surface = material.node_tree.nodes["Principled BSDF"]
    surface.inputs["Base Color"].default_value = (0.9, 0.95, 1.0, 1.0)
    surface.inputs["Roughness"].default_value = 0.15
    surface.inputs["Alpha"].default_value = 0.75
    return material


def _camera(pitch: float) -> None:
    """Look at the nozzle so that a metre across it is PIXELS_PER_METRE; the nozzle stands FOOT above the lower edge."""
    scene = bpy.context.scene
    data = bpy.data.cameras.new("camera")
    camera = bpy.data.objects.new("camera", data)
    scene.collection.objects.link(camera)
    distance = LENS_PIXELS / PIXELS_PER_METRE
    camera.location = Vector((0, -distance * math.cos(pitch), distance * math.sin(pitch)))
    camera.rotation_euler = (math.pi / 2 - pitch, 0, 0)
    scene.render.resolution_x, scene.render.resolution_y = CROP
    data.sensor_fit, data.sensor_width = "HORIZONTAL", 36.0
    data.lens = LENS_PIXELS / CROP[0] * 36.0
    data.shift_y = (CROP[1] / 2 - FOOT) / CROP[0]
    scene.camera = camera


if __name__ == "__main__":
    main()
