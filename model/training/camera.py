"""Camera moves through a view with depth, and the exact backward map of each frame by fixed-point inversion."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model.autoencoders.compact import FRAMES, OVERSCAN
from model.autoencoders.geometry import frame_grid, interpolate_track
from model.tokens.compact import LATENT_FPS
from model.training.directions import Direction
from model.training.scenes import View

INVERSION_ROUNDS = 6
MAX_SHIFT = 0.5
SHRINK = 0.9
MAX_SHRINKS = 24
EASE_SECONDS = 0.8
AMPLITUDE = {"pan": 0.11, "tilt": 0.10, "push": 0.16, "pull": 0.12, "orbit": 0.22}
"""Size of a move at the focus depth: shift in half frames, relative change of distance, or sideways travel."""
SLOW_FACTOR = 0.5


@dataclass(frozen=True)
class CameraPath:
    """Per frame (49,): translation (49, 3) in metres and yaw, pitch in radians, from frame 0's camera."""

    translation: Tensor
    yaw: Tensor
    pitch: Tensor

    def every(self, stride: int) -> "CameraPath":
        """Frames 0, stride, 2 * stride, ..."""
        return CameraPath(self.translation[::stride], self.yaw[::stride], self.pitch[::stride])

    def last(self) -> "CameraPath":
        """Frame 48 alone."""
        return CameraPath(self.translation[-1:], self.yaw[-1:], self.pitch[-1:])


def progress() -> Tensor:
    """How far a move has come at 8 fps, 0 at frame 0 and 1 at frame 48: a soft start, then constant speed; (49,)."""
    seconds = torch.arange(FRAMES + 1) / LATENT_FPS
    eased = torch.where(seconds < EASE_SECONDS, seconds**2 / (2 * EASE_SECONDS), seconds - EASE_SECONDS / 2)
    return eased / eased[-1]


def focus_depth(view: View) -> float:
    """The depth a move turns about: the median in the middle of the frame, in metres."""
    return 1 / float(view.at(view.inverse_depth[None], frame_grid(12, 12) * 0.5).median())


def nearest_depth(view: View) -> float:
    """The depth of what is closest in the frame, in metres, leaving out the nearest hundredth."""
    return 1 / float(view.at(view.inverse_depth[None], frame_grid(24, 24)).quantile(0.99))


def camera_path(view: View, direction: Direction, *, scale: float, shake: Tensor) -> CameraPath:
    """The path of a direction; `scale` shrinks it, `shake` (49, 2) adds hand movement in half frames."""
    depth, (focal_x, focal_y) = focus_depth(view), view.focal.tolist()
    way = progress() * scale * (SLOW_FACTOR if direction.slow else 1.0)
    verb, _, side = direction.camera.partition(" ")
    amount = way * AMPLITUDE.get(verb, 0.0)
    zero = torch.zeros_like(way)
    x, y, z, yaw, pitch = zero, zero, zero, zero, zero
    if verb == "pan":
        shift = amount if side == "right" else -amount
        x, yaw = shift / 2 * depth / focal_x, torch.atan(shift / 2 / focal_x)
    elif verb == "tilt":
        shift = amount if side == "down" else -amount
        y, pitch = shift / 2 * depth / focal_y, torch.atan(shift / 2 / focal_y)
    elif verb in ("push", "pull"):
        z = amount * min(depth, 3 * nearest_depth(view)) * (1 if verb == "push" else -1)
    elif verb == "orbit":
        x = (amount if side == "right" else -amount) * depth
        yaw = -torch.atan(x / depth)
    yaw = yaw + torch.atan(shake[:, 0] / focal_x)
    pitch = pitch + torch.atan(shake[:, 1] / focal_y)
    return CameraPath(torch.stack([x, y, z], dim=-1), yaw, pitch)


def project(view: View, path: CameraPath, points: Tensor) -> Tensor:
    """Where points (T, N, 2) of frame 0 appear in each frame, same units; depth is the view's."""
    distance = 1 / view.at(view.inverse_depth[None], points)[0].clamp(min=1e-4)
    rays = torch.cat([points / view.focal, torch.ones_like(points[..., :1])], dim=-1)
    seen = rays * distance[..., None] - path.translation[:, None]
    cos, sin = path.yaw.cos()[:, None], path.yaw.sin()[:, None]
    x, z = seen[..., 0] * cos - seen[..., 2] * sin, seen[..., 0] * sin + seen[..., 2] * cos
    cos, sin = path.pitch.cos()[:, None], path.pitch.sin()[:, None]
    y, z = seen[..., 1] * cos - z * sin, seen[..., 1] * sin + z * cos
    return torch.stack([x, y], dim=-1) / z.clamp(min=0.02)[..., None] * view.focal


def backward_map(view: View, path: CameraPath) -> Tensor:
    """The point of frame 0 each grid point of each frame shows, (T, gh, gw, 2).

    Solves project(p) = q by p <- q - (project(p) - p) and keeps the best round, which also settles points
    behind a depth edge, where the rounds jump between two surfaces.
    """
    height, width = view.layout.motion_grid
    target = frame_grid(height, width).reshape(1, -1, 2).expand(len(path.yaw), -1, -1)
    found, best, least = target, target, torch.full(target.shape[:2], torch.inf)
    for _ in range(INVERSION_ROUNDS):
        missed = project(view, path, found) - target
        miss = missed.norm(dim=-1)
        better = miss < least
        best, least = torch.where(better[..., None], found, best), torch.where(better, miss, least)
        found = target + (found - missed - target).clamp(-MAX_SHIFT, MAX_SHIFT)
    return best.unflatten(1, (height, width))


def move_camera(view: View, direction: Direction, rng: np.random.Generator, *, stride: int = 1) -> Tensor:
    """Backward map of a direction, with the move shrunk until its end reads nothing from outside the still.

    With a stride only every so many frames are inverted and the rest interpolated: a camera path is smooth,
    and training needs many clips. Evaluation inverts every frame.
    """
    scale = float(rng.uniform(0.92, 1.08))
    shake = hand_shake(rng) if direction.handheld else torch.zeros(FRAMES + 1, 2)
    for _ in range(MAX_SHRINKS):
        path = camera_path(view, direction, scale=scale, shake=shake)
        if float(backward_map(view, path.last()).abs().max()) <= OVERSCAN:
            break
        scale, shake = scale * SHRINK, shake * SHRINK
    sources = backward_map(view, path.every(stride)).clamp(-OVERSCAN, OVERSCAN)
    return sources if stride == 1 else interpolate_track(sources, torch.arange(FRAMES + 1) / stride)


def hand_shake(rng: np.random.Generator) -> Tensor:
    """A slow wander of a held camera, zero at frame 0, (49, 2) in half frames."""
    seconds = torch.arange(FRAMES + 1)[:, None] / LATENT_FPS
    waves = []
    for hertz in (0.25, 0.55):
        phase = torch.from_numpy(rng.uniform(0, 2 * np.pi, 2)).float()
        waves.append(0.005 / (4 * hertz) * (torch.sin(2 * np.pi * hertz * seconds + phase) - torch.sin(phase)))
    return waves[0] + waves[1]
