"""The baseline without learning: the plan's camera words, moved through the scene's depth.

Near things move more than far ones, so a picture gains room; nothing in it lives. A scene without depth moves flat.
"""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.engines import base
from generation.formats import FRAME_SIZES, Format
from generation.render.clip import Motion
from generation.render.scene import OVERSCAN, Doubles, Scene
from generation.specs import VideoSpec

CELLS = 36
"""Cells of the flow along a frame's shorter side."""
TRAVEL = 0.055
"""How far a move carries the picture at the spot, in half frames."""
_MOVES = {
    "push in": (0.0, 0.0, 1.0, 0.0),
    "pull out": (0.0, 0.0, -1.0, 0.0),
    "pan left": (-1.0, 0.0, 0.0, 0.0),
    "pan right": (1.0, 0.0, 0.0, 0.0),
    "tilt up": (0.0, -1.0, 0.0, 0.0),
    "tilt down": (0.0, 1.0, 0.0, 0.0),
    "orbit left": (-1.0, 0.0, 0.0, 1.0),
    "orbit right": (1.0, 0.0, 0.0, 1.0),
}
"""Right, down, forward, and whether the camera keeps looking at the spot."""
_LIGHT = {"dimming": -0.25, "brightening": 0.2, "warming": 0.08}


class Parallax:
    """Camera moves through depth."""

    name = "parallax"

    def generate(self, spec: VideoSpec, scene: Scene, frame_format: Format, progress: base.Progress) -> Motion:
        """The first camera and light words that are known in the shot, eased in and out."""
        frames, shot = base.frames_of(spec), spec.shots[0]
        plain = Motion.still(frames, effect=shot.effect, fps=spec.fps, made_by=self.name)
        share = _eased(np.linspace(0, 1, frames))
        homography, flow = _camera(_move(shot.camera), share, scene=scene, spot=shot.spot)
        gain = 1 + share * next((amount for word, amount in _LIGHT.items() if word in shot.light.lower()), 0.0)
        progress(1.0)
        moved = replace(
            plain,
            homography=homography,
            flow=flow,
            gain=np.broadcast_to(gain[:, None, None], flow.shape[:3]).astype(np.float32),
        )
        return base.limited(moved, shot.effect)

    def meaning(self, text: str) -> list[float]:
        """It reads no text."""
        return []


def load(*, weights: Path, text_encoder: Path) -> Parallax:
    """Needs neither."""
    return Parallax()


def _move(words: str) -> Doubles:
    text = words.lower().replace("-", " ")
    return np.array(next((move for name, move in _MOVES.items() if name in text), (0.0, 0.0, 0.0, 0.0)))


def _camera(
    move: Doubles, share: Doubles, *, scene: Scene, spot: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Homography of the spot's distance, and what nearer and farther cells move beyond it."""
    rows, columns = _grid(scene.format)
    x, y = (np.arange(columns) + 0.5) / columns * 2 - 1, (np.arange(rows) + 0.5) / rows * 2 - 1
    cells = np.stack(np.meshgrid(x, y), -1)
    centre = scene.to_frame(scene.camera.project(scene.spot(spot).xyz))
    nearness = _nearness(scene, spot, (rows, columns))[..., None]
    right, down, forward, is_orbit = move
    travel = TRAVEL * share
    homography = np.tile(np.eye(3), (len(share), 1, 1))
    zoom = travel * forward
    homography[:, 0, 0] = homography[:, 1, 1] = 1 - zoom
    aim = np.array([right, down])
    homography[:, :2, 2] = zoom[:, None] * centre + travel[:, None] * aim * (1 - is_orbit)
    beyond = -zoom[:, None, None, None] * (cells - centre) + travel[:, None, None, None] * aim
    return homography.astype(np.float32), (beyond * (nearness - 1)).astype(np.float32)


def _grid(frame_format: Format) -> tuple[int, int]:
    """Rows and columns of the flow."""
    width, height = FRAME_SIZES[frame_format]
    return CELLS * height // min(width, height), CELLS * width // min(width, height)


def _nearness(scene: Scene, spot: int, cells: tuple[int, int]) -> Doubles:
    """Distance of the spot over the distance of each cell, smooth enough not to tear; 1 everywhere without depth."""
    if scene.depth is None:
        return np.ones(cells)
    place = scene.camera.R @ scene.spot(spot).xyz + scene.camera.t
    height, width = scene.depth.shape
    left, top = round(width * (1 - 1 / OVERSCAN) / 2), round(height * (1 - 1 / OVERSCAN) / 2)
    inner = 1 / np.maximum(scene.depth[top : height - top, left : width - left], 0.05)
    coarse = cv2.resize(inner, cells[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(place[2] * cv2.GaussianBlur(coarse, (0, 0), 1.6), 0.0, 1.8), np.float64)


def _eased(share: Doubles) -> Doubles:
    """Starts and stops gently; nearly even in between, as a slider moves."""
    return share - 0.7 * np.sin(2 * np.pi * share) / (2 * np.pi)
