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
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Plan:
    """What is measured: where the clips come from, how many ask for more than a camera move, how many do not."""

    sources: Sources
    shards: Path
    more: int
    camera: int
    steps: int
    seed: int


@dataclass(frozen=True)
class Judged:
    """A clip with the errors of every way to make it, and what the weights made."""

    clip: Clip
    made: Outcome
    truth: Outcome
    pixels: dict[str, float]
    parts: dict[str, dict[str, float]]


WAYS: dict[str, Callable[[Judged], Outcome]] = {"generated": lambda one: one.made, "exact": lambda one: one.truth}


def evaluate(generator: Generator, plan: Plan, progress: Progress) -> dict[str, Any]:
    """All figures as one record. `progress` hears the clips that are done and how many there are."""
    statistics = held_out.training_statistics(plan.sources)
    baselines = Baselines.fit(statistics, shards=plan.shards, codecs=generator.codecs)
    scales = Scales.of(statistics)
    more = held_out.clips_with_more(plan.sources, plan.more)
    camera = held_out.clips_of_camera_alone(plan.sources, plan.camera)
    judged = []
    for number, clip in enumerate([*more, *camera]):
        other = other_prompt([*more, *camera], number)
        judged.append(judge(generator, clip, other, baselines=baselines, scales=scales, plan=plan, number=number))
        progress(number + 1, len(more) + len(camera))
    first, second = judged[: len(more)], judged[len(more) :]
    return {
        "weights": generator.weights_sha256,
        "steps": plan.steps,
        "more than a camera move": figures_of(first, plan.seed),
        "camera move alone": figures_of(second, plan.seed),
        "controls": {name: control_agreement(judged, name, plan.seed) for name in CONTROLS},
        "sound": sound_agreement(first, statistics),
        "frechet": frechet_distances(first, statistics, held_out.other_draw(plan.sources, len(first))),
        "faults": mean_faults(judged),
    }


def other_prompt(clips: list[Clip], index: int) -> str:
    """The prompt of the next clip that asks for another camera move."""
    for offset in range(1, len(clips)):
        candidate = clips[(index + offset) % len(clips)]
        if candidate.direction.camera != clips[index].direction.camera:
            return candidate.prompt
    raise ValueError("all evaluation clips ask for the same camera move: take more clips")


def judge(  # noqa: PLR0913  # one clip with all it is judged by
    generator: Generator, clip: Clip, other: str, *, baselines: Baselines, scales: Scales, plan: Plan, number: int
) -> Judged:
    """Sample a clip under its own prompt and another's, and take the errors of these and of the baselines."""
    seed, steps = plan.seed + number, plan.steps
    made = generated(generator, clip, clip.prompt, steps=steps, seed=seed)
    ways = {"generated": made, "shuffled prompt": generated(generator, clip, other, steps=steps, seed=seed)}
    ways |= baselines.outcomes(clip, generator.text_encoder.encode(clip.prompt))
    truth, layout = exact(clip), clip.view.layout
    return Judged(
        clip,
        made,
        truth,
        {name: endpoint_error(outcome, truth, layout) for name, outcome in ways.items()},
        {name: part_errors(outcome, truth, clip, scales) for name, outcome in ways.items()},
    )


def figures_of(judged: list[Judged], seed: int) -> dict[str, Any]:
    """Both errors of a group of clips, and the parts of the standardised one."""
    views, ways = [one.clip.view.name for one in judged], list(judged[0].pixels)
    pixels = {way: np.array([one.pixels[way] for one in judged]) for way in ways}
    whole = {way: np.array([np.mean(list(one.parts[way].values())) for one in judged]) for way in ways}
    parts = {
        part: {way: float(np.mean([one.parts[way][part] for one in judged if part in one.parts[way]])) for way in ways}
        for part in PARTS
        if any(part in one.parts["generated"] for one in judged)
    }
    return {
        "clips": len(judged),
        "views": len(set(views)),
        "standardised error": summary.compared(whole, views, seed=seed),
        "endpoint error px at 1280": summary.compared(pixels, views, seed=seed),
        "parts": parts,
    }


def control_agreement(judged: list[Judged], name: str, seed: int) -> dict[str, Any]:
    found = [(one.clip.view.name, controls(one.made, one.truth, one.clip)) for one in judged]
    kept = [(view, pairs[name]) for view, pairs in found if name in pairs]
    return summary.agreement(np.array([pair for _, pair in kept]), [view for view, _ in kept], seed=seed)


def sound_agreement(judged: list[Judged], statistics: list[Clip]) -> dict[str, float]:
    """Nearest class of the made spectrum, among centres of training clips; `named` has the scene's tags removed."""
    spectra: dict[str, list[Tensor]] = {}
    for clip in statistics:
        if clip.direction.effect not in ("jet", "mist"):  # their own sound covers the ambience
            spectra.setdefault(sound_class(clip.view.sound), []).append(exact(clip).spectrum)
    centres = {name: torch.stack(found).mean(0).numpy() for name, found in spectra.items()}
    usable = [
        one
        for one in judged
        if sound_class(one.clip.view.sound) in centres and one.clip.direction.effect not in ("jet", "mist")
    ]
    named = [one for one in usable if "Sound:" in one.clip.prompt and not one.clip.view.tags]
    figures: dict[str, float] = {"classes": len(centres)}
    for group, members in {"all": usable, "named, tags removed": named}.items():
        classes = [sound_class(one.clip.view.sound) for one in members]
        figures[f"{group}: clips"] = len(members)
        for way, of in WAYS.items():
            found = np.array([of(one).spectrum.numpy() for one in members])
            figures[f"{group}: {way}"] = summary.nearest_class(found, classes, centres) if members else float("nan")
    return figures


def frechet_distances(judged: list[Judged], statistics: list[Clip], others: list[Clip]) -> dict[str, Any]:
    """Made against exact clips; the noise floor is another draw of exact clips of the same views."""

    def described(pairs: list[tuple[Outcome, Clip]]) -> np.ndarray:
        return torch.stack([features(outcome, clip) for outcome, clip in pairs]).double().numpy()

    space = summary.FeatureSpace.fit(described([(exact(clip), clip) for clip in statistics]), COMPONENTS)
    truth = space.place(described([(one.truth, one.clip) for one in judged]))
    made = space.place(described([(one.made, one.clip) for one in judged]))
    again = space.place(described([(exact(clip), clip) for clip in others]))
    return {
        "space": FEATURES,
        "generated": summary.frechet(made, truth),
        "noise floor": summary.frechet(again, truth),
    }


def mean_faults(judged: list[Judged]) -> dict[str, dict[str, float]]:
    """Mean figures of visible faults of made and exact clips."""
    table: dict[str, dict[str, float]] = {}
    for way, of in WAYS.items():
        found = [faults(of(one), one.clip.view.layout, one.clip.track.rigid) for one in judged]
        table[way] = {name: float(np.mean([figures[name] for figures in found])) for name in found[0]}
    return table
