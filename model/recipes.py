"""A training run is a function that returns its whole recipe; there are no other knobs."""

from collections.abc import Callable
from dataclasses import replace

from model.config import ModelConfig
from model.training.recipe import Recipe


def compact_cpu() -> Recipe:
    """The first stage of the shipped checkpoint: an hour and a half on two shared CPU cores."""
    return Recipe(
        name="compact_cpu",
        model=ModelConfig.compact(),
        steps=980,
        batch=32,
        short_slots=2,
        full_share=0.04,
        full_batch=10,
        learning_rate=3e-3,
        decay_share=0.3,
        text_drop=0.04,
        sigma_mean=1.5,
        sigma_spread=1.5,
        opening_share=0.3,
    )


def compact_cpu_longer() -> Recipe:
    """The second stage: `compact_cpu`'s state copied to another run and carried on, mirrored views in the data."""
    return replace(
        compact_cpu(),
        name="compact_cpu_longer",
        steps=1450,
        learning_rate=2.5e-3,
        decay_share=0.059,
        final_rate=0.02,
        full_share=0.02,
    )


def compact_cpu_annealed() -> Recipe:
    """The third stage: one linear fall of the rate from its first step to its last, camera rows and first level first.

    Started from a copy of the second stage's state; the rate falls over `steps - 1450` steps.
    """
    steps = 1700
    return replace(
        compact_cpu(),
        name="compact_cpu_annealed",
        steps=steps,
        learning_rate=1.5e-3,
        decay_share=(steps - 1450) / steps,
        final_rate=0.02,
        full_share=0.0035,
        opening_share=0.4,
        ema=0.98,
        weights=(("camera", 8.0), ("effect", 0.7), ("cell", 1.5), ("sound", 0.3)),
    )


def compact_cpu_widened() -> Recipe:
    """The fourth stage: another fall from a copy of the third stage's state, wide camera moves no longer clamped."""
    steps = 3400
    return replace(compact_cpu_annealed(), name="compact_cpu_widened", steps=steps, decay_share=(steps - 1700) / steps)


def compact_cpu_whole() -> Recipe:
    """The fifth stage: all twelve slots at once, from a copy of the fourth stage's state.

    Learnt from two slots a sample, moves come out right when two are sampled and a tenth too small when twelve are.
    """
    steps, whole = 3760, 360
    return replace(
        compact_cpu_widened(),
        name="compact_cpu_whole",
        steps=steps,
        learning_rate=8e-4,
        decay_share=whole / steps,
        full_share=whole / steps,
        weights=(("camera", 8.0), ("effect", 0.7), ("cell", 1.5), ("sound", 0.5)),
    )


def compact_cpu_settled() -> Recipe:
    """The sixth stage: once more all twelve slots, from a copy of the fifth stage's state."""
    steps, whole = 4200, 440
    return replace(
        compact_cpu_whole(),
        name="compact_cpu_settled",
        steps=steps,
        learning_rate=1e-3,
        decay_share=whole / steps,
        full_share=whole / steps,
    )


def debug() -> Recipe:
    """The whole life of a model in a test."""
    return Recipe(
        name="debug",
        model=ModelConfig.debug(),
        steps=8,
        batch=4,
        short_slots=2,
        full_share=0.25,
        full_batch=2,
        learning_rate=2e-3,
        warmup_steps=2,
        save_every=4,
    )


RECIPES: dict[str, Callable[[], Recipe]] = {
    "compact_cpu": compact_cpu,
    "compact_cpu_longer": compact_cpu_longer,
    "compact_cpu_annealed": compact_cpu_annealed,
    "compact_cpu_widened": compact_cpu_widened,
    "compact_cpu_whole": compact_cpu_whole,
    "compact_cpu_settled": compact_cpu_settled,
    "debug": debug,
}
