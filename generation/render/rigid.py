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

GROWN = 7
"""Cells across over which the nearest depth counts: what stands in front moves whole, with some of what is behind."""
SOFT = 1.5
"""Cells over which depth is smoothed after that: more bends what stands behind an edge, less tears it."""
ROUNDS = 4
"""Times a pixel's depth is looked up at the place it is read from, which depends on that depth."""
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
        plane, kept = _plane_basis(cells), LOOSE * (1 - near)
        fitted = _combined(_glide(plane[None], wanted, np.ones_like(near)), plane)
    else:
        alive = _alive(scene, spot, motion)
        fitted, kept = _fitted(scene, _nearness(scene, spot, motion), wanted, 1.001 - alive), alive * (1 - near)
    return _as_motion(motion, cells, fitted + kept[..., None] * _rounded(wanted - fitted, motion.fps))


def centres(motion: Motion) -> Doubles:
    """Normalised centres (rows, columns, 2) of the flow's cells."""
    rows, columns = motion.flow.shape[1:3]
    return _grid(rows, columns)


def _grid(rows: int, columns: int) -> Doubles:
    """Normalised centres (rows, columns, 2) of that many cells over the frame."""
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


def _rigid_basis(scene: Scene, cells: Doubles) -> tuple[Doubles, Doubles]:
    """(7, rows, columns, 2) each: displacement by rotations, translations and zoom, and what nearness 1 adds to it."""
    x, y = np.moveaxis(_rays(scene, cells), -1, 0)
    one, nil = np.ones_like(x), np.zeros_like(x)
    aspect = scene.camera.K[[0, 1], [0, 1]] / (np.array(scene.size) / 2 / OVERSCAN)
    turns, none = [(x * y, 1 + y * y), (-(1 + x * x), -x * y), (y, -x)], (nil, nil)
    shifts = [(one, nil), (nil, one), (x, y)]
    far, near = [*turns, none, none, none, (x, y)], [none, none, none, *shifts, none]
    stacked = [np.stack([np.stack(field, -1) for field in fields]) * aspect for fields in (far, near)]
    return stacked[0], stacked[1]


def _plane_basis(cells: Doubles) -> Doubles:
    """(8, rows, columns, 2): displacement of a plane, seen by a camera that moves (pseudo-perspective)."""
    x, y = np.moveaxis(cells, -1, 0)
    one, nil = np.ones_like(x), np.zeros_like(x)
    fields = [(one, nil), (x, nil), (y, nil), (nil, one), (nil, x), (nil, y), (x * x, x * y), (x * y, y * y)]
    return np.stack([np.stack(field, -1) for field in fields])


def _fitted(scene: Scene, nearness: Doubles, wanted: Doubles, weight: Doubles) -> Doubles:
    """The motion of a rigid scene nearest to what is wanted; each pixel has the depth of the place it is read from."""
    cells = _grid(*nearness.shape)
    far, near = _rigid_basis(scene, cells)
    glide = _glide(far + _read_at(nearness, cells + wanted)[:, None, ..., None] * near, wanted, weight)
    anyhow, by_nearness, moved = _combined(glide, far), _combined(glide, near), wanted
    for _ in range(ROUNDS):
        moved = anyhow + _read_at(nearness, cells + moved)[..., None] * by_nearness
    return moved


def _combined(amounts: Doubles, basis: Doubles) -> Doubles:
    """Amounts (T, fields) of a basis (fields, rows, columns, 2): (T, rows, columns, 2)."""
    return np.asarray((amounts @ basis.reshape(len(basis), -1)).reshape(len(amounts), *basis.shape[1:]))


def _glide(basis: Doubles, wanted: Doubles, weight: Doubles) -> Doubles:
    """Amounts (T, fields) that bring a basis (T or 1, fields, rows, columns, 2) nearest to what is wanted, by weighted
    least squares over the whole clip: polynomials in time, 0 at frame 0."""
    frames, fields = len(wanted), basis.shape[1]
    design = basis.reshape(len(basis), fields, -1)
    weighed = (basis * weight[..., None]).reshape(design.shape)
    grams = np.broadcast_to(weighed @ design.transpose(0, 2, 1), (frames, fields, fields))
    time = np.linspace(0, 1, frames)[:, None] ** np.arange(1, RAILS + 1)
    normal = np.einsum("tk,tl,tpq->kplq", time, time, grams, optimize=True)
    right = np.einsum("tk,tp->kp", time, (weighed @ wanted.reshape(frames, -1, 1))[..., 0])
    solved = np.linalg.lstsq(normal.reshape(right.size, right.size), right.ravel(), rcond=None)[0]
    return np.asarray(time @ solved.reshape(right.shape))


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
    grown = cv2.dilate(coarse, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (GROWN, GROWN)))
    smooth = cv2.GaussianBlur(grown, (0, 0), SOFT, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(place[2] * smooth, 0.0, 1.8))


def _read_at(picture: Doubles, points: Doubles) -> Doubles:
    """A field (rows, columns) over the frame read at normalised points (T, rows, columns, 2), its border held."""
    rows, columns = picture.shape
    places = ((points + 1) / 2 * [columns, rows] - 0.5).astype(np.float32).reshape(-1, columns, 2)
    read = cv2.remap(picture.astype(np.float32), places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(read, np.float64).reshape(points.shape[:-1])


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
