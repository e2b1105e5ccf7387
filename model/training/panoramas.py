"""Views into CC0 panoramas: no depth, so only turns and zooms, but places no renderer of ours has built."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from model.autoencoders.compact import OVERSCAN
from model.training.scenes import FAR_METRES, Still, View, Words, view_of

FRAME_PIXELS = (160, 90)
CAMERAS = ("static", "pan left", "pan right", "tilt up", "tilt down", "push in", "pull out")
SOUNDS = {
    "park": "birds", "forest": "birds", "rooitou_park": "birds", "dawn": "wind", "sunrise": "wind", "sunset": "waves",
    "venice": "waves", "city": "city", "esplanade": "city", "bridge": "city", "night": "night", "sky": "wind",
}  # fmt: skip


def panorama_name(path: Path) -> str:
    """`rooitou_park_1k.hdr` -> `rooitou_park`."""
    return path.stem.removesuffix("_1k").removesuffix("_02").removesuffix("_03")


def panorama_views(path: Path, *, count: int, seed: int) -> Iterator[View]:
    """Random views into one cleaned Radiance file, 55 to 85 degrees wide, tone mapped to its own exposure."""
    radiance = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if radiance is None:
        raise FileNotFoundError(f"{path} cannot be read as a Radiance panorama")
    rng = np.random.default_rng([seed, len(path.stem), sum(path.stem.encode())])
    for index in range(count):
        yield panorama_view(radiance.clip(0, None)[..., ::-1], panorama_name(path), index=index, rng=rng)


def panorama_view(radiance: np.ndarray, name: str, *, index: int, rng: np.random.Generator) -> View:
    """One perspective crop with its intrinsics."""
    size = FRAME_PIXELS if rng.random() < 0.6 else FRAME_PIXELS[::-1]
    width, height = (round(side * OVERSCAN) for side in size)
    focal = width / 2 / np.tan(np.radians(rng.uniform(55, 85)) / 2)
    y, x = np.mgrid[0:height, 0:width] + 0.5
    rays = np.stack([(x - width / 2) / focal, (y - height / 2) / focal, np.ones_like(x)], axis=-1)
    heading, rise = rng.uniform(-np.pi, np.pi), np.radians(rng.uniform(-12, 12))
    up = rays[..., 1] * np.cos(rise) - rays[..., 2] * np.sin(rise)
    forward = rays[..., 1] * np.sin(rise) + rays[..., 2] * np.cos(rise)
    longitude = np.arctan2(rays[..., 0], forward) + heading
    latitude = np.arctan2(up, np.hypot(rays[..., 0], forward))
    rows, columns = radiance.shape[:2]
    map_x = ((longitude / (2 * np.pi) + 0.5) % 1 * columns).astype(np.float32)
    map_y = ((latitude / np.pi + 0.5) * rows).astype(np.float32)
    picture = cv2.remap(radiance.astype(np.float32), map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    exposed = picture / np.percentile(picture.mean(-1), 80) * 0.6
    rgb = ((exposed / (1 + exposed * 0.5)).clip(0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
    intrinsics = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    words = Words(f"{name}-{index:02}", name, SOUNDS.get(name, "quiet"), (name.replace("_", " "),))
    depth, mask = np.full((height, width), FAR_METRES), np.zeros((height, width), np.uint8)
    return view_of(Still(rgb, depth, mask, intrinsics, np.array([0.0, -1.0, 0.0])), words)
