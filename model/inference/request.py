"""The two records at the model's door."""

from dataclasses import dataclass

import numpy as np

from model.autoencoders.effects import EffectAsk
from model.tokens.compact import CLIP_SECONDS

MIN_SIDE = 64
MAX_STEPS = 64


@dataclass(frozen=True, kw_only=True)
class SampleRequest:
    """A still to bring to life, how, and for how long.

    still: uint8 (H, W, 3) sRGB with 15 % overscan: frame 0 is its central crop of 1 / 1.15.
    prompt: camera, light and motion words first; at most 96 text tokens. effect: metres, or None.
    """

    still: np.ndarray
    prompt: str
    effect: EffectAsk | None = None
    seconds: float = CLIP_SECONDS
    fps: int = 24
    seed: int = 0
    steps: int = 4

    def __post_init__(self) -> None:
        if self.still.dtype != np.uint8 or self.still.ndim != 3 or self.still.shape[2] != 3:
            raise ValueError(f"the still must be uint8 (H, W, 3), not {self.still.dtype} {self.still.shape}")
        if min(self.still.shape[:2]) < MIN_SIDE:
            raise ValueError(f"the still is {self.still.shape[:2]}: both sides need {MIN_SIDE} pixels")
        if not 0 < self.seconds <= CLIP_SECONDS:
            raise ValueError(f"a sample lasts up to {CLIP_SECONDS:g} seconds, not {self.seconds:g}")
        if not 1 <= self.fps <= 120 or not 1 <= self.steps <= MAX_STEPS:
            raise ValueError(f"fps {self.fps} must lie in 1..120 and steps {self.steps} in 1..{MAX_STEPS}")

    @property
    def frames(self) -> int:
        return round(self.seconds * self.fps)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Motion of T frames over the still, in normalised frame coordinates x, y in [-1, 1].

    homography float32 (T, 3, 3): backward map, a point of frame t -> the point of frame 0 it shows; first identity.
    flow float32 (T, gh, gw, 2): added to the homography's result; first zero. gain float32 (T, gh, gw): first one.
    effect float32 (T, 4): height_m, spread_m, density 0..1, sway -1..1, of the one kind `effect_kind`.
    sound float32 (samples, 1) at `sound_rate`.
    """

    fps: int
    homography: np.ndarray
    flow: np.ndarray
    gain: np.ndarray
    effect: np.ndarray
    effect_kind: str
    sound: np.ndarray
    sound_rate: int
    weights_sha256: str
    steps: int
    seed: int
