"""A training run is a function that returns its whole recipe; there are no other knobs."""

from collections.abc import Callable
from dataclasses import dataclass

from model.config import ModelConfig


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides a run besides its data."""

    name: str
    model: ModelConfig
    seed: int = 1
    steps: int
    batch: int
    short_slots: int
    """Slots a sample in the first part of the run; rotary time makes any subset of the twelve a valid sample."""
    full_share: float
    """Share of the steps, at the end, that see all twelve slots."""
    full_batch: int
    learning_rate: float
    """Peak rate of Muon on the block matrices, in AdamW's scale; the rest gets AdamW at a third of it."""
    warmup_steps: int = 30
    final_rate: float = 0.05
    """Rate at the last step, as a share of the peak; the decay is linear."""
    text_drop: float = 0.1
    ema: float = 0.99
    sigma_mean: float = 0.7
    sigma_spread: float = 1.3
    max_sample_weight: float = 6.0
    """Cap of 1 / sigma^2, the weight that makes a sample loss a velocity loss."""
    weights: tuple[tuple[str, float], ...] = (("camera", 1.5), ("effect", 0.7), ("cell", 1.5), ("sound", 0.4))
    """Loss weight of each kind; within a kind all numbers count alike. Camera rows are few and decide the most."""
    save_every: int = 100
    compile_layers: bool = False


def compact_cpu() -> Recipe:
    """The shipped checkpoint: about an hour on two shared CPU cores."""
    return Recipe(
        name="compact_cpu",
        model=ModelConfig.compact(),
        steps=700,
        batch=24,
        short_slots=3,
        full_share=0.12,
        full_batch=10,
        learning_rate=3e-3,
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


RECIPES: dict[str, Callable[[], Recipe]] = {"compact_cpu": compact_cpu, "debug": debug}
