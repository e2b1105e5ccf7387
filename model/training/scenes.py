"""Training views: a picture with depth and masks of what moves by itself, from renders, panoramas or a tiny ray caster."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from model.autoencoders.compact import OVERSCAN, thumbnail_of
from model.tokens.compact import CompactLayout

MASK_CLASSES = ("rigid", "water", "foliage", "cloth", "flame", "steam")
FAR_METRES = 200.0
HELD_OUT_FAMILIES = ("fish_pond", "nursery", "cafe")
HELD_OUT_PANORAMAS = ("st_fagans_interior", "forest", "lobby")


@dataclass(frozen=True)
class View:
    """A still with what is needed to move through it.

    thumbnail (3, h, w) of the frame; inverse_depth (H, W) in 1/metres and masks (6, H, W) over the whole still,
    that is over normalised coordinates -1.15 .. 1.15; focal (2,) in half frame widths and heights.
    """

    name: str
    family: str
    sound: str
    tags: tuple[str, ...]
    thumbnail: Tensor
    inverse_depth: Tensor
    masks: Tensor
    focal: Tensor

    @property
    def layout(self) -> CompactLayout:
        return CompactLayout.for_size(self.thumbnail.shape[1], self.thumbnail.shape[2])

    @property
    def held_out(self) -> bool:
        """Whole families and panoramas are kept away from training."""
        return self.family.startswith(HELD_OUT_FAMILIES) or self.family in HELD_OUT_PANORAMAS

    def at(self, field: Tensor, points: Tensor) -> Tensor:
        """Sample a field (C, H, W) of the still at frame coordinates (..., 2) -> (C, ...)."""
        flat = (points / OVERSCAN).reshape(1, 1, -1, 2)
        sampled = F.grid_sample(field[None], flat, mode="bilinear", padding_mode="border", align_corners=False)
        return sampled[0, :, 0].unflatten(1, points.shape[:-1])

    def at_frame(self, field: Tensor, points: Tensor) -> Tensor:
        """Sample a field (C, h, w) of the frame, such as the thumbnail; beyond its border the border is held."""
        return self.at(field, points * OVERSCAN)


def view_from_arrays(
    rgb: np.ndarray, depth: np.ndarray, mask: np.ndarray, *, intrinsics: np.ndarray, words: dict[str, str]
) -> View:
    """A `View` from a rendered still: rgb (H, W, 3), depth metres (H, W), class mask (H, W), K in pixels of the still.

    Inverse depth and masks are averaged to about the motion grid: that grid is what the codec can carry, and it
    keeps the warp of a depth edge from tearing.
    """
    height, width = depth.shape
    layout = CompactLayout.for_size(height, width)
    size = [round(side * OVERSCAN) for side in layout.motion_grid]
    classes = torch.from_numpy(np.stack([mask == index for index in range(len(MASK_CLASSES))]).astype(np.float32))
    finite = np.where(np.isfinite(depth), depth, FAR_METRES).clip(0.05, FAR_METRES).astype(np.float32)
    planes = torch.cat([torch.from_numpy(1 / finite)[None], classes])
    planes = F.interpolate(planes[None], size=size, mode="bilinear", antialias=True, align_corners=False)
    planes = blurred(planes)[0]
    frame = np.array([width, height]) / OVERSCAN / 2
    focal = torch.tensor([intrinsics[0, 0], intrinsics[1, 1]] / frame, dtype=torch.float32)
    thumbnail = thumbnail_of(torch.from_numpy(np.ascontiguousarray(rgb)), layout)
    tags = tuple(tag.strip() for tag in words["tags"].split(",") if tag.strip())
    return View(words["name"], words["family"], words["sound"], tags, thumbnail, planes[0], planes[1:], focal)


def blurred(planes: Tensor) -> Tensor:
    """A 5x5 binomial blur of (1, C, H, W)."""
    kernel = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    weights = (kernel[:, None] * kernel[None, :]).expand(planes.shape[1], 1, 5, 5)
    return F.conv2d(F.pad(planes, (2, 2, 2, 2), mode="replicate"), weights, groups=planes.shape[1])


def rendered_view(path: Path) -> View:
    """One .npz of the scene renderer. A missing array raises KeyError naming it."""
    with np.load(path) as arrays:
        words = {name: str(arrays[name]) for name in ("family", "sound", "tags")} | {"name": path.stem}
        return view_from_arrays(
            arrays["rgb"], arrays["depth"], arrays["mask"], intrinsics=arrays["K"], words=words
        )


def synthetic_views(count: int, seed: int) -> Iterator[View]:
    """Ray-cast boxes on a table before a wall, with a patch of water or leaves: for tests and the debug recipe."""
    for index in range(count):
        yield synthetic_view(np.random.default_rng([seed, index]), f"synthetic{index:03}")


def synthetic_view(rng: np.random.Generator, name: str) -> View:
    """One picture of 184 x 104 pixels (or tall) with exact depth."""
    width, height = (184, 104) if rng.random() < 0.6 else (104, 184)
    focal = 1.1 * width / 2
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    rays = np.stack([(x + 0.5 - width / 2) / focal, (y + 0.5 - height / 2) / focal, np.ones_like(x)], axis=-1)
    table, wall = rng.uniform(0.3, 0.6), rng.uniform(2.0, 4.0)
    depth = np.minimum(np.where(rays[..., 1] > 1e-3, table / np.maximum(rays[..., 1], 1e-3), np.inf), wall)
    on_table = depth < wall
    checks = (np.floor(rays[..., 0] * depth * 8) + np.floor(depth * 8)) % 2
    base, other = rng.uniform(0.2, 0.9, 3), rng.uniform(0.1, 0.9, 3)
    rgb = np.where(on_table[..., None], base * (0.7 + 0.3 * checks[..., None]), other * (1.1 - 0.15 * y[..., None] / height))
    mask = np.zeros((height, width), np.uint8)
    mask[on_table & (rays[..., 0] * depth > rng.uniform(-0.2, 0.3))] = rng.choice([0, 1])
    mask[~on_table & (rays[..., 0] < 0)] = rng.choice([0, 2, 3])
    for _ in range(int(rng.integers(1, 4))):
        near, left, top = rng.uniform(0.7, wall * 0.8), rng.uniform(-0.6, 0.4), rng.uniform(-0.3, 0.1)
        box = (np.abs(rays[..., 0] - left) < 0.12) & (rays[..., 1] > top) & (rays[..., 1] < table / near)
        depth, mask = np.where(box, near, depth), np.where(box, 0, mask).astype(np.uint8)
        rgb = np.where(box[..., None], rng.uniform(0.1, 0.95, 3) * (0.6 + 0.4 * (x[..., None] / width)), rgb)
    intrinsics = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    words = {"name": name, "family": "synthetic", "sound": str(rng.choice(["rain", "silence"])), "tags": "table, wall"}
    pixels = (rgb.clip(0, 1) * 255).astype(np.uint8)
    return view_from_arrays(pixels, depth, mask, intrinsics=intrinsics, words=words)
