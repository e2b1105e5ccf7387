"""The one door from the platform to the model: a plan and a still become a sample, a sample becomes motion."""

from pathlib import Path

import numpy as np

from generation.engines import base
from generation.engines.base import EngineError
from generation.formats import Format
from generation.render.clip import Motion
from generation.render.scene import Scene
from generation.specs import EffectSpec, VideoSpec
from model.checkpoint import CheckpointError
from model.inference import EffectAsk, Generator, SampleRequest

STEPS = {"compact": 2}
"""Denoising steps by model profile; the compact weights err least at two (model/LOG.md)."""
DEFAULT_STEPS = 8


class Unified:
    """The unified Transformer, held in memory for many clips."""

    name = "unified"

    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    def generate(self, spec: VideoSpec, scene: Scene, frame_format: Format, progress: base.Progress) -> Motion:
        """One sample of the model; the plan's seed makes it repeatable."""
        shot = spec.shots[0]
        request = SampleRequest(
            still=scene.still,
            prompt=shot.prompt,
            effect=_ask(shot.effect),
            seconds=spec.seconds,
            fps=spec.fps,
            seed=spec.seed,
            steps=STEPS.get(spec.profile, DEFAULT_STEPS),
        )
        sample = self._generator.sample(request)
        progress(1.0)
        motion = Motion(
            homography=_floats(sample.homography),
            flow=_floats(sample.flow),
            gain=_floats(sample.gain),
            effect=_floats(sample.effect),
            effect_kind=shot.effect.kind,
            sound=_floats(sample.sound),
            sound_rate=sample.sound_rate,
            fps=sample.fps,
            made_by=f"unified {sample.weights_sha256[:16]} steps {sample.steps} seed {sample.seed}",
        )
        return base.limited(motion, shot.effect)


def load(*, weights: Path, text_encoder: Path) -> Unified:
    """Read the checkpoint; raises EngineError naming what is missing."""
    for name, folder in {"model weights": weights, "text encoder": text_encoder}.items():
        if not folder.exists():
            raise EngineError(f"The unified engine finds no {name} at {folder}: run `make install` or set its path.")
    try:
        return Unified(Generator.load(weights, text_encoder))
    except (CheckpointError, OSError) as error:
        raise EngineError(f"The model in {weights} cannot be loaded: {error}") from error


def _ask(effect: EffectSpec) -> EffectAsk | None:
    if effect.kind == "none":
        return None
    return EffectAsk(
        kind=effect.kind,
        height_m=effect.height_m,
        spread_m=effect.spread_m,
        density=effect.density,
        sway=effect.sway,
    )


def _floats(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=np.float32)
