"""The whole evaluation of one checkpoint: sample every held-out clip, then put the figures together."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from model.evaluation import held_out, summary
from model.evaluation.baselines import Baselines
from model.evaluation.looks import faults
from model.evaluation.measures import COMPONENTS, FEATURES, Scales, controls, endpoint_error, features, part_errors
from model.evaluation.outcome import Outcome, exact, generated
from model.inference.generator import Generator
from model.training.clips import Clip
from model.training.prepare import Sources
from model.training.sounds import sound_class

CONTROLS = ("pan", "tilt", "zoom", "light", "effect height", "effect sway", "own motion")
PARTS = ("motion", "own motion", "light", "effect", "sound")
SUBJECT = "generated"
DRAW_APART = 1_000_000
"""Between the seeds of two draws."""
WORDS_ALONE = ("pan/zoom", "parallax")
"""Baselines whose camera is judged too: what the words' average reaches by the same measure."""
LOUD_EFFECTS = ("jet", "mist")
"""Effects whose own sound covers the ambience."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Candidate:
    """Weights with the number of steps they are sampled with."""

    generator: Generator
    steps: int
    draw: int = 0
    """Another number is another draw of noise: how far apart two draws of the same weights are."""


@dataclass(frozen=True)
class Plan:
    """What is measured: where the clips come from, how many ask for more than a camera move, how many do not."""

    sources: Sources
    shards: Path
    more: int
    camera: int
    seed: int


@dataclass(frozen=True)
class Figures:
    """What is kept of one candidate's outcome, or of the exact one."""

    controls: dict[str, tuple[float, float]]
    spectrum: np.ndarray
    features: np.ndarray
    faults: dict[str, float]


@dataclass(frozen=True)
class Judged:
    """A clip with the errors of every way to make it, and the figures of candidates and truth."""

    clip: Clip
    pixels: dict[str, float]
    parts: dict[str, dict[str, float]]
    figures: dict[str, Figures]

    @property
    def sound(self) -> str:
        return sound_class(self.clip.view.sound)


def evaluate(candidates: dict[str, Candidate], plan: Plan, progress: Progress) -> dict[str, Any]:
    """All figures as one record. The candidate named `generated` is the subject; the others are set beside it on the
    same clips and noise. `progress` hears the clips that are done and how many there are."""
    subject = candidates[SUBJECT].generator
    statistics = held_out.training_statistics(plan.sources)
    baselines = Baselines.fit(statistics, shards=plan.shards, codecs=subject.codecs)
    scales = Scales.of(statistics)
    clips = held_out.clips_with_more(plan.sources, plan.more)
    clips += held_out.clips_of_camera_alone(plan.sources, plan.camera)
    judged = []
    for number, clip in enumerate(clips):
        ways = sampled(candidates, clip, other_prompt(clips, number), seed=plan.seed + number)
        ways |= baselines.outcomes(clip, subject.text_encoder.encode(clip.prompt))
        judged.append(judge(clip, ways, [*candidates, *WORDS_ALONE], scales))
        progress(number + 1, len(clips))
    more, camera = judged[: plan.more], judged[plan.more :]
    others = [describe(exact(clip), clip).features for clip in held_out.other_draw(plan.sources, len(more))]
    return {
        "weights": {name: [one.generator.weights_sha256, one.steps, one.draw] for name, one in candidates.items()},
        "more than a camera move": figures_of(more, plan.seed),
        "camera move alone": figures_of(camera, plan.seed),
        "controls": {
            way: {name: control_agreement(judged, way, name, plan.seed) for name in CONTROLS}
            for way in (*candidates, *WORDS_ALONE)
        },
        "sound": sound_agreement(more, statistics),
        "frechet": frechet_distances(more, statistics, others),
        "faults": mean_faults(judged),
    }


def sampled(candidates: dict[str, Candidate], clip: Clip, other: str, *, seed: int) -> dict[str, Outcome]:
    """What every candidate makes of a clip, and what the subject makes of it under another prompt."""
    ways = {
        name: generated(one.generator, clip, clip.prompt, steps=one.steps, seed=seed + DRAW_APART * one.draw)
        for name, one in candidates.items()
    }
    subject = candidates[SUBJECT]
    return ways | {"shuffled prompt": generated(subject.generator, clip, other, steps=subject.steps, seed=seed)}


def judge(clip: Clip, ways: dict[str, Outcome], described: list[str], scales: Scales) -> Judged:
    """Errors of all ways, figures of the truth and of those that are to be described."""
    truth, layout = exact(clip), clip.view.layout
    return Judged(
        clip,
        {name: endpoint_error(outcome, truth, layout) for name, outcome in ways.items()},
        {name: part_errors(outcome, truth, clip, scales) for name, outcome in ways.items()},
        {name: describe(ways[name], clip) for name in described} | {"exact": describe(truth, clip)},
    )


def describe(outcome: Outcome, clip: Clip) -> Figures:
    return Figures(
        controls(outcome, exact(clip), clip),
        outcome.spectrum.numpy(),
        features(outcome, clip).double().numpy(),
        faults(outcome, clip.view.layout, clip.track.rigid),
    )


def other_prompt(clips: list[Clip], index: int) -> str:
    """The prompt of the next clip that asks for another camera move."""
    for offset in range(1, len(clips)):
        candidate = clips[(index + offset) % len(clips)]
        if candidate.direction.camera != clips[index].direction.camera:
            return candidate.prompt
    raise ValueError("all evaluation clips ask for the same camera move: take more clips")


def figures_of(judged: list[Judged], seed: int) -> dict[str, Any]:
    """Both errors of a group of clips, and the parts of the standardised one."""
    views, ways = [one.clip.view.name for one in judged], list(judged[0].pixels)
    pixels = {way: np.array([one.pixels[way] for one in judged]) for way in ways}
    whole = {way: np.array([np.mean(list(one.parts[way].values())) for one in judged]) for way in ways}
    parts = {
        part: {way: float(np.mean([one.parts[way][part] for one in judged if part in one.parts[way]])) for way in ways}
        for part in PARTS
        if any(part in one.parts[SUBJECT] for one in judged)
    }
    return {
        "clips": len(judged),
        "views": len(set(views)),
        "standardised error": summary.compared(whole, views, seed=seed),
        "endpoint error px at 1280": summary.compared(pixels, views, seed=seed),
        "parts": parts,
    }


def control_agreement(judged: list[Judged], way: str, name: str, seed: int) -> dict[str, Any]:
    kept = [one for one in judged if name in one.figures[way].controls]
    pairs = np.array([one.figures[way].controls[name] for one in kept])
    return summary.agreement(pairs, [one.clip.view.name for one in kept], seed=seed)


def sound_agreement(judged: list[Judged], statistics: list[Clip]) -> dict[str, Any]:
    """Nearest class of a spectrum among the centres of training clips, for classes that training had.

    `named` are the prompts that name the sound and have lost the scene's tags.
    """
    spectra: dict[str, list[Tensor]] = {}
    for clip in statistics:
        if clip.direction.effect not in LOUD_EFFECTS:
            spectra.setdefault(sound_class(clip.view.sound), []).append(exact(clip).spectrum)
    centres = {name: torch.stack(found).mean(0).numpy() for name, found in spectra.items()}
    usable = [one for one in judged if one.sound in centres and one.clip.direction.effect not in LOUD_EFFECTS]
    named = [one for one in usable if "Sound:" in one.clip.prompt and not one.clip.view.tags]
    table: dict[str, Any] = {"classes": sorted(centres)}
    for group, members in {"all": usable, "named, tags removed": named}.items():
        table[group] = {"clips": len(members), "classes": sorted({one.sound for one in members})}
        for way in judged[0].figures if members else ():
            found = np.array([one.figures[way].spectrum for one in members])
            table[group][way] = summary.nearest_class(found, [one.sound for one in members], centres)
    return table


def frechet_distances(judged: list[Judged], statistics: list[Clip], others: list[np.ndarray]) -> dict[str, Any]:
    """Made against exact clips; the noise floor is another draw of exact clips of the same views."""
    known = np.stack([features(exact(clip), clip).double().numpy() for clip in statistics])
    space = summary.FeatureSpace.fit(known, COMPONENTS)
    placed = {way: space.place(np.stack([one.figures[way].features for one in judged])) for way in judged[0].figures}
    truth = placed.pop("exact")
    distances: dict[str, Any] = {way: summary.frechet(values, truth) for way, values in placed.items()}
    return {"space": FEATURES, **distances, "noise floor": summary.frechet(space.place(np.stack(others)), truth)}


def mean_faults(judged: list[Judged]) -> dict[str, dict[str, float]]:
    """Mean figures of visible faults of candidates and exact clips."""
    names = judged[0].figures["exact"].faults
    return {
        way: {name: float(np.mean([one.figures[way].faults[name] for one in judged])) for name in names}
        for way in judged[0].figures
    }
