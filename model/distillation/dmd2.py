"""Distribution matching distillation (DMD-2, Yin et al. 2024, arXiv 2405.14867) on packed sequences.

Three networks start from the same weights. The frozen teacher knows where real clips lie; the fake score learns where
the student's clips lie; the student moves along the difference. Its inputs are its own states on the way down
(backward simulation), by the Euler steps that sampling takes, so that it is trained on what it will meet. On some steps
it copies real clips instead (anchor).
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from model.config import Prediction
from model.flow import add_noise, clean_from, euler_step, logit_normal_sigmas, shifted_sigmas, velocity_from
from model.inference.sampler import SHIFT
from model.tokens.sequence import Segments
from model.training.loop import Batch


@dataclass(frozen=True, kw_only=True)
class DistillationRecipe:
    """What decides a distillation; the rates are those at which small runs neither stood still nor diverged."""

    steps: int = 4
    """Levels of the student's own schedule."""
    iterations: int = 400
    student_rate: float = 1e-5
    fake_rate: float = 5e-5
    fake_updates: int = 2
    """Updates of the fake score for each of the student."""
    anchor_share: float = 0.25
    """Share of the student's updates that copy real clips at one of its levels."""
    batch: int = 16
    """Clips of a task; an iteration costs about six times a training step of as many."""
    ema: float = 0.95
    sigma_mean: float = 0.7
    sigma_spread: float = 1.3
    seed: int = 1
    save_every: int = 5


@dataclass(frozen=True)
class Task:
    """A batch to complete: known numbers, which are to be generated (L, W), and the layout."""

    clean: Tensor
    free: Tensor
    coordinates: Tensor
    segments: Segments

    @classmethod
    def of(cls, batch: Batch) -> "Task":
        free = torch.stack(list(batch.targets.values())).any(0)
        return cls(batch.clean, free, batch.coordinates, batch.segments)

    def noisy(self, clean: Tensor, noise: Tensor, sigma: Tensor) -> Tensor:
        """The clip at a noise level, known numbers clean."""
        return torch.where(self.free, add_noise(clean, noise, sigma), self.clean)

    def estimate(self, network: nn.Module, noisy: Tensor, sigma: Tensor, prediction: Prediction) -> Tensor:
        """The clean clip (B, L, W) that a network sees in a noisy one, known numbers as given."""
        output = network(noisy, self.coordinates, self.segments)
        width = output.shape[-1]
        clean = clean_from(output, noisy[..., :width], sigma, prediction=prediction)
        clean = torch.cat([clean, noisy[..., width:]], dim=-1)
        return torch.where(self.free, clean, self.clean)

    def mean(self, values: Tensor) -> Tensor:
        """Mean over the numbers to be generated; values (B, L, W)."""
        return values[:, self.free].mean()


class Distiller:
    """Student, fake score and frozen teacher with the two updates that alternate."""

    def __init__(
        self,
        teacher: nn.Module,
        student: nn.Module,
        fake: nn.Module,
        recipe: DistillationRecipe,
        prediction: Prediction,
    ) -> None:
        self.teacher, self.student, self.fake = teacher.requires_grad_(False), student, fake
        self.recipe, self.prediction = recipe, prediction
        self.sigmas = shifted_sigmas(recipe.steps, SHIFT)
        rates = {"student": (student, recipe.student_rate), "fake": (fake, recipe.fake_rate)}
        self.optimisers = {
            name: torch.optim.AdamW(network.parameters(), rate, betas=(0.0, 0.99), weight_decay=0.0)
            for name, (network, rate) in rates.items()
        }

    def generate(self, task: Task, generator: torch.Generator) -> Tensor:
        """The student's clean clip at one of its levels, reached by its own steps; only the last one has a gradient."""
        last = int(torch.randint(self.recipe.steps, (), generator=generator))
        noise = torch.randn(task.clean.shape, generator=generator)
        x = task.noisy(torch.zeros_like(task.clean), noise, self.sigmas[0])
        with torch.no_grad():
            for sigma, after in list(pairwise(self.sigmas))[:last]:
                clean = task.estimate(self.student, x, sigma, self.prediction)
                velocity = velocity_from(clean, x, sigma, prediction="sample")
                x = torch.where(task.free, euler_step(x, velocity, sigma, after), task.clean)
        return task.estimate(self.student, x, self.sigmas[last], self.prediction)

    def fake_step(self, task: Task, generator: torch.Generator) -> float:
        """Teach the fake score the student's clips as flow matching teaches real ones; returns its loss."""
        with torch.no_grad():
            made = self.generate(task, generator)
        noisy, sigma = self._noised(task, made, generator)
        error = (task.estimate(self.fake, noisy, sigma, self.prediction) - made).square()
        return self._update("fake", task.mean(error))

    def student_step(self, task: Task, generator: torch.Generator) -> tuple[str, float]:
        """Move the student; returns which of the two losses it was, and its value."""
        if float(torch.rand((), generator=generator)) < self.recipe.anchor_share:
            return "anchor", self._update("student", self.anchor_loss(task, generator))
        return "matching", self._update("student", self.matching_loss(task, generator))

    def matching_loss(self, task: Task, generator: torch.Generator) -> Tensor:
        """A squared loss whose gradient is (fake - teacher) estimate, scaled by the teacher's own error."""
        made = self.generate(task, generator)
        with torch.no_grad():
            noisy, sigma = self._noised(task, made, generator)
            real = task.estimate(self.teacher, noisy, sigma, self.prediction)
            fake = task.estimate(self.fake, noisy, sigma, self.prediction)
            scale = (made - real).abs()[:, task.free].mean(1).clamp(min=1e-4)[:, None, None]
            target = made - (fake - real) / scale
        return 0.5 * task.mean((made - target).square())

    def anchor_loss(self, task: Task, generator: torch.Generator) -> Tensor:
        """Squared error of the student on real clips at one of its own levels."""
        sigma = self.sigmas[int(torch.randint(self.recipe.steps, (), generator=generator))]
        noisy = task.noisy(task.clean, torch.randn(task.clean.shape, generator=generator), sigma)
        return task.mean((task.estimate(self.student, noisy, sigma, self.prediction) - task.clean).square())

    def _noised(self, task: Task, clean: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """A clip at a random level of each sample, and the levels (B, 1, 1)."""
        sigma = logit_normal_sigmas(
            len(clean), generator=generator, mean=self.recipe.sigma_mean, spread=self.recipe.sigma_spread
        )[:, None, None]
        return task.noisy(clean, torch.randn(clean.shape, generator=generator), sigma), sigma

    def _update(self, which: str, loss: Tensor) -> float:
        network = self.student if which == "student" else self.fake
        if not bool(torch.isfinite(loss)):
            raise FloatingPointError(f"the {which} loss is {float(loss)}: lower its rate")
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves Tensor.backward untyped
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        self.optimisers[which].step()
        self.optimisers[which].zero_grad()
        return float(loss.detach())
