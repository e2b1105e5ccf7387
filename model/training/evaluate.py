"""Quality on scenes the weights never saw: flow error against simple baselines, and agreement with what was asked."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from model.autoencoders.compact import FRAMES, DecodedMotion, map_grid
from model.autoencoders.effects import encode_ask
from model.autoencoders.geometry import frame_grid
from model.autoencoders.sound import log_mel
from model.inference.generator import Generator
from model.tokens.compact import FRAMES_PER_SLOT, CompactLayout
from model.training.clips import Clip, make_clip
from model.training.prepare import Sources
from model.training.sounds import sound_class

FIRST_CLIP = 5000
"""Clip numbers of the evaluation start here; training uses low ones."""
LONG_SIDE_PIXELS = 1280
RESAMPLES = 4000
CONTROLS = ("pan", "tilt", "zoom", "light", "effect height", "effect sway")


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % bootstrap interval over clips."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Result:
    """One evaluated clip: end-point errors in pixels of a 1280-pixel frame, and controls (true, generated)."""

    view: str
    errors: dict[str, float]
    controls: dict[str, tuple[float, float]]
    sound_true: str
    sound_mel: np.ndarray
    true_mel: np.ndarray


def held_out_clips(sources: Sources, count: int) -> list[Clip]:
    """At least `count` clips over all held-out views, each camera move exact in every frame."""
    views = list(sources.views(held_out=True))
    if not views:
        raise ValueError("there are no held-out views: render the scene families of model/training/scenes.py first")
    bank = sources.bank(held_out=True)
    rounds = -(-count // len(views))
    return [make_clip(view, FIRST_CLIP + index, bank) for index in range(rounds) for view in views][:count]


def evaluate(generator: Generator, clips: list[Clip], *, shards: Path, steps: int, seed: int) -> Iterator[Result]:
    """Sample every clip with its own prompt and with another clip's, and compare with the exact motion."""
    moves = mean_moves(generator, shards)
    for index, clip in enumerate(clips):
        other = clips[other_prompt(clips, index)]
        pan_zoom = moves.get((clip.direction.camera, clip.direction.slow), torch.zeros(FRAMES + 1, 3))
        made, mel = generate(generator, clip, clip.prompt, steps=steps, seed=seed + index)
        shuffled, _ = generate(generator, clip, other.prompt, steps=steps, seed=seed + index)
        yield compare(clip, made, mel, shuffled=shuffled, pan_zoom=pan_zoom)


def other_prompt(clips: list[Clip], index: int) -> int:
    """The next clip whose prompt asks for another camera move."""
    for offset in range(1, len(clips)):
        candidate = (index + offset) % len(clips)
        if clips[candidate].direction.camera != clips[index].direction.camera:
            return candidate
    raise ValueError("all evaluation clips ask for the same camera move: take more clips")


def generate(
    generator: Generator, clip: Clip, prompt: str, *, steps: int, seed: int
) -> tuple[DecodedMotion, np.ndarray]:
    """Motion at the 49 exact frames, and the mean log-mel of the generated latents (64,)."""
    layout, asked = clip.view.layout, encode_ask(clip.ask)
    keyframe = generator.codecs.video.encode_keyframe(clip.view.thumbnail)
    latent = generator.sample_latent(
        keyframe, asked, layout=layout, text=generator.text_encoder.encode(prompt), steps=steps,
        generator=torch.Generator().manual_seed(seed),
    )  # fmt: skip
    motion = generator.codecs.video.decode(latent, layout, times=torch.arange(FRAMES + 1).float(), asked=asked)
    mel = generator.codecs.sound.mel.decode(latent.sound[0]).reshape(-1, 64).mean(0).numpy()
    return motion, mel


def compare(clip: Clip, made: DecodedMotion, mel: np.ndarray, *, shuffled: DecodedMotion, pan_zoom: Tensor) -> Result:
    """All figures of one clip."""
    layout, truth = clip.view.layout, clip.track.sources
    grid = frame_grid(*layout.motion_grid)
    candidates = {
        "generated": read_points(made),
        "shuffled prompt": read_points(shuffled),
        "static": grid.expand_as(truth),
        "pan/zoom": apply_pan_zoom(pan_zoom, grid),
        "pan/zoom fitted to the truth": apply_pan_zoom(fit_pan_zoom(truth, grid), grid),
    }
    errors = {name: endpoint_error(points, truth, layout) for name, points in candidates.items()}
    return Result(
        clip.view.name, errors, controls_of(clip, made, grid), sound_class(clip.view.sound), mel,
        log_mel(clip.sound).mean(0).numpy(),
    )  # fmt: skip


def read_points(motion: DecodedMotion) -> Tensor:
    """Where each grid point is read from, (49, gh, gw, 2)."""
    return map_grid(motion.homography, *motion.flow.shape[1:3]) + motion.flow


def endpoint_error(points: Tensor, truth: Tensor, layout: CompactLayout) -> float:
    """Mean distance over frames 1..48 and grid points, in pixels of a frame whose long side has 1280."""
    long_side = max(layout.rows, layout.columns)
    half = torch.tensor([layout.columns, layout.rows]) / long_side * LONG_SIDE_PIXELS / 2
    return float(((points - truth)[1:] * half).norm(dim=-1).mean())


def fit_pan_zoom(points: Tensor, grid: Tensor) -> Tensor:
    """Least-squares shift and relative scale of each frame, (49, 3)."""
    moved = points - grid
    shift = moved.mean((1, 2))
    scale = (moved * grid).sum((1, 2, 3)) / grid.square().sum()
    return torch.cat([shift, scale[:, None]], dim=1)


def apply_pan_zoom(move: Tensor, grid: Tensor) -> Tensor:
    """Grid points read through shifts and scales (49, 3): (49, gh, gw, 2)."""
    return grid * (1 + move[:, None, None, 2:]) + move[:, None, None, :2]


def mean_moves(generator: Generator, shards: Path) -> dict[tuple[str, bool], Tensor]:
    """The best plain pan/zoom a prompt alone allows: the mean shift and scale of all training clips that ask for the
    same camera words, (49, 3) each; words without training clips get no move."""
    sums: dict[tuple[str, bool], list[Tensor]] = {}
    for path in sorted(shards.glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            notes = json.loads(file.metadata()["clips"])
            camera, tall = file.get_tensor("camera").float(), file.get_tensor("tall")
        for note, latent, is_tall in zip(notes, camera, tall, strict=True):
            layout = CompactLayout(9, 5) if is_tall else CompactLayout(5, 9)
            corners = generator.codecs.video.decode_corners(latent[:, :8], layout)
            sums.setdefault((note["camera"], note["slow"]), []).append(corner_pan_zoom(corners))
    return {key: frames_between(torch.stack(tracks).mean(0)) for key, tracks in sums.items()}


def corner_pan_zoom(corners: Tensor) -> Tensor:
    """Shift and scale of corner displacements (S + 1, 4, 2): (S + 1, 3)."""
    signs = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])
    return torch.cat([corners.mean(1), ((corners * signs).sum((1, 2)) / 8)[:, None]], dim=1)


def frames_between(track: Tensor) -> Tensor:
    """Slot ends (S + 1, 3) -> every frame (49, 3), linearly."""
    times = torch.arange(FRAMES + 1) / FRAMES_PER_SLOT
    start = times.long().clamp(max=len(track) - 2)
    part = (times - start)[:, None]
    return track[start] * (1 - part) + track[start + 1] * part


def controls_of(clip: Clip, made: DecodedMotion, grid: Tensor) -> dict[str, tuple[float, float]]:
    """What was asked and what came, at the end of the clip, as (true, generated) pairs."""
    true, found = fit_pan_zoom(clip.track.sources[-1:], grid)[0], fit_pan_zoom(read_points(made)[-1:], grid)[0]
    true_gain = clip.track.log_gain[-1].mean().exp()
    pairs = {
        "pan": (float(true[0]), float(found[0])),
        "tilt": (float(true[1]), float(found[1])),
        "zoom": (float(true[2]), float(found[2])),
        "light": (float(true_gain), float(made.gain[-1].mean())),
    }
    own = (clip.track.sources - clip.track.sources.mean(0)).std()
    pairs["motion energy"] = (float(own), float((read_points(made) - read_points(made).mean(0)).std()))
    if clip.ask.kind != "none":
        half = slice(FRAMES // 2, None)
        pairs["effect height"] = (float(clip.track.effect[half, 0].mean()), float(made.effect[half, 0].mean()))
        pairs["effect sway"] = (float(clip.track.effect[1:, 3].std()), float(made.effect[1:, 3].std()))
    return pairs


def summarise(results: list[Result], *, seed: int) -> dict[str, Any]:
    """Means, paired differences with intervals, and agreement of the controls."""
    rng = np.random.default_rng(seed)
    errors = {name: np.array([result.errors[name] for result in results]) for name in results[0].errors}
    means = {name: asdict(bootstrap(values, rng)) for name, values in errors.items()}
    gains = {
        name: asdict(bootstrap(values - errors["generated"], rng))
        for name, values in errors.items()
        if name != "generated"
    }
    return {
        "clips": len(results),
        "views": len({result.view for result in results}),
        "endpoint_error_px_at_1280": means,
        "generated_is_better_by_px": gains,
        "controls": {name: agreement(results, name) for name in CONTROLS},
        "sound_class_accuracy": sound_accuracy(results),
    }


def bootstrap(values: np.ndarray, rng: np.random.Generator) -> Interval:
    """Percentile interval of the mean over resampled clips."""
    picks = values[rng.integers(len(values), size=(RESAMPLES, len(values)))].mean(1)
    low, high = np.percentile(picks, [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))


def agreement(results: list[Result], name: str) -> dict[str, float]:
    """Correlation and through-zero slope of generated on true, and how many clips it covers."""
    pairs = np.array([result.controls[name] for result in results if name in result.controls])
    if len(pairs) < 3:
        return {"clips": float(len(pairs))}
    true, found = pairs.T
    shift = 1.0 if name == "light" else 0.0
    slope = float(((true - shift) * (found - shift)).sum() / max(((true - shift) ** 2).sum(), 1e-9))
    spread = float(true.std() * found.std())
    correlation = float(np.corrcoef(true, found)[0, 1]) if spread > 1e-12 else 0.0
    return {"clips": float(len(pairs)), "correlation": correlation, "slope": slope}


def sound_accuracy(results: list[Result]) -> float:
    """Share of clips whose mean spectrum is nearest to the true spectra of its own sound class."""
    names = sorted({result.sound_true for result in results})
    centres = np.stack([np.mean([r.true_mel for r in results if r.sound_true == name], axis=0) for name in names])
    nearest = [names[int(((r.sound_mel - centres) ** 2).sum(1).argmin())] for r in results]
    return float(np.mean([found == r.sound_true for found, r in zip(nearest, results, strict=True)]))
