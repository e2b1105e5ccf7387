"""A small studio of exact geometry for the renderer's tests: a checker floor, a known camera, a plain red bottle."""

from functools import cache
from typing import Any

import cv2
import numpy as np

from catalog.facts import ProductImage
from generation.formats import FRAME_SIZES, Format
from generation.placements.labels import ai_label
from generation.render.scene import OVERSCAN, Camera, Light, Scene, Spot
from generation.render.view import Cutout
from generation.specs import EffectSpec, Line, Shot, VideoSpec

PITCH = np.radians(18.0)
BOTTLE_WIDTH_M, BOTTLE_HEIGHT_M = 0.08, 0.20
PHOTO_SCALE = 0.0005
RED = (225, 30, 40)


def make_camera(size: tuple[int, int], *, view_width_m: float) -> Camera:
    """Looks 18 degrees down at the origin, which it sees in the middle at 70 % of the height of frame 0."""
    width, height = size
    focal = 1.9 * max(size) / OVERSCAN
    distance = view_width_m * focal * OVERSCAN / width
    below = np.arctan(0.2 * height / OVERSCAN / focal)
    tilt = PITCH - below
    forward = np.array([0, np.cos(tilt), -np.sin(tilt)])
    rotation = np.stack([[1.0, 0, 0], np.cross(forward, [1.0, 0, 0]), forward])
    eye = distance * np.array([0, -np.cos(PITCH), np.sin(PITCH)])
    return Camera(
        K=np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]]), R=rotation, t=-rotation @ eye
    )


def make_scene(
    frame_format: Format = "wide",
    *,
    width: int = 1280,
    surface: str = "matt",
    view_width_m: float = 0.9,
    is_drawn: bool = True,
    **changes: Any,
) -> Scene:
    """A grey checker floor of 5 cm fields under a soft blue wall, `width` pixels of still for one frame.

    Not drawn it is noise, which is a hundred times quicker and does where only places matter.
    """
    frame = FRAME_SIZES[frame_format]
    size = (width, round(width * frame[1] / frame[0]))
    camera = make_camera(size, view_width_m=view_width_m)
    still, depth = _floor(size, view_width_m) if is_drawn else _noise(size)
    origin = camera.R @ np.zeros(3) + camera.t
    values: dict[str, Any] = {
        "id": "studio",
        "format": frame_format,
        "still": still,
        "camera": camera,
        "spots": (Spot(xyz=np.zeros(3), metres_per_pixel=float(origin[2] / camera.K[0, 0]), surface=surface),),
        "light": _light(),
        "depth": depth,
    }
    return Scene(**{**values, **changes})


def _noise(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    still = rng.integers(0, 255, (size[1], size[0], 3), np.uint8)
    return still, rng.random((size[1] // 2, size[0] // 2), np.float32)


@cache
def _floor(size: tuple[int, int], view_width_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Still and depth, drawn once a size and never written to: a large one takes a second."""
    camera = make_camera(size, view_width_m=view_width_m)
    u, v = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(camera.K).T
    up, eye = camera.R[:, 2], -camera.R.T @ camera.t
    fall = rays @ up
    depth = np.where(fall < -1e-6, -eye[2] / np.minimum(fall, -1e-6), 60.0)
    ground = (rays * depth[..., None]) @ camera.R + eye
    fields = (np.floor(ground[..., 0] / 0.05) + np.floor(ground[..., 1] / 0.05)).astype(int) % 2
    is_floor = (fall < -1e-6) & (ground[..., 1] < 0.8)
    wall = np.stack([120 + 0 * v, 140 + 20 * v / size[1], 165 + 20 * v / size[1]], -1)
    picture = np.where(is_floor[..., None], (95 + 70 * fields)[..., None], wall)
    half = cv2.resize(np.where(is_floor, depth, 4.0).astype(np.float32), (size[0] // 2, size[1] // 2))
    still = picture.astype(np.uint8)
    still.flags.writeable = half.flags.writeable = False
    return still, half


def _light() -> Light:
    irradiance = np.zeros((9, 3))
    irradiance[0] = 1.6 / 0.282095
    direction = np.array([-0.5, -0.3, 0.8])
    return Light(
        key_direction=direction / np.linalg.norm(direction),
        key_rgb=np.full(3, 1.2),
        key_to_fill=2.0,
        irradiance=irradiance,
    )


def make_cutout(*, outlet: bool = True) -> Cutout:
    """A red box of 8 x 20 cm standing on its lower edge, which is where its base point is."""
    width, height = round(BOTTLE_WIDTH_M / PHOTO_SCALE), round(BOTTLE_HEIGHT_M / PHOTO_SCALE)
    rgba = np.zeros((height + 80, width + 80, 4), np.uint8)
    rgba[40 : 40 + height, 40 : 40 + width] = (*RED, 255)
    photo = ProductImage(
        sha256="0" * 64, name="bottle.png", width=width + 80, height=height + 80, role="packshot",
        metres_per_pixel=PHOTO_SCALE, base_px=(40 + width / 2, 40.0 + height),
        effect_px=(40 + width / 2, 40.0) if outlet else None,
    )  # fmt: skip
    return Cutout(rgba=rgba, photo=photo)


def make_spec(**changes: Any) -> VideoSpec:
    """Six seconds, one shot, a label; nothing said and nothing moving unless a test asks."""
    effect = changes.pop("effect", EffectSpec())
    shot = Shot(start=0, end=6, scene="studio", prompt="", camera="static", light="steady", effect=effect)
    values: dict[str, Any] = {
        "sku": "BOTTLE-1",
        "facts_version": "",
        "scenario": "family",
        "locale": "en-US",
        "seed": 7,
        "shots": (shot,),
        "labels": (ai_label("en-US", 6.0),),
        "captions": (Line(start=0.3, end=2.6, text="Fresh water for your birds"),),
        "title": "Solar fountain pump",
        "call_to_action": "Shop now",
    }
    return VideoSpec(**{**values, **changes})


JET = EffectSpec(kind="jet", height_m=0.30, spread_m=0.20, density=0.6, cap_parameter="spray_height", cap_m=0.33)
