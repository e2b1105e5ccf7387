"""The one door from the platform to the model: a plan and a still become a sample, a sample becomes motion.

Weights of either size are taken: the compact checkpoint, or a folder of published parts of the full size (README of
`model`), which needs a GPU and, in the file `accepted-licences` of that folder, the words that accept two licences.
"""

import hashlib
import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from generation.engines import base, reading
from generation.engines.base import EngineError
from generation.formats import Format
from generation.render.clip import Motion
from generation.render.scene import OVERSCAN, Scene
from generation.specs import EffectSpec, VideoSpec
from model.checkpoint import CheckpointError
from model.inference import EffectAsk, Generator, SampleRequest
from model.inference.film import Film, FilmMaker, FilmRequest
from model.published import ready
from model.published.assets import DAVINCI, PARTS, LicenceError
from model.published.bench import has_gpu
from model.published.plan import SIZES, DoesNotFitError
from model.published.shards import INDEX, WeightsError

STEPS = {"compact": 4}
"""Denoising steps by model profile: two err a little less but move water and leaves half as much (docs/adr/0009)."""
DEFAULT_STEPS = 8
PUBLISHED = DAVINCI.split("/")[1]
"""A weights folder that holds this folder is one of published parts."""
ACCEPTED = "accepted-licences"
FIRST_SIZE = SIZES["256p"]
LONGEST_SECONDS = 6
"""What memory is checked for before anything is loaded: no plan is longer."""


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

    def meaning(self, text: str) -> list[float]:
        """By the encoder that reads its prompts."""
        (vector,) = self._generator.text_encoder.sentences([text]).tolist()
        return [round(value, 4) for value in vector]


class FullSize:
    """The published 15B: it films the empty scene, and what the film does is read back as motion (ADR 6)."""

    name = "unified"

    def __init__(self, maker: FilmMaker, digest: str) -> None:
        self._maker, self._digest = maker, digest

    def generate(self, spec: VideoSpec, scene: Scene, frame_format: Format, progress: base.Progress) -> Motion:
        """Camera, local motion, light and sound of a film; the effect, whose metres it cannot know, stands as asked."""
        shot, frames = spec.shots[0], base.frames_of(spec)
        film = self._maker.make(film_request(spec, scene))
        progress(0.8)
        found = reading.read_motion(film.frames)
        at = np.round(np.arange(frames) / spec.fps * film.fps).astype(int).clip(max=len(film.frames) - 1)
        motion = replace(
            Motion.still(
                frames, effect=shot.effect, fps=spec.fps, made_by=f"unified {self._digest[:16]} seed {spec.seed}"
            ),
            homography=found.homography[at],
            flow=found.flow[at],
            gain=found.gain[at],
            sound=sound_of(film, spec.seconds),
            sound_rate=film.sound_rate,
        )
        progress(1.0)
        return base.limited(motion, shot.effect)

    def meaning(self, text: str) -> list[float]:
        """None: its text encoder gives no sentence embedding."""
        return []


def film_request(spec: VideoSpec, scene: Scene) -> FilmRequest:
    """The first stage's size lying or standing as the scene does; the still's crop is the first frame."""
    height, width = scene.still.shape[:2]
    top, left = round(height * (1 - 1 / OVERSCAN) / 2), round(width * (1 - 1 / OVERSCAN) / 2)
    long, short = FIRST_SIZE
    size = (long, short) if width >= height else (short, long)
    return FilmRequest(
        prompt=spec.shots[0].prompt,
        still=np.ascontiguousarray(scene.still[top : height - top, left : width - left]),
        seconds=math.ceil(spec.seconds),
        width=size[0],
        height=size[1],
        seed=spec.seed,
    )


def sound_of(film: Film, seconds: float) -> np.ndarray:
    """The film's sound as one channel (N, 1), no longer than the clip."""
    mono = film.sound[: round(seconds * film.sound_rate)].mean(1, keepdims=True)
    return _floats(mono.clip(-1, 1))


def load(*, weights: Path, text_encoder: Path) -> base.Engine:
    """Read the checkpoint; raises EngineError naming what is missing."""
    if (weights / PUBLISHED).is_dir():
        return _full_size(weights)
    for name, folder in {"model weights": weights, "text encoder": text_encoder}.items():
        if not folder.exists():
            raise EngineError(f"The unified engine finds no {name} at {folder}: run `make install` or set its path.")
    try:
        return Unified(Generator.load(weights, text_encoder))
    except (CheckpointError, OSError) as error:
        raise EngineError(f"The model in {weights} cannot be loaded: {error}") from error


def _full_size(root: Path) -> FullSize:
    words = root / ACCEPTED
    accepted = frozenset(words.read_text().split()) if words.is_file() else frozenset[str]()
    if not has_gpu():
        raise EngineError(f"The weights in {root} are the full size and need a GPU: none is seen by this process.")
    try:
        maker = ready.film_maker(root, accepted, ready.Wish(seconds=LONGEST_SECONDS))
        return FullSize(maker, index_sha256(PARTS["distill"].folder(root)))
    except LicenceError as error:
        raise EngineError(f"{error} (here: that word in {words})") from error
    except (DoesNotFitError, WeightsError, OSError) as error:
        raise EngineError(f"The full-size model in {root} cannot be loaded: {error}") from error


def index_sha256(folder: Path) -> str:
    """What names published shards: the SHA-256 of their index, for their 30 GB are not read twice."""
    return hashlib.sha256((folder / INDEX).read_bytes()).hexdigest()


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
