"""What stands still in a scene moves as one: a generated motion, made true to the scene's depth.

A network gives every patch of the picture a motion of its own, and a table top that swims by a few pixels looks like
jelly under a product that does not. The camera's motion is fitted to the whole clip as that of a rigid scene (rotation,
translation over depth, zoom: Longuet-Higgins and Prazdny 1980); only what lives, water, leaves, flames, keeps its own.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from generation.render.clip import Motion
from generation.render.scene import OVERSCAN, Doubles, Scene, Spot

SOFT = 0.5
"""Cells over which depth is smoothed: more bends what stands behind an edge, less tears it."""
GROUND = 5.0
"""Radii of the product round its spot within which even water carries it without sliding."""

RAILS = 5
"""Degree of the polynomial in time that each amount of the camera's motion follows: it glides, and can ease in and out,
but does not change its pace from one slot of the model to the next."""
ROUND_S = 0.15
"""Standard deviation in seconds of the time over which a leaf or a wave changes its direction."""
LOOSE = 0.25
"""Share of its own motion that a picture without depth keeps: nobody knows there what is a wall and what is a leaf."""


def settled(motion: Motion, scene: Scene, spot: Spot, *, radius_m: float) -> Motion:
    """The same clip with everything rigid moving rigidly, and the ground under the product, of that radius, too."""
    if not motion.flow.any():
        return motion
    cells = centres(motion)
    wanted = displacement(motion, cells)
    near = _round_the_spot(scene, spot, cells, radius_m=radius_m)
    if scene.depth is None:
        basis, weight, kept = _plane_basis(cells), np.ones_like(near), LOOSE * (1 - near)
    else:
        alive = _alive(scene, spot, motion)
        basis, weight = _rigid_basis(scene, cells, _nearness(scene, spot, motion)), 1.001 - alive
        kept = alive * (1 - near)
    fitted = _fitted(basis, wanted, weight)
    return _as_motion(motion, cells, fitted + kept[..., None] * _rounded(wanted - fitted, motion.fps))


def centres(motion: Motion) -> Doubles:
    """Normalised centres (rows, columns, 2) of the flow's cells."""
    rows, columns = motion.flow.shape[1:3]
    return np.stack(
        np.meshgrid((np.arange(columns) + 0.5) / columns * 2 - 1, (np.arange(rows) + 0.5) / rows * 2 - 1), -1
    )


def displacement(motion: Motion, cells: Doubles) -> Doubles:
    """Displacement (T, rows, columns, 2) of every cell: homography and flow together."""
    h = motion.homography.astype(np.float64)
    moved = np.einsum("tij,rcj->trci", h[:, :, :2], cells) + h[:, None, None, :, 2]
    return np.asarray(moved[..., :2] / moved[..., 2:] - cells + motion.flow)


def _rays(scene: Scene, cells: Doubles) -> Doubles:
    """(rows, columns, 2): right and down of each cell on the camera's image plane at distance 1."""
    K = scene.camera.K
    return np.asarray((scene.to_still(cells) - K[:2, 2]) / K[[0, 1], [0, 1]])


def _rigid_basis(scene: Scene, cells: Doubles, near: Doubles) -> Doubles:
    """(7, rows, columns, 2): displacement by each rotation, by each translation over depth, and by zoom."""
    x, y = np.moveaxis(_rays(scene, cells), -1, 0)
    one, nil = np.ones_like(x), np.zeros_like(x)
    fields = [
        (x * y, 1 + y * y),
        (-(1 + x * x), -x * y),
        (y, -x),
        (near, nil),
        (nil, near),
        (x * near, y * near),
        (x, y),
    ]
    aspect = scene.camera.K[[0, 1], [0, 1]] / (np.array(scene.size) / 2 / OVERSCAN)
    return np.stack([np.stack([u * one, v * one], -1) for u, v in fields]) * aspect


def _plane_basis(cells: Doubles) -> Doubles:
    """(8, rows, columns, 2): displacement of a plane, seen by a camera that moves (pseudo-perspective)."""
    x, y = np.moveaxis(cells, -1, 0)
    one, nil = np.ones_like(x), np.zeros_like(x)
    fields = [(one, nil), (x, nil), (y, nil), (nil, one), (nil, x), (nil, y), (x * x, x * y), (x * y, y * y)]
    return np.stack([np.stack(field, -1) for field in fields])


def _fitted(basis: Doubles, wanted: Doubles, weight: Doubles) -> Doubles:
    """The combination of the basis nearest to what is wanted, by weighted least squares, gliding from 0 at frame 0."""
    root = np.sqrt(weight)[..., None]
    design = (basis * root).reshape(len(basis), -1).T
    amounts = np.linalg.lstsq(design, (wanted * root).reshape(len(wanted), -1).T, rcond=None)[0]
    time = np.linspace(0, 1, len(wanted))[:, None] ** np.arange(1, RAILS + 1)
    glide = time @ np.linalg.lstsq(time, amounts.T, rcond=None)[0]
    return np.asarray(np.einsum("tp,prci->trci", glide, basis))


def _rounded(own: Doubles, fps: int) -> Doubles:
    """The own motion (T, rows, columns, 2) of what lives, without its corners between two slots; both ends stay."""
    more = round(4 * ROUND_S * fps)
    beyond = np.pad(own, ((more, more), (0, 0), (0, 0), (0, 0)), mode="reflect", reflect_type="odd")
    return np.asarray(gaussian_filter1d(beyond, ROUND_S * fps, axis=0)[more : more + len(own)])


def _nearness(scene: Scene, spot: Spot, motion: Motion) -> Doubles:
    """Distance of the spot over the distance of each cell."""
    assert scene.depth is not None  # asked before
    place = scene.camera.R @ spot.xyz + scene.camera.t
    coarse = _over_cells(np.asarray(1 / np.maximum(scene.depth, 0.05), np.float32), scene, motion)
    return np.asarray(np.clip(place[2] * cv2.GaussianBlur(coarse, (0, 0), SOFT), 0.0, 1.8))


def _alive(scene: Scene, spot: Spot, motion: Motion) -> Doubles:
    """(rows, columns): share of each cell that moves by itself; ground that is not water never does, be it cloth."""
    rows, columns = motion.flow.shape[1:3]
    if scene.alive is None:
        return np.zeros((rows, columns))
    alive, ground = _over_cells(scene.alive, scene, motion), scene.plane_mask(spot)
    if spot.surface == "water" or ground is None:
        return alive
    return np.asarray(alive * (1 - np.clip(_over_cells(ground, scene, motion), 0, 1)))


def _over_cells(picture: NDArray[np.float32], scene: Scene, motion: Motion) -> Doubles:
    """The part of a picture of the whole still that frame 0 shows, averaged over the flow's cells."""
    height, width = picture.shape
    left, top = round(width * (1 - 1 / OVERSCAN) / 2), round(height * (1 - 1 / OVERSCAN) / 2)
    rows, columns = motion.flow.shape[1:3]
    inner = picture[top : height - top, left : width - left]
    return np.asarray(cv2.resize(inner, (columns, rows), interpolation=cv2.INTER_AREA), np.float64)


def _round_the_spot(scene: Scene, spot: Spot, cells: Doubles, *, radius_m: float) -> Doubles:
    """(rows, columns): 1 on the ground within `GROUND` radii of the spot, 0 from twice as far."""
    along = np.array([[0, 0, 0], [radius_m, 0, 0], [0, radius_m, 0]]) + spot.xyz
    centre, right, back = scene.to_frame(scene.camera.project(along))
    metres = (cells - centre) @ np.linalg.inv(np.stack([right - centre, back - centre]))
    return np.asarray(np.clip(2 - np.linalg.norm(metres, axis=-1) / GROUND, 0, 1))


def _as_motion(motion: Motion, cells: Doubles, moved: Doubles) -> Motion:
    """Split into an affine map, which also holds beyond the outer cells, and what each cell moves beyond it."""
    design = np.column_stack([cells.reshape(-1, 2), np.ones(cells.size // 2)])
    affine = np.linalg.lstsq(design, moved.transpose(1, 2, 0, 3).reshape(len(design), -1), rcond=None)[0]
    affine = affine.reshape(3, len(moved), 2).transpose(1, 2, 0)
    homography = np.tile(np.eye(3), (len(moved), 1, 1))
    homography[:, :2] += affine
    beyond = moved - np.einsum("tij,rcj->trci", affine[..., :2], cells) - affine[:, None, None, :, 2]
    return replace(motion, homography=homography.astype(np.float32), flow=beyond.astype(np.float32))
