"""A distillation run: resumable to the iteration, with a moving average of the student, which is what ships."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model.architecture.transformer import UnifiedTransformer
from model.checkpoint import write_state
from model.distillation.dmd2 import DistillationRecipe, Distiller, Task
from model.training.clips import ClipStore
from model.training.loop import draw_batch, step_generator
from model.training.recipe import Recipe


class Distillation:
    """The networks, their optimisers and the student's average, kept in `folder` after any stop."""

    def __init__(self, teacher: dict[str, Tensor], training: Recipe, recipe: DistillationRecipe, folder: Path) -> None:
        self.recipe, self.folder, self.iteration = recipe, folder, 0

        def copy() -> UnifiedTransformer:
            network = UnifiedTransformer(training.model)
            network.load_state_dict(teacher, strict=True)
            return network

        self.distiller = Distiller(copy(), copy(), copy(), recipe, training.model.prediction)
        self.average = {name: tensor.detach().clone() for name, tensor in self.distiller.student.named_parameters()}
        if self.state_path.is_file():
            self._resume()

    @property
    def state_path(self) -> Path:
        return self.folder / "state.pt"

    def iterate(self, task: Task, generator: torch.Generator) -> dict[str, Any]:
        """The fake score's updates, then one of the student; returns losses by name."""
        fake = [self.distiller.fake_step(task, generator) for _ in range(self.recipe.fake_updates)]
        kind, loss = self.distiller.student_step(task, generator)
        self.iteration += 1
        with torch.no_grad():
            for name, tensor in self.distiller.student.named_parameters():
                self.average[name].lerp_(tensor, 1 - self.recipe.ema)
        return {"step": self.iteration, "loss": loss, "kind": kind, "fake": fake[-1]}

    def save(self) -> None:
        distiller = self.distiller
        state = {
            "step": self.iteration,
            "network": distiller.student.state_dict(),
            "average": self.average,
            "fake": distiller.fake.state_dict(),
            "optimisers": {name: optimiser.state_dict() for name, optimiser in distiller.optimisers.items()},
        }
        write_state(self.state_path, state)

    def _resume(self) -> None:
        state = torch.load(self.state_path, weights_only=True)
        self.iteration, self.average = state["step"], state["average"]
        self.distiller.student.load_state_dict(state["network"])
        self.distiller.fake.load_state_dict(state["fake"])
        for name, optimiser in self.distiller.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])


def distil(run: Distillation, training: Recipe, *, shards: Path, null_text: Tensor) -> Iterator[dict[str, Any]]:
    """Run to the last iteration, yielding one record each; state is saved on the way and at the end."""
    store, recipe = ClipStore.open(shards), run.recipe
    training = replace(training, batch=recipe.batch)
    run.folder.mkdir(parents=True, exist_ok=True)
    while run.iteration < recipe.iterations:
        batch = draw_batch(store, training, step=run.iteration, null_text=null_text)
        record = run.iterate(Task.of(batch), step_generator(training, run.iteration, 2))
        with (run.folder / "curve.jsonl").open("a") as curve:
            curve.write(json.dumps(record) + "\n")
        if run.iteration % recipe.save_every == 0 or run.iteration == recipe.iterations:
            run.save()
        yield record
