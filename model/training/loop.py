"""The training loop: flow matching on packed sequences, Muon with AdamW, a moving average, resumable to the step."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model.architecture.transformer import UnifiedTransformer, initialise
from model.checkpoint import write_state
from model.flow import FIRST_SIGMA, add_noise, logit_normal_sigmas
from model.tokens.compact import SLOTS, CompactLatent, CompactLayout, free_numbers, to_rows
from model.tokens.sequence import Segments, pack
from model.training.clips import ClipStore
from model.training.recipe import Recipe

LATENT_NAMES = ("keyframe", "asked", "camera", "effect", "cells", "sound")
LIMITS = {"keyframe": 12.0, "asked": 4.0, "camera": 24.0, "effect": 4.0, "cells": 4.0, "sound": 6.0}
"""Latents beyond these are outliers (cells across a depth edge reach 90 deviations) and would own the squared loss.
Camera rows reach 22 in the widest moves, which are no outliers."""
TALL_ROWS, TALL_COLUMNS = 9, 5


@dataclass(frozen=True)
class Batch:
    """Packed clean tokens (B, L, W), coordinates (B, L, 9), and which numbers are to be denoised (L, W) by kind."""

    clean: Tensor
    coordinates: Tensor
    segments: Segments
    targets: dict[str, Tensor]


def draw_batch(store: ClipStore, recipe: Recipe, *, step: int, null_text: Tensor) -> Batch:
    """The batch of one step: clips whose prompts have equally many tokens, and one choice of slots for all."""
    generator = step_generator(recipe, step)
    full = step >= recipe.steps * (1 - recipe.full_share)
    groups = store.groups()
    lengths = torch.tensor(list(groups))
    sizes = torch.tensor([float(len(members)) for members in groups.values()])
    members = groups[int(lengths[torch.multinomial(sizes, 1, generator=generator)])]
    size = recipe.full_batch if full else recipe.batch
    chosen = members[torch.randint(len(members), (size,), generator=generator)]
    count = SLOTS if full else recipe.short_slots
    slots = torch.randperm(SLOTS, generator=generator)[:count].sort().values
    drop = bool(torch.rand((), generator=generator) < recipe.text_drop)
    text = null_text.expand(size, -1, -1) if drop else torch.stack([store.texts[int(index)] for index in chosen])
    return assemble(store, chosen, slots=slots, text=text.float(), width=recipe.model.token_width)


def assemble(store: ClipStore, chosen: Tensor, *, slots: Tensor, text: Tensor, width: int) -> Batch:
    """Pack the chosen clips; wide and tall ones mix, for they differ in coordinates alone."""
    parts = (store.tensors[name][chosen].float().clamp(-LIMITS[name], LIMITS[name]) for name in LATENT_NAMES)
    latent = CompactLatent(*parts).choose(slots)
    numbers = tuple(int(slot) + 1 for slot in slots)
    wide, tall = CompactLayout(TALL_COLUMNS, TALL_ROWS, numbers), CompactLayout(TALL_ROWS, TALL_COLUMNS, numbers)
    both = torch.stack([layout.coordinates(text.shape[1]) for layout in (wide, tall)])
    clean = pack(to_rows(latent, wide), latent.sound, text, width=width)
    segments = wide.segments(text.shape[1])
    return Batch(clean, both[store.tensors["tall"][chosen].long()], segments, free_numbers(wide, segments, width))


def flow_loss(
    network: torch.nn.Module, batch: Batch, recipe: Recipe, *, generator: torch.Generator
) -> tuple[Tensor, dict[str, float]]:
    """Velocity loss, with 1 / sigma^2 capped when the head predicts samples; also the unweighted loss of each kind."""
    size = len(batch.clean)
    noise = torch.randn(batch.clean.shape, generator=generator)
    sigma = draw_sigmas(size, recipe, generator=generator)[:, None, None]
    free = torch.stack(list(batch.targets.values())).any(0)
    noisy = torch.where(free, add_noise(batch.clean, noise, sigma), batch.clean)
    output = network(noisy, batch.coordinates, batch.segments)
    wanted = batch.clean if recipe.model.prediction == "sample" else noise - batch.clean
    width = output.shape[-1]
    error = (output - wanted[..., :width]).square()
    weight = (1 / sigma.square()).clamp(max=recipe.max_sample_weight) if recipe.model.prediction == "sample" else 1.0
    weighted, parts, scales = error * weight, {}, dict(recipe.weights)
    total = torch.zeros(())
    for kind, mask in batch.targets.items():
        total = total + scales[kind] * weighted[:, mask[:, :width]].mean()
        parts[kind] = float(error.detach()[:, mask[:, :width]].mean())
    return total, parts


def draw_sigmas(size: int, recipe: Recipe, *, generator: torch.Generator) -> Tensor:
    """Noise levels (size,): logit-normal, and for `opening_share` of the samples the level sampling starts from."""
    sigma = logit_normal_sigmas(size, generator=generator, mean=recipe.sigma_mean, spread=recipe.sigma_spread)
    if recipe.opening_share:
        sigma[torch.rand(size, generator=generator) < recipe.opening_share] = FIRST_SIGMA
    return sigma


class Trainer:
    """Network, moving average and optimisers of one run, kept in `folder` so that it can go on after any stop."""

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.recipe, self.folder, self.step = recipe, folder, 0
        self.network = UnifiedTransformer(recipe.model)
        initialise(self.network, recipe.seed)
        self.average = {name: tensor.detach().clone() for name, tensor in self.network.named_parameters()}
        block = {name: p for name, p in self.network.named_parameters() if p.ndim == 2 and name.startswith("block")}
        rest = [p for name, p in self.network.named_parameters() if name not in block]
        rate = recipe.learning_rate
        self.optimisers: list[torch.optim.Optimizer] = [
            torch.optim.Muon(
                list(block.values()), lr=rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw", ns_steps=4
            ),
            torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.0),
        ]
        self.peaks = [rate, rate]
        if self.state_path.is_file():
            self._resume()
        if recipe.compile_layers:
            self._compile()

    @property
    def state_path(self) -> Path:
        return self.folder / "state.pt"

    def train_step(self, batch: Batch) -> dict[str, float]:
        """One update; returns losses by name."""
        for optimiser, peak in zip(self.optimisers, self.peaks, strict=True):
            for group in optimiser.param_groups:
                group["lr"] = peak * rate_at(self.step, self.recipe)
        loss, parts = flow_loss(self.network, batch, self.recipe, generator=step_generator(self.recipe, self.step, 1))
        if not bool(torch.isfinite(loss)):
            raise FloatingPointError(f"the loss is {float(loss)} at step {self.step}: lower the learning rate")
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves Tensor.backward untyped
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad()
        self.step += 1
        self._follow()
        return {"loss": float(loss.detach()), **parts}

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the average; it forgets quickly at first, so that early checkpoints are usable."""
        keep = min(self.recipe.ema, (1 + self.step) / (10 + self.step))
        for name, tensor in self.network.named_parameters():
            self.average[name].lerp_(tensor, 1 - keep)

    def save(self) -> None:
        state = {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
        }
        write_state(self.state_path, state)

    def _resume(self) -> None:
        state = torch.load(self.state_path, weights_only=True)
        self.step, self.average = state["step"], state["average"]
        self.network.load_state_dict(state["network"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)

    def _compile(self) -> None:
        """Compile the shared layers: one graph serves them all, and lengths vary with the prompts."""
        for index, layer in enumerate(self.network.block.layers):
            if self.recipe.model.experts(index) == 1:
                layer.compile(dynamic=True)


def train(recipe: Recipe, *, shards: Path, folder: Path, null_text: Tensor) -> Iterator[dict[str, Any]]:
    """Run to the last step, yielding one record a step; state is saved on the way and at the end."""
    store, trainer = ClipStore.open(shards), Trainer(recipe, folder)
    folder.mkdir(parents=True, exist_ok=True)
    curve = folder / "curve.jsonl"
    while trainer.step < recipe.steps:
        started = time.perf_counter()
        batch = draw_batch(store, recipe, step=trainer.step, null_text=null_text)
        record = {"step": trainer.step, **trainer.train_step(batch), "clips": len(store)}
        record["seconds"] = round(time.perf_counter() - started, 3)
        if trainer.step % recipe.save_every == 0 or trainer.step == recipe.steps:
            trainer.save()
            store.refresh()
        with curve.open("a") as file:
            file.write(json.dumps(record) + "\n")
        yield record


def rate_at(step: int, recipe: Recipe) -> float:
    """Share of the peak rate: linear warm-up, a plateau, then linear decay to the final rate."""
    if step < recipe.warmup_steps:
        return (step + 1) / recipe.warmup_steps
    left = (recipe.steps - step) / max(recipe.steps * recipe.decay_share, 1)
    return min(1.0, recipe.final_rate + (1 - recipe.final_rate) * left)


def step_generator(recipe: Recipe, step: int, stream: int = 0) -> torch.Generator:
    """Randomness that depends on seed and step alone: a resumed run draws what the unbroken one would have."""
    return torch.Generator().manual_seed((recipe.seed * 1_000_003 + step) * 8 + stream)
