"""The record of everything that decides a training run besides its data."""

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
    """Peak rate of Muon on the block matrices (in AdamW's scale) and of AdamW on all the rest."""
    warmup_steps: int = 20
    final_rate: float = 0.05
    """Rate at the last step, as a share of the peak."""
    decay_share: float = 0.3
    """Share of the steps, at the end, over which the rate falls linearly; before it is constant, so that a run can be
    lengthened without starting again."""
    text_drop: float = 0.1
    ema: float = 0.99
    sigma_mean: float = 0.7
    sigma_spread: float = 1.3
    opening_share: float = 0.0
    """Share of samples at the sampler's first level, where words alone decide: logit-normal levels hardly reach it."""
    max_sample_weight: float = 6.0
    """Cap of 1 / sigma^2, the weight that makes a sample loss a velocity loss."""
    weights: tuple[tuple[str, float], ...] = (("camera", 3.0), ("effect", 0.7), ("cell", 1.5), ("sound", 0.4))
    """Loss weight of each kind; within a kind all numbers count alike. Camera rows are few and decide the most."""
    save_every: int = 15
    compile_layers: bool = False
