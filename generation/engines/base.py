"""What every engine promises: a plan and a scene in, the motion of the clip out."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from generation.formats import Format
from generation.render.clip import HEIGHT, Motion
from generation.render.scene import Scene
from generation.specs import EffectSpec, VideoSpec

Progress = Callable[[float], None]


class EngineError(RuntimeError):
    """An engine cannot be loaded or cannot do what the plan asks."""

    is_permanent = True


class Engine(Protocol):
    """Turns one plan into motion. Made once a process by `generation.engines.load`, used for many plans."""

    name: str

    def generate(self, spec: VideoSpec, scene: Scene, frame_format: Format, progress: Progress) -> Motion:
        """The motion of the clip; the same plan and scene give the same motion. `progress` hears shares of 1."""

    def meaning(self, text: str) -> list[float]:
        """A sentence embedding that ranking compares variants by; empty from an engine that reads no text."""


class EngineFactory(Protocol):
    """How an engine is made from what lies on the disk."""

    def __call__(self, *, weights: Path, text_encoder: Path) -> Engine:
        """Load it; raises EngineError naming what is missing."""


def frames_of(spec: VideoSpec) -> int:
    """Number of frames in the plan's clip."""
    return round(spec.seconds * spec.fps)


def effect_of(spec: VideoSpec) -> EffectSpec:
    """The effect of the plan's first shot."""
    return spec.shots[0].effect if spec.shots else EffectSpec()


def limited(motion: Motion, asked: EffectSpec) -> Motion:
    """The motion with its effect no taller than permitted.

    The cap is the permitted height. A plan that asks for more on purpose, as the audit's own test variants do, gets the
    asked height and no more.
    """
    if asked.cap_m is None:
        return motion
    effect = motion.effect.copy()
    effect[:, HEIGHT] = np.clip(effect[:, HEIGHT], 0, max(asked.cap_m, asked.height_m))
    return replace(motion, effect=effect)
