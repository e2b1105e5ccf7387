"""Scene: a still with the camera, plane, spots and light that were true when it was made.

Pixels of a still are (u, v) from its top left, pixel centres at .5. World: metres, z up. Camera matrices follow the
computer-vision habit: x right, y down, z forward, ``pixel = K (R world + t)``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.formats import FORMATS, Format
from generation.render.errors import RenderError

OVERSCAN = 1.15
"""A still is this much wider and taller than what frame 0 shows of it."""
SCENES = Path(__file__).parents[1] / "scenes"
ASSUMED_PITCH_DEGREES = 18.0
"""How far a product photographer usually looks down; taken for photos whose camera is unknown."""
PLANE_TOLERANCE = 0.004
"""Difference in depth, per metre squared, up to which a pixel still belongs to a plane."""

Doubles = NDArray[np.float64]
Picture = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A pinhole camera of the still: K (3, 3) in its pixels, R (3, 3), t (3,) in metres."""

    K: Doubles
    R: Doubles
    t: Doubles

    def project(self, points: Doubles) -> Doubles:
        """World points (..., 3) to pixels (..., 2) of the still."""
        seen = (points @ self.R.T + self.t) @ self.K.T
        return seen[..., :2] / seen[..., 2:]

    def pitch(self, point: Doubles) -> float:
        """Angle in radians under which a point is looked down upon."""
        ray = point + self.R.T @ self.t
        return float(np.arcsin(np.clip(-ray[2] / np.linalg.norm(ray), -1, 1)))


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place for the product: `xyz` on the plane, the scale of the still there, and the room above it."""

    xyz: Doubles
    metres_per_pixel: float
    max_height_m: float = 1.0
    surface: str = "matt"
    """What it stands on; on "water" it floats, with ripples."""
    reflective: float = 0.0
    """Share of light the surface mirrors, 0..1."""


@dataclass(frozen=True, kw_only=True)
class Light:
    """The main light: unit direction TO it, colour, key against fill, and all other light as irradiance."""

    key_direction: Doubles
    key_rgb: Doubles
    key_to_fill: float
    irradiance: Doubles
    """(9, 3) real spherical harmonics, already convolved with the cosine lobe; the key is not in it."""

    def irradiance_towards(self, normal: Doubles) -> Doubles:
        """RGB irradiance of a surface with that unit normal (Ramamoorthi & Hanrahan 2001, order 2)."""
        x, y, z = normal
        basis = np.array(
            [0.282095, 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y, 1.092548 * y * z,
             0.315392 * (3 * z * z - 1), 1.092548 * x * z, 0.546274 * (x * x - y * y)]
        )  # fmt: skip
        return np.maximum(basis @ self.irradiance, 0.0)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One still for one format, ready to be animated and to have a product put into it."""

    id: str
    format: Format
    still: Picture
    """(height, width, 3) RGB, with overscan."""
    camera: Camera
    spots: tuple[Spot, ...]
    light: Light
    depth: NDArray[np.float32] | None = None
    """(height / 2, width / 2) metres along the camera's axis; None where it is not known."""
    alive: NDArray[np.float32] | None = None
    """(height / 8, width / 8): 1 where the still shows water, leaves, cloth or flames, 0 where nothing moves by itself;
    None where it is not known."""
    sound: str = ""
    tags: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the still in pixels."""
        return self.still.shape[1], self.still.shape[0]

    def spot(self, index: int) -> Spot:
        """The spot of that number; raises RenderError that says how many there are."""
        if not 0 <= index < len(self.spots):
            raise RenderError(f"Scene {self.id} ({self.format}) has {len(self.spots)} spots; spot {index} was asked.")
        return self.spots[index]

    def to_frame(self, pixels: Doubles) -> Doubles:
        """Pixels (..., 2) of the still to normalised coordinates of frame 0."""
        half = np.array(self.size) / 2
        return (pixels - half) / (half / OVERSCAN)

    def to_still(self, points: Doubles) -> Doubles:
        """The inverse of `to_frame`."""
        half = np.array(self.size) / 2
        return points * (half / OVERSCAN) + half

    def plane_mask(self, spot: Spot) -> NDArray[np.float32] | None:
        """1 where the still shows the horizontal plane of a spot itself, at the depth's size; None without depth."""
        if self.depth is None:
            return None
        rows, columns = self.depth.shape
        scale = self.size[0] / columns
        u, v = np.meshgrid((np.arange(columns) + 0.5) * scale, (np.arange(rows) + 0.5) * scale)
        rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(self.camera.K).T
        up = self.camera.R[:, 2]
        place = self.camera.R @ spot.xyz + self.camera.t
        expected = (place @ up) / np.minimum(rays @ up, -1e-6)
        near = np.abs(self.depth - expected) < PLANE_TOLERANCE * expected * expected
        return np.asarray(cv2.blur(near.astype(np.float32), (3, 3)), np.float32)

    @classmethod
    def load(cls, scene_id: str, frame_format: Format, *, folder: Path | None = None) -> "Scene":
        """Read ``<folder>/<scene_id>/scene.json`` and its still; RenderError names what is missing or broken."""
        home = (folder or SCENES) / scene_id
        try:
            record = json.loads((home / "scene.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RenderError(f"Scene {scene_id} cannot be read from {home / 'scene.json'}: {error}") from error
        try:
            still = record["stills"][FORMATS[frame_format].still]
            return _from_record(record, still, home=home, frame_format=frame_format)
        except KeyError as error:
            raise RenderError(f"{home / 'scene.json'} has no {error} for the {frame_format} still.") from error

    @classmethod
    def from_photo(
        cls,
        image: Picture,
        frame_format: Format,
        *,
        ground: tuple[float, float],
        metres_per_pixel: float,
        surface: str = "matt",
        name: str = "photo",
    ) -> "Scene":
        """A merchant's own scene photo, RGB, with an estimated camera and one spot, at pixel `ground` (x, y).

        The field of view is taken as 40 degrees along the longer side and the pitch as a product photographer's 18
        degrees; `metres_per_pixel` at the spot is the merchant's word and sets the size of everything.
        """
        height, width = image.shape[:2]
        x, y = ground
        if not (0 < x < width and 0 < y < height) or metres_per_pixel <= 0:
            raise RenderError(
                f"Photo {name} is {width}x{height}; the ground was marked at {x:g}, {y:g} with {metres_per_pixel:g} m a"
                " pixel: mark a point on the photo, and a width."
            )
        camera = _estimated_camera((width, height), ground, metres_per_pixel)
        spot = Spot(
            xyz=np.zeros(3), metres_per_pixel=metres_per_pixel, max_height_m=y * metres_per_pixel, surface=surface
        )
        return cls(
            id=name, format=frame_format, still=image, camera=camera, spots=(spot,), light=_estimated_light(image)
        )


def _from_record(record: Mapping[str, Any], still: Mapping[str, Any], *, home: Path, frame_format: Format) -> Scene:
    camera = Camera(**{name: np.array(still["camera"][name], np.float64) for name in ("K", "R", "t")})
    light = still.get("light", record.get("light"))
    both = {**record, **still}
    ground: dict[str, Any] = {name: both[name] for name in ("surface", "reflective") if name in both}
    return Scene(
        id=record["id"],
        format=frame_format,
        still=_picture(home / still["file"]),
        camera=camera,
        spots=tuple(_spot({**ground, **row}) for row in still["spots"]),
        light=Light(
            key_direction=_unit(np.array(light["key_direction"], np.float64)),
            key_rgb=np.array(light["key_rgb"], np.float64),
            key_to_fill=float(light["key_to_fill"]),
            irradiance=np.array(light["irradiance"], np.float64).reshape(9, 3),
        ),
        depth=_depth(home / still["depth"]) if still.get("depth") else None,
        alive=_alive(home / still["mask"]) if still.get("mask") else None,
        sound=still.get("sound", record.get("sound", "")),
        tags=tuple(record.get("tags", ())),
    )


def _spot(row: Mapping[str, Any]) -> Spot:
    return Spot(
        xyz=np.array(row["xyz"], np.float64),
        metres_per_pixel=float(row["metres_per_pixel"]),
        max_height_m=float(row.get("max_height_m", 1.0)),
        surface=row.get("surface", "matt"),
        reflective=float(row.get("reflective", 0.0)),
    )


def _picture(path: Path) -> Picture:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise RenderError(f"{path} is missing or not a picture; render or install the scene pack again.")
    return np.ascontiguousarray(pixels[..., ::-1])


def _depth(path: Path) -> NDArray[np.float32]:
    millimetres = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if millimetres is None:
        raise RenderError(f"{path} is missing or not a 16-bit picture; render or install the scene pack again.")
    return np.asarray((millimetres / 1000).astype(np.float32), np.float32)


def _alive(path: Path) -> NDArray[np.float32]:
    classes = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if classes is None:
        raise RenderError(f"{path} is missing or not a picture; render or install the scene pack again.")
    return np.asarray((classes > 0).astype(np.float32), np.float32)


def _unit(vector: Doubles) -> Doubles:
    return vector / np.linalg.norm(vector)


def _estimated_camera(size: tuple[int, int], ground: tuple[float, float], metres_per_pixel: float) -> Camera:
    focal = max(size) / 2 / np.tan(np.radians(20))
    distance = focal * metres_per_pixel
    middle = np.array(size) / 2
    right, down = (np.array(ground) - middle) / focal
    tilt = np.radians(ASSUMED_PITCH_DEGREES) - np.arctan(down)
    forward = np.array([0, np.cos(tilt), -np.sin(tilt)])
    rotation = np.stack([[1, 0, 0], np.cross(forward, [1, 0, 0]), forward])
    # The spot lies `distance` along the axis, on the ray through the marked pixel.
    t = np.array([right, down, 1.0]) * distance
    return Camera(K=np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1]]), R=rotation, t=t)


def _estimated_light(image: Picture) -> Light:
    """Colour from the brightest tenth; from the left, as products are lit, unless the right is clearly brighter."""
    small = cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float64) / 255
    linear = small**2.2
    grey = linear.mean(-1)
    bright = linear[grey >= np.quantile(grey, 0.9)].mean(0)
    lean = 1.0 if grey[:, 32:].mean() > grey[:, :32].mean() * 1.15 else -1.0
    irradiance = np.zeros((9, 3))
    irradiance[0] = linear.mean((0, 1)) * np.pi / 0.282095
    return Light(
        key_direction=_unit(np.array([0.7 * lean, -0.35, 1.0])),
        key_rgb=bright / bright.max(),
        key_to_fill=2.0,
        irradiance=irradiance,
    )
