"""Training views: a picture with depth and masks of what moves by itself, from renders or a tiny ray caster."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from model.autoencoders.compact import OVERSCAN, thumbnail_of
from model.autoencoders.geometry import frame_grid
from model.tokens.compact import CompactLayout

MASK_CLASSES = ("rigid", "water", "foliage", "cloth", "flame", "steam")
MOTION_WORDS = {"water", "wind", "waves", "light", "lights", "flame", "flames", "steam", "swaying", "splashing"}
FAR_METRES = 200.0
MIRRORED = ".mirrored"
HELD_OUT_FAMILIES = ("fish_pond", "nursery", "cafe")
HELD_OUT_PANORAMAS = ("st_fagans_interior", "forest", "lobby")


def is_held_out(name: str) -> bool:
    """Whole scene families and panoramas are kept away from training; a view's name starts with its family's."""
    return name.startswith(HELD_OUT_FAMILIES) or name in HELD_OUT_PANORAMAS


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

    def at(self, field: Tensor, points: Tensor) -> Tensor:
        """Sample a field (C, H, W) of the still at frame coordinates (..., 2) -> (C, ...)."""
        flat = (points / OVERSCAN).reshape(1, 1, -1, 2)
        sampled = F.grid_sample(field[None], flat, mode="bilinear", padding_mode="border", align_corners=False)
        return sampled[0, :, 0].unflatten(1, points.shape[:-1])

    def at_frame(self, field: Tensor, points: Tensor) -> Tensor:
        """Sample a field (C, h, w) of the frame, such as the thumbnail; beyond its border the border is held."""
        return self.at(field, points * OVERSCAN)


@dataclass(frozen=True)
class Words:
    """What is known about a still besides its pixels."""

    name: str
    family: str
    sound: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Still:
    """Pixels with geometry: rgb (H, W, 3), depth metres (H, W), class mask (H, W), K (3, 3) in pixels of the still,
    and the world's up direction in camera coordinates (x right, y down, z forward)."""

    rgb: np.ndarray
    depth: np.ndarray
    mask: np.ndarray
    intrinsics: np.ndarray
    up: np.ndarray


def view_of(still: Still, words: Words) -> View:
    """Average inverse depth and masks to about the motion grid.

    That grid is what the codec can carry, and it keeps the warp of a depth edge from tearing.
    Cloth and foliage that lie flat (a table cloth, a mat, a lawn) become rigid: products stand on them.
    """
    height, width = still.depth.shape
    layout = CompactLayout.for_size(height, width)
    size = [round(side * OVERSCAN) for side in layout.motion_grid]
    classes = np.stack([still.mask == index for index in range(len(MASK_CLASSES))]).astype(np.float32)
    finite = np.where(np.isfinite(still.depth), still.depth, FAR_METRES).clip(0.05, FAR_METRES).astype(np.float32)
    planes = torch.cat([torch.from_numpy(1 / finite)[None], torch.from_numpy(classes)])
    planes = F.interpolate(planes[None], size=size, mode="bilinear", antialias=True, align_corners=False)
    planes = blurred(planes)[0]
    frame = np.array([width, height]) / OVERSCAN / 2
    focal = torch.tensor([still.intrinsics[0, 0], still.intrinsics[1, 1]] / frame, dtype=torch.float32)
    flat = lies_flat(planes[0], focal, torch.from_numpy(still.up).float())
    for index in (MASK_CLASSES.index("foliage"), MASK_CLASSES.index("cloth")):
        planes[1 + index] *= 1 - flat
    planes[1] = (1 - planes[2:].sum(0)).clamp(0, 1)
    thumbnail = thumbnail_of(torch.from_numpy(np.ascontiguousarray(still.rgb)), layout)
    return View(words.name, words.family, words.sound, words.tags, thumbnail, planes[0], planes[1:], focal)


def lies_flat(inverse_depth: Tensor, focal: Tensor, up: Tensor) -> Tensor:
    """How horizontal the surface is at each point of a still's grid, 0..1 (H, W), from its depth differences."""
    place = frame_grid(*inverse_depth.shape) * OVERSCAN
    smooth = blurred(blurred(inverse_depth[None, None]))[0, 0]
    points = torch.cat([place / focal, torch.ones_like(place[..., :1])], dim=-1) / smooth[..., None].clamp(min=1e-3)
    down, right = torch.gradient(points, dim=(0, 1))
    normal = F.normalize(torch.linalg.cross(right, down), dim=-1)
    return blurred((((normal @ up).abs() - 0.6) / 0.2).clamp(0, 1)[None, None])[0, 0]


def blurred(planes: Tensor) -> Tensor:
    """A 5x5 binomial blur of (1, C, H, W)."""
    kernel = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    weights = (kernel[:, None] * kernel[None, :]).expand(planes.shape[1], 1, 5, 5)
    return F.conv2d(F.pad(planes, (2, 2, 2, 2), mode="replicate"), weights, groups=planes.shape[1])


def rendered_view(path: Path) -> View:
    """One .npz of the scene renderer (z up, R and t world to camera). A missing array raises KeyError naming it."""
    with np.load(path) as arrays:
        tags = tuple(str(tag) for tag in np.atleast_1d(arrays["tags"]))
        words = Words(path.stem, str(arrays["family"]), str(arrays["sound"]), plain_tags(tags))
        still = Still(arrays["rgb"], arrays["depth"], arrays["mask"], arrays["K"], arrays["R"][:, 2])
    return view_of(still, words)


def mirrored(view: View) -> View:
    """The same place in a mirror: another composition of the same depth, for which left and right change sides."""
    return replace(
        view,
        name=view.name + MIRRORED,
        thumbnail=view.thumbnail.flip(-1),
        inverse_depth=view.inverse_depth.flip(-1),
        masks=view.masks.flip(-1),
    )


def plain_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Tags that name the place; those that describe motion or light would contradict the clip's own words."""
    return tuple(tag.replace("_", " ") for tag in tags if not set(tag.split()) & MOTION_WORDS)


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
    shade = 1.1 - 0.15 * y[..., None] / height
    rgb = np.where(on_table[..., None], base * (0.7 + 0.3 * checks[..., None]), other * shade)
    mask = np.zeros((height, width), np.uint8)
    mask[on_table & (rays[..., 0] * depth > rng.uniform(-0.2, 0.3))] = rng.choice([0, 1])
    mask[~on_table & (rays[..., 0] < 0)] = rng.choice([0, 2, 3])
    for _ in range(int(rng.integers(1, 4))):
        near, left, top = rng.uniform(0.7, wall * 0.8), rng.uniform(-0.6, 0.4), rng.uniform(-0.3, 0.1)
        box = (np.abs(rays[..., 0] - left) < 0.12) & (rays[..., 1] > top) & (rays[..., 1] < table / near)
        depth, mask = np.where(box, near, depth), np.where(box, 0, mask).astype(np.uint8)
        rgb = np.where(box[..., None], rng.uniform(0.1, 0.95, 3) * (0.6 + 0.4 * (x[..., None] / width)), rgb)
    intrinsics = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    words = Words(name, "synthetic", str(rng.choice(["rain", "quiet"])), ("table", "wall"))
    pixels = (rgb.clip(0, 1) * 255).astype(np.uint8)
    return view_of(Still(pixels, depth, mask, intrinsics, np.array([0.0, -1.0, 0.0])), words)
