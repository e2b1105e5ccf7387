"""What moves and glows by itself inside the masks: water, leaves, cloth, flames, steam; and the light of the scene.

Displacements follow fixed waves with a little jitter, so that what a word asks for is predictable.
"""

import numpy as np
import torch
from torch import Tensor

from model.autoencoders.compact import FRAMES, MAX_LOG_GAIN
from model.tokens.compact import LATENT_FPS
from model.training.camera import progress
from model.training.directions import Direction
from model.training.scenes import MASK_CLASSES, View

WATER_SIZE = {"calm": 0.0015, "gentle": 0.006, "strong": 0.014}
WIND_SIZE = {"calm": 0.0, "gentle": 0.008, "strong": 0.02}
LIGHT_END = {"steady": 0.0, "warming": 0.08, "dimming": -0.40, "brightening": 0.28, "flicker": 0.0}
WATER_WAVES = ((9.0, 4.0, 0.7), (-5.0, 8.0, 0.5), (3.0, 15.0, 0.9))
"""Wave vector in radians per half frame and frequency in hertz."""


def clock() -> Tensor:
    return (torch.arange(FRAMES + 1) / LATENT_FPS)[:, None, None]


def wave(points: Tensor, vector: tuple[float, float], hertz: float, phase: float) -> Tensor:
    """A travelling wave that starts from rest at frame 0; points (T, h, w, 2) -> (T, h, w) in about -2..2."""
    place = points[..., 0] * vector[0] + points[..., 1] * vector[1] + phase
    turn = 2 * np.pi * hertz * clock()
    return torch.sin(place - turn) - torch.sin(place)


def own_motion(view: View, sources: Tensor, direction: Direction, rng: np.random.Generator) -> Tensor:
    """Displacement (49, gh, gw, 2) to add to the camera's backward map."""
    masks = view.at(view.masks, sources)  # (6, 49, gh, gw)
    jitter = rng.uniform(0.88, 1.12, 3)
    phases = rng.uniform(-0.3, 0.3, 8)
    ripple = WATER_SIZE[direction.water] * jitter[0]
    moved = water(sources, phases) * ripple * masks[MASK_CLASSES.index("water")][..., None]
    wind = WIND_SIZE[direction.wind] * jitter[1]
    moved += leaves(sources, phases) * wind * masks[MASK_CLASSES.index("foliage")][..., None]
    moved += cloth(sources, phases) * wind * masks[MASK_CLASSES.index("cloth")][..., None]
    moved += flames(sources, phases) * 0.006 * jitter[2] * masks[MASK_CLASSES.index("flame")][..., None]
    moved += steam(sources, phases) * 0.012 * jitter[2] * masks[MASK_CLASSES.index("steam")][..., None]
    return moved


def water(points: Tensor, phases: np.ndarray) -> Tensor:
    parts = [wave(points, (kx, ky), hz, phases[i]) for i, (kx, ky, hz) in enumerate(WATER_WAVES)]
    return torch.stack([parts[0] + 0.5 * parts[2], 0.8 * parts[1] + 0.6 * parts[2]], dim=-1) / 2


def leaves(points: Tensor, phases: np.ndarray) -> Tensor:
    slow, quick = wave(points, (2.0, 1.0), 0.35, phases[3]), wave(points, (7.0, 5.0), 0.9, phases[4])
    return torch.stack([slow + 0.35 * quick, 0.25 * slow + 0.3 * quick], dim=-1)


def cloth(points: Tensor, phases: np.ndarray) -> Tensor:
    slow = wave(points, (5.0, 2.0), 0.3, phases[5])
    return torch.stack([slow, 0.2 * slow], dim=-1)


def flames(points: Tensor, phases: np.ndarray) -> Tensor:
    quick = wave(points, (4.0, 6.0), 1.3, phases[6])
    return torch.stack([quick, 0.6 * quick], dim=-1)


def steam(points: Tensor, phases: np.ndarray) -> Tensor:
    rising = wave(points, (1.5, 7.0), 0.5, phases[7])
    return torch.stack([rising, 0.7 * rising], dim=-1)


def relight(view: View, sources: Tensor, direction: Direction, rng: np.random.Generator) -> Tensor:
    """Log gain (49, gh, gw): a global change that is stronger where the picture is bright, and flames that flicker."""
    luminance = view.at_frame(view.thumbnail.mean(0, keepdim=True), sources)[0]
    lit = 0.7 + 0.6 * luminance
    change = LIGHT_END[direction.light] * float(rng.uniform(0.9, 1.1)) * progress()[:, None, None] * lit
    flame = view.at(view.masks, sources)[MASK_CLASSES.index("flame")]
    size = 1.0 if direction.light == "flicker" else 0.35
    phase = rng.uniform(-0.3, 0.3, 2)
    turns = 2 * np.pi * clock()
    flicker = torch.sin(turns * 1.1 + phase[0]) - np.sin(phase[0]) + 0.6 * torch.sin(turns * 2.3 + phase[1])
    local = 0.22 * size * flame * (flicker - 0.6 * np.sin(phase[1]))
    glow = 0.05 * flicker * lit if direction.light == "flicker" else torch.zeros_like(change)
    total = change + local + glow - 0.05 * 0.6 * np.sin(phase[1]) * (direction.light == "flicker")
    total[0] = 0.0
    return total.clamp(-MAX_LOG_GAIN, MAX_LOG_GAIN)


def effect_track(direction: Direction, *, asked: Tensor, rng: np.random.Generator) -> Tensor:
    """Height, spread, density, sway at 8 fps (49, 4): rises if it `starts`, then breathes just below what was asked."""
    seconds = torch.arange(FRAMES + 1) / LATENT_FPS
    phase = rng.uniform(-0.5, 0.5, 2)
    breathing = 1 - 0.03 * (1 + torch.sin(2 * np.pi * 0.6 * seconds + phase[0]))
    rise = 1 - torch.exp(-((seconds / 0.7) ** 2)) if direction.effect_starts else torch.ones_like(seconds)
    height = asked[0] * breathing * rise
    reach = {"calm": 0.05, "gentle": 0.2, "strong": 0.5}[direction.wind] * float(rng.uniform(0.9, 1.1))
    sway = asked[3] + reach * (torch.sin(2 * np.pi * 0.35 * seconds + phase[1]) - np.sin(phase[1]))
    spread, density = asked[1].expand_as(height), asked[2] * rise
    return torch.stack([height, spread, density, sway.clamp(-1, 1)], dim=-1)
