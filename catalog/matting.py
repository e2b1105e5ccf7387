"""Alpha of a product photo from its colours: what the studio paper is, what its shadow is, how much of each edge pixel.

Plain numpy and OpenCV on float32 sRGB in 0..1; the rough outline comes from a network (`catalog.cutout`).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""(H, W)."""
Colours = NDArray[np.float32]
"""(H, W, 3)."""

CERTAIN = 0.9
NOISE = 0.035
"""Distance from the paper's colour that grain and JPEG alone produce."""

SMALLEST_GAP = 5e-4
"""Share of the photo below which a gap in the product is not looked for."""
THIN = 0.35
"""Thickness of a frame one can look through, as a share of the opening's radius."""


@dataclass(frozen=True)
class Matte:
    """`alpha` (H, W) in 0..1 and `colours` (H, W, 3) freed of the background that shone through the edges."""

    alpha: Plane
    colours: Colours


def guided_filter(guide: Colours, plane: Plane, *, radius: int, eps: float) -> Plane:
    """He, Sun, Tang: Guided Image Filtering (2013), colour guide: `plane` follows the edges of `guide`."""
    size = (2 * radius + 1, 2 * radius + 1)

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return cv2.blur(values, size)  # type: ignore[no-any-return]

    mean_i, mean_p = mean(guide), mean(plane)
    products = np.stack([guide[..., i] * guide[..., j] for i in range(3) for j in range(3)], axis=-1)
    blurred = np.concatenate([mean(products[..., k : k + 3]) for k in (0, 3, 6)], axis=-1)
    covariance = blurred.reshape(*plane.shape, 3, 3) - mean_i[..., :, None] * mean_i[..., None, :]
    covariance += eps * np.eye(3, dtype=np.float32)
    with_plane = mean(guide * plane[..., None]) - mean_i * mean_p[..., None]
    slope = np.linalg.solve(covariance, with_plane[..., None])[..., 0].astype(np.float32)
    offset = mean_p - (slope * mean_i).sum(axis=-1)
    result = (mean(slope) * guide).sum(axis=-1) + mean(offset)
    return np.clip(result, 0, 1).astype(np.float32)  # type: ignore[no-any-return]


def paper(colours: Colours, outside: NDArray[np.bool_]) -> Colours:
    """The background as a smooth surface (second order in x and y) fitted to the pixels that are surely outside."""
    height, width = outside.shape
    ys, xs = np.nonzero(outside)
    chosen = np.linspace(0, len(ys) - 1, min(len(ys), 6_000)).astype(int)
    basis = _basis(xs[chosen] / width, ys[chosen] / height)
    samples = colours[ys[chosen], xs[chosen]]
    weights = np.ones(len(chosen), dtype=np.float32)
    for _ in range(4):
        coefficients, *_ = np.linalg.lstsq(basis * weights[:, None], samples * weights[:, None], rcond=None)
        error = np.abs(samples - basis @ coefficients).max(axis=1)
        weights = (error < max(0.02, 2 * float(np.median(error)))).astype(np.float32)
    grid_y, grid_x = np.mgrid[0:height, 0:width].astype(np.float32)
    surface = _basis((grid_x / width).ravel(), (grid_y / height).ravel()) @ coefficients
    return np.clip(surface.reshape(height, width, 3), 0, 1).astype(np.float32)  # type: ignore[no-any-return]


def _basis(x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).astype(np.float32)


def shadow_likeness(colours: Colours, background: Colours) -> Plane:
    """1 where a pixel is the paper itself in less light: the same ratio in all three channels, never brighter."""
    ratio = colours / np.maximum(background, 0.05)
    spread = ratio.max(axis=-1) - ratio.min(axis=-1)
    darker = ratio.mean(axis=-1)
    neutral = np.clip(1 - spread / 0.10, 0, 1)
    lit = np.clip((darker - 0.35) / 0.25, 0, 1)
    return (neutral * lit * (darker < 1.03)).astype(np.float32)  # type: ignore[no-any-return]


def on_paper(colours: Colours, outline: Plane) -> Matte:
    """Matte of a product on plain paper. `outline` (H, W) is the network's probability that a pixel is product."""
    background = paper(colours, outline < 0.05)
    distance = np.abs(colours - background).max(axis=-1)
    shadow = shadow_likeness(colours, background)
    is_shadow = (shadow > 0.3) & (_texture(colours) < 0.02) & (outline < 0.6)
    # What differs strongly from the paper belongs to the listing even where the network looked elsewhere.
    unlike = (distance > 6 * NOISE) & ((shadow < 0.3) | (distance > 0.5))
    inside = ((distance > 3 * NOISE) & ~is_shadow & (outline > 0.15)) | unlike | (outline > 0.95)
    inside = _largest_parts(_without_gaps(_filled(inside), outline) & ~_dilated(seen_through(distance), 1))
    inside = _largest_parts(inside & ~_contact_shadow(colours, background, inside=inside, shadow=shadow))
    core, reach = _eroded(inside, 2), _dilated(inside, 2)
    front = propagate(colours, core)
    alpha = _projection(colours, front, background)
    hidden = np.abs(front - background).max(axis=-1) < 2 * NOISE
    alpha = np.where(hidden, cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 1.0), alpha)
    alpha = np.where(core, 1.0, np.where(reach, alpha, 0.0)).astype(np.float32)
    return Matte(alpha, unmixed(colours, alpha, background, front))


def _contact_shadow(
    colours: Colours, background: Colours, *, inside: NDArray[np.bool_], shadow: Plane
) -> NDArray[np.bool_]:
    """Rim pixels that are darkened paper rather than product: half-way between paper and inside."""
    depth = max(4, round(max(inside.shape) / 110))
    deep = _eroded(inside, depth)
    alpha = _projection(colours, propagate(colours, deep), background)
    return (shadow > 0.25) & (alpha < 0.6) & ~deep  # type: ignore[no-any-return]


def seen_through(distance: Plane) -> NDArray[np.bool_]:
    """Paper framed by a thin part of the product, as under a handle; networks take it for product.

    `distance` is from the paper's colour. Such a gap is the paper itself to the last bit, ends in a sharp edge, and its
    frame is thin beside it; a white label lies deep in the product, a blown-out highlight has no edge.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats((distance < 1.6 / 255).astype(np.uint8), connectivity=4)
    if count < 2:
        return np.zeros(distance.shape, dtype=bool)
    outside = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    to_outside = cv2.distanceTransform((labels != outside).astype(np.uint8), cv2.DIST_L2, 5)
    gaps = np.zeros(distance.shape, dtype=bool)
    for label in np.flatnonzero(stats[:, cv2.CC_STAT_AREA] > distance.size * SMALLEST_GAP):
        gap = labels == label
        frame = to_outside[gap].min()
        if label in (0, outside) or frame > THIN * cv2.distanceTransform(gap.astype(np.uint8), cv2.DIST_L2, 5).max():
            continue
        edge = _dilated(gap, 4) & ~_dilated(gap, 2)
        if float(np.median(distance[edge])) > 3 * NOISE:
            gaps |= gap
    return gaps


def left_behind(colours: Colours, alpha: Plane) -> float:
    """Length of the longest sharp structure outside the cut-out, in pixels: glass, or a part that was missed."""
    near = _dilated(alpha > 0.08, max(3, round(max(alpha.shape) / 60)))
    edges = _dilated((_texture(colours) > 0.02) & ~near, 1)
    _, _, stats, _ = cv2.connectedComponentsWithStats(edges.astype(np.uint8), connectivity=8)
    sides = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    return float(sides.max(initial=0))


def on_scenery(colours: Colours, outline: Plane) -> Matte:
    """Matte of a product before anything: the outline made to follow the picture's own edges."""
    radius = max(4, round(max(outline.shape) / 120))
    alpha = guided_filter(colours, outline, radius=radius, eps=1e-4)
    alpha = np.clip((alpha - 0.25) / 0.5, 0, 1)
    alpha = alpha * _largest_parts(alpha > 0.05)
    front, back = propagate(colours, alpha > 0.97), propagate(colours, alpha < 0.03)
    return Matte(alpha.astype(np.float32), unmixed(colours, alpha, back, front))


def propagate(colours: Colours, known: NDArray[np.bool_]) -> Colours:
    """Colours of the known pixels, and for every other pixel the colour of the nearest known ones, smoothed."""
    if not known.any():
        return colours
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.zeros((labels.max() + 1, 3), dtype=np.float32)
    of_label[labels[known]] = colours[known]
    nearest = of_label[labels]
    return np.where(known[..., None], colours, cv2.blur(nearest, (5, 5))).astype(np.float32)  # type: ignore[no-any-return]


def unmixed(colours: Colours, alpha: Plane, back: Colours, front: Colours) -> Colours:
    """Solve ``colour = alpha * product + (1 - alpha) * background`` for the product: no fringe travels along."""
    a = alpha[..., None]
    solved = (colours - (1 - a) * back) / np.maximum(a, 0.15)
    # Faint pixels carry mostly noise: there the nearest certain colour is the better guess.
    trust = np.clip((a - 0.3) / 0.5, 0, 1)
    product = trust * np.clip(solved, 0, 1) + (1 - trust) * front
    return np.where(a >= 0.999, colours, product).astype(np.float32)  # type: ignore[no-any-return]


def _projection(colours: Colours, front: Colours, back: Colours) -> Plane:
    towards = front - back
    length = (towards**2).sum(axis=-1)
    alpha = ((colours - back) * towards).sum(axis=-1) / np.maximum(length, 1e-4)
    return np.clip((alpha - 0.08) / 0.84, 0, 1).astype(np.float32)  # type: ignore[no-any-return]


def _texture(colours: Colours) -> Plane:
    luma = cv2.GaussianBlur(colours.mean(axis=-1), (0, 0), 1.0)
    return np.hypot(cv2.Sobel(luma, -1, 1, 0), cv2.Sobel(luma, -1, 0, 1)).astype(np.float32) / 4  # type: ignore[no-any-return]


def _filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return np.asarray(closed, dtype=bool)


def _without_gaps(mask: NDArray[np.bool_], outline: Plane) -> NDArray[np.bool_]:
    """Fill enclosed gaps that the network takes for product (a white label), not those it looks through (a handle)."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    height, width = mask.shape
    likely = np.bincount(labels.ravel(), weights=outline.ravel(), minlength=count) / np.maximum(
        stats[:, cv2.CC_STAT_AREA], 1
    )
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    at_rim = (
        (left == 0)
        | (top == 0)
        | (left + stats[:, cv2.CC_STAT_WIDTH] == width)
        | (top + stats[:, cv2.CC_STAT_HEIGHT] == height)
    )
    fill = ~at_rim & (likely > 0.5)
    fill[0] = False
    return np.asarray(mask | fill[labels], dtype=bool)


def _eroded(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    return np.asarray(cv2.erode(mask.astype(np.uint8), _disc(pixels)), dtype=bool)


def _dilated(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), _disc(pixels)), dtype=bool)


def _disc(pixels: int) -> NDArray[np.uint8]:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1, 2 * pixels + 1))  # type: ignore[no-any-return]


def _largest_parts(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the parts that have at least a fiftieth of the largest one's area: crumbs and dust go, pairs stay."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count <= 2:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    keep = areas >= areas.max() / 50
    return keep[labels]  # type: ignore[no-any-return]
